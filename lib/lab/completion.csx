#nullable enable
// How the trials that an experiment asks for come to be on disk: planned, run here or by shards, merged into tables.

public sealed partial class Lab
{
    readonly Stopwatch clock = Stopwatch.StartNew();
    FolderLock? folderLock;
    RunRecord? run;
    int ran;

    public void Dispose() => folderLock?.Dispose();

    string Identity(Config config) => Fingerprint.OfTrial(config, data!.Fingerprint);

    // This shard's part, by places among all that has been asked for.
    List<Config> Mine(IReadOnlyList<Config> configs)
    {
        if (options.Shard is null) return [.. configs];
        var places = asked.Index().ToDictionary(one => one.Item, one => one.Index);
        return [.. configs.Where(config => options.Shard.Has(places[config]))];
    }

    void Take()
    {
        folderLock = new(Store.Folder, options.Shard);
        if (options.Fresh && (File.Exists(Store.TrialsFile) || Store.Journal.Files.Count > 0))
        {
            Dispose();
            SetAside(Store.Folder);
            folderLock = new(Store.Folder, options.Shard);
        }
        if (Store.Journal.DropIncomplete() is > 0 and var torn)
            Error.WriteLine($"note: {torn} {(torn == 1 ? "line" : "lines")} in the journal of {Store.Folder} had been "
                + "cut off, as when a run is killed while it writes; what it held is run again");
    }

    // What the files hold, each row being the trial that it says it is.
    IReadOnlyList<Trial> Stored(Provenance? past = null)
    {
        var (name, fingerprint) = past is null ? (data!.Name, data.Fingerprint) : (past.Dataset, past.Fingerprint);
        var trials = Store.Read();
        return trials.FirstOrDefault(trial => trial.Dataset == name
            && Fingerprint.OfTrial(trial, fingerprint) != trial.Id) is not { } odd ? trials
            : throw new BadInput($"{Store.Folder}: the columns of trial {odd.Id} (lr {CsvText(odd.Lr)}, seed "
                + $"{odd.Seed}) are not those that it was run with; restore the file, or start over with --fresh");
    }

    // Runs what the files lack of the grid, or of this shard's part of it.
    void Complete(IReadOnlyList<Config> grid)
    {
        var done = Stored().Where(trial => !(options.RetryFailed && trial.Status == Status.Failed))
            .Select(trial => trial.Id).ToHashSet();
        var mine = Mine(grid);
        var missing = mine.Where(config => !done.Contains(Identity(config))).ToList();
        using (var progress = new SweepProgress(experiment, mine.Count, mine.Count - missing.Count,
            missing.Sum(Plan.Cost), options.Jobs))
            if (missing.Count > 0) Train(missing, progress);
        if (options.Shard is null) Merge();
        else AwaitOthers(grid);
    }

    void Train(IReadOnlyList<Config> missing, SweepProgress progress)
    {
        Store.Journal.Append(run ??= RunRecord.Begin(options.Shard, options.Jobs));
        try
        {
            Runner.Run(missing, data!, probe, options.Jobs, trial =>
            {
                Store.Journal.Append(trial);
                Interlocked.Increment(ref ran);
                progress.Report(Snake(trial.Norm), Snake(trial.Status), Plan.Cost(trial), trial.ValidationAccuracy,
                    trial.Lr);
            }, stop);
        }
        finally { Store.Journal.Append(run.End(clock.Elapsed, ran)); }
    }

    // From the journals into the CSVs: the rows of what was asked for in its order, then rows of other grids, for
    // nothing that was computed is dropped. Provenance first, since the journals, which know the runs, go at the end.
    void Merge()
    {
        var runs = Store.Journal.Read().Runs;
        var past = File.Exists(Store.ProvenanceFile) ? Provenance.Read(Store.ProvenanceFile).Runs : [];
        // Where nothing was run the results are the earlier runs', and so is where they come from.
        if (runs.Count > 0 || past.Count == 0)
            new Provenance(experiment, CommandLine(), Snake(options.Preset), data!.Name, data.Fingerprint, data.Notice,
                [.. past.ExceptBy(runs.Select(run => run.Key), run => run.Key), .. runs]).Write(Store.ProvenanceFile);
        var all = Store.Read().ToDictionary(trial => trial.Id);
        var own = asked.Select(Identity).ToList();
        Store.Write([.. own.Where(all.ContainsKey).Select(id => all[id]),
            .. all.Values.ExceptBy(own, trial => trial.Id)]);
    }

