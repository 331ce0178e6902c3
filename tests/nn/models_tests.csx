#nullable enable
// Weights are the same whatever stands between them.

/// <summary>The values that have these names in both, and how many there are.</summary>
static int ShouldShare(Model a, Model b)
{
    var shared = a.Parameters.Join(b.Parameters, p => p.Name, p => p.Name, (p, q) => (p, q)).ToList();
    foreach (var (p, q) in shared) p.ToArray().ShouldBe(q.ToArray(), p.Name!);
    return shared.Count;
}

Test("init: weights are the same whether and where a normalizer stands", () =>
{
    var plain = Mlp(12, 3, 7, 4, Relu, new(), HeNormal).ToModel(5);
    plain.Parameters.Count.ShouldBe(8);
    foreach (var normalizer in Normalizer.All.Where(normalizer => normalizer.Name != "instance"))
        foreach (var placement in Enum.GetValues<Placement>())
        {
            var method = NormMethod.By(channels => normalizer.Make(channels, 1e-5));
            var model = Mlp(12, 3, 7, 4, Relu, method, HeNormal, placement).ToModel(5);
            // Four weights and the last bias; the biases of hidden layers too where the normalizer stands behind.
            ShouldShare(plain, model).ShouldBe(placement == Placement.After ? 8 : 5, $"{normalizer} {placement}");
        }
    var noisy = NormMethod.By(channels => NoisyBatchNorm(channels) >> Dropout(0.5));
    ShouldShare(plain, Mlp(12, 3, 7, 4, Relu, noisy, HeNormal).ToModel(5)).ShouldBe(5);
    ShouldShare(LeNet(1, 14, 14, 5, new(), HeNormal).ToModel(5),
        LeNet(1, 14, 14, 5, NormMethod.By(c => BatchNorm(c)), HeNormal).ToModel(5))
        .ShouldBe(5);
    ShouldShare(ResidualMlp(12, 2, 7, 4, Relu, new(), HeNormal).ToModel(5),
        ResidualMlp(12, 2, 7, 4, Relu, NormMethod.By(c => BatchNorm(c)), HeNormal).ToModel(5)).ShouldBe(8);
});

Test("init: the same seed gives the same values, another seed others, and so does another name", () =>
{
    Model New(int seed) => Mlp(12, 3, 12, 12, Relu, NormMethod.By(c => BatchNorm(c)), GlorotUniform).ToModel(seed);
    ShouldShare(New(1), New(1)).ShouldBe(New(1).Parameters.Count);
    var weights = Enumerable.Range(0, 50).SelectMany(seed => New(seed).Parameters)
        .Where(p => p.Name!.EndsWith("weight")).Select(p => p.ToArray()).ToList();
    weights.Count.ShouldBe(200);
    weights.SelectMany(w => w).Distinct().Count().ShouldBeGreaterThan(200 * 144 - 100, "values drawn twice");
    weights.Select(w => w.Average()).Average().ShouldBe(0, 5 * 0.289f / MathF.Sqrt(200 * 144));
});
