#nullable enable
using Spectre.Console;

Test("console: a claim has a line for each condition and, where it has several, one for all", () =>
{
    string Shown(Action<IReadOnlyList<ClaimRow>> show, params ClaimRow[] rows)
    {
        var (screen, said) = (Terminal.Screen.Profile.Out, new StringWriter());
        Terminal.Screen.Profile.Out = new AnsiConsoleOutput(said);
        try { show(rows); }
        finally { Terminal.Screen.Profile.Out = screen; }
        return $"{said}";
    }
    ClaimRow[] two = [Row("one", "SGD", 1, 0.2, "mixed"), Row("one", "Adam", 0, 0.2, "mixed", "not supported")];
    Shown(ClaimsTable.Show, two).ShouldSatisfyAllConditions(said => said.ShouldContain("one, SGD"),
        said => said.ShouldContain("one, Adam"), said => said.ShouldContain("not supported"),
        said => said.ShouldContain("mixed"));
    Shown(ClaimsTable.Show, Row("alone", "", 1, 0.2, "supported")).ShouldSatisfyAllConditions(
        said => Regex.Count(said, "alone").ShouldBe(1), said => said.ShouldContain("×10 (×6.31 to ×15.8)"));
    Regex.Count(Shown(ClaimsTable.ShowAll, two), "one").ShouldBe(1);
});

Test("console: of several datasets the answers that differ are said, of one nothing", () =>
{
    string Shown(params string[] datasets)
    {
        var said = new StringWriter();
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
            { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(said) });
        screen.Profile.Width = 200;
        var folders = datasets.Select((dataset, i) => WithReport(Reported(dataset, dataset, 1,
            Row("same", "", 1, 0.2, "supported"), Row("other", "", 1, 0.2, i == 0 ? "supported" : "depends")))).ToList();
        ClaimsTable.ShowDiffering(Answers.Read(folders[0], folders[1..]), screen);
        return $"{said}";
    }
    Shown("mnist").ShouldBe("");
    var said = Shown("mnist", "digits");
    said.ShouldStartWith("Of 2 claims that are decided on more than one dataset, 1 has different answers.");
    said.ShouldMatch(@"claim +mnist +digits");
    said.ShouldMatch(@"other +supported +depends");
    said.ShouldNotContain("same");
});
