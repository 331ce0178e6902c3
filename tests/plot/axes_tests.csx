#nullable enable

Test("plot: a log axis refuses zero", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step", Log: true), new("loss"), [new("none", "1", 0, 1)]))
    .Message.ShouldContain("log axis"));

Test("plot: ticks of a log axis stand at their own numbers", () =>
{
    double[] Ticks(params double[] values) =>
        [.. (IEnumerable<double>)Axes.Layout(new("x", Log: true), values, pad: 0.05)["tickvals"]];
    Ticks(0.5).ShouldBe([0.5]);
    Ticks(0.3).ShouldBe([0.3]);
    Ticks(0.3, 0.4).ShouldBe([0.3, 0.35, 0.4], 1e-12);
    Ticks(0.2, 0.6).ShouldBe([0.2, 0.3, 0.4, 0.5, 0.6], 1e-12);
    Ticks(0.488, 0.784).ShouldBe([0.5, 0.6, 0.7], 1e-12);
    Ticks(0.1, 0.6).ShouldBe([0.1, 0.2, 0.5], 1e-12);
    Ticks(4, 64).ShouldBe([4, 64]);
    Ticks(1e-3, 1e3).Length.ShouldBe(7);
    Axes.Layout(new("x", Log: true), [0.5], pad: 0.05)["ticktext"].ShouldBe(new[] { "0.5" });
});
