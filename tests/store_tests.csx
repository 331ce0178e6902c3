#load "testing.csx"
#nullable enable
// Tables, journals, shards, and who may write to a folder.

static void InFolder(Action<string> body)
{
    var folder = Directory.CreateTempSubdirectory("store").FullName;
    try { body(folder); }
    finally { Directory.Delete(folder, recursive: true); }
}

static Trial Ended(double lr, Status status = Status.Ok, string reason = "") =>
    new Trial(new Config { Lr = lr, Experiment = "e", Dataset = "digits" }) is var trial ? trial with
    {
        Id = Fingerprint.OfTrial(trial, "f"), Status = status, Reason = reason, ValidationAccuracy = 0.1 + lr,
        Curve = [new("", 1, 60, 2.3, 2.25, double.NaN), new("", 10, 600, 0.1 / 3, double.PositiveInfinity, 0.5)],
    } : throw new UnreachableException();

static string Shown(Trial trial) => JsonSerializer.Serialize(trial, Provenance.Json);

static string Message(Action action) => Should.Throw<BadInput>(action).Message;

Test("store: trials read back from journal and tables as they were", () => InFolder(folder =>
{
    Trial[] trials = [Ended(0.1), Ended(1e-30, Status.Diverged, "NaN,\n\"here\""), Ended(3)];
    var store = new Store(folder);
    foreach (var trial in trials) store.Journal.Append(trial);
    var named = trials.Select(trial => Shown(trial with
    {
        Curve = [.. trial.Curve.Select(point => point with { Trial = trial.Id })],
    }));
    new Store(folder).Read().Select(Shown).ShouldBe(named);
    store.Write(store.Read());
    store.Journal.Files.ShouldBeEmpty();
    new Store(folder).Read().Select(Shown).ShouldBe(named);
}));

Test("store: a killed write loses no trial and no curve", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Journal.Append(Ended(0.1));
    store.Write(store.Read());
    foreach (var lr in new[] { 0.2, 0.3 }) store.Journal.Append(Ended(lr));
    var (whole, journal) = (store.Read(), File.ReadAllText(store.Journal.Files[0]));
    var (trials, curves) = (File.ReadAllText(store.TrialsFile), File.ReadAllText(store.CurvesFile));
    store.Write(whole);
    var (trialsAfter, curvesAfter) = (File.ReadAllText(store.TrialsFile), File.ReadAllText(store.CurvesFile));
    // After each of its three steps: nothing, curves, trials; then the journal goes.
    foreach (var (left, right) in new[] { (trials, curves), (trials, curvesAfter), (trialsAfter, curvesAfter) })
    {
        File.WriteAllText(Path.Combine(folder, "journal.jsonl"), journal);
        File.WriteAllText(store.TrialsFile, left);
        File.WriteAllText(store.CurvesFile, right);
        new Store(folder).Read().Select(Shown).ShouldBe(whole.Select(Shown));
    }
}));

Test("store: a torn line is dropped and counted, and costs no other", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Journal.Append(Ended(0.1));
    var path = store.Journal.Files[0];
    var line = File.ReadAllText(path);
    foreach (var length in new[] { 2, line.Length / 2, line.Length - 1 })
    {
        File.WriteAllText(path, line + line[..length]);
        store.Journal.Append(Ended(0.2));
        store.Journal.DropIncomplete().ShouldBe(1);
        store.Journal.DropIncomplete().ShouldBe(0);
        store.Read().Select(trial => trial.Lr).ShouldBe([0.1, 0.2]);
    }
}));

Test("store: of two of a trial, the one that did not fail", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Journal.Append(Ended(0.1, Status.Failed, "no room"));
    store.Write(store.Read());
    store.Read().Single().Status.ShouldBe(Status.Failed);
    store.Journal.Append(Ended(0.1));
    store.Read().Single().Status.ShouldBe(Status.Ok);
}));

