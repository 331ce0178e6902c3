#nullable enable

Test("figures: speed against accuracy reads from left to right, and ends a line where an arm does not come", () =>
{
    Figure Of(bool comesToTheEnd)
    {
        var (net, evaluated) = Raced(comesToTheEnd);
        return SpeedByAccuracy("s", "s", "Steps, none over batch", [net],
            one => one.SpeedCourse(evaluated, "none", over: "batch"), Literature.Faster);
    }
    double?[] Line(Figure figure) => [.. TracesOf(figure).First(trace => StringAt(trace, "mode") == "lines+markers"
        && trace.GetProperty("x").GetArrayLength() > 1).GetProperty("y").EnumerateArray()
        .Select(y => y.ValueKind == JsonValueKind.Null ? (double?)null : y.GetDouble())];
    var whole = Of(comesToTheEnd: true);
    Line(whole).ShouldAllBe(ratio => ratio != null);
    Line(whole)[0]!.Value.ShouldBe(10, 0.2);
    Line(Of(comesToTheEnd: false))[^1].ShouldBeNull();
    var axis = JsonDocument.Parse(GenericChart.toFigureJson(whole.Chart)).RootElement.GetProperty("layout")
        .GetProperty("xaxis");
    double[] range = [.. axis.GetProperty("range").EnumerateArray().Select(end => end.GetDouble())];
    range[0].ShouldBeGreaterThan(range[1]);
    axis.GetProperty("ticktext")[0].GetString().ShouldBe("50%");
});
