#nullable enable

Test("console: what a word was meant for is asked", () =>
{
    string Refused(params string[] args) =>
        Should.Throw<BadInput>(() => Options.Parse("e", "q", args)).Message;
    Refused("--seed", "3").ShouldBe("'--seed' is no option: did you mean --seeds?");
    Refused("--report").ShouldBe("'--report' is no option: did you mean --report-only?");
    Refused("--dryrun").ShouldContain("--dry-run?");
    Refused("smoke").ShouldBe("'smoke' is no option: did you mean --preset smoke?");
    Refused("fashion-mnist").ShouldContain("--data fashion-mnist?");
    Refused("--bogus").ShouldBe("'--bogus' is no option; --help lists them");
});

Test("console: what goes on with a run does not start it over", () =>
{
    Options.ResumeCommand("experiments/e.csx", ["--fresh", "--out", "a b", "--seeds=3"])
        .ShouldBe("dotnet script experiments/e.csx -- --out 'a b' --seeds=3");
    Options.ResumeCommand("experiments/e.csx", ["--fresh"]).ShouldBe("dotnet script experiments/e.csx");
});

Test("console: a report of a run takes that run's options, but for those given", () =>
{
    var folder = Reported("asrun", "digits", 1);
    var file = new Store(Path.Combine(folder, "e")).ProvenanceFile;
    var past = Provenance.Read(file);
    (past with { Command = "dotnet script experiments/e.csx -- --preset smoke --seeds 3" }).Write(file);
    string[] args = ["--report-only", "--out", folder, "--seeds=4"];
    var options = Options.Parse("e", "q", args)!.AsRecorded("e", "q", args);
    (options.Preset, options.Seeds, options.ReportOnly).ShouldBe((Preset.Smoke, 4, true));
    (past with { Command = "dotnet script experiments/e.csx" }).Write(file);
    Options.Parse("e", "q", args)!.AsRecorded("e", "q", args).Preset.ShouldBe(Preset.Standard);
});

Test("console: folders of other datasets may be several, and are for run-all.sh alone", () =>
{
    Options.Parse("index", "q", ["--with", "a", "--with=b"])!.With.ShouldBe(["a", "b"]);
    Options.Parse("index", "q", [])!.With.ShouldBeEmpty();
    Should.Throw<BadInput>(() => Options.Parse("index", "q", ["--with"])).Message.ShouldContain("--with");
});
