#nullable enable

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
