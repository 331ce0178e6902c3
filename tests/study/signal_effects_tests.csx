#nullable enable

Test("signal: effects of rank and of lost units, lost trials included where they say something", () =>
{
    Trial Measured(Norm norm, int seed, double rank, double lost, double accuracy = 0.9, double excess = 0)
    {
        var point = new CurvePoint("", 1, 0, 0, 0, 0);
        (point.Own["rank_5"], point.Own["lost"]) = (rank, lost);
        return Made(norm: norm, seed: seed, accuracy: accuracy, excess: excess) with { Curve = [point] };
    }
    var net = new Net("net", new Config(), [0.1]);
    Trial[] trials = [Measured(Norm.None, 1, 2, 0.5, accuracy: 0.1), Measured(Norm.Batch, 1, 20, 0.1),
        Measured(Norm.None, 2, 4, 0.5, excess: double.PositiveInfinity), Measured(Norm.Batch, 2, 40, 0.1)];
    RankRatios(trials, [net], 5).Single().Differences.ShouldBe([1, 1], 1e-12);
    var lost = LostUnitEffects(trials, [net]).Single();
    lost.Differences.ShouldBe([0.4], 1e-12);
    lost.LeftOut.ShouldBe(1);
    lost.Cells.Count.ShouldBe(2);
});
