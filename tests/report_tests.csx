#nullable enable
using Microsoft.Data.Analysis;
using Spectre.Console;

// Two arms, three rates; "none" loses two seeds at 1 and all six at 10.
static Figure SampleBand(string other = "batch")
{
    Lost[] lost = [new("none", 1, 1 / 6.0, 1 / 6.0, 6), new("none", 10, 1, 0, 6), new(other, 10, 0, 0, 6)];
    var points = from arm in new[] { "none", other } from x in new[] { 0.1, 1, 10 } from seed in Enumerable.Range(1, 6)
                 where arm != "none" || x < 1 || x == 1 && seed > 2
                 select new Point(arm, $"{seed}", x, 90 + seed + x / 7, "a < b");
    return BandChart.Draw("band", "Accuracy", new("learning rate", Log: true), new("accuracy (%)"), [.. points], lost);
}

static Page SamplePage(params Section[] sections) => new("lr_sweep", "Title <b>", "Why & how?", [new("a", "1 < 2")],
    sections, Notice: "\"digits\" <script>alert(1)</script>");

static JsonElement[] TracesOf(Figure figure) =>
    [.. JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart)).RootElement.GetProperty("data").EnumerateArray()];

static string? StringAt(JsonElement trace, string key) =>
    trace.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

Test("report: every seed is drawn, and a lost one is a cross and no number", () =>
{
    var traces = TracesOf(SampleBand());
    var dots = traces.Where(t => StringAt(t, "mode") == "markers" && StringAt(t, "yaxis") != "y2");
    dots.Sum(t => t.GetProperty("y").GetArrayLength()).ShouldBe(6 + 4 + 18);
    var medians = traces.First(t => StringAt(t, "mode") == "lines+markers" && StringAt(t, "legendgroup") == "none");
    medians.GetProperty("y")[2].ValueKind.ShouldBe(JsonValueKind.Null);
    var fills = medians.GetProperty("marker").GetProperty("color").EnumerateArray().Select(c => c.GetString());
    fills.Take(2).ShouldBe(["#E69F00", Palette.Paper]);
    string[] crosses = [.. traces
        .Where(t => StringAt(t, "yaxis") == "y2" && StringAt(t.GetProperty("marker"), "symbol") == "x")
        .SelectMany(t => t.GetProperty("hovertext").EnumerateArray().Select(h => h.GetString()!))];
    crosses.ShouldBe(["<b>none</b>, learning rate 1<br>1 diverged and 1 stuck of 6",
        "<b>none</b>, learning rate 10<br>6 diverged and 0 stuck of 6"]);
});

Test("report: N in the legend, the true level in the caption", () =>
{
    TracesOf(SampleBand()).Where(t => t.GetProperty("showlegend").GetBoolean()).Select(t => StringAt(t, "name"))
        .ShouldBe(["none  (N = 6)", "batch  (N = 6)"]);
    SampleBand().Caption.ShouldContain("true level 96.9%; lowest to highest seed where fewer than 6 are left");
});

