#nullable enable

// A seed that trains up to a limit, on a grid of whole decades: what is asked for next is run until nothing is.
static (List<Trial> Trials, int Rounds) Bisected(double limit, double decades = 0.1)
{
    Trial At(double lr) => Made(lr, accuracy: lr <= limit ? 0.5 + 0.001 * lr : 0.1);
    List<Trial> trials = [.. LogGrid(0.01, 100, 5).Select(At)];
    for (var round = 0; ; round++)
    {
        var next = new[] { StableRateLimit(trials) }.Halved(config => config.Lr,
            (config, lr) => config with { Lr = lr }, decades).ToList();
        if (next.Count == 0) return (trials, round);
        trials.Add(At(next.Single().Lr));
    }
}

Test("bisection: a limit is found to a tenth of a decade in the fewest steps", () =>
{
    foreach (var limit in new[] { 0.011, 0.02, 0.0999, 0.31, 1, 7.4, 57 })
    {
        var (trials, rounds) = Bisected(limit);
        var found = StableRateLimit(trials);
        found.Last!.Lr.ShouldBeLessThanOrEqualTo(limit);
        found.Next!.Lr.ShouldBeGreaterThan(limit);
        Math.Log10(found.Next.Lr / found.Last.Lr).ShouldBeLessThan(0.102);
        rounds.ShouldBe(4);
        LargestStableRate(trials).ShouldBe(found.Last.Lr);
    }
    Bisected(1, decades: 1).Rounds.ShouldBe(0);
    // Beyond the grid, or nowhere: there is nothing to halve.
    Bisected(1000).Rounds.ShouldBe(0);
    Bisected(0.001).Rounds.ShouldBe(0);
});

Test("bisection: what is run next is the trial that works with another value; whole numbers end when adjacent", () =>
{
    Trial At(int depth) => Made(lr: 0.3, seed: 4, accuracy: depth <= 9 ? 0.5 : 0.1,
        with: config => config with { Depth = depth, Role = Role.Evaluate, Experiment = "e" });
    List<Trial> trials = [At(4), At(16)];
    List<int> depths = [];
    while (new[] { DepthLimit(trials, 0.5) }.Halved(config => config.Depth,
        (config, depth) => config with { Depth = (int)Math.Round(depth) }, decades: 0.01).ToList() is [var next])
    {
        next.ShouldBe(new Config { Lr = 0.3, Seed = 4, Depth = next.Depth, Role = Role.Evaluate });
        depths.Add(next.Depth);
        trials.Add(At(next.Depth));
    }
    depths.ShouldBe([8, 11, 9, 10]);
});
