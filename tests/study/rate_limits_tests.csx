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
