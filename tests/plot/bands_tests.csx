#nullable enable

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

Test("plot: panels share the arms' legend, and lanes stand below the last", () =>
{
    Point[] points = [new("none", "1", 1, 0.5), new("batch", "1", 1, 0.7)];
    var traces = TracesOf(BandChart.DrawPanels("p", "p", new("x"), [new(new("a"), points), new(new("b"), points)],
        [new("none", 1, 0, 0, 1), new("batch", 1, 0, 1, 1)], stuck: "missed"));
    traces.Count(t => t.GetProperty("showlegend").GetBoolean()).ShouldBe(2);
    traces.Select(t => StringAt(t, "yaxis") ?? "y").Distinct().Order().ShouldBe(["y", "y2", "y3"]);
    Captions.Lost([new("none", 1, 0, 1, 1)], "missed").ShouldContain("diverged or missed");
});
