#nullable enable

Test("claims: steps beyond the budget are beyond all others, and need six pairs", () =>
{
    double[] Ratios(int reached, int missed) => [.. Enumerable.Repeat(Effect.Ratio(100, 10), reached),
        .. Enumerable.Repeat(Effect.Ratio(double.NaN, 10), missed)];
    // A pair that was lost twice says nothing: least of all that its arms are alike.
    Effect.Ratio(double.NaN, double.NaN).ShouldBe(double.NaN);
    var alike = Effect.From("", [.. Ratios(0, 2), .. Enumerable.Repeat(Effect.Ratio(double.NaN, double.NaN), 10)]);
    (alike.Differences.Count, alike.LeftOut).ShouldBe((2, 10));
    Region.Within(1).Judge(Effect.From("", Enumerable.Repeat(double.NaN, 12)).Interval).ShouldBe(Verdict.Open);
    Effect.Ratio(10, double.NaN).ShouldBe(double.NegativeInfinity);
    var six = Effect.From("", Ratios(3, 3)).Interval;
    (six.Low, six.High, six.Estimate).ShouldBe((1, double.PositiveInfinity, 1));
    six.Level.ShouldBe(0.96875, 1e-12);
    var faster = Region.Above(Math.Log10(1.5));
    faster.Judge(six).ShouldBe(Verdict.Supported);
    faster.Judge(Effect.From("", Ratios(2, 3)).Interval).ShouldBe(Verdict.Open);
    Effect.From("", [0.5, 0.5, 0.5], resolution: 0.3).Interval.Low.ShouldBe(0.2, 1e-12);
    Effect.From("", [double.NaN]).Interval.Level.ShouldBe(0);
    double.IsNaN(Effect.From("", Enumerable.Repeat(1.0, 5)).P).ShouldBeTrue();
    Effect.From("", Enumerable.Repeat(1.0, 6)).P.ShouldBe(2.0 / 64);
});

Test("study: seeds that agree give no interval by t, so that two of them support nothing", () =>
{
    var two = Effect.From("", [0.5, 0.5]);
    two.Interval.Level.ShouldBe(0.5, 1e-9);
    Region.Above(0.2).Judge(two.Interval).ShouldBe(Verdict.Open);
    // Six are enough for order statistics, which say of the median what they can.
    var six = Effect.From("", Enumerable.Repeat(0.5, 6));
    six.Interval.Level.ShouldBeGreaterThan(0.95);
    Region.Above(0.2).Judge(six.Interval).ShouldBe(Verdict.Supported);
    Effect.From("", [0.5, 0.6]).Interval.Level.ShouldBe(0.95);
});

Test("study: an effect says how its interval was made, and one seed leaves none", () =>
{
    Effect.From("", [1, 2, 4]).By.ShouldBe("t");
    Effect.From("", [1, 2, double.PositiveInfinity]).By.ShouldBe("order statistics");
    Effect.From("", [1, 1, 1], resolution: 0.25).By.ShouldBe("order statistics, widened by 0.25");
    Effect.From("", [1]).By.ShouldBe("");
});

Test("study: what is learned of the way from chance to another trial's accuracy", () =>
{
    Trial Of(double accuracy) => Made(accuracy: accuracy);
    ShareLearned(Of(0.55), Of(1)).ShouldBe(0.5, 1e-12);
    ShareLearned(Of(0.1), Of(1)).ShouldBe(0);
    ShareLearned(Of(0.9), Of(0.1)).ShouldBe(double.NaN);
});

Test("effects: gamma and beta against random weights, a lost trial at chance", () =>
{
    var net = new Net("net", [.. new[] { Learned.Affine, Learned.Random, Learned.All }.Select(learned =>
        new Config { Learned = learned })], [0.1]);
    Trial Of(Learned learned, int seed, double accuracy) =>
        Made(seed: seed, accuracy: accuracy, with: config => config with { Learned = learned });
    TwoWeightsOverRandom([Of(Learned.Affine, 1, 0.8), Of(Learned.Random, 1, 0.5), Of(Learned.All, 1, 0.9),
        Of(Learned.Affine, 2, 0.8), Of(Learned.Random, 2, 0.11), Of(Learned.Affine, 3, 0.11),
        Of(Learned.Random, 3, 0.11)], net).ShouldSatisfyAllConditions(
            effect => effect.Differences.ShouldBe([0.3, 0.7], 1e-12), effect => effect.LeftOut.ShouldBe(1));
});
