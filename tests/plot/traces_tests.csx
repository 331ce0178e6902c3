#nullable enable

Test("plot: what is not finite is refused", () => Should.Throw<ArgumentException>(() =>
    CurveChart.Draw("c", "c", new("step"), new("loss"), [new("none", "1", 1, double.NaN)])));
