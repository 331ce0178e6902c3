#nullable enable
// Traces that figures share, as Plotly wants them. What an option means stands in Plotly's reference.
using Chart = Plotly.NET.CSharp.Chart;
using TraceMode = Plotly.NET.StyleParam.Mode;

/// <summary>A group of one arm at x: its median (null: no seed left) and what it lost (null: not counted).</summary>
public sealed record Group(double X, Interval? Median, Lost? Lost = null);

public static class Marks
{
    /// <summary>Bands around medians. A group that lost all its seeds parts them: a gap is not bridged.</summary>
    public static IEnumerable<GenericChart> Bands(string arm, ArmStyle style, IEnumerable<Group> groups)
    {
        List<List<(double X, Interval Y)>> runs = [[]];
        foreach (var group in groups)
            if (group.Median is { } median) runs[^1].Add((group.X, median));
            else runs.Add([]);
        return from run in runs where run.Count > 1 && run.Any(r => r.Y.High > r.Y.Low)
               let back = run.AsEnumerable().Reverse()
               select Trace(TraceMode.Lines, arm, run.Concat(back).Select(r => r.X),
                   [.. run.Select(r => r.Y.High), .. back.Select(r => r.Y.Low)],
                   new
                   {
                       fill = "toself", fillcolor = style.Color + "30", hoverinfo = "skip", line = new { width = 0 },
                   });
    }

    public static GenericChart Seeds(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> points,
        Func<double, double> dodge) =>
        Trace(TraceMode.Markers, arm, points.Select(p => dodge(p.X)), points.Select(p => (double?)p.Y), new
        {
            marker = new { color = style.Color, size = 5, opacity = 0.5, symbol = style.Symbol },
            hovertext = points.Select(p => Hover(p, x)),
            hovertemplate = $"%{{hovertext}}<br>{Format.PlotText(y.Title)} %{{y:.4~g}}",
        });

    /// <summary>An arm's trials in a slice: dots, and below them those without a number.</summary>
    public static IEnumerable<GenericChart> Slice(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> ok,
        IReadOnlyList<Point> diverged, IReadOnlyList<Point> stuck, Func<double, double> dodge, bool legend)
    {
        GenericChart Lost(IReadOnlyList<Point> points, string symbol) => Trace(TraceMode.Markers, arm,
            points.Select(p => dodge(p.X)), points.Select(p => (double?)p.Y), new
            {
                marker = new { symbol, color = Palette.Lost, size = 6, opacity = 0.8 },
                hovertext = points.Select(p => Hover(p, x)), hovertemplate = "%{hovertext}",
            });
        return
        [
            Seeds(arm, style, x, y, ok, dodge), Lost(diverged, "x"), Lost(stuck, "circle-open"),
            Trace(TraceMode.Markers, Format.PlotText(arm), [1], [null], new
            {
                legendgroup = arm, showlegend = legend,
                marker = new { symbol = style.Symbol, size = 9, color = style.Color },
            }),
        ];
    }

    /// <summary>All seeds' curves in one trace, parted by gaps: sixty curves stay as light as six.</summary>
    public static GenericChart SeedLines(string arm, ArmStyle style, Axis x, Axis y, IReadOnlyList<Point> points)
    {
        var line = new List<(Point At, double? Y)>();
        foreach (var seed in points.GroupBy(p => p.Seed))
            line.AddRange([.. seed.OrderBy(p => p.X).Select(p => (p, (double?)p.Y)), (seed.MaxBy(p => p.X)!, null)]);
        return Trace(TraceMode.Lines, arm, line.Select(l => l.At.X), line.Select(l => l.Y), new
        {
            line = new { color = style.Color, width = 1 }, opacity = 0.4, connectgaps = false,
            hovertext = line.Select(l => Hover(l.At)), hovertemplate =
                $"%{{hovertext}}<br>{Format.PlotText(x.Title)} %{{x:.4~g}}<br>{Format.PlotText(y.Title)} %{{y:.4~g}}",
        });
    }

