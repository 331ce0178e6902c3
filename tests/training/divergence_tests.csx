#nullable enable

Test("training: each multiple of the divergence rule judges by itself", () =>
{
    Status[] At(Trial trial) => [.. Divergence.Multiples.Select(multiple => trial.JudgedAt(multiple).Status)];
    At(Made(excess: 0)).ShouldBe([Status.Ok, Status.Ok, Status.Ok]);
    At(Made(excess: 3)).ShouldBe([Status.Diverged, Status.Ok, Status.Ok]);
    At(Made(excess: 5)).ShouldBe([Status.Diverged, Status.Diverged, Status.Ok]);
    At(Made(excess: 5, accuracy: 0.19)).ShouldBe([Status.Diverged, Status.Diverged, Status.Stuck]);
    At(Made(excess: double.PositiveInfinity)).ShouldAllBe(status => status == Status.Diverged);
    Made().JudgedAt(3).ShouldBe(Made());
    (Made() with { Status = Status.Failed }).JudgedAt(3).Status.ShouldBe(Status.Failed);
});

Test("training: divergence is a median of losses that stays above a limit, not a spike", () =>
{
    (double Excess, string? Reason, int Seen) Of(params IEnumerable<double> lossesInGuesses)
    {
        var (watch, seen) = (new LossWatch(1, 10), 0);
        foreach (var loss in lossesInGuesses.TakeWhile(_ => watch.Reason is null))
        {
            watch.See(loss * Math.Log(10));
            seen++;
        }
        return (watch.Excess, watch.Reason, seen);
    }
    IEnumerable<double> Losses(double loss, int count) => Enumerable.Repeat(loss, count);
    Of(Losses(1, 400)).ShouldBe((0, null, 400));
    Of(Losses(50, 150).Concat(Losses(1, 250))).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(50, 50), .. Losses(1, 100)]).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(4, 51), .. Losses(1, 99)]).ShouldBe((3, null, 400));
    Of(Losses(6, 400)).ShouldBe((5, null, 400));
    Of(Losses(11, 400)).ShouldBe((10, "the median of 100 losses exceeded 10 ln(classes)", 201));
    Of([1, double.NaN, 1]).ShouldBe((double.PositiveInfinity, "the loss is not finite", 2));

    // Losses 1, 2, 1, 2, ... have successive differences of 1: deviation sqrt(1/2) by them, mean 1.5. What came before
    // the 100 first does not count.
    var watch = new LossWatch(100, 10);
    for (var i = 0; i < 300; i++) watch.See(i < 99 ? 1000 : 1 + i % 2);
    watch.Volatility.ShouldBe(Math.Sqrt(0.5) / 1.5, 1e-9);
    var learned = new LossWatch(1, 10);
    for (var i = 0; i < 9; i++) learned.See(i == 0 ? 1 : 0);
    learned.Volatility.ShouldBe(0);
});
