#nullable enable

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

Test("store: of two of a trial, the one that did not fail", () => InFolder(folder =>
{
    var store = new Store(folder);
    store.Journal.Append(Ended(0.1, Status.Failed, "no room"));
    store.Write(store.Read());
    store.Read().Single().Status.ShouldBe(Status.Failed);
    // Where it failed again, the later failure.
    store.Journal.Append(Ended(0.1, Status.Failed, "no time"));
    store.Read().Single().Reason.ShouldBe("no time");
    store.Journal.Append(Ended(0.1));
    store.Read().Single().Status.ShouldBe(Status.Ok);
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
