#nullable enable

// Losses of a net whose rate rises: quiet first, then beyond any limit.
Test("training: training watches its loss, and a range test finds the rate that loses it", () =>
{
    var data = NoiseData();
    var cell = new Config { Width = 10, TrainSize = 600, BatchSize = 6, Epochs = 4, Activation = Activation.Relu };
    var quiet = Training.Run(cell with { Lr = 1e-3 }, data);
    (quiet.LossExcess, quiet.EndedAt, quiet.Status == Status.Diverged).ShouldBe((0, 400, false));
    quiet.LossVolatility.ShouldBeInRange(0.01, 0.5);
    var lost = Training.Run(cell with { Lr = 1e9 }, data);
    (lost.Status, lost.LossExcess, double.IsNaN(lost.TrainLoss))
        .ShouldBe((Status.Diverged, double.PositiveInfinity, true));

    var test = RangeTest.Configure(new Config(), 1e-2, 1e3);
    (test.Steps, test.Role).ShouldBe((200, Role.Tune));
    (test.RateAt(0), test.RateAt(199)).ShouldBe((1e-2, 1e3));
    CurvePoint At(int step, double loss) => new("", step, 60 * step, loss, double.NaN, double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3), At(100, 11), At(105, 12), At(110, 4)] })
        .ShouldBe(test.RateAt(104), 1e-9);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3)] }).ShouldBe(double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [], LossExcess = double.PositiveInfinity, EndedAt = 7 })
        .ShouldBe(test.RateAt(6), 1e-9);
});
