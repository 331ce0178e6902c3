#nullable enable
// What every experiment does: read the command line, sweep, write, report.
using Microsoft.Data.Analysis;

/// <summary>An experiment under way: what was asked for, how to run trials, and how to report them.</summary>
public sealed class Lab(string experiment, string question, Options options, CancellationToken stop) : IDisposable
{
    readonly List<Config> asked = [];
    readonly Stopwatch clock = Stopwatch.StartNew();
    Probe? probe;
    Dataset? data;
    Hold? hold;
    RunRecord? run;
    int ran;

    public string Experiment => experiment;
    public Options Options => options;
    public Store Store { get; private set; } = new(Path.Combine(options.Out, experiment));

    /// <summary>What varies and why; to be set before the first sweep. Null leaves it to be read off the trials.
    /// </summary>
    public Study? Study { get; set; }

    /// <summary>Trials of all sweeps that failed.</summary>
    public int Failed { get; private set; }

    /// <summary>The value for the preset in force.</summary>
    public T Pick<T>(T smoke, T standard, T full) => options.Preset switch
    {
        Preset.Smoke => smoke,
        Preset.Standard => standard,
        _ => full,
    };

    /// <summary>Seeds 1, 2, ...: as many as --seeds says, else as the preset wants.</summary>
    public IEnumerable<int> Seeds(int standard, int full = 10) =>
        Enumerable.Range(1, options.Seeds ?? Pick(2, standard, full));

    /// <summary>The baseline, cut short in `smoke`.</summary>
    public Config Baseline => options.Preset == Preset.Smoke ? new Config { TrainSize = 12_000 } : new Config();

    /// <summary>The trials of a grid, in its order: those on disk, and the others run now. What it returns was read
    /// from the CSVs. A later sweep of the same experiment adds its trials to theirs.</summary>
    /// <param name="probe">What to measure during training beside the common columns: one for all sweeps.</param>
    public IReadOnlyList<Trial> Sweep(IEnumerable<Config> cells, Probe? probe = null)
    {
        if (asked.Count == 0) Begin(probe);
        var past = options.ReportOnly ? Provenance.Read(Store.ProvenanceFile) : null;
        List<Config> grid = [.. cells.Select(cell =>
            cell with { Experiment = experiment, Dataset = past?.Dataset ?? data!.Name }).Distinct()];
        asked.AddRange(grid.Except(asked));
        (Study ?? new([], [], "")).Check(asked, strict: Study is not null);
        // Nothing is run: what is to be computed from the trials sees them lost.
        if (options.DryRun)
            return [.. grid.Select(config => new Trial(config)
                { Status = Status.Diverged, Reason = "not run", LossExcess = double.PositiveInfinity })];
        if (past is null) Complete(grid);
        var stored = Stored(past).ToDictionary(trial => trial.Id);
        List<Trial> trials = [.. grid.Select(config => stored.GetValueOrDefault(Trials.Identity(config,
                past?.Fingerprint ?? data!.Fingerprint))
            ?? throw new BadInput($"{Store.TrialsFile} lacks trials of this grid: run without --report-only, or with "
                + "the preset and seeds of that run"))];
        Failed += trials.Where((_, place) => IsMine(place)).Count(trial => trial.Status == Status.Failed);
        return trials;
    }

    /// <summary>Stage 1 of tuning: every cell at every rate, on seeds of their own.</summary>
    /// <param name="seeds">Tuning seeds.</param>
    /// <param name="probe">As for Sweep.</param>
    public Tuning Tune(IReadOnlyList<Config> cells, IReadOnlyList<double> rates, int seeds, Probe? probe = null) =>
        new(cells, rates, Sweep(from cell in cells
                                from rate in rates
                                from seed in Enumerable.Range(Tuning.FirstSeed, seeds)
                                select cell with { Lr = rate, Seed = seed, Role = Role.Tune }, probe));

    /// <summary>Lists what has been asked for; returns exit code 0.</summary>
    public int PrintPlan() =>
        Plan.Print([.. asked.Where((_, place) => IsMine(place))], data!, options.Jobs);