    // What follows may depend on all of this sweep, as the second stage of tuning does on the first. A shard that waits
    // counts as one that is not at work, so that none waits for another that waits.
    void AwaitOthers(IReadOnlyList<Config> grid)
    {
        List<string> ids = [.. grid.Select(Identity)];
        folderLock!.Pause();
        for (var said = false; ; said = true)
        {
            var begun = clock.Elapsed;
            // In this order: who ends between the two has written all it has.
            var others = folderLock.Others();
            var stored = Stored();
            var missing = ids.Except(stored.Select(trial => trial.Id)).Count();
            if (missing == 0) break;
            if (others.Count == 0)
            {
                Out.WriteLine($"{experiment}: shard {options.Shard} has done its part; {missing} trials of others are "
                    + "missing. Run those shards, then this one again; or merge without --shard, which runs them too");
                var failed = stored.Where(trial => trial.Status == Status.Failed).Select(trial => trial.Id)
                    .Intersect(Mine(grid).Select(Identity));
                throw new Finished(Failed > 0 || failed.Any() ? 1 : 0);
            }
            if (!said) Out.WriteLine($"{experiment}: shard {options.Shard} waits for {string.Join(", ", others)}");
            // Looking must not take much of a core.
            stop.WaitHandle.WaitOne(TimeSpan.FromSeconds(1) + 9 * (clock.Elapsed - begun));
            stop.ThrowIfCancellationRequested();
        }
        folderLock.Resume();
    }

    /// <summary>Lists what has been asked for; returns exit code 0.</summary>
    public int PrintPlan()
    {
        var plan = Planned();
        foreach (var line in plan.Lines(data!.Fingerprint)) Out.WriteLine(line);
        if (asked.Any(IsOfSecondStage)) Out.WriteLine("Rates of the second stage stand at the grid's middle here: the "
            + $"first stage (seeds from {Tuning.FirstSeed}) chooses them.");
        Out.WriteLine(plan.Words(data.Name, options.Jobs));
        return 0;
    }

    // Says what the whole experiment will take, found by going through it with no trial run: in silence, since it is
    // gone through again.
    void Announce()
    {
        using var rehearsal = new Lab(experiment, question, options with { DryRun = true }, stop)
        {
            data = data, Rehearses = true,
        };
        using (Terminal.Muted())
            // What is wrong will be wrong again, and be said then.
            try { Body?.Invoke(rehearsal); }
            catch (Exception) { }
        if (rehearsal.asked.Count > 0 && rehearsal.Planned() is var plan && plan.Kept < plan.Asked.Count)
            Out.WriteLine($"{experiment}: {plan.Words(data!.Name, options.Jobs)}");
    }

    // Where a first stage chooses rates, a trial of the second is known by all but its rate.
    Plan Planned()
    {
        string Key(Config config) => Fingerprint.OfTrial(IsOfSecondStage(config) ? config with { Lr = 0 } : config,
            data!.Fingerprint);
        var known = options.Fresh ? [] : Stored().CountBy(Key).ToDictionary();
        List<Config> missing = [];
        foreach (var config in Mine(asked))
            if (known.GetValueOrDefault(Key(config)) is > 0 and var left) known[Key(config)] = left - 1;
            else missing.Add(config);
        return Plan.Of(Mine(asked), missing, data!, probe, options.Jobs);
    }

    bool IsOfSecondStage(Config config) =>
        config.Role == Role.Evaluate && asked.Any(other => other.Seed >= Tuning.FirstSeed);

    string CommandLine()
    {
        List<string> words = ["dotnet script", $"experiments/{experiment}.csx"];
        List<string> arguments = [];
        if (options.Preset != Preset.Standard) arguments.Add($"--preset {Snake(options.Preset)}");
        if (options.Data is { } name) arguments.Add($"--data {name}");
        if (options.Seeds is { } seeds) arguments.Add($"--seeds {seeds}");
        return string.Join(' ', [.. words, .. arguments.Count > 0 ? ["--", .. arguments] : arguments]);
    }

    static void SetAside(string folder)
    {
        var number = Enumerable.Range(1, int.MaxValue).First(n => !Directory.Exists($"{folder}.{n}"));
        Directory.Move(folder, $"{folder}.{number}");
    }
}
