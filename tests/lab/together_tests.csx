#nullable enable

// Experiments that run side by side in a folder, and what they and all of them say.
static (int Code, string Said) RunTogether(string folder, IReadOnlyList<string> more, params Description[] experiments)
{
    var (output, error, said) = (Console.Out, Console.Error, new StringWriter());
    var screen = Terminal.Screen.Profile.Out;
    string[] options = ["--out", folder, .. more];
    try
    {
        SetOut(said);
        SetError(said);
        Turn.Install();
        Terminal.Screen.Profile.Out = new Spectre.Console.AnsiConsoleOutput(Console.Out);
        var parsed = Options.Parse("all", "?", options)!;
        return (RunSideBySide(experiments, options, parsed, () => Noise, default), $"{said}");
    }
    finally
    {
        SetOut(output);
        SetError(error);
        Terminal.Screen.Profile.Out = screen;
    }
}

static Description ExperimentOf(string name, Func<Plan<Report>> plan) =>
    new($"/experiments/{name}.csx", "Does it run?", new(["norm", "lr"], [], "why"), _ => plan());

Test("together: experiments side by side leave what each leaves by itself, and speak in turn", () => InFolder(folder =>
{
    string alone = Path.Combine(folder, "alone"), together = Path.Combine(folder, "together");
    Description[] all = [.. new[] { "sample", "b", "c" }.Select(name => ExperimentOf(name, () => TuneAndEvaluate()))];
    foreach (var one in all) RunTogether(alone, ["--jobs", "1"], one).Code.ShouldBe(0);
    var (code, said) = RunTogether(together, ["--jobs", "3"], all);
    code.ShouldBe(0, said);
    foreach (var one in all)
        foreach (var table in new[] { "trials.csv", "curves.csv", "summary.csv" })
            TableAt(together, table, one.Name).ShouldBe(TableAt(alone, table, one.Name));
    // Each line names its experiment, except tables.
    Regex.Matches(said, "(?m)^(sample|b|c): ").Select(match => match.Groups[1].Value)
        .Aggregate(new List<string>(), (seen, name) => seen is [.., var last] && last == name ? seen : [.. seen, name])
        .ShouldBe(["sample", "b", "c"]);
}));

Test("together: an experiment that ends badly does not end the others, and the worst code is that of all", () =>
    InFolder(folder =>
{
    var failing = ProbeThat(_ => throw new ArithmeticException("as asked"));
    var (code, said) = RunTogether(folder, ["--jobs", "2"],
        ExperimentOf("wrong", () => throw new BadInput("nothing like it")),
        ExperimentOf("fails", () => from runs in Sweep([SmallNet], failing) select SampleReport(runs)),
        ExperimentOf("well", () => from runs in Sweep([SmallNet]) select SampleReport(runs)));
    code.ShouldBe(2);
    said.ShouldContain("nothing like it");
    said.TrimEnd().ShouldEndWith("not all went well, see above; exit codes: wrong (2) fails (1)");
    File.Exists(Path.Combine(folder, "well", "report.html")).ShouldBeTrue();
}));

Test("together: with shards each experiment is over before the next begins", () => InFolder(folder =>
{
    List<string> begun = [];
    Plan<Report> Watched(string name) => from runs in Sweep([SmallNet, SmallNet with { Lr = 1 }], ProbeThat(_ =>
        { lock (begun) begun.Add(name); })) select SampleReport(runs);
    RunTogether(folder, ["--jobs", "4", "--shard", "1/1"], ExperimentOf("a", () => Watched("a")),
        ExperimentOf("b", () => Watched("b"))).Code.ShouldBe(0);
    begun.ShouldBe(begun.Order());
    begun.Distinct().Count().ShouldBe(2);
}));

// What run-all.sh has the lab do, and what it says on standard error.
static (int Code, string Said) AskedOfAll(params string[] args)
{
    var (error, said) = (Console.Error, new StringWriter());
    try
    {
        SetError(said);
        return (RunAll(args), $"{said}".Trim());
    }
    finally { SetError(error); }
}

Test("together: wrong folders of other datasets are refused before anything runs, and where pages are written", () =>
{
    var mnist = WithReport(Reported("mnist", "mnist", 1, Row("faster", "", 1, 0.2, "supported")));
    var (same, digits) = (Reported("again", "mnist", 1), Reported("digits", "digits", 1));
    foreach (var command in new[] { "check", "write" })
    {
        AskedOfAll(command, "--report-only", "--out", mnist, "--with", digits, "--with", same, "--")
            .ShouldBe((2, $"--with {same} has results on mnist, which are there without it: it takes a folder of another "
                + "dataset (--compare sets two of the same side by side)"));
        AskedOfAll(command, "--report-only", "--out", mnist, "--with", mnist + "/none", "--")
            .ShouldBe((2, $"there is no folder {mnist}/none"));
    }
    File.Exists(Path.Combine(mnist, "claims.html")).ShouldBeFalse();
    AskedOfAll("check", "--report-only", "--out", mnist, "--with", digits, "--").ShouldBe((0, ""));
    // Of data that is yet to be run.
    AskedOfAll("check", "--data", "digits", "--out", mnist + "/new", "--with", digits, "--").Code.ShouldBe(2);
    AskedOfAll("check", "--data", "digits", "--out", mnist + "/new", "--with", mnist, "--").ShouldBe((0, ""));
});
