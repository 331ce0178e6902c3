#nullable enable

Test("figures: claims of different units share zero and margin, and what has no bound ends in an arrow", () =>
{
    static ForestRow Of(double effect, double low, double high, double margin) =>
        new(effect, low, high, margin, double.PositiveInfinity, margin, "supported");
    // Where the mark and the line at no effect stand.
    static string Mark(string svg) => Regex.Match(svg, @"M([\d.]+) 10h0").Groups[1].Value;
    static string Zero(string svg) => Regex.Match(svg, @"M([\d.]+) 0V20").Groups[1].Value;
    static int Arrows(string svg) => Regex.Count(svg, "v8Z");
    var (ratio, points) = (Forest.Row(Of(0.5, 0.4, 0.6, 0.5)), Forest.Row(Of(0.002, 0.001, 0.003, 0.002)));
    Mark(ratio).ShouldBe(Mark(points));
    Zero(ratio).ShouldBe(Zero(points));
    Mark(Forest.Row(Of(0, -1, 1, 0.5))).ShouldBe(Zero(ratio));
    Arrows(ratio).ShouldBe(0);
    Arrows(Forest.Row(Of(0.5, 0.4, double.PositiveInfinity, 0.5))).ShouldBe(1);
    Arrows(Forest.Row(Of(double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0.5))).ShouldBe(2);
    Mark(Forest.Row(Of(double.NaN, 0, 1, 0.5))).ShouldBe("");
    Regex.Count(Forest.Row(Of(0.5, double.NaN, double.NaN, 0.5)), @"10H").ShouldBe(0);
    Regex.Count(ratio, @"10H").ShouldBe(1);
    // Beyond the scale it stands at the end, and in the picture.
    double.Parse(Mark(Forest.Row(Of(1e6, 1e5, 1e7, 0.5))), CultureInfo.InvariantCulture).ShouldBeInRange(200, 220);
    Forest.Row(Of(0.5, 0.4, 0.6, double.NaN)).ShouldBe("");
});
