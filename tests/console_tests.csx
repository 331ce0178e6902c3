#nullable enable
// What a person at the console meets: estimates, words for what went wrong, and the way on.

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

Test("console: what a word was meant for is asked", () =>
{
    string Refused(params string[] args) =>
        Should.Throw<BadInput>(() => Options.Parse("e", "q", args)).Message;
    Refused("--seed", "3").ShouldBe("'--seed' is no option: did you mean --seeds?");
    Refused("--report").ShouldBe("'--report' is no option: did you mean --report-only?");
    Refused("--dryrun").ShouldContain("--dry-run?");
    Refused("smoke").ShouldBe("'smoke' is no option: did you mean --preset smoke?");
    Refused("fashion-mnist").ShouldContain("--data fashion-mnist?");
    Refused("--bogus").ShouldBe("'--bogus' is no option; --help lists them");
});

Test("console: what goes on with a run does not start it over", () =>
{
    Options.ResumeCommand("experiments/e.csx", ["--fresh", "--out", "a b", "--seeds=3"])
        .ShouldBe("dotnet script experiments/e.csx -- --out 'a b' --seeds=3");
    Options.ResumeCommand("experiments/e.csx", ["--fresh"]).ShouldBe("dotnet script experiments/e.csx");
});

Test("console: an experiment whose file's name is no folder's name is refused before it is described", () =>
{
    var console = Console.Error;
    foreach (var name in new[] { "..", ".", "probe.1", "" })
        try
        {
            var said = new StringWriter();
            Console.SetError(said);
            Experiment([], "q", new([], [], ""), _ => throw new UnreachableException(), $"/x/{name}.csx").ShouldBe(2);
            said.ToString().ShouldStartWith($"{name}.csx is no name for an experiment");
        }
        finally { Console.SetError(console); }
});

Test("console: a report of a run takes that run's options, but for those given", () =>
{
    var folder = Reported("asrun", "digits", 1);
    var file = new Store(Path.Combine(folder, "e")).ProvenanceFile;
    var past = Provenance.Read(file);
    (past with { Command = "dotnet script experiments/e.csx -- --preset smoke --seeds 3" }).Write(file);
    string[] args = ["--report-only", "--out", folder, "--seeds=4"];
    var options = Options.Parse("e", "q", args)!.AsRecorded("e", "q", args);
    (options.Preset, options.Seeds, options.ReportOnly).ShouldBe((Preset.Smoke, 4, true));
    (past with { Command = "dotnet script experiments/e.csx" }).Write(file);
    Options.Parse("e", "q", args)!.AsRecorded("e", "q", args).Preset.ShouldBe(Preset.Standard);
});

Test("console: an interval says its unit once, and where it has no bound", () =>
{
    Unit.Points.Interval(0.005, 0.001, 0.009).ShouldBe("+0.5 points (+0.1 to +0.9)");
    Unit.Ratio.Interval(0.5, double.NegativeInfinity, double.PositiveInfinity).ShouldBe("×3.16 (0 to ∞)");
    Unit.Decades.Interval(-1, double.NegativeInfinity, 2).ShouldBe("−1 decades (−∞ to +2)");
    Unit.Ratio.Interval(double.PositiveInfinity, 1, double.PositiveInfinity).ShouldBe("beyond all (×10 to ∞)");
    Unit.Ratio.Interval(double.NaN, 0, 0).ShouldBe("too few data");
    Unit.Named("of another version").Interval(1, 0, 2).ShouldBe("+1 (0 to +2)");
});
