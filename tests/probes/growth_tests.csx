#nullable enable

Test("depth: growth per layer is a geometric mean away from the ends", () =>
{
    Growth.PerLayer([9e9, 9e9, 8, 4, 2, 1, 7, 7]).ShouldBe(2, 1e-12);
    Growth.PerLayer([1, 1, 0, 1, 0, 1, 1, 1]).ShouldBe(double.NaN);
});

// Known answers (Yang et al. 2019): ReLU tends to pi / (pi - 1) = 1.467, linear is (B - 2) / (B - 3). At width 384 and
// depth 40 another program measured 1.79, 1.52 and 1.474; nets scatter by a few hundredths, most at small batches.
Test("depth: gradients grow at initialization as theory has it", () =>
{
    var random = new RandomStream(1, "noise");
    ImageSet images = new([.. Enumerable.Range(0, 600 * 784).Select(_ => (byte)random.Below(256))],
        [.. Enumerable.Range(0, 600).Select(_ => (byte)random.Below(10))], 28, 28);
    var data = new Dataset("noise", images, images, "", null);
    double Measured(Config config) => Enumerable.Range(1, 4).Select(seed => config with { Seed = seed })
        .Select(own => Growth.PerLayer(Growth.InitialSquares(new(own, data, new(),
            own.Layers(28, 28, 10).ToModel(own.Seed), 1, 0)))).Average();
    var deep = new Config { Width = 384, Depth = 40, TrainSize = 600, Init = Scheme.HeNormal,
        Activation = Activation.Relu, Norm = Norm.Batch };
    foreach (var (size, growth) in new[] { (8, 1.79), (32, 1.52), (128, 1.474) })
        Measured(deep with { BatchSize = size }).ShouldBe(growth, 0.02 * growth, $"ReLU, batch {size}");
    foreach (var size in new[] { 8, 32 })
        Measured(deep with { BatchSize = size, Model = Architecture.DeepLinear })
            .ShouldBe((size - 2.0) / (size - 3), 0.02, $"linear, batch {size}");
    Measured(deep with { BatchSize = 32, Norm = Norm.None }).ShouldBe(1, 0.05);
});

Test("comparison: growth of a deep net's first gradients is read from what the probe measured", () =>
{
    Trial Deep(Config with, Func<int, double> square)
    {
        var point = new CurvePoint("", 1, 0, 0, 0, 0);
        for (var layer = 1; layer <= with.Depth; layer++) point.Own[$"gradient_{layer}"] = square(layer);
        return new(with) { Curve = [point] };
    }
    var cell = new Config { Depth = 10 };
    Growth.PerLayer(Deep(cell, layer => Math.Pow(1.5, -layer))).ShouldBe(1.5, 1e-12);
    Growth.PerLayer(Deep(cell with { Depth = 5 }, _ => 1)).ShouldBe(double.NaN);
    Growth.PerLayer(Deep(cell, _ => double.NaN)).ShouldBe(double.NaN);
    Growth.PerLayer(new Trial(cell)).ShouldBe(double.NaN);
});