    public static GenericChart Ends(string arm, IReadOnlyList<Point> ends) =>
        Trace(TraceMode.Markers, arm, ends.Select(p => p.X), ends.Select(p => (double?)p.Y), new
        {
            marker = new { symbol = "x", color = Palette.Lost, size = 9 }, hovertext = ends.Select(Hover),
            hovertemplate = "%{hovertext}",
        });

    /// <summary>The line of medians, hollow where seeds are missing, a gap where all are; and the arm's legend entry, a
    /// trace of its own, since Plotly's would take the first marker's fill.</summary>
    public static IEnumerable<GenericChart> Medians(string arm, ArmStyle style, Axis x, TraceMode mode, string count,
        IReadOnlyList<Group> groups)
    {
        var line = new { color = style.Color, width = 2.5 };
        yield return Trace(mode, arm, groups.Select(g => g.X), groups.Select(g => g.Median?.Estimate), new
        {
            connectgaps = false, line, marker = new
            {
                symbol = style.Symbol, size = 9, line = new { color = style.Color, width = 2 },
                color = groups.Select(g => g.Lost is { Missing: > 0 } ? Palette.Paper : style.Color),
            },
            hovertext = groups.Select(g => g.Median is not { } y ? "" : $"{At(arm, x, g.X)}<br>median "
                + $"{Format.Number(y.Estimate, 4)} of {y.Count}<br>{Format.Number(y.Low, 4)} to {Format.Number(y.High, 4)} "
                + $"({Format.Percent(y.Level)} interval)"),
            hovertemplate = "%{hovertext}",
        });
        yield return Trace(mode, $"{Format.PlotText(arm)}  (N = {count})", [1], [null], new
        {
            legendgroup = arm, showlegend = true, line,
            marker = new { symbol = style.Symbol, size = 9, color = style.Color },
        });
    }

    /// <summary>An arm's lane of lost seeds: a dot where all finished, else a cross and a ring sized by their shares,
    /// and how many were lost (of how many, if that differs). Beside moves an x by a share of the grid's spacing.
    /// </summary>
    public static IEnumerable<GenericChart> Lane(string arm, Axis x, int lane, IReadOnlyList<Lost> lost,
        Func<double, double, double> beside, string stuck)
    {
        GenericChart Glyphs(Func<Lost, bool> which, double side, object marker, Func<Lost, double> share) =>
            Trace(TraceMode.Markers, arm, lost.Where(which).Select(l => l is { Diverged: > 0, Stuck: > 0 }
                ? beside(l.X, side) : l.X), lost.Where(which).Select(_ => (double?)lane + 0.13), new
                {
                    marker = With(marker, new { size = lost.Where(which).Select(share) }),
                    hovertext = lost.Where(which).Select(l => $"{At(arm, x, l.X)}<br>" + (l.Missing == 0
                        ? $"all {l.Count} finished"
                        : $"{l.Seeds(l.Diverged)} diverged and {l.Seeds(l.Stuck)} {stuck} of {l.Count}")),
                    hovertemplate = "%{hovertext}",
                });
        var one = lost.Select(l => l.Count).Distinct().Count() == 1;
        return
        [
            Glyphs(l => l.Missing == 0, 0, new { color = Palette.Muted, opacity = 1, line = new { width = 0 } }, _ => 4),
            Glyphs(l => l.Diverged > 0, -0.2, new { symbol = "x", color = Palette.Lost, opacity = 1,
                line = new { width = 0 } }, l => 5 + 6 * Math.Sqrt(l.Diverged)),
            Glyphs(l => l.Stuck > 0, 0.2, new { symbol = "circle-open", color = Palette.Lost, opacity = 1,
                line = new { width = 2 } }, l => 5 + 6 * Math.Sqrt(l.Stuck)),
            Trace(TraceMode.Text, arm, lost.Where(l => l.Missing > 0).Select(l => l.X),
                lost.Where(l => l.Missing > 0).Select(_ => (double?)lane - 0.26), new
                {
                    text = lost.Where(l => l.Missing > 0)
                        .Select(l => one ? $"{l.Missing}" : $"{l.Missing}/{l.Count}"),
                    textfont = new { size = 10, color = Palette.Muted }, hoverinfo = "skip",
                }),
        ];
    }

