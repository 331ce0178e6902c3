#nullable enable

Test("signal: deep nets are measured before the first step, others while they train", () =>
{
    var deep = Watchable with { Depth = 4, Activation = Activation.Relu };
    var probe = Signal.Probe(deep: 4, [0, 4], depth: 3, images: 100, points: 3);
    var trial = Training.Run(deep, NoiseOf(600), probe);
    List<double> start = [];
    Watched(deep with { Lr = 1e-9 }, [1], snapshot =>
        start.AddRange(Collapse.AtStart(snapshot, [4]).Select(one => one.Rank)));
    Signal.AtStart(trial, "rank_4").ShouldBe(start.Single());
    Signal.AtStart(trial, "cosine_0").ShouldBeInRange(0.5, 0.9);
    trial.Curve[^1].Own.ShouldNotContainKey("rank_4");

    var other = Training.Run(deep with { Depth = 3, Norm = Norm.None, Init = Scheme.HeNormal }, NoiseOf(600), probe);
    Signal.AtStart(other, "rank_4").ShouldBe(double.NaN);
    other.Curve.ShouldAllBe(point =>
        Math.Abs(3 * point.Own["lost"] - point.Own["lost_1"] - point.Own["lost_2"] - point.Own["lost_3"]) < 1e-9);
    Signal.AtStart(new Trial(deep), "rank_4").ShouldBe(double.NaN);
});
