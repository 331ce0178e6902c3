#nullable enable
// All claims in one figure. Effects of different units share an axis by their margins: 0 is no effect in all of them, 1
// the least that each claim asks for.

/// <summary>A claim's effect under one condition, in margins; Y counts pixels from the top.</summary>
public sealed record ForestRow(double Y, double Low, double Estimate, double High, string Hover);

public static class Forest
{
    const int Heading = 30, Line = 19, Between = 10;

    /// <summary>A block for each claim, those that hold first: its verdict, and under each condition the effect with
    /// its interval, what the claim asserts being shaded. Beyond one margin the axis goes by powers of ten.</summary>
    /// <param name="href">Where a claim's experiment is reported.</param>
    /// <exception cref="ArgumentException">A row whose claim has no finite bound.</exception>
    public static Figure Of(string id, string title, IReadOnlyList<ClaimRow> rows, Func<ClaimRow, string> href)
    {
        var claims = rows.GroupBy(row => (row.Claim, row.Experiment)).Select(group => group.ToList())
            .OrderBy(claim => Palette.Verdicts.Keys.ToList().IndexOf(claim[0].Verdict)).ToList();
        var ends = rows.SelectMany(row => new[] { row.Low, row.Effect, row.High }.Select(value => On(row, value)))
            .Where(double.IsFinite).Append(On(-3)).Append(On(30)).ToList();
        var (low, high) = (ends.Min() - 0.4, ends.Max() + 0.4);
        double Inside(double value) => double.IsNaN(value) ? value : Math.Clamp(value, low, high);

        List<(string Verdict, ForestRow Row)> drawn = [];
        List<object> shapes = [], words = [];
        var y = 0;
        foreach (var claim in claims)
        {
            var (first, top) = (claim[0], y + Heading);
            var style = Palette.Verdicts[first.Verdict];
            words.Add(Words($"{Marks.Glyph(style)} <a href=\"{href(first)}\">{Format.PlotText(first.Text)}</a>", "paper", 0,
                y + Heading / 2 + 2, "left", 13, Palette.Ink));
            words.Add(Words(first.Verdict, "paper", 1, y + Heading / 2 + 2, "right", 13, style.Color, name: "wide"));
            y = top;
            foreach (var row in claim)
            {
                var unit = Unit.Of(row.Unit);
                var said = unit.Effect(row.Effect);
                var at = new ForestRow(y + Line / 2.0, Inside(On(row, row.Low)), Inside(On(row, row.Effect)),
                    Inside(On(row, row.High)), $"<b>{Format.PlotText(Format.Sentences(first.Text, row.Condition))}</b><br>"
                        + $"{row.ConditionVerdict}: {said}<br>{Format.Percent(row.Level)} interval "
                        + $"{unit.Range(row.Low, row.High)}, N = {row.N}<br>claimed: {Format.PlotText(row.Claimed)}<br>"
                        + $"{row.Experiment}, {row.Dataset}");
                drawn.Add((row.ConditionVerdict, at));
                // Beside the bar, or, where that fills the figure, beside its mark; a phone has no room.
                var (left, right) = Math.Max(high - at.High, at.Low - low) > 0.3 * (high - low) ? (at.Low, at.High)
                    : double.IsNaN(at.Estimate) ? (0, 0) : (at.Estimate, at.Estimate);
                var toRight = high - right > left - low;
                words.Add(Words(Format.PlotText(Format.Sentences(row.Condition, said)), "x", toRight ? right : left, at.Y,
                    toRight ? "left" : "right", 11, Palette.Muted, toRight ? 9 : -9, "wide"));
                y += Line;
            }
            shapes.Add(Rectangle(Inside(On(first, first.ClaimedLow)), Inside(On(first, first.ClaimedHigh)), top, y));
            y += Between;
        }
        shapes.Add(new { type = "line", x0 = 0, x1 = 0, yref = "paper", y0 = 0, y1 = 1, layer = "below",
            line = new { color = Palette.Muted, width = 1 } });

        var layout = Axes.Frame(y + 110);
        double[] ticks = [-1000, -100, -10, -1, 0, 1, 10, 100, 1000];
        layout["xaxis"] = new
        {
            title = new { text = "Effect, in margins of the claim", standoff = 12 }, range = new[] { low, high },
            tickvals = ticks.Select(On), ticktext = ticks.Select(tick => Format.Number(tick)), zeroline = false,
            gridcolor = Palette.Grid, linecolor = Palette.Muted, showline = true, fixedrange = true,
        };
        layout["yaxis"] = new { range = new[] { y, 0 }, visible = false, fixedrange = true };
        layout["margin"] = new { l = 14, r = 14, t = 44, b = 56 };
        (layout["shapes"], layout["annotations"]) = (shapes, words);
        return new(id, title, "Each claim declares, before it is run, the least effect that it asks for: its margin. "
            + "Here 0 is no effect, and what is claimed is shaded (to the right of 1, or between −1 and 1 where the "
            + "claim is that nothing changes). Beyond 1 the axis goes by powers of ten. Bars: 95% intervals; an arrow "
            + "has no bound within the figure. A claim is mixed where its conditions differ, or where the rule of "
            + "divergence decides.",
            Axes.Assemble(Palette.Verdicts.SelectMany(style => Marks.Verdicts(style.Key, style.Value,
                [.. drawn.Where(one => one.Verdict == style.Key).Select(one => one.Row)], (low, high))), layout),
            Format.Sentences(["All claims.", .. claims.Select(claim => $"{claim[0].Text}: {claim[0].Verdict}.")]));
    }

    static double On(ClaimRow row, double value) => On(value / Margin(row));

    static double Margin(ClaimRow row) =>
        new[] { row.ClaimedLow, row.ClaimedHigh }.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max() is > 0
            and var margin ? margin : throw new ArgumentException($"{row.Claim} has no margin");

    // Straight near 0, a logarithm far from it.
    static double On(double margins) => Math.Asinh(2 * margins);

    static object Words(string text, string xref, double x, double y, string anchor, int size, string color,
        int shift = 0, string name = "") => new
    {
        text, xref, x, yref = "y", y, xanchor = anchor, yanchor = "middle", xshift = shift, showarrow = false, name,
        font = new { size, color },
    };

    static object Rectangle(double from, double to, double top, double bottom) => new
    {
        type = "rect", x0 = from, x1 = to, y0 = top, y1 = bottom, layer = "below", fillcolor = Palette.Muted,
        opacity = 0.13, line = new { width = 0 },
    };
}
