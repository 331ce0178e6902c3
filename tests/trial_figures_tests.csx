#nullable enable
// Figures of trials and of claims.

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
    var traces = TracesOf(Slice("s", "s", tuning.Trials, [(new("Rate", Log: true), trial => trial.Lr),
        (new("Batch size", Log: true), trial => trial.BatchSize)], new("Accuracy"), ValidationAccuracy));
    foreach (var axis in new[] { null, "y2" })
    {
        double[] Heights(bool lost) => [.. traces.Where(t => StringAt(t, "yaxis") == axis
            && t.TryGetProperty("hovertext", out _)
            && StringAt(t.GetProperty("marker"), "color") == Palette.Lost == lost)
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