Test("report: what is not finite is refused", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step"), new("loss"), [new("none", "1", 1, double.NaN)])));

Test("report: a log axis refuses zero", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step", Log: true), new("loss"), [new("none", "1", 0, 1)])).Message.ShouldContain("log axis"));

Test("report: ticks of a log axis stand at their own numbers", () =>
{
    double[] Ticks(params double[] values) =>
        [.. (IEnumerable<double>)Axes.Layout(new("x", Log: true), values, pad: 0.05)["tickvals"]];
    Ticks(0.5).ShouldBe([0.5]);
    Ticks(0.3).ShouldBe([0.3]);
    Ticks(0.3, 0.4).ShouldBe([0.3, 0.4]);
    Ticks(0.2, 0.6).ShouldBe([0.2, 0.5], 1e-12);
    Ticks(4, 64).ShouldBe([4, 64]);
    Ticks(1e-3, 1e3).Length.ShouldBe(7);
    Axes.Layout(new("x", Log: true), [0.5], pad: 0.05)["ticktext"].ShouldBe(new[] { "0.5" });
});

Test("report: curves part seeds by gaps and stop the median below half of the seeds", () =>
{
    var points = new[] { (1, 1), (1, 10), (1, 100), (2, 1), (2, 10), (3, 1) }
        .Select(p => new Point("batch", $"{p.Item1}", p.Item2, p.Item1 + p.Item2)).ToList();
    var traces = TracesOf(CurveChart.Draw("c", "c", new("step", Log: true), new("loss"), points, [points[4]]));
    var seeds = traces.First(t => t.TryGetProperty("opacity", out _));
    seeds.GetProperty("y").EnumerateArray().Count(y => y.ValueKind == JsonValueKind.Null).ShouldBe(3);
    var median = traces.First(t => t.TryGetProperty("connectgaps", out _) && !t.TryGetProperty("opacity", out _));
    median.GetProperty("x").EnumerateArray().Select(x => x.GetDouble()).ShouldBe([1, 10]);
});

Test("report: a range at the grid's end says so", () =>
{
    var row = new RangeRow("batch", "batch", 0.01, 1000, [100, 100, 1000], 3);
    RangeChart.Words(row, (1e-3, 1e3), log: true).ShouldBe("0.01 to ≥ 1000, 5 decades");
    RangeChart.Words(row with { Low = double.NaN }, (1e-3, 1e3), log: true).ShouldBe("none");
    var marks = TracesOf(RangeChart.Draw("r", "r", new("rate", Log: true), [row], (1e-3, 1e3)))
        .Single(t => StringAt(t, "mode") == "markers+text");
    marks.GetProperty("text").EnumerateArray().Select(t => t.GetString()).ShouldBe(["2", ""]);
});

Test("report: an arm looks the same everywhere, an unknown one is stable and apart", () =>
{
    Palette.Styles(["batch", "none"]).Select(a => a.Arm).ShouldBe(["none", "batch"]);
    Palette.Styles(["batch"])[0].Style.ShouldBe(Palette.Styles(["none", "batch", "new"])[1].Style);
    string[] many = ["none", "batch", "a", "b", "c", "d", "e", "f", "g", "h"];
    Palette.Styles(many).Select(a => a.Style.Color).Distinct().Count().ShouldBe(10);
    Palette.Styles(many.Reverse()).ShouldBe(Palette.Styles(many));
    Palette.Styles([.. many, "i"]).Count.ShouldBe(11);
    // The hash of a name is the same in every run and on every machine.
    Palette.Styles(["momentum 0.9"])[0].Style.Color.ShouldBe(Palette.Ink);
    foreach (var arms in new string[][] { ["none", "batch", "batch_after", "batch_with_bias", "none_input"],
        ["none", "batch", "layer", "group", "ghost", "noisy", "seed", "none_clipped"] })
        Palette.Styles(arms).Select(a => (a.Style.Color, a.Style.Symbol)).SelectMany(look => new[] { look.Color, look.Symbol })
            .Distinct().Count().ShouldBe(2 * arms.Length);
});

Test("report: numbers for people", () =>
{
    (double Value, string Text)[] table = [(1000, "1000"), (0.0316227766, "0.0316"), (-2.5, "−2.5"), (0, "0"),
        (1e-7, "1e−7"), (2.345e9, "2.35e9"), (double.NaN, "–"), (double.NegativeInfinity, "−∞"), (123456, "123456")];
    foreach (var (value, text) in table) Format.Number(value).ShouldBe(text);
});

Test("report: the same data gives the same bytes, and one plotly.js in less than 6 MB", () =>
{
    string Once() => PageHtml.Report(SamplePage(new FigureSection(SampleBand()), new FigureSection(SampleBand("layer"))));
    var html = Once();
    Once().ShouldBe(html);
    Regex.Count(html, @"plotly\.js v\d").ShouldBe(1);
    Encoding.UTF8.GetByteCount(html).ShouldBeLessThan(6_000_000);
    PageHtml.Report(SamplePage()).ShouldNotContain("plotly.js v");
});

Test("report: nothing is fetched", () =>
{
    var html = PageHtml.Report(SamplePage(new FigureSection(SampleBand())));
    Regex.IsMatch(html, """<(script|img|link|iframe)[^>]*(src|href)=["']?(https?:)?//""").ShouldBeFalse();
    html.ShouldContain("default-src 'none'");
    html.ShouldNotContain("@import");
});

Test("report: texts are escaped, in HTML and in the figures' JSON", () =>
{
    var figure = SampleBand("</script><b>");
    var html = PageHtml.Report(SamplePage(new FigureSection(figure), new Definitions("D", [("<i>", "&")]),
        new Links("L", [("a", "x.csv\" onclick=\"y", "")])));
    html.ShouldContain("<h1>Title &lt;b&gt;</h1>");
    html.ShouldContain("Why &amp; how?");
    html.ShouldContain("<dt>&lt;i&gt;</dt><dd>&amp;</dd>");
    html.ShouldNotContain("<script>alert");
    html.ShouldNotContain("\" onclick=\"");
    var json = Regex.Match(html, """application/json">(.*?)</script>""").Groups[1].Value;
    json.ShouldNotContain("<");
    JsonDocument.Parse(json).RootElement.GetProperty("data").GetArrayLength().ShouldBe(TracesOf(figure).Length);
});

Test("report: tables format a column alike and say what is missing", () =>
{
    var frame = new DataFrame(new StringDataFrameColumn("norm", ["none", "<b>"]),
        new DoubleDataFrameColumn("lr", [1e-3, 1e3]), new DoubleDataFrameColumn("loss", [0.25, double.NaN]),
        new Int32DataFrameColumn("seeds", [6, 5]));
    var html = PageHtml.Report(SamplePage(new TableSection("T", frame)));
    html.ShouldContain("""<td>none</td><td class="n" data-v="0.001">0.001</td><td class="n" data-v="0.25">0.25</td>""");
    html.ShouldContain("""<td>&lt;b&gt;</td><td class="n" data-v="1000">1000</td><td class="n" data-v="">–</td>""");
});

Test("report: a page is written whole, over an old one, into a new folder", () =>
{
    var folder = Directory.CreateTempSubdirectory("report_tests");
    var path = Path.Combine(folder.FullName, "new", "report.html");
    WritePage(path, SamplePage());
    WriteIndex(path, "All", "Every experiment.", [new("lr_sweep", "T < U", "S", "lr_sweep/report.html")]);
    File.ReadAllText(path).ShouldContain("""<a href="lr_sweep/report.html"><span class="name">lr_sweep</span>""");
    Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);
    folder.Delete(recursive: true);
});

static (SweepProgress Progress, StringWriter Text) Piped(int total, int reused, TimeProvider? clock = null)
{
    var text = new StringWriter();
    var console = AnsiConsole.Create(new AnsiConsoleSettings
        { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(text) });
    return (new("sweep", total, reused, jobs: 3, console: console, clock: clock), text);
}

sealed class HandClock : TimeProvider
{
    public long Seconds { get; set; }
    public override long TimestampFrequency => 1;
    public override long GetTimestamp() => Seconds;
}

Test("report: progress counts from many threads, and ends with a table", () =>
{
    var (progress, text) = Piped(1000, 200);
    Parallel.For(0, 800, i => progress.Report(i % 2 == 0 ? "none" : "[batch]", i % 8 == 0 ? "diverged" : "ok", 1,
        i % 2 == 0 ? double.NaN : i / 1000.0, 0.001 * i));
    progress.Dispose();
    progress.Dispose();
    var lines = text.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    lines[0].ShouldBe("sweep: 800 trials to run, 200 kept");
    lines.ShouldContain(l => Regex.IsMatch(l, @"\[batch\] +400 +- +- +79.9% at 0.799$"));
    lines.ShouldContain(l => Regex.IsMatch(l, @"none +300 +- +100 +-$"));
    lines[^1].ShouldMatch("^sweep: 800 trials in .*; 200 kept$");
    text.ToString().ShouldNotContain("\u001b");
    text.ToString().ShouldNotContain("failed");
});

Test("report: progress without a terminal is a line now and then, with rate, time left and what runs", () =>
{
    var clock = new HandClock();
    var (progress, text) = Piped(100, 20, clock);
    for (var i = 1; i <= 70; i++)
    {
        clock.Seconds = i <= 40 ? i / 20 : i;
        progress.Report("batch", i % 10 == 0 ? "stuck" : "ok");
    }
    // Nothing for a long while: a line all the same.
    clock.Seconds += 300;
    progress.Report("batch", "failed");
    progress.Dispose();
    text.ToString().Split('\n').Where(line => line.Contains("/100")).ShouldBe(
    [
        "sweep: 61/100, 1.0 trials/s, 39.0 s left, 3 running, 4 stuck",
        "sweep: 70/100, 1.0 trials/s, 30.0 s left, 3 running, 5 stuck",
        "sweep: 80/100, 1.0 trials/s, 20.0 s left, 3 running, 6 stuck",
        "sweep: 90/100, 1.0 trials/s, 10.0 s left, 3 running, 7 stuck",
        "sweep: 91/100, 0.2 trials/s, 46.9 s left, 3 running, 7 stuck, 1 failed",
    ]);
    text.ToString().ShouldContain("; 20 kept; 9 not run");
});

Test("report: progress never throws", () =>
{
    var closed = new StringWriter();
    closed.Dispose();
    var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(closed) });
    using var progress = new SweepProgress("sweep", 1, console: console);
    progress.Report("none", "no such status", cost: double.NaN);
    progress.Report("none", "ok");
    progress.Dispose();
});

