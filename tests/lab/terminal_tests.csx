#nullable enable
using Spectre.Console;

Test("console: a table without rows is not shown, and words are no markup", () =>
{
    string Shown(Action<IAnsiConsole> show)
    {
        var text = new StringWriter();
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
            { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(text) });
        screen.Profile.Width = 1000;
        show(screen);
        return $"{text}";
    }
    Shown(screen => Terminal.Table(["head"], [], screen)).ShouldBe("");
    var table = Shown(screen => Terminal.Table(["head"], [[Terminal.Verdict("mixed")], [Terminal.Verdict("[x]")]],
        screen));
    foreach (var word in new[] { "head", "mixed", "[x]" }) table.ShouldContain(word);
    table.ShouldNotContain("yellow");
    Shown(screen => Terminal.Open("a [b].html", screen)).Trim().ShouldBe($"open {Path.GetFullPath("a [b].html")}");
});