Test("store: all shards' journals are read, each appends to its own, and a run's end replaces its beginning", () =>
    InFolder(folder =>
{
    var stores = Enumerable.Range(1, 3).Select(k => new Store(folder, shard: new(k, 3))).ToList();
    foreach (var (i, store) in stores.Index())
    {
        var run = RunRecord.Begin(new(i + 1, 3), 1);
        store.Journal.Append(run);
        store.Journal.Append(Ended(i + 1));
        if (i > 0) store.Journal.Append(run.End(TimeSpan.FromSeconds(i), 1));
    }
    var (trials, runs) = new Store(folder).Journal.Read();
    trials.Select(trial => trial.Lr).ShouldBe([1, 2, 3]);
    runs.Select(run => (run.Shard, run.Seconds, run.Trials)).ShouldBe(
        [("1/3", double.NaN, 0), ("2/3", 1, 1), ("3/3", 2, 1)]);
    new Store(folder).Journal.Files.Count.ShouldBe(3);
    // A shard mends its own journal alone, since another may be writing to its own.
    File.AppendAllText(stores[0].Journal.Files[1], "\n{\"Tri");
    stores[0].Journal.DropIncomplete().ShouldBe(0);
    stores[1].Journal.DropIncomplete().ShouldBe(1);
}));

foreach (var (what, edit, said) in new (string, Func<string, string>, string)[]
{
    ("a missing column", text => text.Replace("reason", "cause"), "no column reason"),
    ("a bad number", text => text.Replace(",60,", ",sixty,"), "'sixty' is no batch_size"),
    ("a number in another language", text => text.Replace(",sgd,0.1,", ",sgd,\"0,1\","), "'0,1' is no lr"),
    ("a status that there is not", text => text.Replace(",ok,", ",fine,"), "'fine' is no status"),
    ("a trial twice", text => text + text.Split('\n')[^2] + "\n", "more than once"),
    ("a quote that does not close", text => text + "\"half", "line 4"),
    ("no line at all", _ => "", "is empty"),
    ("a binary file", _ => "\0\u0001\u0002\n\0", "no column"),
})
    Test($"store: trials.csv with {what} is refused and left as it was", () => InFolder(folder =>
    {
        var store = new Store(folder);
        store.Write([Ended(0.1), Ended(0.2)]);
        var text = edit(File.ReadAllText(store.TrialsFile));
        File.WriteAllText(store.TrialsFile, text);
        Message(() => store.Read()).ShouldSatisfyAllConditions(message => message.ShouldContain(store.TrialsFile),
            message => message.ShouldContain(said), message => message.ShouldNotContain("\n"));
        File.ReadAllText(store.TrialsFile).ShouldBe(text);
    }));

Test("store: other order of rows and columns, CRLF and a column more are read alike", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Write([Ended(0.1), Ended(0.2), Ended(0.3)]);
    var before = store.Read();
    foreach (var path in new[] { store.TrialsFile, store.CurvesFile })
    {
        var lines = File.ReadAllLines(path).Select(line => string.Join(',', line.Split(',').Reverse()) + ",x").ToList();
        File.WriteAllText(path, string.Join("\r\n", [lines[0], .. lines.Skip(1).Reverse()]) + "\r\n");
    }
    store.Read().OrderBy(trial => trial.Lr).Select(Shown).ShouldBe(before.Select(Shown));
}));

Test("store: curves.csv missing or with a step twice is refused", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Write([Ended(0.1)]);
    File.AppendAllText(store.CurvesFile, File.ReadAllLines(store.CurvesFile)[^1] + "\n");
    Message(() => store.Read()).ShouldContain("more than once");
    File.Delete(store.CurvesFile);
    Message(() => store.Read()).ShouldContain("--fresh");
}));

Test("store: a journal of another version is refused", () => InFolder(folder =>
{
    File.WriteAllText(Path.Combine(folder, "journal.jsonl"), "{\"Trial\":[\"a\",\"b\"],\"Curve\":[]}\n");
    Message(() => new Store(folder).Read()).ShouldContain("another version");
}));

