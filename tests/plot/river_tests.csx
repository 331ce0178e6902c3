#nullable enable

Test("plot: a river is a line in a band", () =>
{
    Percentiles[] points = [new("none", 1, -1, 0, 1), new("none", 10, -2, 1, 3)];
    var traces = TracesOf(RiverChart.Draw("r", "r", new("step", Log: true), [new("none", new("input"), points)]));
    traces[0].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([1, 3, -2, -1]);
    traces[1].GetProperty("y").EnumerateArray().Select(y => y.GetDouble()).ShouldBe([0, 1]);
});