    /// <summary>One map: cells in colour, and strokes over those that were lost. Axes count cells from 0.</summary>
    public static IEnumerable<GenericChart> Map(string name, Axis x, Axis y, double[] xs, double[] ys,
        IReadOnlyList<Cell> cells, string colors)
    {
        var at = cells.ToDictionary(cell => (cell.X, cell.Y));
        var rows = ys.Select(v => xs.Select(u => at.GetValueOrDefault((u, v))).ToArray()).ToArray();
        var difference = colors != "coloraxis";
        var heat = new Plotly.NET.Trace("heatmap");
        heat.SetProperty("z", rows.Select(row => row.Select(cell =>
            cell is null || !difference && cell.IsLost ? null : cell.Value).ToArray()).ToArray());
        heat.SetProperty("coloraxis", colors);
        heat.SetProperty("xgap", 1);
        heat.SetProperty("ygap", 1);
        heat.SetProperty("text", rows.Select(row => row.Select(cell => cell is null ? "" : $"<b>{Format.PlotText(name)}</b>, "
            + $"{Format.PlotText(x.Title)} {Format.Number(cell.X)}, {Format.PlotText(y.Title)} {Format.Number(cell.Y)}<br>"
            + $"{Format.Number(cell.Value ?? double.NaN)}<br>{cell.Diverged} diverged and {cell.Stuck} stuck of "
            + $"{cell.Count}").ToArray()).ToArray());
        heat.SetProperty("hovertemplate", "%{text}<extra></extra>");
        yield return GenericChart.ofTraceObject(false, heat);
        foreach (var up in new[] { true, false })
        {
            List<(double X, double? Y)> strokes = [];
            foreach (var cell in cells.Where(cell => cell.IsLost && cell.Diverged >= cell.Stuck == up))
                foreach (var aside in new[] { -0.5, 0, 0.5 })
                {
                    // A diagonal of the cell, and two parallel to it cut off at its edges.
                    var (i, j) = (Array.IndexOf(xs, cell.X), Array.IndexOf(ys, cell.Y));
                    var (low, high) = (Math.Max(-0.5, aside - 0.5), Math.Min(0.5, aside + 0.5));
                    strokes.AddRange([(i + low, j + (up ? 1 : -1) * (low - aside)),
                        (i + high, j + (up ? 1 : -1) * (high - aside)), (i + high, null)]);
                }
            yield return Trace(TraceMode.Lines, name, strokes.Select(s => s.X), strokes.Select(s => s.Y), new
            {
                line = new { color = Palette.Muted, width = 1 }, hoverinfo = "skip", connectgaps = false,
            });
        }
    }

    /// <summary>The middle percentile as a line in the band of the others.</summary>
    /// <param name="legend">Whether the line has an entry in the legend.</param>
    public static IEnumerable<GenericChart> River(string arm, ArmStyle style, Axis x, IReadOnlyList<Percentiles> points,
        bool legend)
    {
        var back = points.Reverse().ToList();
        yield return Trace(TraceMode.Lines, arm, points.Concat(back).Select(p => p.X),
            [.. points.Select(p => (double?)p.High), .. back.Select(p => (double?)p.Low)],
            new { fill = "toself", fillcolor = style.Color + "30", hoverinfo = "skip", line = new { width = 0 } });
        yield return Trace(TraceMode.Lines, arm, points.Select(p => p.X), points.Select(p => (double?)p.Middle), new
        {
            showlegend = legend, line = new { color = style.Color, width = 2.5 }, hovertemplate = "%{hovertext}",
            hovertext = points.Select(p => $"{At(arm, x, p.X)}<br>{Format.Number(p.Low)}, {Format.Number(p.Middle)}, "
                + $"{Format.Number(p.High)}"),
        });
    }

