#nullable enable

// Measured at steps 1, 10, 100, ...: the accuracy, the drift since the measurement before, and a cosine of two layers.
static Trial Shifting(Norm norm, params (double Accuracy, double Drift, double Second, double Third)[] curve) =>
    Made(norm: norm) with
    {
        Epochs = 10, TrainSize = 60_000,
        Curve = [.. curve.Select((at, i) =>
        {
            var point = new CurvePoint("", (int)Math.Pow(10, i), 0, 0, 0, at.Accuracy);
            (point.Own["drift"], point.Own["cosine_2"], point.Own["cosine_3"]) = (at.Drift, at.Second, at.Third);
            return point;
        })],
    };

var shift = new ShiftEffects(0.3, 0.9);

Test("shift: the path is the sum of drifts, the cosine a mean over measurements, then layers", () =>
{
    var trial = Shifting(Norm.None, (0.1, double.NaN, 0.5, 0.1), (0.1, 2, 0.7, 0.3), (0.2, 8, double.NaN, 0.5));
    ShiftEffects.Path(trial).ShouldBe(10);
    ShiftEffects.Cosine(trial, [2, 3]).ShouldBe(0.45, 1e-12);
});

Test("shift: between two accuracies what lies across an end counts by its share", () =>
{
    // 30% comes half way from step 1 to step 10, 90% a quarter of the way from step 100 to step 1,000.
    var trial = Shifting(Norm.None, (0.1, double.NaN, 0, 0), (0.5, 2, 0.4, 0.2), (0.88, 4, 0.8, 0.6), (0.96, 8, 0, 0));
    shift.Path(trial, 0.9).ShouldBe(1 + 4 + 2, 1e-9);
    shift.Path(trial, 0.5).ShouldBe(1, 1e-9);
    shift.Cosine(trial, [2, 3], 0.9).ShouldBe(0.5, 1e-12);
    // It does not come to 97%; and where all happens between two measurements no cosine was measured.
    double.IsNaN(shift.Path(trial, 0.97)).ShouldBeTrue();
    double.IsNaN(shift.Cosine(trial, [2], 0.97)).ShouldBeTrue();
    double.IsNaN(shift.Cosine(Shifting(Norm.None, (0.1, 0, 1, 1), (0.95, 1, 1, 1)), [2], 0.9)).ShouldBeTrue();
});

Test("shift: nets are compared over the accuracies to which both come, however long one stays at chance", () =>
{
    var net = new Net("net", new Config { Epochs = 10, TrainSize = 60_000 }, [0.1]);
    // The plain net drifts by 1,000 before it learns, and then as BN's does; it comes to 60%.
    var none = Shifting(Norm.None, (0.1, double.NaN, 0.99, 0.99), (0.1, 1_000, 0.99, 0.99), (0.3, 500, 0.99, 0.99),
        (0.45, 6, 0.5, 0.3), (0.6, 6, 0.4, 0.4));
    var batch = Shifting(Norm.Batch, (0.3, double.NaN, 0.9, 0.9), (0.45, 3, 0.7, 0.7), (0.6, 3, 0.8, 0.8),
        (0.95, 50, 0, 0));
    shift.Paths([none, batch], net).Differences.Single().ShouldBe(Math.Log10(2), 1e-9);
    var cosine = (0.9 + 0.7 + 0.8) / 3 - (0.99 + 0.4 + 0.4) / 3;
    shift.Cosines([none, batch], net, [2, 3]).Differences.Single().ShouldBe(cosine, 1e-9);
    var all = ShiftEffects.OverAllSteps([none, batch], net, [2, 3]);
    all.Paths.Differences.Single().ShouldBe(Math.Log10(1_512 / 56.0), 1e-9);
    all.Cosines.Differences.Single().ShouldBe(0.6 - (3 * 0.99 + 0.8) / 5, 1e-9);
    // A lost trial is a seed that says nothing.
    shift.Paths([none with { Status = Status.Diverged }, batch], net).LeftOut.ShouldBe(1);
});
