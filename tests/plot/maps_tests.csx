#nullable enable

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
    // Where no colour lies below it, it has a ground.
    traces.Where(t => t.TryGetProperty("fillpattern", out _)).Select(t => StringAt(t.GetProperty("fillpattern"),
        "bgcolor") == "#00000000").ShouldBe([false, false, false, false, true, true]);
});
