#nullable enable
// What every experiment does: read the command line, sweep, write, report.
using Microsoft.Data.Analysis;

/// <summary>An experiment under way: what was asked for, how to run trials, and how to report them.</summary>
public sealed partial class Lab(string experiment, string question, Options options, CancellationToken stop)
    : IDisposable
{
    readonly List<Config> asked = [];
    Probe? probe;
    Dataset? data;
    int sweeps;

    public string Experiment => experiment;
    public Options Options => options;
    public Store Store { get; private set; } = new(Path.Combine(options.Out, experiment));

    /// <summary>What varies and why; to be set before the first sweep. Null leaves it to be read off the trials.
    /// </summary>
    public Study? Study { get; set; }

    /// <summary>What the experiment does; it is gone through beforehand for a plan.</summary>
    public Action<Lab>? Body { private get; init; }

    /// <summary>Whether this goes through it for that plan.</summary>
    public bool Rehearses { private get; init; }

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
        // A script that sweeps until it sees what it wants would go on for ever.
        if (options.DryRun && ++sweeps > 100) throw new Finished(0);
        // Nothing is run: what is to be computed from the trials sees them lost.
        if (options.DryRun)
            return [.. grid.Select(config => new Trial(config)
                { Status = Status.Diverged, Reason = "not run", LossExcess = double.PositiveInfinity })];
        if (past is null) Complete(grid);
        var stored = Stored(past).ToDictionary(trial => trial.Id);
        List<Trial> trials = [.. grid.Select(config => stored.GetValueOrDefault(Fingerprint.OfTrial(config,
                past?.Fingerprint ?? data!.Fingerprint))
            ?? throw new BadInput($"{Store.TrialsFile} lacks trials of this grid: run without --report-only, or with "
                + "the preset and seeds of that run"))];
        var failed = trials.Where(trial => trial.Status == Status.Failed).Select(trial => trial.Id);
        Failed += options.Shard is null ? failed.Count() : failed.Intersect(Mine(grid).Select(Identity)).Count();
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

    void Begin(Probe? probe)
    {
        if (options.Compare is { } dir)
        {
            SideBySide.Show(options.Out, dir, [experiment]);
            throw new Finished(0);
        }
        this.probe = probe;
        Store = new(Store.Folder, Study?.Extras, probe, options.Shard);
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
        data ??= LoadDataset(options.Data);
        if (data.Notice is { } notice) Error.WriteLine($"note: {notice}");
        if (options.DryRun) return;
        Take();
        Announce();
    }

    /// <summary>Writes summary.csv, figures, report.html, picture.svg and claims.csv; with --dry-run prints the plan.
    /// </summary>
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
        if (options.DryRun) throw new Finished(Rehearses ? 0 : PrintPlan());
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
                ("figures", "figures/", "each figure above as JSON for Plotly"),
                .. claims.Count == 0 ? Array.Empty<(string, string, string)>()
                    : [("claims.csv", "../claims.csv", "the verdicts of all experiments")],
            ]),
        ], past.Notice, Method.Made(past)));
        FigureFiles.Write(Path.Combine(Store.Folder, "figures"), [.. figures,
            .. (tables ?? []).OfType<FigureSection>().Select(section => section.Figure)]);
        // For the index.
        PageHtml.Write(Path.Combine(Store.Folder, IndexPage.Picture), $"{Picture.Of(figures[0])}\n");
        var first = numbers.FirstOrDefault() ?? new("", "");
        List<ClaimRow> rows = [.. claims.SelectMany(claim => claim.Rows(experiment, past))];
        (past with
        {
            Trials = asked.Count,
            Found = new(title, question, first.Label, first.Value, first.Detail, first.Verdict, rows),
        }).Write(Store.ProvenanceFile);
        IndexPage.WriteClaims(options.Out);
        Verdicts.Show(rows);
        if (past.Preset == Snake(Preset.Smoke)) Out.WriteLine("A smoke run: it shows that everything works, and its "
            + "numbers answer nothing.");
        Out.WriteLine($"{experiment}: {title}");
        Terminal.Open(Store.ReportFile);
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
        if (signal != 0) Terminal.ShowCursor();
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
        if (options.ReportOnly) options = options.AsRun(experiment, question, [.. args]);
        using var lab = new Lab(experiment, question, options, stop.Token) { Body = body };
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
        Error.WriteLine("interrupted; finished trials are kept, and this goes on from there:");
        Error.WriteLine($"  {Options.Again(experiment, args)}");
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