Test("store: what a spreadsheet would run is quoted, numbers are not, and it reads back as it stands", () =>
    InFolder(folder =>
{
    var store = new Store(folder);
    store.Write([.. new[] { "=1+1", "+x", "-x", "@x", "\tx", "-5", "x=1" }.Select((reason, i) =>
        Ended(i + 1, Status.Failed, reason))]);
    store.Read().Select(trial => trial.Reason).ShouldBe(["'=1+1", "'+x", "'-x", "'@x", "'\tx", "-5", "x=1"]);
    var once = File.ReadAllText(store.TrialsFile);
    store.Write(store.Read());
    File.ReadAllText(store.TrialsFile).ShouldBe(once);
}));

Test("store: a file that cannot be written whole leaves the old one, and nothing beside it", () => InFolder(folder =>
{
    var path = Path.Combine(folder, "table");
    Tables.Replace(path, writer => writer.Write("old"));
    Should.Throw<IOException>(() => Tables.Replace(path, writer =>
    {
        writer.Write("half");
        throw new IOException("No space left on device");
    }));
    File.ReadAllText(path).ShouldBe("old");
    Directory.GetFiles(folder).ShouldBe([path]);
}));

Test("store: shards, parts are apart, and together all", () =>
{
    foreach (var of in Enumerable.Range(1, 7))
        Enumerable.Range(0, 50).ShouldAllBe(place =>
            Enumerable.Range(1, of).Count(number => new Shard(number, of).Has(place)) == 1);
});

foreach (var text in new[]
{
    "", "1", "0/3", "4/3", "-1/3", "1/0", "1/x", "1.5/3", "1/3/5", " 1/3", "1/999999", "NaN/2",
})
    Test($"store: shards, '{text}' is refused", () => Message(() => Shard.Parse(text)).ShouldContain($"'{text}'"));

Test("store: shards, k/n is read", () => Shard.Parse("12/40").ShouldBe(new(12, 40)));

foreach (var (id, min, count, step, part) in new[]
{
    (1, 1, 4, 1, "1/4"), (4, 1, 4, 1, "4/4"), (0, 0, 4, 1, "1/4"), (9, 3, 4, 2, "4/4"), (5, 5, 1, 1, "no"),
    (4, 3, 4, 2, "no"), (20, 1, 3, 1, "no"),
})
    Test($"store: shards, task {id} of an array from {min}, {count} by {step}, is '{part}'", () =>
    {
        var variables = new Dictionary<string, string>
        {
            ["SLURM_ARRAY_TASK_ID"] = $"{id}", ["SLURM_ARRAY_TASK_MIN"] = $"{min}",
            ["SLURM_ARRAY_TASK_COUNT"] = $"{count}", ["SLURM_ARRAY_TASK_STEP"] = $"{step}",
        };
        Shard? Of() => Shard.FromSlurm(variables.GetValueOrDefault);
        if (part == "no") Message(() => Of()).ShouldContain("--shard");
        else $"{Of()}".ShouldBe(part);
    });

Test("store: shards, no job array, no shard", () => Shard.FromSlurm(_ => null).ShouldBeNull());

Test("store: one process by itself, or shards beside each other", () => InFolder(folder =>
{
    using (new FolderLock(folder, null))
    {
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        Message(() => new FolderLock(folder, new(1, 2))).ShouldContain("another run");
    }
    Directory.GetFiles(folder).ShouldBeEmpty();
    using (var first = new FolderLock(folder, new(1, 2)))
    using (var second = new FolderLock(folder, new(2, 2)))
    {
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        Message(() => new FolderLock(folder, new(1, 2))).ShouldContain("another run of shard 1/2");
        first.Others().ShouldBe(["2/2"]);
        second.Pause();
        first.Others().ShouldBeEmpty();
        second.Others().ShouldBe(["1/2"]);
        // One that waits still keeps out who would be by itself.
        first.Pause();
        Message(() => new FolderLock(folder, null)).ShouldContain("another run");
        second.Resume();
        first.Others().ShouldBe(["2/2"]);
    }
    // As a killed shard leaves it.
    File.WriteAllText(Path.Combine(folder, "running.2-of-2"), "");
    using (var first = new FolderLock(folder, new(1, 2))) first.Others().ShouldBeEmpty();
    using (new FolderLock(folder, null)) Directory.GetFiles(folder).Length.ShouldBe(1);
}));
