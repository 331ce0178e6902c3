#nullable enable

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
