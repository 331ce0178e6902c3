#nullable enable

// Theory: He's map (Cho and Saul 2009), and its fixed value for a batch that BN has made symmetric.
Test("collapse: the cosines of theory", () =>
{
    Collapse.AfterRelu(1).ShouldBe(1, 1e-12);
    Collapse.AfterRelu(0).ShouldBe(1 / Math.PI, 1e-12);
    Collapse.AfterRelu(-1).ShouldBe(0, 1e-12);
    Collapse.AfterRelu(0.4, 50).ShouldBe(0.988, 0.0005);
    foreach (var (batch, cosine) in new[] { (4, 0.170), (16, 0.286), (64, 0.310), (1_000_000, 1 / Math.PI) })
        Collapse.WithBatchNorm(batch).ShouldBe(cosine, 0.0006, $"batch {batch}");
});

Test("collapse: cosine and effective rank of matrices that are known", () =>
{
    // Rows at right angles, of different lengths: singular values 1, 1, 2.
    float[] orthogonal = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0];
    Collapse.MeanCosine(orthogonal, 4).ShouldBe(0, 1e-12);
    Collapse.EffectiveRank(orthogonal, 4).ShouldBe(Math.Exp(0.5 * Math.Log(4) + 0.5 * Math.Log(2)), 1e-12);
    float[] parallel = [1, 2, 2, 4, 3, 6];
    Collapse.MeanCosine(parallel, 2).ShouldBe(1, 1e-6);
    Collapse.EffectiveRank(parallel, 2).ShouldBe(1, 1e-6);
    // Pairs by hand: cosines 0, 0.6, 0.8; the row of zeros says nothing.
    Collapse.MeanCosine([1, 0, 0, 1, 3, 4, 0, 0], 2).ShouldBe((0 + 0.6 + 0.8) / 3, 1e-6);
});

// Measured on noise images, in nets that are wide beside their 50 layers; a net scatters about the mean.
Test("collapse: ReLU nets at initialization do as theory has it, with BN and without", () =>
{
    const int Layers = 50;
    var data = NoiseOf(600, validation: 0);
    var deep = new Config { Width = 384, Depth = Layers, TrainSize = 600, Init = Scheme.HeNormal,
        Activation = Activation.Relu };
    IReadOnlyList<(int Layer, double Cosine, double Rank)> Measured(Config config, params int[] layers) =>
        [.. Enumerable.Range(1, 4).SelectMany(seed => Collapse.AtStart(new(config with { Seed = seed }, data, new(),
            config.Layers(8, 8, 10).ToModel(seed), 1, 0), layers)).GroupBy(one => one.Layer).Select(layer =>
                (layer.Key, layer.Average(one => one.Cosine), layer.Average(one => one.Rank)))];
    var plain = Measured(deep with { BatchSize = 64 }, 0, 1, 10, Layers);
    foreach (var (layer, tolerance) in new[] { (1, 0.01), (2, 0.03), (3, 0.01) })
        plain[layer].Cosine.ShouldBe(Collapse.AfterRelu(plain[0].Cosine, plain[layer].Layer), tolerance);
    plain[3].Rank.ShouldBeLessThan(plain[0].Rank / 3);
    foreach (var batch in new[] { 4, 16, 64 })
        Measured(deep with { BatchSize = batch, Norm = Norm.Batch }, Layers)[0].Cosine
            .ShouldBe(Collapse.WithBatchNorm(batch), 0.01, $"batch {batch}");
    // Daneshmand et al. 2020: linear nets collapse to rank one, with BN they do not.
    var linear = deep with { Model = Architecture.DeepLinear, BatchSize = 64, Width = 64 };
    Measured(linear, Layers)[0].Rank.ShouldBeLessThan(4);
    Measured(linear with { Norm = Norm.Batch }, Layers)[0].Rank.ShouldBeGreaterThan(12);
});
