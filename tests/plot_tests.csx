#nullable enable
using Microsoft.Data.Analysis;

// Figures of plain numbers, their pictures, and numbers as words.

// Two arms, three rates; "none" loses two seeds at 1 and all six at 10.
static Figure SampleBand(string other = "batch")
{
    Lost[] lost = [new("none", 1, 1 / 6.0, 1 / 6.0, 6), new("none", 10, 1, 0, 6), new(other, 10, 0, 0, 6)];
    var points = from arm in new[] { "none", other } from x in new[] { 0.1, 1, 10 } from seed in Enumerable.Range(1, 6)
                 where arm != "none" || x < 1 || x == 1 && seed > 2
                 select new Point(arm, $"{seed}", x, 90 + seed + x / 7, "a < b");
    return BandChart.Draw("band", "Accuracy", new("learning rate", Log: true), new("accuracy (%)"), [.. points], lost);
}

static JsonElement[] TracesOf(Figure figure) =>
    [.. JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart)).RootElement.GetProperty("data").EnumerateArray()];

static string? StringAt(JsonElement trace, string key) =>
    trace.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

static Figure[] FiguresOfEveryKind()
{
    Cell[] cells = [new(1, 1, 0.9, 0, 0, 3), new(2, 1, null, 3, 0, 3), new(3, 1, 0.5, 0, 0, 3)];
    ForestRow[] effects = [new("SGD", -0.25, -0.5, 0.125, "×0.6", "not supported", ["N = 6"])];
    return
    [
        SampleBand(), MapChart.Draw("m", "m", new("x"), new("y"), ("none", cells), ("batch", cells), "accuracy", 0.1),
        CurveChart.Draw("c", "c", new("step", Log: true), new("loss"),
            [new("none", "1", 1, 2.5), new("none", "1", 10, 1)], guide: new("theory", [(1, 0.5), (10, -0.5)])),
        RiverChart.Draw("r", "r", new("step", Log: true), [new("none", new("input"), [new("none", 1, -1.5, 0, 1)]),
            new("batch", new("input"), [new("batch", 1, -1, 0, 1)])]),
        RangeChart.Draw("g", "g", new("rate", Log: true),
            [new("batch", "batch", 0.01, 1000, [100, 1000], 2)], (1e-3, 1e3)),
        PairChart.Draw("p", "p", new("points"), ("one", "two"),
            [new("claim", (new(0.5, -0.25, 1.25, 0.95, 6), "+0.5"), null)]),
        ForestChart.Draw("f", "f", [new("claim", "e.html", "not supported", 0.5, double.PositiveInfinity, effects)]),
    ];
}

