#nullable enable

Test("figures: claims of different units share zero and margin, and what has no bound ends in an arrow", () =>
{
    ClaimRow Row(Claim claim, double effect, double low, double high) => claim.Judge([], _ =>
        [new("", new(effect, low, high, 0.95, 6), [effect, effect])]).Rows("e", "mnist", "standard").Single();
    Claim Of(string id, Unit unit, Region region) => new(id, $"{id} <holds>", "s", "o", unit, region);
    ClaimRow[] rows =
    [
        Row(Of("a", Unit.Ratio, Region.Above(0.5)), 0.5, 0.4, 0.6),
        Row(Of("b", Unit.Points, Region.Within(0.002)), 0.002, 0.001, double.PositiveInfinity),
        Row(Of("c", Unit.Share, Region.Above(0)) with { Wording = ("slightly", Region.Below(0.2)) }, 0.1, 0.05, 0.15),
    ];
    var figure = ForestChart.Draw("f", "f", [.. rows.Select(row => IndexPage.ForestClaim([row]))]);
    var traces = TracesOf(figure);
    List<double> Estimates(string verdict) => [.. traces.Where(t => StringAt(t, "name") == verdict
        && t.TryGetProperty("hovertext", out _)).SelectMany(t => t.GetProperty("x").EnumerateArray())
        .Select(x => Math.Round(x.GetDouble(), 9))];
    Estimates("open").Distinct().ShouldHaveSingleItem().ShouldBe(Math.Round(Math.Asinh(2), 9));
    Estimates("supported").ShouldBe([Math.Round(Math.Asinh(1), 9)]);
    traces.Select(t => t.GetProperty("marker")).SelectMany(marker => marker.TryGetProperty("symbol", out var symbols)
        && symbols.ValueKind == JsonValueKind.Array ? symbols.EnumerateArray() : [])
        .Select(symbol => symbol.GetString()).ShouldBe(["triangle-right"]);
    GenericChart.toFigureJson(figure.Chart).ShouldContain("e/report.html");
    figure.Alt.ShouldContain("c <holds>: supported.");
});
