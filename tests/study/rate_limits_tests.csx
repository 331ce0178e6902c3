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
});

Test("study: what either arm loses above and below its best rate is compared by seed, known to a rate of the grid", () =>
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