Test("plot: every seed is drawn, and a lost one is a cross and no number", () =>
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

Test("plot: N in the legend, the true level in the caption", () =>
{
    TracesOf(SampleBand()).Where(t => t.GetProperty("showlegend").GetBoolean()).Select(t => StringAt(t, "name"))
        .ShouldBe(["none  (N = 6)", "batch  (N = 6)"]);
    SampleBand().Caption.ShouldContain("true level 96.9%; lowest to highest seed where fewer than 6 are left");
});

Test("plot: what is not finite is refused", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step"), new("loss"), [new("none", "1", 1, double.NaN)])));

Test("plot: a log axis refuses zero", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step", Log: true), new("loss"), [new("none", "1", 0, 1)]))
    .Message.ShouldContain("log axis"));

Test("plot: ticks of a log axis stand at their own numbers", () =>
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

Test("plot: curves part seeds by gaps and stop the median below half of the seeds", () =>
{
    var points = new[] { (1, 1), (1, 10), (1, 100), (2, 1), (2, 10), (3, 1) }
        .Select(p => new Point("batch", $"{p.Item1}", p.Item2, p.Item1 + p.Item2)).ToList();
    var traces = TracesOf(CurveChart.Draw("c", "c", new("step", Log: true), new("loss"), points, [points[4]]));
    var seeds = traces.First(t => t.TryGetProperty("opacity", out _));
    seeds.GetProperty("y").EnumerateArray().Count(y => y.ValueKind == JsonValueKind.Null).ShouldBe(3);
    var median = traces.First(t => t.TryGetProperty("connectgaps", out _) && !t.TryGetProperty("opacity", out _));
    median.GetProperty("x").EnumerateArray().Select(x => x.GetDouble()).ShouldBe([1, 10]);
});

Test("plot: a range at the grid's end says so", () =>
{
    var row = new RangeRow("batch", "batch", 0.01, 1000, [100, 100, 1000], 3);
    RangeChart.Words(row, (1e-3, 1e3), log: true).ShouldBe("0.01 to ≥ 1000, 5 decades");
    RangeChart.Words(row with { Low = double.NaN }, (1e-3, 1e3), log: true).ShouldBe("none");
    var marks = TracesOf(RangeChart.Draw("r", "r", new("rate", Log: true), [row], (1e-3, 1e3)))
        .Single(t => StringAt(t, "mode") == "markers+text");
    marks.GetProperty("text").EnumerateArray().Select(t => t.GetString()).ShouldBe(["2", ""]);
});

Test("plot: an arm looks the same everywhere, an unknown one is stable and apart", () =>
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
        Palette.Styles(arms).SelectMany(arm => new[] { arm.Style.Color, arm.Style.Symbol })
            .Distinct().Count().ShouldBe(2 * arms.Length);
});

Test("plot: numbers for people", () =>
{
    (double Value, string Text)[] table = [(1000, "1000"), (0.0316227766, "0.0316"), (-2.5, "−2.5"), (0, "0"),
        (1e-7, "1e−7"), (2.345e9, "2.35e9"), (double.NaN, "–"), (double.NegativeInfinity, "−∞"), (123456, "123456")];
    foreach (var (value, text) in table) Format.Number(value).ShouldBe(text);
});

Test("plot: a map hatches what was lost, and its difference counts that as chance", () =>
{
    Cell[] none = [new(1, 1, 0.9, 0, 0, 3), new(2, 1, null, 3, 0, 3), new(3, 1, 0.5, 0, 2, 3)];
    Cell[] batch = [new(1, 1, 0.95, 0, 0, 3), new(2, 1, 0.8, 0, 1, 3), new(3, 1, null, 0, 3, 3)];
    var traces = TracesOf(MapChart.Draw("m", "m", new("x"), new("y"), ("none", none), ("batch", batch), "accuracy",
        0.1));
    var maps = traces.Where(t => StringAt(t, "type") == "heatmap").ToList();
    double?[] Row(JsonElement map) => [.. map.GetProperty("z")[0].EnumerateArray()
        .Select(z => z.ValueKind == JsonValueKind.Null ? (double?)null : Math.Round(z.GetDouble(), 9))];
    maps.Select(Row).ToArray().ShouldBe([[0.9, null, null], [0.95, 0.8, null], [0.05, 0.7, null]]);
    // A rectangle of five points and a gap for each hatched cell: diverged, then stuck, map by map.
    traces.Where(t => t.TryGetProperty("fillpattern", out _)).Select(t => t.GetProperty("x").GetArrayLength() / 6)
        .ShouldBe([1, 1, 0, 1, 1, 1]);
});

Test("plot: panels share the arms' legend, and lanes stand below the last", () =>
{
    Point[] points = [new("none", "1", 1, 0.5), new("batch", "1", 1, 0.7)];
    var traces = TracesOf(BandChart.DrawPanels("p", "p", new("x"), [new(new("a"), points), new(new("b"), points)],
        [new("none", 1, 0, 0, 1), new("batch", 1, 0, 1, 1)], stuck: "missed"));
    traces.Count(t => t.GetProperty("showlegend").GetBoolean()).ShouldBe(2);
    traces.Select(t => StringAt(t, "yaxis") ?? "y").Distinct().Order().ShouldBe(["y", "y2", "y3"]);
    Captions.Lost([new("none", 1, 0, 1, 1)], "missed").ShouldContain("diverged or missed");
});

Test("plot: a river is a line in a band", () =>
{
    Percentiles[] points = [new("none", 1, -1, 0, 1), new("none", 10, -2, 1, 3)];
    var traces = TracesOf(RiverChart.Draw("r", "r", new("step", Log: true), [new("none", new("input"), points)]));
    traces[0].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([1, 3, -2, -1]);
    traces[1].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([0, 1]);
});

Test("plot: a small picture is well formed, the same each time, and of every kind of figure", () =>
{
    var all = FiguresOfEveryKind();
    foreach (var figure in all)
    {
        var svg = Picture.Draw(figure);
        Picture.Draw(figure).ShouldBe(svg);
        svg.Length.ShouldBeLessThan(10_000);
        System.Xml.Linq.XDocument.Parse(svg).Root!.Elements().Count().ShouldBeGreaterThan(1);
        Regex.IsMatch(svg, @"NaN|∞|\d,\d+ ").ShouldBeFalse();
    }
    var band = Picture.Draw(all[0]);
    // Medians, seeds, and both kinds of lost ones; on a dark page the page's own colour.
    foreach (var part in new[] { "stroke:var(--c0072B2,#0072B2);stroke-width:2", "stroke-width:2.5", "m-2.5 -2.5l5 5",
        "a3 3 0 1 0" })
        band.ShouldContain(part);
    Picture.DarkColors.ShouldContain("--c0072B2:#2B94D6;");
    Picture.Draw(all[1]).ShouldContain($"fill:var(--c{Palette.Sequential[^1][1..]}");
});

Test("plot: the still picture of a figure has all its panels", () =>
{
    foreach (var figure in FiguresOfEveryKind())
    {
        using var json = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart));
        var panels = json.RootElement.GetProperty("layout").EnumerateObject().Count(part =>
            part.Name.StartsWith("yaxis"));
        var svg = Picture.DrawAll(figure);
        System.Xml.Linq.XDocument.Parse(svg);
        // Each panel has a path from the top of its y axis to the end of its x axis, and something in it.
        Regex.Count(svg, @"d=""M7 [\d.]+V[\d.]+H953""").ShouldBe(panels, figure.Id);
        Regex.Count(svg, "<path").ShouldBeGreaterThan(2 * panels - 1, figure.Id);
        Regex.IsMatch(svg, @"NaN|∞").ShouldBeFalse();
    }
    Picture.DrawAll(FiguresOfEveryKind()[1]).ShouldContain("url(#hatch-up)");
});

