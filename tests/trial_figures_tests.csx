#nullable enable
using Microsoft.Data.Analysis;

// Figures of all trials, of all claims, and small ones.

// Two arms at two batch sizes and three rates, two seeds each; the best rate is 0.1, and all diverge at 1.
static Tuning SmallTuning()
{
    double[] rates = [0.01, 0.1, 1];
    List<Config> cells = [.. from size in new[] { 4, 64 } from norm in new[] { Norm.None, Norm.Batch }
                             select new Config { Norm = norm, BatchSize = size }];
    return Tuned([new("net", cells, rates)], [.. from cell in cells from rate in rates from seed in new[] { 101, 102 }
        select Made(rate, seed, rate == 0.1 ? 0.9 : 0.5, rate == 1 ? 5 : 0, with: _ => cell with
            { Lr = rate, Seed = seed }) with { Curve = [new("", 1, 1, 2, 2, 0.1), new("", 10, 10, 1, 1, 0.5)] }]);
}

Test("figures: a slice has each trial once in each panel, those without a number below all others", () =>
{
    var tuning = SmallTuning();
    var traces = TracesOf(Slice("s", "s", tuning.Trials, [(new("Rate", Log: true), trial => trial.Lr), (new("Batch size",
        Log: true), trial => trial.BatchSize)], new("Accuracy"), ValidationAccuracy));
    foreach (var axis in new[] { null, "y2" })
    {
        double[] Heights(bool lost) => [.. traces.Where(t => StringAt(t, "yaxis") == axis
            && t.TryGetProperty("hovertext", out _) && StringAt(t.GetProperty("marker"), "color") == Palette.Lost == lost)
            .SelectMany(t => t.GetProperty("y").EnumerateArray()).Select(y => y.GetDouble())];
        (Heights(lost: false).Length, Heights(lost: true).Length).ShouldBe((16, 8));
        Heights(lost: true).Max().ShouldBeLessThan(Heights(lost: false).Min());
    }
    traces.SelectMany(t => t.TryGetProperty("hovertext", out var said) ? said.EnumerateArray() : []).First().GetString()
        .ShouldBe("<b>none</b>, seed 101<br>lr 0.01, batch size 4<br>Rate 0.01");
});

Test("figures: the best over rates leads each marker to the curves of all its rates", () =>
{
    var traces = TracesOf(BestOverRates("b", "b", SmallTuning(), new("Batch size", Log: true), cell => cell.BatchSize,
        new("Accuracy"), ValidationAccuracy));
    List<string> keys = [.. traces.Where(t => t.TryGetProperty("customdata", out _))
        .SelectMany(t => t.GetProperty("customdata").EnumerateArray()).Select(key => key.GetString()!)];
    keys.ShouldBe(["none, batch size 4; bold: rate 0.1", "none, batch size 64; bold: rate 0.1",
        "batch, batch size 4; bold: rate 0.1", "batch, batch size 64; bold: rate 0.1"]);
    var curves = traces.Where(t => StringAt(t, "meta") is not null).ToList();
    curves.GroupBy(t => StringAt(t, "meta")).ToDictionary(cell => cell.Key!, cell => cell.Count()).ShouldBe(
        keys.ToDictionary(key => key, _ => 2), ignoreOrder: true);
    curves.Where(t => t.GetProperty("visible").GetBoolean()).Select(t => StringAt(t, "meta")).Distinct()
        .ShouldBe([keys[3]]);
    // Two rates but the best, of two seeds, two points each and a gap behind them.
    curves.Select(t => t.GetProperty("x").GetArrayLength()).ShouldBe(Enumerable.Repeat(new[] { 12, 6 }, 4)
        .SelectMany(lengths => lengths));
});

Test("figures: claims of different units share zero and margin, and what has no bound ends in an arrow", () =>
{
    ClaimRow Row(Claim claim, double effect, double low, double high) => claim.Judge([], _ =>
        [new("", new(effect, low, high, 0.95, 6), [effect, effect])]).Rows("e", "mnist", "standard").Single();
    Claim Of(string id, Unit unit, Region region) => new(id, $"{id} <holds>", "s", "o", unit, region);
    ClaimRow[] rows =
    [
        Row(Of("a", Unit.Ratio, Region.Above(0.5)), 0.5, 0.4, 0.6),
        Row(Of("b", Unit.Points, Region.Within(0.002)), 0.002, 0.001, double.PositiveInfinity),
        Row(Of("c", Unit.Share, Region.Slight(0.2)), 0.1, 0.05, 0.15),
    ];
    var figure = ForestChart.Draw("f", "f", [.. rows.Select(row => IndexPage.ForestClaim([row]))]);
    var traces = TracesOf(figure);
    List<double> Estimates(string verdict) => [.. traces.Where(t => StringAt(t, "name") == verdict
        && t.TryGetProperty("hovertext", out _)).SelectMany(t => t.GetProperty("x").EnumerateArray())
        .Select(x => Math.Round(x.GetDouble(), 9))];
    Estimates("too few data").Distinct().ShouldHaveSingleItem().ShouldBe(Math.Round(Math.Asinh(2), 9));
    Estimates("supported").ShouldBe([Math.Round(Math.Asinh(1), 9)]);
    traces.Select(t => t.GetProperty("marker")).SelectMany(marker => marker.TryGetProperty("symbol", out var symbols)
        && symbols.ValueKind == JsonValueKind.Array ? symbols.EnumerateArray() : [])
        .Select(symbol => symbol.GetString()).ShouldBe(["triangle-right"]);
    GenericChart.toFigureJson(figure.Chart).ShouldContain("e/report.html");
    figure.Alt.ShouldContain("c <holds>: supported.");
});

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

Test("figures: a small picture is well formed, the same each time, and of every kind of figure", () =>
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

Test("figures: the still picture of a figure has all its panels", () =>
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

Test("figures: pages, the index, pictures and words do not depend on the culture", () =>
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
