#nullable enable

Test("edge: peaks over the limit and outliers of one arm over another, rate by rate", () =>
{
    Trial At(Norm norm, double rate, int seed, double sharpness, double bulk) => Made(rate, seed, norm: norm) with
    {
        Curve = [new("", 20, 60, 0.2, 2, 0.1)
            { Own = { ["sharpness"] = sharpness, ["eigenvalue_after_classes"] = bulk } }],
    };
    Trial[] trials = [At(Norm.None, 1, 1, 2, 0.1), At(Norm.Batch, 1, 1, 0.2, 0.1), At(Norm.Batch, 0.1, 1, 40, 1)];
    var (none, batch) = (new Config(), new Config { Norm = Norm.Batch });
    var peaks = OverEdge(trials, [0.1, 1], batch);
    peaks.Select(effect => effect.Condition).ShouldBe(["rate 0.1", "rate 1"]);
    peaks.Select(effect => Math.Round(effect.Differences.Single(), 9)).ShouldBe([Math.Round(Math.Log10(2), 9), -1]);
    var outliers = OutlierRatios(trials, [0.1, 1], none, over: batch);
    outliers[0].Differences.ShouldBeEmpty();
    outliers[1].Differences.Single().ShouldBe(1, 1e-12);
});