Test("report: a map hatches what was lost, and its difference counts that as chance", () =>
{
    Cell[] none = [new(1, 1, 0.9, 0, 0, 3), new(2, 1, null, 3, 0, 3), new(3, 1, 0.5, 0, 2, 3)];
    Cell[] batch = [new(1, 1, 0.95, 0, 0, 3), new(2, 1, 0.8, 0, 1, 3), new(3, 1, null, 0, 3, 3)];
    var traces = TracesOf(MapChart.Draw("m", "m", new("x"), new("y"), ("none", none), ("batch", batch), "accuracy", 0.1));
    var maps = traces.Where(t => StringAt(t, "type") == "heatmap").ToList();
    double?[] Row(JsonElement map) => [.. map.GetProperty("z")[0].EnumerateArray()
        .Select(z => z.ValueKind == JsonValueKind.Null ? (double?)null : Math.Round(z.GetDouble(), 9))];
    maps.Select(Row).ToArray().ShouldBe([[0.9, null, null], [0.95, 0.8, null], [0.05, 0.7, null]]);
    // A rectangle of five points and a gap for each hatched cell: diverged, then stuck, map by map.
    traces.Where(t => t.TryGetProperty("fillpattern", out _)).Select(t => t.GetProperty("x").GetArrayLength() / 6)
        .ShouldBe([1, 1, 0, 1, 1, 1]);
});

Test("report: panels share the arms' legend, and lanes stand below the last", () =>
{
    Point[] points = [new("none", "1", 1, 0.5), new("batch", "1", 1, 0.7)];
    var traces = TracesOf(BandChart.DrawPanels("p", "p", new("x"), [new(new("a"), points), new(new("b"), points)],
        [new("none", 1, 0, 0, 1), new("batch", 1, 0, 1, 1)], stuck: "missed"));
    traces.Count(t => t.GetProperty("showlegend").GetBoolean()).ShouldBe(2);
    traces.Select(t => StringAt(t, "yaxis") ?? "y").Distinct().Order().ShouldBe(["y", "y2", "y3"]);
    Captions.Lost([new("none", 1, 0, 1, 1)], "missed").ShouldContain("diverged or missed");
});

Test("report: a river is a line in a band", () =>
{
    Percentiles[] points = [new("none", 1, -1, 0, 1), new("none", 10, -2, 1, 3)];
    var traces = TracesOf(RiverChart.Draw("r", "r", new("step", Log: true), [new("none", new("input"), points)]));
    traces[0].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([1, 3, -2, -1]);
    traces[1].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([0, 1]);
});
