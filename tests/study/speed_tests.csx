#nullable enable

// A net whose plain arm comes to 0.2, 0.5, 0.8 and 0.9 at steps 10, 100, 1000 and 2000; batch comes to the first three
// ten times sooner, and to the last as late, or not at all.
static (Comparison Net, IReadOnlyList<Trial> Evaluated) Raced(bool comesToTheEnd = true)
{
    Trial Run(Norm norm, int seed, Role role)
    {
        (int Step, double Accuracy)[] curve = norm == Norm.None ? [(10, 0.2), (100, 0.5), (1000, 0.8), (2000, 0.9)]
            : [(1, 0.2), (10, 0.5), (100, 0.8), (2000, comesToTheEnd ? 0.9 : 0.85)];
        // Seeds differ by a percent of the steps.
        return Made(1, seed, curve[^1].Accuracy, norm: norm, with: config => config with { Role = role }) with
        {
            Curve = [.. curve.Select(point => new CurvePoint("", (int)Math.Round(point.Step * 100
                * Math.Pow(1.01, norm == Norm.None ? seed % 5 : 0)), 0, 0, 0, point.Accuracy))],
        };
    }
    IReadOnlyList<Trial> Of(Role role, int first, int seeds) => [.. from norm in new[] { Norm.None, Norm.Batch }
        from seed in Enumerable.Range(first, seeds) select Run(norm, seed, role)];
    Net net = new("Made up", new Config(), [1]);
    return (Tuned([net], Of(Role.Tune, Tuning.FirstSeed, 2)).Compare().Single(), Of(Role.Evaluate, 1, 6));
}

Test("speed: each net to each target is a condition, and the title says both ends of the race", () =>
{
    var (net, evaluated) = Raced();
    var judged = Literature.Faster.JudgeSpeed([.. new[] { net }.To(0.8, 0.95)], evaluated, "none", over: "batch");
    judged.Effects.Select(effect => effect.Condition).ShouldBe(["Made up to 80%", "Made up to the end"]);
    judged.Effects[0].Interval.Estimate.ShouldBe(1, 0.01);
    judged.Effects.Select(judged.Of).ShouldBe([Verdict.Supported, Verdict.NotSupported]);
    judged.Answer.ShouldBe("yes with Made up to 80%, no with Made up to the end");
    judged.Title.ShouldBe("Batch normalization trains nets 10 times sooner to 80%, hardly sooner to the end");
});

Test("speed: the course ends at the target, and each of its ratios is of that accuracy", () =>
{
    var (net, evaluated) = Raced();
    var course = net.SpeedCourse(evaluated, "none", over: "batch", points: 5);
    (course[0].Accuracy, course[^1].Accuracy).ShouldBe((0.5, 0.9));
    course.Select(point => Math.Round(point.Steps.Interval.Estimate, 1))
        .ShouldBe([1, 1, 1, 0.5, 0]);
    // Where the arm does not come, its ratio is below all others.
    var (slow, theirs) = Raced(comesToTheEnd: false);
    slow.SpeedCourse(theirs, "none", over: "batch")[^1].Steps.Interval.Estimate.ShouldBe(double.NegativeInfinity);
    // Where the first arm is lost at every rate, the course goes as far as one error can be told from none.
    var lost = new Comparison(net.Net, Tuned([net.Net], [.. net.Tuning.Trials.Select(trial =>
        trial with { Status = Status.Stuck })]));
    lost.SpeedCourse([], "none", over: "batch")[^1].Accuracy.ShouldBe(1 - 0.5 / 2_000, 1e-12);
});

Test("title: of speed, whatever comes out, at most 14 words that are true, or those of the claim", () =>
{
    var claim = Literature.Faster;
    (double First, double End, string? Title)[] table =
    [
        (0.6, 0.4, "Batch normalization trains nets 4–5 times sooner to 90%, 2.5–2.6 times to the end"),
        (0.6, 0, "Batch normalization trains nets 4–5 times sooner to 90%, hardly sooner to the end"),
        (0.6, -0.5, "Batch normalization trains nets 4–5 times sooner to 90%, some later to the end"),
        (0.6, double.NaN, "Batch normalization trains nets 4–5 times sooner to 90%, perhaps to the end"),
        (0.6, double.PositiveInfinity, "Batch normalization trains nets 4–5 times sooner to 90%, and to the end"),
        (0, 0.4, null), (double.PositiveInfinity, 0.4, null),
    ];
    Comparison Net(string name) => new(new(name, [new Config()], [1]), new([], new Runs()));
    Effect Of(double mean) => Effect.From("", Enumerable.Range(0, 6).Select(i => mean + 0.01 * (i - 2.5)));
    IReadOnlyList<Comparison> races = [.. new[] { Net("a"), Net("b") }.To(0.9)];
    foreach (var (first, end, title) in table)
    {
        var judged = claim.Judge([], _ => [Of(first), Of(end), Of(first + 0.1), Of(end + 0.02)]);
        SpeedTitle(judged, races).ShouldBe(title);
        (judged with { Telling = one => SpeedTitle(one, races) }).Title.Split(' ').Length.ShouldBeInRange(3, 14);
    }
    // One net sooner to the end, the other not.
    var some = claim.Judge([], _ => [Of(0.6), Of(0.4), Of(0.6), Of(0)]);
    SpeedTitle(some, races).ShouldBe("Batch normalization trains nets 4 times sooner to 90%, some also to the end");
    // Not sooner at a neighbouring rate.
    SpeedTitle(some.With(effect => effect with { AtNeighbours = Of(0) }), races).ShouldBeNull();
    // Only the end is there.
    SpeedTitle(claim.Judge([], _ => [Of(1)]), [races[1]]).ShouldBeNull();
});
