#nullable enable
// Two folders of results, one beside the other; and what a folder gives to scripts and other tools.
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

static string Shown(string folder, string other, StringWriter? console = null)
{
    var screen = AnsiConsole.Create(new AnsiConsoleSettings
        { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(console ?? new()) });
    screen.Profile.Width = 200;
    DifferencesView.Show(folder, other, [], screen);
    return File.ReadAllText(Path.Combine(folder, "compare.html"));
}

Test("compare: what differs is said, claim by claim, the same way each time", () =>
{
    var first = Reported("first", "mnist", 3, Row("a", "x", 1, 0.2, "supported"), Row("a", "y", 1, 0.2, "supported"),
        Row("b", "", 2, 0.1, "mixed"), Row("c", "", 1, 0.1, "mixed"),
        Row("f", "", 1, double.PositiveInfinity, "mixed"));
    var second = Reported("second", "digits", 2, Row("a", "x", 1, 0.2, "mixed"), Row("a", "y", 1.3, 0.2, "mixed"),
        Row("b", "", 1.5, 0.1, "mixed", "too few data"), Row("d", "", 1, 0.1, "mixed"),
        Row("f", "", double.NaN, double.PositiveInfinity, "mixed"));
    var console = new StringWriter();
    var html = Shown(first, second, console);
    console.ToString().ShouldContain("×100 (×79.4 to ×126)   ×31.6 (×25.1 to ×39.8)   apart       supported → too few");
    html.ShouldContain("<h1>1 of 3 verdicts differ between first and second</h1>");
    html.ShouldContain("<td>a</td><td>BN helps</td><td>supported</td><td>mixed</td>");
    html.ShouldContain("<td>dataset</td><td>mnist (c0ffee00)</td><td>digits (c0ffee00)</td><td>all</td>");
    html.ShouldContain("<td>seeds</td><td>3</td><td>2</td><td>all</td>");
    html.ShouldNotContain("<td>machine</td>");
    html.ShouldContain("<dt>claims only in first</dt><dd>c</dd><dt>claims only in second</dt><dd>d</dd>");
    Shown(first, second).ShouldBe(html);
    Shown(second, first).ShouldContain("1 of 3 verdicts differ between second and first");

    var table = File.ReadAllLines(Path.Combine(first, "compare.csv")).Select(line => line.Split(',')).ToList();
    table.Skip(1).Select(row => (row[0], row[2], row[^1])).ShouldBe([("a", "x", "equal"), ("a", "y", "overlap"),
        ("b", "", "apart"), ("c", "", ""), ("f", "", ""), ("d", "", "")]);
    table.Select(row => row[Array.IndexOf(table[0], "other_effect")])
        .ShouldBe(["other_effect", "1", "1.3", "1.5", "NaN", "NaN", "1"]);
});

Test("compare: both sides' intervals are drawn, and those without an end reach the figure's", () =>
{
    (Interval, string) Side(double at, double low, double high) => (new(at, low, high, 0.95, 6), $"{at}");
    var traces = TracesOf(PairChart.Draw("p", "p", new("ratio", Log: true), ("one", "two"),
        [new("a", Side(1, 0, 2), Side(1, 0, double.PositiveInfinity)), new("b", null, Side(0, -1, 1))]));
    traces.Select(trace => (StringAt(trace, "name"), trace.GetProperty("x").GetArrayLength()))
        .ShouldBe([("one", 1), ("two", 2)]);
    double[] Errors(string key) => [.. traces[1].GetProperty("error_x").GetProperty(key).EnumerateArray()
        .Select(error => error.GetDouble())];
    Errors("arrayminus").ShouldBe([9, 0.9], 1e-9);
    // From ten to a usual interval, two decades, beyond the largest effect.
    Errors("array").ShouldBe([990, 9], 1e-9);
});

Test("compare: what is no folder of results is named", () =>
{
    var (folder, other) = (Reported("one", "mnist", 1), Reported("one", "mnist", 1));
    Shown(folder, other).ShouldContain($"0 of 0 verdicts differ between {folder} and {other}");
    string Refused(string from, string dir, params string[] experiments) =>
        Should.Throw<BadInput>(() => DifferencesView.Show(from, dir, experiments)).Message;
    Refused(folder, folder + "/").ShouldContain("themselves");
    var link = folder + "_link";
    Directory.CreateSymbolicLink(link, folder);
    Refused(folder, link).ShouldContain("themselves");
    Refused(folder, Path.Combine(folder, "none")).ShouldContain("no folder");
    Refused(folder, Path.Combine(other, "e")).ShouldContain("folder of one experiment");
    Refused(folder, other, "f").ShouldContain("holds no results of f");
    Refused(folder, Path.GetDirectoryName(other)!).ShouldContain("holds no results:");
});

Test("results: tables are read back with their numbers, and hashes stay words", () =>
{
    var folder = Reported("read", "mnist", 3);
    var trials = Results.Trials("e", folder);
    trials.Rows.Count.ShouldBe(3);
    trials["seed"].Cast<double>().ShouldBe([1, 2, 3]);
    trials["code"].Cast<string>().ShouldAllBe(code => code == "12e345678901");
    trials["reason"].Cast<string>().ShouldAllBe(reason => reason == "");
    Should.Throw<BadInput>(() => Results.Groups("e", folder)).Message.ShouldContain("summary.csv is not there");
});

Test("results: figures are data and layout for Plotly, in colours that all of its readers know", () =>
{
    var folder = Path.Combine(Reported("figures", "mnist", 1), "figures");
    Directory.CreateDirectory(folder);
    File.WriteAllText(Path.Combine(folder, "old.json"), "{}");
    FigureFiles.Write(folder, [SampleBand()]);
    Directory.GetFiles(folder).Select(Path.GetFileName).ShouldBe(["band.json"]);
    var text = File.ReadAllText(Path.Combine(folder, "band.json"));
    text.ShouldBe(FigureFiles.Json(SampleBand()) + "\n");
    text.ShouldContain("\"fillcolor\":\"rgba(230,159,0,0.188)\"");
    Regex.IsMatch(text, "\"#[0-9A-Fa-f]{8}\"").ShouldBeFalse();
    JsonDocument.Parse(text).RootElement.EnumerateObject().Select(part => part.Name)
        .ShouldBe(["data", "layout", "frames"]);
});
