#nullable enable

Test("study: each arm of a net has its usable and its largest stable rates", () =>
{
    var net = new Net("Adam", new Config(), [0.1, 1, 10]);
    Trial[] trials = [.. from norm in new[] { Norm.None, Norm.Batch }
                         from rate in net.Rates
                         from seed in new[] { 1, 2 }
                         select Made(rate, seed, norm == Norm.None && rate == 10 ? 0.1 : 0.9, norm: norm)];
    var limits = RateLimits.Of([net], trials);
    limits.Select(one => one.Label).ShouldBe(["none, Adam", "batch, Adam"]);
    limits[0].LargestStable.ShouldBe([1, 1]);
    limits[1].LargestStable.ShouldBe([10, 10]);
    limits[0].Usable.Low.ShouldBe(0.1);
    limits[0].Usable.High.ShouldBeInRange(1, 1.1);
    limits[1].Usable.High.ShouldBe(10);
    // BN trains at the highest rate that was tried, so the ratio may be larger.
    var ratio = StableRateRatios(trials, [net]).Single();
    ratio.Differences.ShouldBe([1, 1]);
    (ratio.Interval.Low, ratio.Interval.High).ShouldBe((0.9, double.PositiveInfinity));
});

Test("study: what the arms lose above and below their best rates is compared by seed, to a rate of the grid", () =>
{
    var net = new Net("SGD", new Config(), [0.1, 1, 10, 100]);
    // Without BN 0.1 is too slow and 10 and 100 are too high; with it 100 is.
    double[] plain = [0.1, 0.9, 0.1, 0.1], batch = [0.8, 0.9, 0.8, 0.1];
    Trial[] trials = [.. from seed in new[] { 1, 2 }
                         from arm in new[] { (Norm: Norm.None, Own: plain), (Norm: Norm.Batch, Own: batch) }
                         from at in arm.Own.Index()
                         select Made(net.Rates[at.Index], seed, at.Item, norm: arm.Norm)];
    var (above, below) = (LostAboveBest(trials, [net]).Single(), LostBelowBest(trials, [net]).Single());
    above.Differences.ShouldBe([0.25, 0.25]);
    (above.Interval.Low, above.Interval.High).ShouldBe((0, 0.5));
    below.Differences.ShouldBe([0.25, 0.25]);
});

Test("study: later seeds are run from below the scouts' best rates to above their limits, and count the same", () =>
{
    var net = new Net("SGD", new Config(), LogGrid(1e-3, 1e3, 7), Arms(Norm.None));
    // The first two seeds are best at 0.1 and 1, and lost from 10 on and from 100 on.
    Trial Of(double rate, int seed) => Made(rate, seed, rate >= (seed == 1 ? 10 : 100) ? 0.1
        : rate == (seed == 1 ? 0.1 : 1) ? 0.9 : 0.8);
    Trial[] first = [.. from rate in net.Rates from seed in new[] { 1, 2 } select Of(rate, seed)];
    IEnumerable<double> Near(params IEnumerable<Trial> more) => NearLimits([.. first, .. more], [net]) is var near
        ? net.Rates.Where(rate => near(net.Cells[0] with { Lr = rate, Seed = 4 })) : [];
    Near().ShouldBe([0.01, 0.1, 1, 10, 100, 1000]);
    // A later seed that is best at the lowest of them, and not lost at the highest, widens them.
    Near(Made(0.01, 3, 0.9), Made(0.1, 3, 0.8), Made(1000, 3, 0.1)).ShouldBe(net.Rates);
    NearLimits([.. first.Where(trial => trial.Seed == 1)], net.Rates).ShouldBe([0.01, 0.1, 1, 10, 100]);
    // A seed that is lost at all rates, or at none above its best, tells of no limit.
    NearLimits([.. first, .. net.Rates.Select(rate => Made(rate, 3, 0.1))], net.Rates).ShouldBe(net.Rates);
    NearLimits([Made(1e-3, accuracy: 0.7), Made(1, accuracy: 0.9), Made(1e3, accuracy: 0.8)], net.Rates)
        .ShouldBe([0.1, 1, 10, 100, 1000]);
    first.Where(trial => trial.Seed == 1).LostShares(net.Rates).Above
        .ShouldBe(first.Where(trial => trial.Seed == 1 && trial.Lr is >= 0.01 and <= 100).LostShares(net.Rates).Above);
});
