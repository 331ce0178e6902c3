#nullable enable
// Curve charts: y against x by arm while training runs.

public static class CurveChart
{
    /// <summary>Training curves by arm: the median with its band, a thin line for each seed, and a cross where a curve
    /// ends because its seed was lost. The median goes on while half of the seeds are left.</summary>
    /// <param name="ends">The last points of seeds that were lost.</param>
    /// <param name="guide">A dashed line of theory, or a target.</param>
    /// <exception cref="ArgumentException">A y that is not finite, or a number of 0 or below on a log axis.</exception>
    public static Figure Draw(string id, string title, Axis x, Axis y, IReadOnlyList<Point> points,
        IReadOnlyList<Point>? ends = null, string caption = "", Guide? guide = null)
    {
        var arms = Palette.Styles(points.Select(p => p.Arm));
        List<GenericChart> back = [], front = [];
        List<Group> drawn = [];
        foreach (var (arm, style) in arms)
        {
            var own = points.Where(p => p.Arm == arm).ToList();
            var seeds = own.Select(p => p.Seed).Distinct().Count();
            var groups = own.GroupBy(p => p.X).OrderBy(g => g.Key).Where(g => 2 * g.Count() >= seeds)
                .Select(g => new Group(g.Key, MedianInterval(g.Select(p => p.Y)))).ToList();
            drawn.AddRange(groups);
            back.AddRange([.. Marks.Bands(arm, style, groups), Marks.SeedLines(arm, style, x, y, own)]);
            front.AddRange([Marks.MedianLine(arm, style, x, TraceMode.Lines, groups),
                Marks.LegendEntry(arm, style, TraceMode.Lines, $"{seeds}"),
                Marks.Ends(arm, [.. (ends ?? []).Where(p => p.Arm == arm)])]);
        }
        if (guide is not null) back.Add(Marks.GuideLine(guide));
        var layout = Axes.FigureLayout(460);
        layout["xaxis"] = Axes.Layout(x, [.. points.Select(p => p.X)], pad: 0.01);
        layout["yaxis"] = Axes.Layout(y, [.. points.Select(p => p.Y)], pad: 0.05);
        return new(id, title, Format.Sentences(caption,
            Captions.Band(drawn.Select(g => g.Median!), "Thin lines: seeds."),
            ends is { Count: > 0 } ? "A cross ends the curve of a seed that diverged or stuck." : ""),
            Axes.Assemble([.. back, .. front], layout),
            Captions.Alt("Curves", x, y, arms.Select(arm => arm.Arm), points));
    }
}
