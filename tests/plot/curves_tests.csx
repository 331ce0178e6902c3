#nullable enable

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