    void Begin(Probe? probe)
    {
        this.probe = probe;
        Store = new(Store.Folder, Study, probe, options.Shard);
        if (options.ReportOnly)
        {
            if (!File.Exists(Store.TrialsFile))
                throw new BadInput($"{Store.TrialsFile} is not there: run without --report-only");
            var past = Provenance.Read(Store.ProvenanceFile);
            if (options.Data is { } wanted && wanted != past.Dataset)
                throw new BadInput($"{Store.Folder} holds results on {past.Dataset}: "
                    + $"run {wanted} without --report-only");
            return;
        }
        data = LoadDataset(options.Data);
        if (data.Notice is { } notice) Error.WriteLine($"note: {notice}");
        if (options.DryRun) return;
        hold = new(Store.Folder, options.Shard);
        if (options.Fresh && (File.Exists(Store.TrialsFile) || Store.Journal.Files.Count > 0))
        {
            Dispose();
            SetAside(Store.Folder);
            hold = new(Store.Folder, options.Shard);
        }
        if (Store.Journal.DropTorn() is > 0 and var torn)
            Error.WriteLine($"note: {torn} {(torn == 1 ? "line" : "lines")} in the journal of {Store.Folder} had been "
                + "cut off, as when a run is killed while it writes; what it held is run again");
    }

    public void Dispose() => hold?.Dispose();

    bool IsMine(int place) => options.Shard?.Has(place) != false;

    // What the files hold, each row being the trial that it says it is.
    IReadOnlyList<Trial> Stored(Provenance? past = null)
    {
        var (name, fingerprint) = past is null ? (data!.Name, data.Fingerprint) : (past.Dataset, past.Fingerprint);
        var trials = Store.Read();
        return trials.FirstOrDefault(trial => trial.Dataset == name
            && Trials.Identity(trial, fingerprint) != trial.Id) is not { } odd ? trials
            : throw new BadInput($"{Store.Folder}: the columns of trial {odd.Id} (lr {Tables.Text(odd.Lr)}, seed "
                + $"{odd.Seed}) are not those that it was run with; restore the file, or start over with --fresh");
    }

    // Runs what the files lack of the grid, or of this shard's part of it.
    void Complete(IReadOnlyList<Config> grid)
    {
        string Identity(Config config) => Trials.Identity(config, data!.Fingerprint);
        var known = Stored();
        var done = known.Where(trial => !(options.RetryFailed && trial.Status == Status.Failed))
            .Select(trial => trial.Id).ToHashSet();
        List<Config> mine = [.. grid.Where((_, place) => IsMine(place))];
        var missing = mine.Where(config => !done.Contains(Identity(config))).ToList();
        using (var progress = new SweepProgress(experiment, mine.Count, mine.Count - missing.Count, missing.Sum(Cost)))
            if (missing.Count > 0) Train(missing, progress);
        if (options.Shard is null) Merge(Identity);
        else AwaitOthers([.. grid.Select(Identity)]);
    }

    void Train(IReadOnlyList<Config> missing, SweepProgress progress)
    {
        Store.Journal.Append(run ??= RunRecord.Begin(options.Shard, options.Jobs));
        try
        {
            Trials.Run(missing, data!, probe, options.Jobs, trial =>
            {
                Store.Journal.Append(trial);
                Interlocked.Increment(ref ran);
                progress.Report(Snake(trial.Norm), Snake(trial.Status), Cost(trial));
            }, stop);
        }
        finally { Store.Journal.Append(run.End(clock.Elapsed, ran)); }
    }

    // From the journals into the CSVs: the rows of what was asked for in its order, then rows of other grids, for
    // nothing that was computed is dropped. Provenance first, since the journals, which know the runs, go at the end.
    void Merge(Func<Config, string> identity)
    {
        var runs = Store.Journal.Read().Runs;
        var past = File.Exists(Store.ProvenanceFile) ? Provenance.Read(Store.ProvenanceFile).Runs : [];
        // Where nothing was run the results are the earlier runs', and so is where they come from.
        if (runs.Count > 0 || past.Count == 0)
            new Provenance(experiment, CommandLine(), Snake(options.Preset), data!.Name, data.Fingerprint, data.Notice,
                [.. past.Where(run => !runs.Any(later => later.Began(run))), .. runs]).Write(Store.ProvenanceFile);
        var all = Store.Read().ToDictionary(trial => trial.Id);
        var own = asked.Select(identity).ToList();
        Store.Write([.. own.Where(all.ContainsKey).Select(id => all[id]),
            .. all.Values.ExceptBy(own, trial => trial.Id)]);
    }