    /// <summary>A dashed line, named in the legend.</summary>
    public static GenericChart Line(Guide guide) => Trace(TraceMode.Lines, Format.PlotText(guide.Name),
        guide.Points.Select(p => p.X), guide.Points.Select(p => (double?)p.Y), new
        {
            showlegend = true, line = new { color = Palette.Muted, width = 1.5, dash = "dash" }, hoverinfo = "skip",
        });

    /// <summary>One row of Ranges: words, bar, arrows at the grid's ends, and the seeds' marks, counted where they
    /// coincide.</summary>
    /// <param name="words">In place of the range in words.</param>
    public static IEnumerable<GenericChart> Row(RangeRow row, ArmStyle style, Axis x, (double Low, double High) grid,
        int lane, bool legend, string? words = null)
    {
        // Arrows stand a little outside the grid, so that a seed's mark at its end does not cover them.
        var outside = x.Log ? Math.Pow(grid.High / grid.Low, 0.03) : 0.03 * (grid.High - grid.Low);
        double Out(double end, int way) => x.Log ? end * Math.Pow(outside, way) : end + way * outside;
        (double X, string Shape)[] ends =
        [
            row.Low <= grid.Low ? (Out(row.Low, -1), "triangle-left") : (row.Low, "line-ns"),
            row.High >= grid.High ? (Out(row.High, 1), "triangle-right") : (row.High, "line-ns"),
        ];
        var marks = row.Marks.CountBy(m => m).OrderBy(m => m.Key).ToList();
        if (row.Low <= row.High)
            yield return Trace(TraceMode.Lines_Markers, row.Arm, ends.Select(e => e.X), [lane, lane], new
            {
                line = new { color = style.Color + "66", width = 9 }, hoverinfo = "skip", cliponaxis = false,
                marker = new { symbol = ends.Select(e => e.Shape), size = 15, color = style.Color,
                    line = new { width = 3, color = style.Color } },
            });
        yield return Trace(TraceMode.Markers_Text, Format.PlotText(row.Arm), marks.Select(m => m.Key),
            marks.Select(_ => (double?)lane), new
            {
                legendgroup = row.Arm, showlegend = legend, cliponaxis = false, marker = new
                {
                    size = marks.Select(m => m.Value > 1 ? 19 : 11), color = Palette.Paper, opacity = 1,
                    line = new { color = style.Color, width = 2 },
                },
                text = marks.Select(m => m.Value > 1 ? $"{m.Value}" : ""),
                textfont = new { size = 11, color = Palette.Ink }, hovertemplate = "%{hovertext}",
                hovertext = marks.Select(m => $"{At(row.Label, x, m.Key)}<br>{m.Value} of {row.Count} seeds"),
            });
        yield return Trace(TraceMode.Text, row.Arm, [grid.Low], [lane + 0.4], new
        {
            text = new[]
            {
                $"{Glyph(style)} <b>{Format.PlotText(row.Label)}</b>   {words ?? Span(row, grid, x.Log)}  (N = {row.Count})",
            },
            textposition = "middle right", hoverinfo = "skip", cliponaxis = false,
            textfont = new { size = 12, color = Palette.Ink },
        });
    }

