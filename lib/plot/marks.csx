#nullable enable
// Traces that several kinds of figures share: bands, medians, seeds.

public static class Marks
{
    /// <summary>Bands around medians. A group that lost all its seeds parts the band: a gap is not bridged.</summary>
    public static IEnumerable<GenericChart> Bands(string arm, ArmStyle style, IEnumerable<Group> groups)
    {
        List<List<(double X, double Low, double High)>> runs = [[]];
        foreach (var group in groups)
            if (group.Median is { } median) runs[^1].Add((group.X, median.Low, median.High));
            else runs.Add([]);
        return runs.Where(run => run.Count > 1 && run.Any(r => r.High > r.Low)).Select(run => Band(arm, style, run));
    }

    /// <summary>One band from a lower to an upper line.</summary>
    public static GenericChart Band(string arm, ArmStyle style, IReadOnlyList<(double X, double Low, double High)> run)
    {
        var back = run.Reverse().ToList();
        return Traces.Scatter(TraceMode.Lines, arm, run.Concat(back).Select(r => r.X),
            [.. run.Select(r => r.High), .. back.Select(r => r.Low)],
            new { fill = "toself", fillcolor = style.Color + "30", hoverinfo = "skip", line = new { width = 0 } });
    }

    /// <summary>A dot for each seed.</summary>
    /// <param name="dodge">Moves a dot's x aside; the hover text keeps the true x.</param>
    public static GenericChart Seeds(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> points,
        Func<double, double> dodge) =>
        Traces.Scatter(TraceMode.Markers, arm, points.Select(p => dodge(p.X)), points.Select(p => (double?)p.Y), new
        {
            marker = new { color = style.Color, size = 5, opacity = 0.5, symbol = style.Symbol },
            hovertext = points.Select(p => HoverText.SeedAt(p, x)),
            hovertemplate = $"%{{hovertext}}<br>{Format.PlotText(y.Title)} %{{y:.4~g}}",
        });

    /// <summary>An arm's trials in a slice: a dot for each that has a number, a cross or a ring for each that diverged
    /// or is stuck, and the arm's legend entry.</summary>
    public static IEnumerable<GenericChart> Slice(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> ok,
        IReadOnlyList<Point> diverged, IReadOnlyList<Point> stuck, Func<double, double> dodge, bool legend)
    {
        GenericChart Lost(IReadOnlyList<Point> points, string symbol) => Traces.Scatter(TraceMode.Markers, arm,
            points.Select(p => dodge(p.X)), points.Select(p => (double?)p.Y), new
            {
                marker = new { symbol, color = Palette.Lost, size = 6, opacity = 0.8 },
                hovertext = points.Select(p => HoverText.SeedAt(p, x)), hovertemplate = "%{hovertext}",
            });
        return
        [
            Seeds(arm, style, x, y, ok, dodge), Lost(diverged, "x"), Lost(stuck, "circle-open"),
            Traces.Scatter(TraceMode.Markers, Format.PlotText(arm), [1], [null], new
            {
                legendgroup = arm, showlegend = legend,
                marker = new { symbol = style.Symbol, size = 9, color = style.Color },
            }),
        ];
    }

    /// <summary>The curves of all seeds in one trace with gaps between them, so that sixty curves cost the browser as
    /// little as six.</summary>
    public static GenericChart SeedLines(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> points)
    {
        var line = new List<(Point At, double? Y)>();
        foreach (var seed in points.GroupBy(p => p.Seed))
            line.AddRange([.. seed.OrderBy(p => p.X).Select(p => (p, (double?)p.Y)), (seed.MaxBy(p => p.X)!, null)]);
        return Traces.Scatter(TraceMode.Lines, arm, line.Select(l => l.At.X), line.Select(l => l.Y), new
        {
            line = new { color = style.Color, width = 1 }, opacity = 0.4, connectgaps = false,
            hovertext = line.Select(l => HoverText.Seed(l.At)), hovertemplate =
                $"%{{hovertext}}<br>{Format.PlotText(x.Title)} %{{x:.4~g}}<br>{Format.PlotText(y.Title)} %{{y:.4~g}}",
        });
    }

    /// <summary>A cross where the curve of a lost seed ends.</summary>
    public static GenericChart Ends(string arm, IReadOnlyList<Point> ends) =>
        Traces.Scatter(TraceMode.Markers, arm, ends.Select(p => p.X), ends.Select(p => (double?)p.Y), new
        {
            marker = new { symbol = "x", color = Palette.Lost, size = 9 }, hovertext = ends.Select(HoverText.Seed),
            hovertemplate = "%{hovertext}",
        });

    /// <summary>The line of medians, with a hollow marker where seeds are missing and a gap where all are.</summary>
    public static GenericChart MedianLine(string arm, ArmStyle style, Axis x, TraceMode mode,
        IReadOnlyList<Group> groups) =>
        Traces.Scatter(mode, arm, groups.Select(g => g.X), groups.Select(g => g.Median?.Estimate), new
        {
            connectgaps = false, line = new { color = style.Color, width = 2.5 }, marker = new
            {
                symbol = style.Symbol, size = 9, line = new { color = style.Color, width = 2 },
                color = groups.Select(g => g.Lost is { Missing: > 0 } ? Palette.Paper : style.Color),
            },
            hovertext = groups.Select(g => g.Median is not { } y ? "" : $"{HoverText.ArmAt(arm, x, g.X)}<br>median "
                + $"{Format.Number(y.Estimate, 4)} of {y.Count}<br>{Format.Number(y.Low, 4)} to "
                + $"{Format.Number(y.High, 4)} ({Format.Percent(y.Level)} interval)"),
            hovertemplate = "%{hovertext}",
        });

    /// <summary>An arm's legend entry. It is a trace of its own, since Plotly would give an entry the fill of the first
    /// marker of the line.</summary>
    /// <param name="count">The number of seeds, in words.</param>
    public static GenericChart LegendEntry(string arm, ArmStyle style, TraceMode mode, string count) =>
        Traces.Scatter(mode, $"{Format.PlotText(arm)}  (N = {count})", [1], [null], new
        {
            legendgroup = arm, showlegend = true, line = new { color = style.Color, width = 2.5 },
            marker = new { symbol = style.Symbol, size = 9, color = style.Color },
        });

    /// <summary>A dashed line with its name in the legend.</summary>
    public static GenericChart GuideLine(Guide guide) => Traces.Scatter(TraceMode.Lines, Format.PlotText(guide.Name),
        guide.Points.Select(p => p.X), guide.Points.Select(p => double.IsNaN(p.Y) ? (double?)null : p.Y), new
        {
            showlegend = true, line = new { color = Palette.Muted, width = 1.5, dash = "dash" }, hoverinfo = "skip",
        });
}
