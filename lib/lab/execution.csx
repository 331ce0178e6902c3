#nullable enable
// Interpreters of a plan: one runs what the results folder lacks (all of it, or a shard's part), one lists what would
// be run, one reads what has been run.

/// <summary>An experiment at work on its results folder.</summary>
/// <param name="cores">The caller has one of them.</param>
public sealed class Execution(Protocol protocol, Options options, Cores cores, CancellationToken stop) : IDisposable
{
    // One report at a time: claims.csv is made from those of all experiments, and is to have all of them.
    static readonly Lock publishing = new();

    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly List<Config> asked = [];
    readonly HashSet<string> failed = [];
    readonly Store store = new(Path.Combine(options.Out, protocol.Name), protocol.Design.Extras, protocol.Probe,
        options.Shard);
    FolderLock? folderLock;
    RunRecord? run;
    string dataset = "", fingerprint = "";
    DatasetFacts facts = DatasetFacts.Mnist;
    int ran;

    public Store Store => store;

    /// <summary>How many trials of this run's part failed.</summary>
    public int Failed => failed.Count;

    /// <summary>All trials of the plan, stage after stage, each once.</summary>
    IReadOnlyList<Trial> AllTrials =>
        [.. protocol.Plan.Stages.SelectMany(stage => stage.Runs).DistinctBy(trial => trial.Id)];

    public void Dispose() => folderLock?.Dispose();

    /// <summary>Runs what is missing, and reports. With a shard: its part of what is missing, without a report.
    /// </summary>
    public void Run(Dataset data)
    {
        Begin(data);
        LockFolder();
        Announce(data);
        foreach (var stage in protocol.Plan.Stages)
        {
            var whole = Fill(stage, grid =>
            {
                Train(grid, data);
                return options.Shard is null || AwaitOthers(grid);
            });
            if (!whole) return;
            if (options.Shard is null) Merge(data);
        }
        if (options.Shard is null)
            lock (publishing) Publish();
        else Out.WriteLine($"{protocol.Name}: shard {options.Shard} is done; merge without --shard");
    }

    /// <summary>Where the results come from that a report is to be made of again.</summary>
    /// <exception cref="BadInput">There are none, or they are on other data than what was asked for.</exception>
    public static Provenance PastOf(Options options, string experiment)
    {
        var store = new Store(Path.Combine(options.Out, experiment));
        if (!File.Exists(store.TrialsFile))
            throw new BadInput($"{store.TrialsFile} is not there: run without --report-only");
        var past = Provenance.Read(store.ProvenanceFile);
        return options.Data is { } wanted && OwnData.NameOf(wanted) != past.Dataset
            ? throw new BadInput($"{store.Folder} holds results on {past.Dataset}: run {wanted} without --report-only")
            : past;
    }

    /// <summary>Makes the report again from the files.</summary>
    public void ReportOnly()
    {
        var past = PastOf(options, protocol.Name);
        (dataset, fingerprint, facts) = (past.Dataset, past.Fingerprint, past.Data);
        foreach (var stage in protocol.Plan.Stages) Fill(stage, _ => true);
        lock (publishing) Publish();
    }

    /// <summary>Lists what would be run, and estimates time and memory.</summary>
    public void DryRun(Dataset data)
    {
        Begin(data);
        var estimate = Settled(Planned(data), TimeSpan.FromMinutes(1));
        foreach (var line in estimate.Lines(fingerprint)) Out.WriteLine(line);
        if (estimate.Asked.Any(config => double.IsNaN(config.Lr)))
            Out.WriteLine("Learning rates without a number are chosen by the first stage "
                + $"(seeds from {Tuning.FirstSeed}).");
        Out.WriteLine(estimate.Words(dataset, options.Jobs));
    }

    // What cannot be trained on this data is refused before anything runs. Rates that are not chosen yet come from
    // grids that are checked with the first stage.
    void Begin(Dataset data)
    {
        (dataset, fingerprint, facts) = (data.Name, data.Fingerprint, data.Facts);
        foreach (var config in protocol.Plan.Stages.SelectMany(stage => protocol.Configs(stage, dataset)))
            ConfigRules.Check(double.IsNaN(config.Lr) ? config with { Lr = 1 } : config, data);
    }

