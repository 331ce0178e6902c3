#nullable enable
// Lanes below a band chart: for each arm, how many of its seeds were lost at each x.

public static class Lanes
{
    /// <summary>Height of a lane in pixels, and of the gap above the lanes.</summary>
    public const int Each = 38, Above = 44;

    /// <summary>Layout of the lanes' y axis: one lane for each arm, the first on top, in the lowest share of the
    /// figure's height.</summary>
    public static Dictionary<string, object> Layout(IReadOnlyList<(string Arm, ArmStyle Style)> arms, double share) =>
        new()
        {
            ["domain"] = new[] { 0, share }, ["range"] = new[] { -0.55, arms.Count - 0.45 }, ["fixedrange"] = true,
            ["tickvals"] = Enumerable.Range(0, arms.Count),
            ["ticktext"] = arms.Reverse().Select(a =>
                $"{string.Join("_<br>", a.Arm.Split('_', 2).Select(Format.PlotText))} {a.Style.ColoredGlyph}"),
            ["showgrid"] = false, ["zeroline"] = false, ["automargin"] = true, ["tickfont"] = new { size = 11 },
            ["showline"] = true, ["linecolor"] = Palette.Muted,
        };

    /// <summary>What the marks in the lanes mean, written above them.</summary>
    /// <param name="top">The lanes' upper edge as a share of the figure's height.</param>
    public static object Key(double top, IReadOnlyList<Lost> lost, string stuck) => new
    {
        text = $"lost of {Format.Counts(lost.Select(l => l.Count))} seeds:  "
            + $"<span style=\"color:{Palette.Lost}\">✖</span> diverged  "
            + $"<span style=\"color:{Palette.Lost}\">○</span> {stuck}  <span style=\"font-size:7px\">●</span> none",
        x = 0, y = top, xref = "paper", yref = "paper", xanchor = "left", yanchor = "bottom", showarrow = false,
        font = new { size = 11, color = Palette.Muted },
    };

    /// <summary>An arm's lane: a dot where all seeds finished, else a cross and a ring sized by their shares, and how
    /// many seeds were lost (of how many, where that differs).</summary>
    /// <param name="beside">Moves an x by a share of the grid's spacing.</param>
    public static IEnumerable<GenericChart> Draw(string arm, Axis x, int lane, IReadOnlyList<Lost> lost,
        Func<double, double, double> beside, string stuck)
    {
        GenericChart Glyphs(Func<Lost, bool> which, double side, Func<Lost, double> size, string? symbol, string color,
            int line) =>
            Traces.Scatter(TraceMode.Markers, arm, lost.Where(which).Select(l => l is { Diverged: > 0, Stuck: > 0 }
                ? beside(l.X, side) : l.X), lost.Where(which).Select(_ => (double?)lane + 0.13), new
                {
                    marker = new
                    {
                        symbol = symbol ?? "circle", color, opacity = 1, line = new { width = line },
                        size = lost.Where(which).Select(size),
                    },
                    hovertext = lost.Where(which).Select(l => HoverText.ArmAt(arm, x, l.X) + "<br>" + Words(l, stuck)),
                    hovertemplate = "%{hovertext}",
                });
        return
        [
            Glyphs(l => l.Missing == 0, 0, _ => 4, null, Palette.Muted, 0),
            Glyphs(l => l.Diverged > 0, -0.2, l => 5 + 6 * Math.Sqrt(l.Diverged), "x", Palette.Lost, 0),
            Glyphs(l => l.Stuck > 0, 0.2, l => 5 + 6 * Math.Sqrt(l.Stuck), "circle-open", Palette.Lost, 2),
            Counts(arm, lane, lost),
        ];
    }

    static string Words(Lost lost, string stuck) => lost.Missing == 0 ? $"all {lost.Count} finished"
        : $"{lost.Seeds(lost.Diverged)} diverged and {lost.Seeds(lost.Stuck)} {stuck} of {lost.Count}";

    static GenericChart Counts(string arm, int lane, IReadOnlyList<Lost> lost)
    {
        var (some, same) = (lost.Where(l => l.Missing > 0).ToList(), lost.Select(l => l.Count).Distinct().Count() == 1);
        return Traces.Scatter(TraceMode.Text, arm, some.Select(l => l.X), some.Select(_ => (double?)lane - 0.26), new
        {
            text = some.Select(l => same ? $"{l.Missing}" : $"{l.Missing}/{l.Count}"),
            textfont = new { size = 10, color = Palette.Muted }, hoverinfo = "skip",
        });
    }
}
