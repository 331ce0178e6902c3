#nullable enable
// Folders of results that are made up, and two of them side by side.
using Spectre.Console;

static ClaimRow Row(string claim, string condition, double effect, double half, string verdict,
    string here = "supported") =>
    new(claim, "e", "mnist", "standard", "BN helps", "s", "o", condition, Unit.Ratio.Name, effect, effect - half,
        effect + half, 0.95, 6, "beyond ×3", here, verdict, verdict, verdict, double.NaN, 0.03);

// A folder with an experiment that reported these claims, on so many seeds.
static string Reported(string name, string dataset, int seeds, params ClaimRow[] claims)
{
    var root = Directory.CreateTempSubdirectory("side_by_side_tests").FullName;
    var folder = Path.Combine(root, name);
    var store = new Store(Path.Combine(folder, "e"));
    Directory.CreateDirectory(store.Folder);
    store.Write([.. Enumerable.Range(1, seeds).Select(seed => Made(seed: seed) with { Code = "12e345678901" })]);
    var run = RunRecord.Begin(null, 1) with { Code = "code", Machine = "cpu", Commit = "" };
    new Provenance("e", "", "standard", dataset, "c0ffee00", null, [run], seeds,
        new("t", "q", "l", "v", "d", "mixed", claims)).Write(store.ProvenanceFile);
    return folder;
}

// The same folder, its report no longer missing.
static string WithReport(string folder)
{
    File.WriteAllText(new Store(Path.Combine(folder, "e")).ReportFile, "");
    return folder;
}

static string Shown(string folder, string other, StringWriter? console = null)
{
    var screen = AnsiConsole.Create(new AnsiConsoleSettings
        { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(console ?? new()) });
    screen.Profile.Width = 200;
    DifferencesView.Show(folder, other, [], screen);
    return File.ReadAllText(Path.Combine(folder, "compare.html"));
}