    string Id(Config config) => Fingerprint.OfTrial(config, fingerprint);

    // Fills a stage with its trials, of its grid and of what it asks for as these come in. False where some could not
    // be had.
    bool Fill(Stage stage, Func<IReadOnlyList<Config>, bool> have)
    {
        for (var grid = Ask(stage); ; )
        {
            if (!have(grid)) return false;
            var trials = Trials(grid);
            CountFailed(grid, trials);
            var next = protocol.More(stage, trials, dataset).Except(grid).ToList();
            if (next.Count == 0)
            {
                stage.Runs.Fill(trials);
                return true;
            }
            Register(next);
            grid = [.. grid, .. next];
        }
    }

    // The grid of a stage that is next, when all before it have run; registered among all that is asked for, since a
    // shard's part is counted over all of it.
    IReadOnlyList<Config> Ask(Stage stage)
    {
        var grid = protocol.Configs(stage, dataset);
        if (grid.FirstOrDefault(config => double.IsNaN(config.Lr)) is { } open)
            throw new ArgumentException($"stage {protocol.Plan.Stages.ToList().IndexOf(stage) + 1} of {protocol.Name} "
                + $"has no learning rate for norm {Snake(open.Norm)}, seed {open.Seed}, though all stages before it "
                + "have run: its grid was evaluated before that, as ToList does; give it a query");
        Register(grid);
        return grid;
    }

    void Register(IReadOnlyList<Config> configs)
    {
        asked.AddRange(configs.Except(asked));
        protocol.Design.Check(asked);
    }

    // This shard's part, by places among all that has been asked for.
    IReadOnlyList<Config> Mine(IReadOnlyList<Config> configs, IReadOnlyList<Config> all)
    {
        if (options.Shard is null) return configs;
        var places = new Dictionary<Config, int>();
        foreach (var (place, config) in all.Index()) places.TryAdd(config, place);
        return [.. configs.Where(config => options.Shard.Has(places[config]))];
    }

    // What the files hold, each row being the trial that it says it is.
    IReadOnlyList<Trial> Stored()
    {
        List<Trial> trials = [.. store.Read().Select(trial => trial with { Data = facts })];
        return trials.FirstOrDefault(trial => trial.Dataset == dataset && Id(trial) != trial.Id) is not { } odd ? trials
            : throw new BadInput($"{store.Folder}: the columns of trial {odd.Id} (lr {CsvText(odd.Lr)}, seed "
                + $"{odd.Seed}) are not those that it was run with; restore the file, or start over with --fresh");
    }

    // Those stored trials that are not to be run again.
    IEnumerable<Trial> Kept() =>
        Stored().Where(trial => !(options.RetryFailed && trial.Status == Status.Failed));

    // The stored trials of a grid, in its order.
    IReadOnlyList<Trial> Trials(IReadOnlyList<Config> grid)
    {
        var stored = Stored().ToDictionary(trial => trial.Id);
        return [.. grid.Select(config => stored.GetValueOrDefault(Id(config))
            ?? throw new BadInput($"{store.TrialsFile} lacks trials of this grid: run without --report-only, or with "
                + "the preset and seeds of that run"))];
    }

    void CountFailed(IReadOnlyList<Config> grid, IEnumerable<Trial> trials)
    {
        var mine = Mine(grid, asked).Select(Id).ToHashSet();
        failed.UnionWith(trials.Where(trial => trial.Status == Status.Failed && mine.Contains(trial.Id))
            .Select(trial => trial.Id));
    }

    void LockFolder()
    {
        folderLock = new(store.Folder, options.Shard);
        if (options.Fresh && (File.Exists(store.TrialsFile) || store.Journal.Files.Count > 0))
        {
            folderLock.Dispose();
            SetAside(store.Folder);
            folderLock = new(store.Folder, options.Shard);
        }
        if (store.Journal.DropIncomplete() is > 0 and var torn)
            Error.WriteLine($"note: {torn} {(torn == 1 ? "line" : "lines")} in the journal of {store.Folder} had been "
                + "cut off, as when a run is killed while it writes; what it held is run again");
    }

