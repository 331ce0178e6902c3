#nullable enable
// A plan run whole, in shards and after an interruption, listed, and reported again: the files are always the same.
using Spectre.Console;

static readonly Dataset Noise = NoiseData();

static readonly Config SmallNet = new() { Width = 5, TrainSize = 600, Epochs = 1 };

// By both, each arm's best rate is the same, which is known only when the first stage has run.
static readonly Measure LowLoss = new("low_loss", trial => -trial.TrainLoss),
    LowSquare = new("low_square", trial => -trial.TrainLoss * trial.TrainLoss);

static Probe ProbeThat(Action<Config> measured) => new([], _ => [1, 5, 10], snapshot =>
{
    measured(snapshot.Config);
    return [];
}) { WhileTuning = true };

/// <summary>A tuning of two arms at three rates, and an evaluation of each arm's best from two seeds.</summary>
static Plan<Report> TuneAndEvaluate(Action<Config>? measured = null, int tuningSeeds = 1)
{
    var probe = ProbeThat(measured ?? (_ => { }));
    return from tuning in Tune([new("net", SmallNet, [1e-4, 0.1, 1])], tuningSeeds, probe, _ => [LowLoss])
           from runs in Evaluate(tuning.BestCells(LowLoss).Concat(tuning.BestCells(LowSquare)), [1, 2], probe)
           select SampleReport(runs);
}

/// <summary>Does something with a plan, as the options say; gives how many trials failed, and what was said.</summary>
static (int Failed, string Said) Execute(string folder, Plan<Report> plan, Action<Execution> command,
    CancellationToken stop = default, int jobs = 1, params string[] options)
{
    var asked = Options.Parse("sample", "?", ["--out", folder, .. options])! with { Jobs = jobs };
    var (console, screen, said) = (Console.Out, Terminal.Screen.Profile.Out, new StringWriter());
    Console.SetOut(said);
    Terminal.Screen.Profile.Out = new AnsiConsoleOutput(said);
    try
    {
        var cores = new Cores(jobs);
        using var execution = new Execution(ProtocolOf(plan, "norm", "lr", "width").Checked(), asked, cores, stop);
        cores.Using(() => command(execution));
        return (execution.Failed, $"{said}");
    }
    finally
    {
        Console.SetOut(console);
        Terminal.Screen.Profile.Out = screen;
    }
}

static (int Failed, string Said) Run(string folder, Plan<Report> plan, params string[] options) =>
    Execute(folder, plan, execution => execution.Run(Noise), options: options);

static string DryRun(string folder, Plan<Report> plan, params string[] options) =>
    Execute(folder, plan, execution => execution.DryRun(Noise), options: options).Said;

static (int Failed, string Said) ReportOnly(string folder, Plan<Report> plan) =>
    Execute(folder, plan, execution => execution.ReportOnly());

/// <summary>A table of the experiment as it stands on disk, its column of seconds blank.</summary>
static string TableAt(string folder, string name, string experiment = "sample")
{
    var rows = File.ReadAllLines(Path.Combine(folder, experiment, name)).Select(line => line.Split(',')).ToList();
    if (Array.IndexOf(rows[0], "seconds") is >= 0 and var at)
        foreach (var row in rows) row[at] = "";
    return string.Join('\n', rows.Select(row => string.Join(',', row)));
}

static string[] TablesAt(string folder) =>
    [TableAt(folder, "trials.csv"), TableAt(folder, "curves.csv"), TableAt(folder, "summary.csv")];

static IReadOnlyList<Trial> TrialsAt(string folder) => new Store(Path.Combine(folder, "sample")).Read();

Test("execution: a run is the same with more jobs, again, and reported from its files", () => InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), other = Path.Combine(folder, "other");
    Run(whole, TuneAndEvaluate()).ShouldSatisfyAllConditions(
        run => run.Failed.ShouldBe(0), run => run.Said.ShouldContain("sample: up to 14 trials on noise, about "),
        run => run.Said.ShouldContain("sample: Noise"));
    var (trials, tables) = (TrialsAt(whole), TablesAt(whole));
    trials.Select(trial => trial.Role)
        .ShouldBe([.. Enumerable.Repeat(Role.Tune, 6), .. Enumerable.Repeat(Role.Evaluate, 4)]);
    trials.ShouldAllBe(trial => trial.Curve.Count == 3);

    Execute(other, TuneAndEvaluate(), execution => execution.Run(Noise), jobs: 3);
    TablesAt(other).ShouldBe(tables);
    Run(other, TuneAndEvaluate()).Said.ShouldContain("nothing to run, 4 trials kept");
    TablesAt(other).ShouldBe(tables);

    foreach (var name in new[] { "summary.csv", "report.html" }) File.Delete(Path.Combine(other, "sample", name));
    ReportOnly(other, TuneAndEvaluate()).Said.ShouldContain("sample: Noise");
    TablesAt(other).ShouldBe(tables);
    File.ReadAllText(Path.Combine(other, "sample", "report.html")).ShouldContain("<h1>Noise</h1>");
}));

