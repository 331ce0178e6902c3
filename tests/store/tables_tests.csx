#nullable enable

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