    static void SetAside(string folder)
    {
        var number = Enumerable.Range(1, int.MaxValue).First(n => !Directory.Exists($"{folder}.{n}"));
        Directory.Move(folder, $"{folder}.{number}");
    }

    void Announce(Dataset data)
    {
        var estimate = Settled(Planned(data), TimeSpan.FromMinutes(10));
        if (estimate.Kept < estimate.Asked.Count)
            Out.WriteLine($"{protocol.Name}: {estimate.Words(dataset, options.Jobs)}");
    }

    // The runtime optimizes the kernels after seconds of work, and until then convnets seem to take two or three times
    // as long: what takes longer than this is measured anew until nothing more is compiled.
    Estimate Settled(Func<Estimate> measure, TimeSpan longer)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var compiled = System.Runtime.JitInfo.GetCompiledMethodCount();
            var estimate = measure();
            if (estimate.Time <= longer || System.Runtime.JitInfo.GetCompiledMethodCount() == compiled) return estimate;
        }
    }

    // A function that measures what the plan takes. Stages that are whole on disk are filled from there, so that what
    // they choose is known to the stages behind them.
    Func<Estimate> Planned(Dataset data)
    {
        var stored = options.Fresh ? [] : Kept().ToDictionary(trial => trial.Id);
        List<Config> all = [], perhaps = [];
        foreach (var stage in protocol.Plan.Stages)
        {
            var (grid, whole) = (protocol.Configs(stage, dataset), false);
            while (!whole && grid.All(config => !double.IsNaN(config.Lr) && stored.ContainsKey(Id(config))))
            {
                IReadOnlyList<Trial> trials = [.. grid.Select(config => stored[Id(config)])];
                var next = protocol.More(stage, trials, dataset).Except(grid).ToList();
                if (whole = next.Count == 0) stage.Runs.Fill(trials);
                grid = [.. grid, .. next];
            }
            // Two rates that are open may come to differ.
            static IEnumerable<Config> Beyond(IReadOnlyList<Config> some, IReadOnlyList<Config> all)
            {
                var there = some.CountBy(config => config).ToDictionary();
                return all.CountBy(config => config).SelectMany(one => Enumerable.Repeat(one.Key,
                    Math.Max(0, one.Value - there.GetValueOrDefault(one.Key))));
            }
            void Add(List<Config> to, IReadOnlyList<Config> configs) => to.AddRange([
                .. configs.Where(config => double.IsNaN(config.Lr)),
                .. configs.Except(to).Where(config => !double.IsNaN(config.Lr))]);
            Add(all, grid);
            if (!whole) Add(perhaps, [.. Beyond(grid, protocol.AtMost(stage, dataset))]);
        }
        var mine = Mine(all, all);
        IReadOnlyList<Config> missing = [.. mine.Where(config => !stored.ContainsKey(Id(config)))];
        var more = Mine(perhaps, perhaps);
        return () => Estimate.Measure(mine, missing, data, protocol.Probe, options.Jobs, more);
    }

    // Runs what the files lack of the grid, or of this shard's part of it.
    void Train(IReadOnlyList<Config> grid, Dataset data)
    {
        var done = Kept().Select(trial => trial.Id).ToHashSet();
        var mine = Mine(grid, asked);
        var missing = mine.Where(config => !done.Contains(Id(config))).ToList();
        using var progress = new SweepProgress(protocol.Name, mine.Count, mine.Count - missing.Count,
            missing.Sum(Estimate.Cost));
        if (missing.Count == 0) return;
        store.Journal.Append(run ??= RunRecord.Begin(options.Shard, options.Jobs));
        try
        {
            // Long trials first, so that no core is left with one at the end.
            Runner.Run(missing.OrderByDescending(Estimate.Cost), data, protocol.Probe, cores, progress.Begin, trial =>
            {
                store.Journal.Append(trial);
                Interlocked.Increment(ref ran);
                progress.Report(Snake(trial.Norm), Snake(trial.Status), Estimate.Cost(trial), trial.ValidationAccuracy,
                    trial.Lr);
            }, stop);
        }
        finally { store.Journal.Append(run.End(clock.Elapsed, ran)); }
    }

    // From the journals into the CSVs: the rows of what was asked for in its order, then rows of other grids, for
    // nothing that was computed is dropped. Provenance first, since the journals, which know the runs, go at the end.
    void Merge(Dataset data)
    {
        var runs = store.Journal.Read().Runs;
        var past = File.Exists(store.ProvenanceFile) ? Provenance.Read(store.ProvenanceFile).Runs : [];
        // The command is this one even where it found all trials there: the report is of what it asks for.
        new Provenance(protocol.Name, options.CommandLine(protocol.Name), Snake(options.Preset), data.Name,
            data.Fingerprint, data.Notice, [.. past.ExceptBy(runs.Select(run => run.Key), run => run.Key), .. runs],
            Facts: facts with
            {
                StandardizedBy = asked.FirstOrDefault(config => config.Standardizes(facts.Channels))
                    ?.ImagesOf(data.Train).Moments,
            }).Write(store.ProvenanceFile);
        var all = store.Read().ToDictionary(trial => trial.Id);
        var own = asked.Select(Id).ToList();
        store.Write([.. own.Where(all.ContainsKey).Select(id => all[id]),
            .. all.Values.ExceptBy(own, trial => trial.Id)]);
    }

    // What follows may depend on all of this stage, as an evaluation does on the tuning. A shard that waits for trials
    // of which some are missing counts as one that is not at work, so that none waits for another that waits. False
    // where others' trials are missing and nobody is at work on them.
    bool AwaitOthers(IReadOnlyList<Config> grid)
    {
        List<string> ids = [.. grid.Select(Id)];
        folderLock!.Pause(asked.Count);
        for (var told = false; ; told = true)
        {
            var begun = clock.Elapsed;
            // In this order: who ends between the two has written all it has.
            var all = folderLock.Others();
            var stored = Stored();
            var there = stored.Select(trial => trial.Id).ToHashSet();
            var missing = ids.Count(id => !there.Contains(id));
            if (missing == 0) break;
            List<string> others = [.. from other in all
                                      where other.Awaits is not { } awaits || awaits <= asked.Count
                                          && asked.Take(awaits).All(config => there.Contains(Id(config)))
                                      select other.Name];
            if (others.Count == 0)
            {
                Out.WriteLine($"{protocol.Name}: shard {options.Shard} has done its part; {missing} trials of others "
                    + "are missing. Run those shards, then this one again; or merge without --shard, which runs them "
                    + "too");
                CountFailed(grid, stored);
                return false;
            }
            if (!told) Out.WriteLine($"{protocol.Name}: shard {options.Shard} waits for {string.Join(", ", others)}");
            // Reading the journals must not take much of a core.
            cores.Lending(() => stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1) + 9 * (clock.Elapsed - begun)));
            stop.ThrowIfCancellationRequested();
        }
        folderLock.Resume();
        return true;
    }

    // Writes summary.csv, figures, report.html, picture.svg and claims.csv, and says on the console what came out.
    void Publish()
    {
        var report = protocol.Plan.Value;
        var past = Provenance.Read(store.ProvenanceFile);
        var finding = ReportFiles.Write(report, protocol.Name, protocol.Question, protocol.Design, AllTrials, past,
            store);
        (past with { Trials = asked.Count, Found = finding }).Write(store.ProvenanceFile);
        IndexPage.WriteClaims(options.Out);
        ClaimsTable.Show(finding.Claims ?? []);
        if (past.Preset == Snake(Preset.Smoke)) Out.WriteLine("A smoke run: it shows that everything works, and its "
            + "numbers answer nothing.");
        Out.WriteLine($"{protocol.Name}: {report.Title}");
        Terminal.Open(store.ReportFile);
    }
}