    /// <summary>Effects of one verdict: intervals as bars, arrows where one reaches an end, estimates, and the
    /// verdict's legend entry.</summary>
    public static IEnumerable<GenericChart> Verdicts(string verdict, ArmStyle style, IReadOnlyList<ForestRow> rows,
        (double Low, double High) ends)
    {
        if (rows.Count == 0) yield break;
        var open = rows.SelectMany(row => new[] { (X: row.Low, row.Y, Shape: "triangle-left", At: ends.Low),
            (X: row.High, row.Y, Shape: "triangle-right", At: ends.High) }).Where(end => end.X == end.At).ToList();
        var known = rows.Where(row => double.IsFinite(row.Estimate)).ToList();
        yield return Trace(TraceMode.Lines, verdict, rows.SelectMany(row => new[] { row.Low, row.High, row.High }),
            rows.SelectMany(row => new double?[] { row.Y, row.Y, null }), new
            {
                line = new { color = style.Color, width = 3 }, opacity = 0.55, connectgaps = false, hoverinfo = "skip",
            });
        yield return Trace(TraceMode.Markers, verdict, open.Select(end => end.X), open.Select(end => (double?)end.Y),
            new
            {
                marker = new { symbol = open.Select(end => end.Shape), size = 9, color = style.Color, opacity = 0.55 },
                hoverinfo = "skip", cliponaxis = false,
            });
        yield return Trace(TraceMode.Markers, verdict, known.Select(row => row.Estimate),
            known.Select(row => (double?)row.Y), new
            {
                marker = new { symbol = style.Symbol, size = 10, color = style.Color, line = new { width = 1.5,
                    color = style.Color } },
                hovertext = known.Select(row => row.Hover), hovertemplate = "%{hovertext}", cliponaxis = false,
            });
        yield return Trace(TraceMode.Markers, verdict, [0], [null], new
        {
            showlegend = true, marker = new { symbol = style.Symbol, size = 10, color = style.Color },
        });
    }

    /// <summary>"0.01 to ≥ 1000, 5 decades".</summary>
    public static string Span(RangeRow row, (double Low, double High) grid, bool log) => row.Low > row.High
        || double.IsNaN(row.Low + row.High) ? "none" : $"{(row.Low <= grid.Low ? "≤ " : "")}{Format.Number(row.Low)} to "
        + $"{(row.High >= grid.High ? "≥ " : "")}{Format.Number(row.High)}"
        + (log ? $", {Format.Number(Math.Log10(row.High / row.Low), 2)} decades" : "");

    static string At(string arm, Axis x, double at) =>
        $"<b>{Format.PlotText(arm)}</b>, {Format.PlotText(x.Title)} {Format.Number(at)}";

    /// <summary>The arm's marker as a character in its colour.</summary>
    public static string Glyph(ArmStyle style) => $"<span style=\"color:{style.Color}\">{style.Glyph}</span>";

    static string Hover(Point p) => $"<b>{Format.PlotText(p.Arm)}</b>, seed {Format.PlotText(p.Seed)}"
        + (p.Hover == "" ? "" : "<br>" + Format.PlotText(p.Hover).Replace("\n", "<br>"));

    // With x as it is: dots stand beside it.
    static string Hover(Point p, Axis x) => $"{Hover(p)}<br>{Format.PlotText(x.Title)} {Format.Number(p.X)}";

    /// <summary>A scatter trace of the arm's legend group; options by Plotly's names. Null in y is a gap.</summary>
    public static GenericChart Trace(TraceMode mode, string name, IEnumerable<double> x, IEnumerable<double?> y,
        object options)
    {
        var (xs, ys) = (x.ToArray(), y.ToArray());
        if (xs.Concat(ys.OfType<double>()).FirstOrDefault(v => !double.IsFinite(v), 0) is not 0 and var odd)
            throw new ArgumentException($"{name}: cannot draw {odd}; a seed without a number is drawn as lost");
        var chart = Chart.Scatter<double, double, string>(xs, [], mode, Name: name, ShowLegend: false);
        var trace = GenericChart.getTraces(chart).Head;
        trace.SetProperty("y", ys);
        trace.SetProperty("legendgroup", name);
        foreach (var (key, value) in Options(options))
            trace.SetProperty(key, key == "hovertemplate" ? $"{value}<extra></extra>" : value);
        return chart;
    }

    static Dictionary<string, object?> Options(object options) =>
        options.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(options));

    static Dictionary<string, object?> With(object options, object more) =>
        Options(options).Concat(Options(more)).ToDictionary();
}
