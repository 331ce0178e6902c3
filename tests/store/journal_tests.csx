#nullable enable

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

Test("store: a journal of another version is refused", () => InFolder(folder =>
{
    File.WriteAllText(Path.Combine(folder, "journal.jsonl"), "{\"Trial\":[\"a\",\"b\"],\"Curve\":[]}\n");
    Message(() => new Store(folder).Read()).ShouldContain("another version");
    // As many columns, but others.
    File.Delete(Path.Combine(folder, "journal.jsonl"));
    Store With(params IReadOnlyList<string> columns) => new(folder, probe: new(columns, _ => [1], _ => []));
    With("a", "b").Journal.Append(Ended(0.1));
    With("a", "b").Read().Count.ShouldBe(1);
    Message(() => With("b", "a").Read()).ShouldContain("another version");
}));