Test("execution: shards and their merge leave what one run leaves, and run each trial once", () => InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), parts = Path.Combine(folder, "parts");
    Run(whole, TuneAndEvaluate());
    // The first can only do its part of the tuning; the second finds that whole, and goes on.
    Run(parts, TuneAndEvaluate(), "--shard", "1/2").Said.ShouldContain(
        "shard 1/2 has done its part; 3 trials of others are missing");
    Run(parts, TuneAndEvaluate(), "--shard", "2/2").Said.ShouldContain(
        "shard 2/2 has done its part; 2 trials of others are missing");
    Run(parts, TuneAndEvaluate(), "--shard", "1/2").Said.ShouldContain("shard 1/2 is done; merge without --shard");
    File.Exists(Path.Combine(parts, "sample", "trials.csv")).ShouldBeFalse();
    new Store(Path.Combine(parts, "sample")).Journal.Files.SelectMany(File.ReadAllLines)
        .Count(line => line.Contains("\"Trial\"")).ShouldBe(10);
    Run(parts, TuneAndEvaluate()).Said.ShouldContain("nothing to run, 4 trials kept");
    TablesAt(parts).ShouldBe(TablesAt(whole));
    Provenance.Read(Path.Combine(parts, "sample", "provenance.json")).Runs.Select(run => run.Shard).Distinct()
        .ShouldBe(["1/2", "2/2"], ignoreOrder: true);
}));

Test("execution: what was interrupted goes on, and an estimate knows as much as is on disk", () => InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), cut = Path.Combine(folder, "cut");
    void Interrupted(Func<Config, bool> when)
    {
        using var stop = new CancellationTokenSource();
        var plan = TuneAndEvaluate(config =>
        {
            if (when(config)) stop.Cancel();
        });
        Should.Throw<OperationCanceledException>(() =>
            Execute(cut, plan, execution => execution.Run(Noise), stop.Token));
    }
    Run(whole, TuneAndEvaluate());
    DryRun(cut, TuneAndEvaluate()).ShouldSatisfyAllConditions(
        said => said.ShouldContain("\nup to 14 trials on noise, about "),
        said => Regex.Count(said, @"(?m)^[0-9a-f]{12}  ").ShouldBe(6),
        said => Regex.Count(said, @"(?m)^\(rate open\) ").ShouldBe(8));
    Directory.Exists(cut).ShouldBeFalse();

    Interrupted(config => config.Lr == 1);
    DryRun(cut, TuneAndEvaluate()).ShouldContain("\nup to 14 trials on noise (2 kept), about ");
    Should.Throw<BadInput>(() => ReportOnly(cut, TuneAndEvaluate())).Message.ShouldContain("trials.csv is not there");
    Interrupted(config => config is { Role: Role.Evaluate, Seed: 2 });
    DryRun(cut, TuneAndEvaluate()).ShouldSatisfyAllConditions(
        said => said.ShouldContain("\n10 trials on noise (7 kept), about "),
        said => said.ShouldNotContain("rate open"));
    Should.Throw<BadInput>(() => ReportOnly(cut, TuneAndEvaluate())).Message.ShouldContain("lacks trials");
    Run(cut, TuneAndEvaluate()).Said.ShouldContain("3 trials to run, 1 kept");
    TablesAt(cut).ShouldBe(TablesAt(whole));
}));

Test("execution: a tuning in rounds is the same in shards and after an interruption", () => InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), parts = Path.Combine(folder, "parts"),
        cut = Path.Combine(folder, "cut");
    Plan<Report> InRounds(Action<Config>? measured = null) => TuneAndEvaluate(measured, tuningSeeds: 4);
    DryRun(whole, InRounds()).ShouldContain("\n14 to 32 trials on noise, about ");
    Run(whole, InRounds());
    TrialsAt(whole).Where(trial => trial.Role == Role.Tune).GroupBy(trial => (trial.Norm, trial.Lr))
        .Select(rate => rate.Count()).Distinct().Count().ShouldBeGreaterThan(1);

    for (var done = 0; done < 2; )
        done = new[] { "1/2", "2/2" }.Count(shard => Run(parts, InRounds(), "--shard", shard).Said
            .Contains("is done; merge"));
    Run(parts, InRounds());
    TablesAt(parts).ShouldBe(TablesAt(whole));

    using var stop = new CancellationTokenSource();
    var stopped = InRounds(config =>
    {
        if (config.Seed == Tuning.FirstSeed + 2) stop.Cancel();
    });
    Should.Throw<OperationCanceledException>(() =>
        Execute(cut, stopped, execution => execution.Run(Noise), stop.Token));
    Run(cut, InRounds());
    TablesAt(cut).ShouldBe(TablesAt(whole));
    ReportOnly(cut, InRounds());
    TablesAt(cut).ShouldBe(TablesAt(whole));
}));

