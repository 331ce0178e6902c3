#nullable enable
// What run-all.sh asks of the lab. Experiments run side by side in one process, so that the lab is compiled and warmed
// up once, the data is loaded once, and no core is idle while any of them has a trial to run.

/// <summary>Does what the first argument says. Behind it stand options, --, and words:
///   check    experiments: do they exist, are the options right, and is the data to be had?
///   run      experiments, of those described: each as it would run by itself
///   write    experiments and their questions, in turn: DIR/index.html over those that have results, in this order, and
///            DIR/claims.html, both with the results on other datasets beside them
///   compare  experiments: two folders of results, by these experiments or by all
/// </summary>
/// <returns>The exit code; of several experiments, the highest.</returns>
static int RunAll(IEnumerable<string> args, params IReadOnlyList<Func<Later, Description>> described)
{
    var command = args.First();
    List<string> options = [.. args.Skip(1).TakeWhile(arg => arg != "--")], words = [.. args.Skip(2 + options.Count)];
    if (command == "run") Turn.Install();
    return RunCommand(options, "index", "which experiments have been run, and what did they find?", (_, asked, stop) =>
    {
        switch (command)
        {
            case "check":
                ExperimentFiles.Check(words);
                var past = asked.Fresh ? [] : ReportedFolder.Any(asked.Out).Datasets;
                Answers.ReadOthers(asked.With, asked.ReportOnly ? past : past.Append(LoadDataset(asked.Data).Name));
                break;
            case "run":
                var data = new Lazy<Dataset>(() => LoadDataset(asked.Data));
                var all = described.Select(describe => describe(new())).ToDictionary(experiment => experiment.Name);
                return RunSideBySide([.. words.Distinct().Select(name => all[name])], options, asked,
                    () => data.Value, stop);
            case "write":
                var answers = Answers.Read(asked.Out, asked.With);
                ClaimsTable.ShowAll(IndexPage.Claims(asked.Out));
                ClaimsTable.ShowDiffering(answers);
                Terminal.Open(IndexPage.Write(asked.Out, new OrderedDictionary<string, string>(
                    words.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], pair[1]))), answers));
                break;
            case "compare":
                DifferencesView.Show(asked.Out, asked.Compare!, words);
                break;
        }
        return 0;
    });
}

/// <summary>Runs experiments in their order. One begins when those before it leave a core free, and yields to them.
/// </summary>
/// <returns>The highest of their exit codes.</returns>
static int RunSideBySide(IReadOnlyList<Description> experiments, IReadOnlyList<string> args, Options asked,
    Func<Dataset> load, CancellationToken stop)
{
    var codes = new int[experiments.Count];
    List<Thread> threads = [];
    var (cores, turn) = (new Cores(asked.Jobs), default(Turn));
    foreach (var (i, experiment) in experiments.Index())
    {
        cores.Take();
        if (stop.IsCancellationRequested) break;
        var (ownCores, ownTurn) = (cores, turn = new(turn));
        threads.Add(new Thread(() =>
        {
            ownTurn.Take();
            var options = asked;
            try
            {
                if (asked.ReportOnly) options = asked.AsRecorded(experiment.Name, experiment.Question, args);
                codes[i] = experiment.Run(options, load, ownCores, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested) { }
            catch (Exception e) when (IsToBeExpected(e) || !Debugger.IsAttached) { codes[i] = Complain(e, options); }
            finally
            {
                ownTurn.End();
                ownCores.Give();
            }
        }));
        threads[^1].Start();
        // Shards wait for each other, experiment by experiment; and what is measured for a plan is measured alone.
        if (asked.Shard is not null || asked.DryRun) threads[^1].Join();
        cores = cores.Next();
    }
    threads.ForEach(thread => thread.Join());
    stop.ThrowIfCancellationRequested();
    if (codes.Any(code => code != 0))
        Error.WriteLine($"not all went well, see above; exit codes: {string.Join(' ', codes.Index()
            .Where(code => code.Item != 0).Select(code => $"{experiments[code.Index].Name} ({code.Item})"))}");
    return codes.DefaultIfEmpty(0).Max();
}