    // What follows may depend on all of this sweep, as the second stage of tuning does on the first. A shard that waits
    // counts as one that is not at work, so that none waits for another that waits.
    void AwaitOthers(IReadOnlyList<string> ids)
    {
        hold!.Pause();
        for (var said = false; ; said = true)
        {
            var begun = clock.Elapsed;
            // In this order: who ends between the two has written all it has.
            var others = hold.Others();
            var stored = Stored();
            var missing = ids.Except(stored.Select(trial => trial.Id)).Count();
            if (missing == 0) break;
            if (others.Count == 0)
            {
                Out.WriteLine($"{experiment}: shard {options.Shard} has done its part; {missing} trials of others are "
                    + "missing. Run those shards, then this one again; or merge without --shard, which runs them too");
                var failed = stored.Where(trial => trial.Status == Status.Failed).Select(trial => trial.Id)
                    .Intersect(ids.Where((_, place) => IsMine(place)));
                throw new Finished(Failed > 0 || failed.Any() ? 1 : 0);
            }
            if (!said) Out.WriteLine($"{experiment}: shard {options.Shard} waits for {string.Join(", ", others)}");
            // Looking must not take much of a core.
            stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1) + 9 * (clock.Elapsed - begun));
            stop.ThrowIfCancellationRequested();
        }
        hold.Resume();
    }

    /// <summary>Writes summary.csv, report.html and claims.csv; with --dry-run prints the plan instead.</summary>
    /// <param name="title">What was found, in a sentence.</param>
    /// <param name="trials">All that the report is of.</param>
    /// <param name="groups">The table of groups.</param>
    /// <param name="numbers">After those of the claims.</param>
    /// <param name="figures">The main one first.</param>
    /// <param name="claims">Judged on these trials.</param>
    /// <param name="tables">More sections, behind the figures.</param>
    public void Report(string title, IReadOnlyList<Trial> trials, DataFrame groups, IReadOnlyList<KeyNumber> numbers,
        IReadOnlyList<Figure> figures, IReadOnlyList<string> caveats, IReadOnlyList<Judgement>? claims = null,
        IReadOnlyList<Section>? tables = null)
    {
        if (options.DryRun) throw new Finished(PrintPlan());
        if (options.Shard is not null)
        {
            Out.WriteLine($"{experiment}: shard {options.Shard} is done; merge without --shard");
            return;
        }
        Store.WriteSummary(groups);
        var past = Provenance.Read(Store.ProvenanceFile);
        claims ??= [];
        numbers = [.. claims.Select(claim => claim.Number(past.Dataset)), .. numbers];
        WritePage(Store.ReportFile, new(experiment, title, question, numbers,
        [
            new FigureSection(figures[0]),
            Method.Describe(trials, past, Study),
            .. figures.Skip(1).Select(figure => new FigureSection(figure)),
            .. tables ?? [],
            .. claims.Count == 0 ? Array.Empty<Section>() : [new Definitions("Claims, condition by condition",
                [.. claims.SelectMany(claim => claim.Lines())])],
            new TableSection("Groups", groups, "One row for each cell of the grid: how its seeds ended, and the median "
                + "over the seeds that ended well with its interval and the interval's level, mean "
                + "and standard deviation."),
            new Notes("Caveats", [.. caveats, .. Method.Caveats(trials, past)]),
            new Command("Run it again", past.Command, "The same seeds give the same CSVs on the same instruction set."),
            new Links("Data",
            [
                ("trials.csv", "trials.csv", "a row for each trial"), ("curves.csv", "curves.csv", "a row for each "
                + "measurement during training"), ("summary.csv", "summary.csv", "the table above"),
                ("provenance.json", "provenance.json", "code, data, machine"),
                .. claims.Count == 0 ? Array.Empty<(string, string, string)>()
                    : [("claims.csv", "../claims.csv", "the verdicts of all experiments")],
            ]),
        ], past.Notice, Method.Made(past)));
        // For the index.
        var first = numbers.FirstOrDefault() ?? new("", "");
        (past with
        {
            Trials = asked.Count,
            Found = new(title, question, first.Label, first.Value, first.Detail, first.Verdict,
                [.. claims.SelectMany(claim => claim.Rows(experiment, past))]),
        }).Write(Store.ProvenanceFile);
        IndexPage.WriteClaims(options.Out);
        Out.WriteLine($"{experiment}: {title}");
        Out.WriteLine($"open {Path.GetFullPath(Store.ReportFile)}");
    }

    string CommandLine()
    {
        List<string> words = ["dotnet script", $"experiments/{experiment}.csx"];
        List<string> arguments = [];
        if (options.Preset != Preset.Standard) arguments.Add($"--preset {Snake(options.Preset)}");
        if (options.Data is { } name) arguments.Add($"--data {name}");
        if (options.Seeds is { } seeds) arguments.Add($"--seeds {seeds}");
        return string.Join(' ', [.. words, .. arguments.Count > 0 ? ["--", .. arguments] : arguments]);
    }

    // What a trial costs, roughly, where trials of one sweep differ: examples seen, convolutions being dearer.
    static double Cost(Config config) =>
        (double)config.Steps * config.BatchSize * (config.Model == Architecture.Lenet ? 6 : 1);

    static void SetAside(string folder)
    {
        var number = Enumerable.Range(1, int.MaxValue).First(n => !Directory.Exists($"{folder}.{n}"));
        Directory.Move(folder, $"{folder}.{number}");
    }
}