Test("plot: pages, the index, pictures and words do not depend on the culture", () =>
{
    var frame = new DataFrame(new StringDataFrameColumn("norm", ["none"]), new DoubleDataFrameColumn("lr", [-0.0325]),
        new DoubleDataFrameColumn("rate", [1e-7]), new Int32DataFrameColumn("n", [-6]));
    string Rendered()
    {
        var figures = FiguresOfEveryKind();
        KeyNumber number = new("label", Format.Number(-1.5), Format.Percent(0.125), "mixed");
        return string.Join("\n", [
            PageHtml.Report(new("e", "Title", "I?", [number],
                [new TableSection("IMAGE", frame), .. figures.Select(figure => new FigureSection(figure))])),
            PageHtml.Index("I", "i", [new("e", "t", "s", "e.html", number, Picture: Picture.Draw(figures[0]))],
                [new FigureSection(figures[^1])], "made"),
            .. figures.Select(Picture.Draw), .. figures.Select(figure => figure.Alt + figure.Caption),
            Format.Span(TimeSpan.FromSeconds(4.25)), Format.Anchor("MLP, RELU I"), Format.Number(-2.345e-9),
        ]);
    }
    var before = CultureInfo.CurrentCulture;
    try
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var expected = Rendered();
        foreach (var name in new[] { "de-DE", "tr-TR", "fa-IR", "sv-SE" })
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(name);
            // Where the machine has no data of cultures this one would be the invariant one, and the test would say
            // nothing.
            if ($"{-0.5}" == "-0.5") Skip($"this machine does not know the culture {name}");
            var found = Rendered();
            var at = found.Zip(expected).TakeWhile(pair => pair.First == pair.Second).Count();
            if (found != expected)
                throw new Exception($"{name}: ...{found[Math.Max(0, at - 60)..Math.Min(found.Length, at + 30)]}");
        }
    }
    finally { CultureInfo.CurrentCulture = before; }
});
