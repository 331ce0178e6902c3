#nullable enable

Test("claims: steps beyond the budget are beyond all others, and need six pairs", () =>
{
    double[] Ratios(int reached, int missed) => [.. Enumerable.Repeat(Effect.Ratio(100, 10), reached),
        .. Enumerable.Repeat(Effect.Ratio(double.NaN, 10), missed)];
    Effect.Ratio(double.NaN, double.NaN).ShouldBe(0);
    Effect.Ratio(10, double.NaN).ShouldBe(double.NegativeInfinity);
    var six = Effect.From("", Ratios(3, 3)).Interval;
    (six.Low, six.High, six.Estimate).ShouldBe((1, double.PositiveInfinity, 1));
    six.Level.ShouldBe(0.96875, 1e-12);
    var faster = Region.Above(Math.Log10(1.5));
    faster.Judge(six).ShouldBe(Verdict.Supported);
    faster.Judge(Effect.From("", Ratios(2, 3)).Interval).ShouldBe(Verdict.TooFewData);
    Effect.From("", [0.5, 0.5, 0.5], resolution: 0.3).Interval.Low.ShouldBe(0.2, 1e-12);
    Effect.From("", [double.NaN]).Interval.Level.ShouldBe(0);
    double.IsNaN(Effect.From("", Enumerable.Repeat(1.0, 9)).P).ShouldBeTrue();
    Effect.From("", Enumerable.Repeat(1.0, 10)).P.ShouldBe(2.0 / 1024);
});

Test("study: seeds that agree give no interval by t, so that two of them support nothing", () =>
{
    var two = Effect.From("", [0.5, 0.5]);
    two.Interval.Level.ShouldBe(0.5, 1e-9);
    Region.Above(0.2).Judge(two.Interval).ShouldBe(Verdict.TooFewData);
    // Six are enough for order statistics, which say of the median what they can.
    var six = Effect.From("", Enumerable.Repeat(0.5, 6));
    six.Interval.Level.ShouldBeGreaterThan(0.95);
    Region.Above(0.2).Judge(six.Interval).ShouldBe(Verdict.Supported);
    Effect.From("", [0.5, 0.6]).Interval.Level.ShouldBe(0.95);
});
