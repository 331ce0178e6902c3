#nullable enable

Test("store: provenance adds up the runs that ended, reads back, and names a file that it cannot read", () =>
    InFolder(folder =>
{
    var path = Path.Combine(folder, "provenance.json");
    var killed = RunRecord.Begin(new(1, 2), jobs: 3) with { Commit = "abc", Dirty = true };
    var ended = killed.End(TimeSpan.FromSeconds(4.26), trials: 7) with { Dirty = false };
    var past = new Provenance("e", "command", "smoke", "mnist", "f", "notice", [killed, ended, ended], 7);
    (past.Seconds, past.Ended).ShouldBe((8.6, ended.Ended));
    past.Each(run => run.Version).ShouldBe("abc with changes, abc");
    past.Write(path);
    var read = Provenance.Read(path);
    read.Runs.ShouldBe(past.Runs);
    (read with { Runs = past.Runs }).ShouldBe(past);
    foreach (var text in new[] { "{", "{}", "[]", "null" })
    {
        File.WriteAllText(path, text);
        Message(() => Provenance.Read(path)).ShouldBe($"{path} cannot be read: run the experiment again");
    }
    Message(() => Provenance.Read(path + "x")).ShouldContain("cannot be read");
}));
