#nullable enable
// Forest plots: effects of many claims, each as a bar in the row of a table that has its numbers. Effects of different
// units share one scale, because each is divided by the margin of its claim, the least effect that the claim asks for.

public static class Forest
{
    const double Width = 220, Height = 20, Pad = 6, Middle = Height / 2;

    // In margins; most effects lie between, and what lies beyond is drawn at the end.
    const double First = -3, Last = 30;

    /// <summary>A row as an SVG element: the interval as a bar, the effect as a mark, a line at no effect; what is
    /// claimed is shaded. Beyond one margin the scale goes by powers of ten; an arrow is an end beyond the scale. Empty
    /// without a margin.</summary>
    public static string Row(ForestRow row)
    {
        if (!(row.Margin > 0)) return "";
        double At(double value) => Pad + (Width - 2 * Pad)
            * (OnScale(value / row.Margin) - OnScale(First)) / (OnScale(Last) - OnScale(First));
        double Inside(double value) => Math.Clamp(At(value), Pad, Width - Pad);
        var (low, high) = (Inside(row.Low), Inside(row.High));
        var color = Palette.Verdicts[row.Verdict].Color;
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Svg.Number(Width)} {Svg.Number(Height)
                }" aria-hidden="true">{Svg.Path(Svg.Rectangle(Inside(row.ClaimedLow), Inside(row.ClaimedHigh), 0, Height),
                Palette.Muted, opacity: 0.15)}{Line($"M{Svg.At(At(0), 0)}V{Svg.Number(Height)}", Palette.Muted, 1)}{
                (low < high ? Line($"M{Svg.At(low, Middle)}H{Svg.Number(high)}", color, 2.5, 0.6) : "")}{
                (At(row.Low) < Pad ? Svg.Path($"M{Svg.At(0, Middle)}l{Svg.At(Pad, -4)}v8Z", color, opacity: 0.8) : "")}{
                (At(row.High) > Width - Pad
                    ? Svg.Path($"M{Svg.At(Width, Middle)}l{Svg.At(-Pad, -4)}v8Z", color, opacity: 0.8) : "")}{
                (double.IsNaN(row.Effect) ? "" : Line($"M{Svg.At(Inside(row.Effect), Middle)}h0", color, 8))}</svg>
            """;
    }

    static string Line(string path, string color, double width, double opacity = 1) =>
        Svg.Path(path, stroke: color, width: width, opacity: opacity);

    // Linear near 0, and logarithmic far from it.
    static double OnScale(double margins) => Math.Asinh(2 * margins);
}