Test("execution: a failed trial that is tried again takes part in the choice of rates", () => InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), failing = Path.Combine(folder, "failing");
    Run(whole, TuneAndEvaluate());
    var best = TrialsAt(whole).First(trial => trial is { Role: Role.Evaluate, Norm: Norm.Batch }).Lr;
    var plan = TuneAndEvaluate(config =>
    {
        if (config is { Role: Role.Tune, Norm: Norm.Batch } && config.Lr == best) throw new ArithmeticException("once");
    });
    Run(failing, plan).Failed.ShouldBe(1);
    TrialsAt(failing).Where(trial => trial is { Role: Role.Evaluate, Norm: Norm.Batch })
        .ShouldAllBe(trial => trial.Lr != best);
    ReportOnly(failing, TuneAndEvaluate()).Failed.ShouldBe(1);
    Run(failing, TuneAndEvaluate()).Failed.ShouldBe(1);

    DryRun(failing, TuneAndEvaluate(), "--retry", "failed").ShouldContain("up to 14 trials on noise (5 kept)");
    Run(failing, TuneAndEvaluate(), "--retry", "failed").ShouldSatisfyAllConditions(
        run => run.Failed.ShouldBe(0), run => run.Said.ShouldContain("1 trials to run, 5 kept"),
        run => run.Said.ShouldContain("2 trials to run, 2 kept"));
    TableAt(failing, "summary.csv").ShouldBe(TableAt(whole, "summary.csv"));
    ReportOnly(failing, TuneAndEvaluate()).Failed.ShouldBe(0);
}));

Test("execution: a trial of two stages is run, counted and reported once", () => InFolder(folder =>
{
    Plan<Report> Plan(Probe probe) =>
        from first in Sweep([SmallNet, SmallNet with { Lr = 1 }], probe)
        from second in Sweep([SmallNet with { Lr = 1 }, SmallNet with { Lr = 2 }], probe)
        select SampleReport([.. first, .. second.Skip(1)]);
    DryRun(folder, Plan(ProbeThat(_ => { }))).ShouldContain("\n3 trials on noise, about ");
    var failing = ProbeThat(config =>
    {
        if (config.Lr == 1) throw new ArithmeticException("always");
    });
    Run(folder, Plan(failing)).ShouldSatisfyAllConditions(
        run => run.Failed.ShouldBe(1), run => run.Said.ShouldContain("sample: 3 trials on noise, about "));
    TrialsAt(folder).Select(trial => trial.Lr).ShouldBe([0.1, 1, 2], ignoreOrder: true);
    Provenance.Read(Path.Combine(folder, "sample", "provenance.json")).Trials.ShouldBe(3);
}));

Test("execution: a rate that is still open when its stage is to run is refused", () => InFolder(folder =>
{
    Plan<Report> Frozen() => from tuning in Tune([new("net", SmallNet, [0.1, 1])], seeds: 1)
                             let best = tuning.BestCells(LowLoss).ToList()
                             from runs in Evaluate(best, [1, 2])
                             select SampleReport(runs);
    DryRun(folder, Frozen()).ShouldContain("up to 8 trials on noise");
    foreach (var command in new Action[] { () => Run(folder, Frozen()), () => ReportOnly(folder, Frozen()) })
        Should.Throw<ArgumentException>(command).Message.ShouldBe("stage 2 of sample has no learning rate for norm "
            + "none, seed 1, though all stages before it have run: its grid was evaluated before that, as ToList does; "
            + "give it a query");
    TrialsAt(folder).Select(trial => (trial.Role, trial.Lr))
        .ShouldBe([(Role.Tune, 0.1), (Role.Tune, 1), (Role.Tune, 0.1), (Role.Tune, 1)]);
    // The same without the list goes on from there.
    Run(folder, from tuning in Tune([new("net", SmallNet, [0.1, 1])], seeds: 1)
                from runs in Evaluate(tuning.BestCells(LowLoss), [1, 2])
                select SampleReport(runs)).Said.ShouldContain("nothing to run, 4 trials kept");
}));

