#nullable enable

// Known answers (De and Smith 2020, section 2): each branch adds 1 with BN, and as much as it is given without.
// Measured over eight nets of width 384; the plain signal scatters with every doubling.
Test("branches: the signal of residual nets at initialization is as theory has it", () =>
{
    var data = NoiseOf(600, validation: 0);
    var config = new Config { Model = Architecture.ResidualMlp, Width = 384, Depth = 20, TrainSize = 600,
        BatchSize = 64, Activation = Activation.Relu, Init = Scheme.HeNormal };
    IReadOnlyList<double> Measured(Norm norm) => [.. Enumerable.Range(1, 8).Select(seed => config with
        { Seed = seed, Norm = norm }).Select(own => BranchSignal.SecondMoments(new(own, data, new(),
            own.Layers(8, 8, 10).ToModel(own.Seed), 1, 0))).Aggregate((sum, next) =>
                [.. sum.Zip(next, (a, b) => a + b)]).Select(sum => sum / 8)];
    var (batch, none, skip) = (Measured(Norm.Batch), Measured(Norm.None), Measured(Norm.SkipInit));
    batch.Count.ShouldBe(21);
    // He's weights double the mean square of the pixels, which is a third.
    none[0].ShouldBe(2 / 3.0, 0.03);
    batch[0].ShouldBe(none[0], 0.001);
    foreach (var blocks in new[] { 1, 5, 20 })
    {
        batch[blocks].ShouldBe(BranchSignal.WithBatchNorm(batch[0], blocks), 0.03 * batch[blocks], $"BN, {blocks}");
        none[blocks].ShouldBe(BranchSignal.WithoutNorm(none[0], blocks), 0.15 * none[blocks], $"none, {blocks}");
        skip[blocks].ShouldBe(none[0], 1e-6, $"SkipInit, {blocks}");
    }
});

Test("branches: the probe reads the start, after the blocks that a net has", () =>
{
    var config = Watchable with { Model = Architecture.ResidualMlp, Depth = 2, Activation = Activation.Relu };
    var trial = Training.Run(config, NoiseOf(600), BranchSignal.Probe([0, 2, 5], points: 3));
    Signal.AtStart(trial, "moment_2").ShouldBeGreaterThan(Signal.AtStart(trial, "moment_0"));
    Signal.AtStart(trial, "moment_5").ShouldBe(double.NaN);
    trial.Curve[^1].Own.ShouldBeEmpty();
});

Test("branches: a ResNet's signal is its blocks' sums, from before the first on", () =>
{
    var (data, config) = (NoiseOf(600, validation: 0), new Config { Model = Architecture.Resnet, Width = 8, Depth = 8,
        TrainSize = 600, Activation = Activation.Relu, Init = Scheme.HeNormal, Norm = Norm.SkipInit });
    IReadOnlyList<double> Measured(Config own) =>
        BranchSignal.SecondMoments(new(own, data, new(), own.Layers(8, 8, 10).ToModel(own.Seed), 1, 0));
    var skip = Measured(config);
    skip.Count.ShouldBe(4);
    // With branches at 0 the first block's sum is what the activation before it leaves: about half.
    (skip[1] / skip[0]).ShouldBe(0.5, 0.25);
    Measured(config with { Norm = Norm.None })[3].ShouldBeGreaterThan(2 * skip[3]);
    Measured(config with { Norm = Norm.Batch }).Count.ShouldBe(4);
});
