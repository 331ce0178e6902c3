#nullable enable

Test("console: an interval says its unit once, and where it has no bound", () =>
{
    Unit.Points.Interval(0.005, 0.001, 0.009).ShouldBe("+0.5 points (+0.1 to +0.9)");
    Unit.Ratio.Interval(0.5, double.NegativeInfinity, double.PositiveInfinity).ShouldBe("×3.16 (0 to ∞)");
    Unit.Decades.Interval(-1, double.NegativeInfinity, 2).ShouldBe("−1 decades (−∞ to +2)");
    Unit.Ratio.Interval(double.PositiveInfinity, 1, double.PositiveInfinity).ShouldBe("beyond all (×10 to ∞)");
    Unit.Units.Interval(0.12, 0.1, 0.14).ShouldBe("+12% of units (+10% to +14%)");
    Unit.Share.Interval(0.5, 0.1 + 0.2 - 0.3, 1).ShouldBe("+50% of trials (0% to +100%)");
    Unit.Ratio.Interval(double.NaN, 0, 0).ShouldBe("too few data");
    Unit.Points.Range(0.01, 0.02).ShouldBe("+1 to +2 points");
    Unit.Points.Range(0.21, double.PositiveInfinity).ShouldBe("+21 points to no upper bound");
    Unit.Share.Range(double.NegativeInfinity, 0.1).ShouldBe("no lower bound to +10% of trials");
    Unit.Named("of another version").Interval(1, 0, 2).ShouldBe("+1 (0 to +2)");
});

Test("units: amounts for sentences, where a unit and an effect have them", () =>
{
    Unit.Ratio.Amount(0.25, 0.5).ShouldBe("by a factor of 1.8 to 3.2");
    Unit.Ratio.Amount(0.3, 0.301).ShouldBe("by a factor of 2");
    Unit.Points.Amount(0.003, 0.0123).ShouldBe("by 0.3 to 1.2 points");
    Unit.Decades.Amount(2, 2).ShouldBe("by 2 decades");
    Unit.Share.Amount(0.1, 0.25).ShouldBe("by 10 to 25% of trials");
    Unit.Cosine.Amount(1, 2).ShouldBeNull();
    Unit.Ratio.Amount(0.3, double.PositiveInfinity).ShouldBeNull();
});