/// <summary>Two claims of which one stays open, and a number that is halved once for each seed.</summary>
static Plan<Report> UntilDecided(Looks looks, Action<Config>? measured = null)
{
    var claim = new Claim("c", "Noise is learned", "s", "o", Unit.Points, Region.Positive(0.002));
    Net[] nets = [new("easy", SmallNet, [0.1]), new("hard", SmallNet with { Width = 6 }, [0.1])];
    return from judged in Evaluate(nets.SelectMany(net => net.Cells).Select(cell => cell with { Lr = 0.1 }), looks,
               trials => [claim.Judge([.. trials.Where(trial => trial.Lr == 0.1)], all =>
                   [.. nets.Select(net => Effect.From(net.Name, all.Paired(net["batch"], net["none"], (batch, _) =>
                       net.Name == "easy" ? 1 + 0.001 * batch.Seed : batch.Seed % 2 - 0.5)))])],
               ProbeThat(measured ?? (_ => { })),
               refine: trials => trials.Where(trial => trial.Width == 6 && trial.Norm == Norm.Batch
                       && trials.Count(other => other.Width == 6 && other.Norm == Norm.Batch
                           && other.Seed == trial.Seed) == 1)
                   .Select(trial => trial.ToCell() with { Lr = 0.05, Seed = trial.Seed, Role = trial.Role }))
           select SampleReport(judged.Trials) with { Claims = judged.Claims };
}

Test("execution: open conditions get more seeds, the same in one run, in shards, after a stop and from the files", () =>
    InFolder(folder =>
{
    string whole = Path.Combine(folder, "whole"), parts = Path.Combine(folder, "parts"),
        cut = Path.Combine(folder, "cut");
    Plan<Report> Plan(Action<Config>? measured = null) => UntilDecided(new(2, 4), measured);
    DryRun(whole, Plan()).ShouldMatch(@"\n8 to 16 trials on noise, about \d+ s to \d+ s with");
    Run(whole, Plan()).Said.ShouldContain("sample: 8 to 16 trials on noise, about ");
    // Two nets with two arms from two seeds; two halvings; two seeds more of the hard net's arms, and their halvings.
    var trials = TrialsAt(whole);
    trials.Select(trial => (trial.Width, trial.Lr, trial.Seed)).ShouldBe(
    [
        (5, 0.1, 1), (5, 0.1, 2), (5, 0.1, 1), (5, 0.1, 2), (6, 0.1, 1), (6, 0.1, 2), (6, 0.1, 1), (6, 0.1, 2),
        (6, 0.05, 1), (6, 0.05, 2), (6, 0.1, 3), (6, 0.1, 4), (6, 0.1, 3), (6, 0.1, 4), (6, 0.05, 3), (6, 0.05, 4),
    ]);
    var rows = Provenance.Read(Path.Combine(whole, "sample", "provenance.json")).Found!.Claims!;
    rows.Select(row => (row.ConditionVerdict, row.N, row.Look, row.Looks)).ShouldBe(
        [("supported", 2, 1, 2), ("open", 4, 2, 2)]);
    DryRun(whole, Plan()).ShouldContain("\n16 trials on noise (16 kept), about ");

    using var stop = new CancellationTokenSource();
    Should.Throw<OperationCanceledException>(() => Execute(cut, Plan(config =>
    {
        if (config.Seed == 3) stop.Cancel();
    }), execution => execution.Run(Noise), stop.Token));
    Run(cut, Plan());
    TablesAt(cut).ShouldBe(TablesAt(whole));
    File.Delete(Path.Combine(cut, "sample", "summary.csv"));
    ReportOnly(cut, Plan());
    TablesAt(cut).ShouldBe(TablesAt(whole));

    // Shards by turns, until none lacks what another has not done.
    for (var turn = 0; !Run(parts, Plan(), "--shard", $"{turn % 2 + 1}/2").Said.Contains("is done; merge"); turn++)
        turn.ShouldBeLessThan(12);
    File.Exists(Path.Combine(parts, "sample", "trials.csv")).ShouldBeFalse();
    Run(parts, Plan());
    TablesAt(parts).ShouldBe(TablesAt(whole));

    // With a fixed number of seeds there is one look.
    Run(Path.Combine(folder, "fixed"), UntilDecided(new(3)));
    TrialsAt(Path.Combine(folder, "fixed")).Count.ShouldBe(15);
}));
