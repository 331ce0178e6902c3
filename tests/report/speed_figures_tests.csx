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
    // Nets that are lost are named in the legend alone, and take no room; nor do they stop the figure.
    var (raced, trials) = Raced();
    Trial[] none = [.. raced.Tuning.Trials.Select(trial => trial with { Status = Status.Stuck })];
    var lost = new Comparison(raced.Net with { Name = "Lost" }, Tuned([raced.Net], none));
    Figure Drawn(params Comparison[] nets) => SpeedByAccuracy("s", "s", "Steps", nets,
        one => one.SpeedCourse(one == raced ? trials : [], "none", over: "batch"), Literature.Faster);
    JsonDocument.Parse(GenericChart.toFigureJson(Drawn(raced, lost).Chart)).RootElement.GetProperty("layout")
        .GetProperty("xaxis").GetProperty("range")[1].GetDouble().ShouldBe(range[1], 1e-9);
    Drawn(lost).Title.ShouldBe("s");
    // Accuracies that stay low have ticks too.
    var low = SpeedByAccuracy("s", "s", "Steps", [raced], one => [.. one.SpeedCourse(trials, "none", over: "batch")
        .Take(3).Zip([0.21, 0.3, 0.42], (point, accuracy) => (accuracy, point.Steps))], Literature.Faster);
    JsonDocument.Parse(GenericChart.toFigureJson(low.Chart)).RootElement.GetProperty("layout").GetProperty("xaxis")
        .GetProperty("ticktext").EnumerateArray().Select(tick => tick.GetString())
        .ShouldBe(["40%", "35%", "30%", "25%"], ignoreOrder: true);
});

Test("figures: each arm but BN has a row with its steps over BN's, and what says as many is shaded", () =>
{
    var (net, evaluated) = Raced();
    var figure = new[] { net }.StepsOverBatch(evaluated, new Looks(2), "And more.");
    figure.Caption.ShouldContain("it is slower. And more.");
    var texts = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart)).RootElement.GetRawText();
    foreach (var arm in net.Net.Cells.Select(ArmOf).Except(["batch"])) texts.ShouldContain($"{arm}, {net.Name}");
    texts.ShouldNotContain($"batch, {net.Name}");
});