/// <summary>Ends an experiment early with an exit code.</summary>
public sealed class Finished(int code) : Exception
{
    public int Code => code;
}

/// <summary>Runs an experiment from its command line; returns the exit code: 0 done, 1 some trials failed, 2 bad input,
/// 130 interrupted.</summary>
static int Run(IEnumerable<string> args, string experiment, string question, Action<Lab> body)
{
    using var stop = new CancellationTokenSource();
    var signal = 0;
    void Stop(PosixSignalContext context, int code)
    {
        // The first asks; a second one ends the process at once.
        context.Cancel = signal == 0;
        signal = code;
        stop.Cancel();
    }
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130));
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143));
    Options? options = null;
    try
    {
        if (!Regex.IsMatch(experiment, @"^[A-Za-z0-9][\w-]*$"))
            throw new BadInput($"'{experiment}' is no name for an experiment: its results' folder has it, so letters, "
                + "digits, _ and - alone");
        options = Options.Parse(experiment, question, [.. args]);
        if (options is null) return 0;
        using var lab = new Lab(experiment, question, options, stop.Token);
        try { body(lab); }
        // Trials that were not run are lost ones, which not every analysis bears.
        catch (Exception e) when (options.DryRun && e is not Finished and not BadInput) { return lab.PrintPlan(); }
        if (lab.Failed > 0)
            Error.WriteLine($"{lab.Failed} trials failed: see status and reason in {lab.Store.TrialsFile}; "
                + "--retry failed runs them again");
        return lab.Failed > 0 ? 1 : 0;
    }
    catch (Finished finished) { return finished.Code; }
    catch (OperationCanceledException) when (signal != 0)
    {
        Error.WriteLine("interrupted; finished trials are kept: the same command goes on from there");
        return signal;
    }
    catch (Exception e) when (e is BadInput or IOException or UnauthorizedAccessException or OutOfMemoryException)
    {
        Error.WriteLine(options?.Verbose == true ? $"{e}" : e is BadInput ? e.Message
            : e is OutOfMemoryException ? "there is not enough memory: fewer --jobs need less"
            : $"{e.Message.TrimEnd('.')} (is there room in {options?.Out}, and may you write there? "
                + "--out takes another folder)");
        return 2;
    }
}
