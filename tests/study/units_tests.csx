#nullable enable

Test("console: an interval says its unit once, and where it has no bound", () =>
{
    Unit.Points.Interval(0.005, 0.001, 0.009).ShouldBe("+0.5 points (+0.1 to +0.9)");
    Unit.Ratio.Interval(0.5, double.NegativeInfinity, double.PositiveInfinity).ShouldBe("×3.16 (0 to ∞)");
    Unit.Decades.Interval(-1, double.NegativeInfinity, 2).ShouldBe("−1 decades (−∞ to +2)");
    Unit.Ratio.Interval(double.PositiveInfinity, 1, double.PositiveInfinity).ShouldBe("beyond all (×10 to ∞)");
    Unit.Ratio.Interval(double.NaN, 0, 0).ShouldBe("too few data");
    Unit.Named("of another version").Interval(1, 0, 2).ShouldBe("+1 (0 to +2)");
});
