#nullable enable

// Known answer (Cohen et al. 2021): the sharpness rises to 2 over the rate and hovers there or just above it, at any
// rate. Random labels take long to fit, so that it stays.
foreach (var (rate, steps) in new[] { (0.1, 800), (0.05, 2_000) })
    Test($"edge of stability: sharpness times rate settles at 2, at {rate}", () =>
    {
        var config = new Config
        {
            Activation = Activation.Tanh, Width = 20, Depth = 2, TrainSize = 200, BatchSize = 200, Epochs = steps,
            Lr = rate,
        };
        List<double> settled = [];
        Training.Run(config, NoiseOf(200), new Probe([], _ => [.. Enumerable.Range(6, 5).Select(i => i * steps / 10)],
            snapshot =>
            {
                settled.Add(rate * Hessian.Sharpness(snapshot, snapshot.FixedBatch(200), 12));
                return [];
            }));
        Out.WriteLine($"   {string.Join(", ", settled.Select(value => $"{value:F2}"))}");
        Median(settled).ShouldBe(EdgeOfStability.Limit, 0.3);
    });

Test("edge of stability: the probe measures late steps; peak and outlier are taken from its columns", () =>
{
    var config = Watchable with
    {
        Activation = Activation.Tanh, TrainSize = 100, BatchSize = 100, Epochs = 30, Lr = 0.3,
    };
    var trial = Training.Run(config, NoiseOf(100), EdgeOfStability.Probe(points: 6));
    trial.Curve.ShouldAllBe(point => point.Step >= EdgeOfStability.FirstStep);
    trial.Curve.Count.ShouldBeGreaterThan(1);
    // The start does not count, however sharp it is.
    CurvePoint Point(double loss, double sharpness) => new("", 10, 60, loss, 2, 0.1)
        { Own = { ["sharpness"] = sharpness } };
    EdgeOfStability.Peak(Made(0.3) with { Curve = [Point(0.6, 90), Point(0.4, 5), Point(0.1, 7), Point(0.01, 2)] })
        .ShouldBe(2.1, 1e-12);
    foreach (var point in trial.Curve) EdgeOfStability.Outlier(point).ShouldBeGreaterThan(1);
    double.IsNaN(EdgeOfStability.Peak(Made())).ShouldBeTrue();
    double.IsNaN(EdgeOfStability.Outlier(new("", 1, 60, 2, 2, 0.1))).ShouldBeTrue();
});
