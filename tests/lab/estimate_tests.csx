#nullable enable

Test("console: an estimate counts what is kept, and measures the rest", () =>
{
    var data = NoiseData();
    List<Config> grid = [.. from norm in new[] { Norm.None, Norm.Batch }
                            from seed in Enumerable.Range(1, 2)
                            select new Config { Norm = norm, Seed = seed, Width = 10, TrainSize = 600, Epochs = 30 }];
    var measured = 0;
    var probe = new Probe([], _ => [1], _ =>
    {
        measured++;
        return [];
    });
    var estimate = Estimate.Measure(grid, grid[..3], data, probe, jobs: 2);
    estimate.Words("noise", 2)
        .ShouldMatch(@"^4 trials on noise \(1 kept\), about \d+ s with 2 jobs and \d\.\d GB of memory$");
    estimate.Time.ShouldBeGreaterThan(TimeSpan.Zero);
    // The first kind of net twice, the other once, if there was time.
    measured.ShouldBeInRange(2, 3);
    estimate.Lines("").Count().ShouldBe(4);
    estimate.Lines("").First().ShouldContain("norm none");
    Estimate.Measure(grid, [], data, null, jobs: 2).Time.ShouldBe(TimeSpan.Zero);
    (estimate with { Time = TimeSpan.FromSeconds(3725), Kept = 0 }).Words("noise", 1)
        .ShouldStartWith("4 trials on noise, about 1 h 02 min with 1 job and");
});
