#load "../study/statistics.csx"
#load "look.csx"
#nullable enable
// Traces and axes that figures share, as Plotly wants them. What an option means stands in Plotly's reference.
global using GenericChart = Plotly.NET.GenericChart;
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

    public static GenericChart Seeds(string arm, ArmStyle style, Axis y, IReadOnlyList<Point> points,
        Func<double, double> dodge) =>
        Trace(TraceMode.Markers, arm, points.Select(p => dodge(p.X)), points.Select(p => (double?)p.Y), new
        {
            marker = new { color = style.Color, size = 5, opacity = 0.5, symbol = style.Symbol },
            hovertext = points.Select(Hover), hovertemplate = $"%{{hovertext}}<br>{Look.Text(y.Title)} %{{y:.4~g}}",
        });

    /// <summary>All seeds' curves in one trace, parted by gaps: sixty curves stay as light as six.</summary>
    public static GenericChart SeedLines(string arm, ArmStyle style, Axis y, IReadOnlyList<Point> points)
    {
        var line = new List<(Point At, double? Y)>();
        foreach (var seed in points.GroupBy(p => p.Seed))
            line.AddRange([.. seed.OrderBy(p => p.X).Select(p => (p, (double?)p.Y)), (seed.MaxBy(p => p.X)!, null)]);
        return Trace(TraceMode.Lines, arm, line.Select(l => l.At.X), line.Select(l => l.Y), new
        {
            line = new { color = style.Color, width = 1 }, opacity = 0.4, connectgaps = false,
            hovertext = line.Select(l => Hover(l.At)),
            hovertemplate = $"%{{hovertext}}<br>{Look.Text(y.Title)} %{{y:.4~g}}",
        });
    }

    public static GenericChart Ends(string arm, IReadOnlyList<Point> ends) =>
        Trace(TraceMode.Markers, arm, ends.Select(p => p.X), ends.Select(p => (double?)p.Y), new
        {
            marker = new { symbol = "x", color = Look.Lost, size = 9 }, hovertext = ends.Select(Hover),
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
                color = groups.Select(g => g.Lost is { Missing: > 0 } ? Look.Paper : style.Color),
            },
            hovertext = groups.Select(g => g.Median is not { } y ? "" : $"{At(arm, x, g.X)}<br>median "
                + $"{Look.Number(y.Estimate, 4)} of {y.Count}<br>{Look.Number(y.Low, 4)} to {Look.Number(y.High, 4)} "
                + $"({Look.Percent(y.Level)} interval)"),
            hovertemplate = "%{hovertext}",
        });
        yield return Trace(mode, $"{Look.Text(arm)}  (N = {count})", [1], [null], new
        {
            legendgroup = arm, showlegend = true, line,
            marker = new { symbol = style.Symbol, size = 9, color = style.Color },
        });
    }

    /// <summary>An arm's lane of lost seeds: a dot where all finished, else a cross and a ring sized by their shares,
    /// and how many were lost (of how many, if that differs). Beside moves an x by a share of the grid's spacing.
    /// </summary>
    public static IEnumerable<GenericChart> Lane(string arm, Axis x, int lane, IReadOnlyList<Lost> lost,
        Func<double, double, double> beside)
    {
        GenericChart Glyphs(Func<Lost, bool> which, double side, object marker, Func<Lost, double> share) =>
            Trace(TraceMode.Markers, arm, lost.Where(which).Select(l => l is { Diverged: > 0, Stuck: > 0 }
                ? beside(l.X, side) : l.X), lost.Where(which).Select(_ => (double?)lane + 0.13), new
                {
                    yaxis = "y2", marker = With(marker, new { size = lost.Where(which).Select(share) }),
                    hovertext = lost.Where(which).Select(l => $"{At(arm, x, l.X)}<br>" + (l.Missing == 0
                        ? $"all {l.Count} finished" : $"{l.Seeds(l.Diverged)} diverged and {l.Seeds(l.Stuck)} stuck of "
                        + $"{l.Count}")),
                    hovertemplate = "%{hovertext}",
                });
        var one = lost.Select(l => l.Count).Distinct().Count() == 1;
        return
        [
            Glyphs(l => l.Missing == 0, 0, new { color = Look.Muted, opacity = 1, line = new { width = 0 } }, _ => 4),
            Glyphs(l => l.Diverged > 0, -0.2, new { symbol = "x", color = Look.Lost, opacity = 1,
                line = new { width = 0 } }, l => 5 + 6 * Math.Sqrt(l.Diverged)),
            Glyphs(l => l.Stuck > 0, 0.2, new { symbol = "circle-open", color = Look.Lost, opacity = 1,
                line = new { width = 2 } }, l => 5 + 6 * Math.Sqrt(l.Stuck)),
            Trace(TraceMode.Text, arm, lost.Where(l => l.Missing > 0).Select(l => l.X),
                lost.Where(l => l.Missing > 0).Select(_ => (double?)lane - 0.26), new
                {
                    yaxis = "y2", text = lost.Where(l => l.Missing > 0)
                        .Select(l => one ? $"{l.Missing}" : $"{l.Missing}/{l.Count}"),
                    textfont = new { size = 10, color = Look.Muted }, hoverinfo = "skip",
                }),
        ];
    }

    /// <summary>One row of Ranges: words, bar, arrows at the grid's ends, and the seeds' marks, counted where they
    /// coincide.</summary>
    public static IEnumerable<GenericChart> Row(RangeRow row, ArmStyle style, Axis x, (double Low, double High) grid,
        int lane, bool legend)
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
        yield return Trace(TraceMode.Markers_Text, Look.Text(row.Arm), marks.Select(m => m.Key),
            marks.Select(_ => (double?)lane), new
            {
                legendgroup = row.Arm, showlegend = legend, cliponaxis = false, marker = new
                {
                    size = marks.Select(m => m.Value > 1 ? 19 : 11), color = Look.Paper, opacity = 1,
                    line = new { color = style.Color, width = 2 },
                },
                text = marks.Select(m => m.Value > 1 ? $"{m.Value}" : ""),
                textfont = new { size = 11, color = Look.Ink }, hovertemplate = "%{hovertext}",
                hovertext = marks.Select(m => $"{At(row.Label, x, m.Key)}<br>{m.Value} of {row.Count} seeds"),
            });
        yield return Trace(TraceMode.Text, row.Arm, [grid.Low], [lane + 0.36], new
        {
            text = new[]
                { $"{Glyph(style)} <b>{Look.Text(row.Label)}</b>   {Span(row, grid, x.Log)}  (N = {row.Count})" },
            textposition = "middle right", hoverinfo = "skip", cliponaxis = false,
            textfont = new { size = 12, color = Look.Ink },
        });
    }

    /// <summary>"0.01 to ≥ 1000, 5 decades".</summary>
    public static string Span(RangeRow row, (double Low, double High) grid, bool log) => row.Low > row.High
        || double.IsNaN(row.Low + row.High) ? "none" : $"{(row.Low <= grid.Low ? "≤ " : "")}{Look.Number(row.Low)} to "
        + $"{(row.High >= grid.High ? "≥ " : "")}{Look.Number(row.High)}"
        + (log ? $", {Look.Number(Math.Log10(row.High / row.Low), 2)} decades" : "");

    static string At(string arm, Axis x, double at) =>
        $"<b>{Look.Text(arm)}</b>, {Look.Text(x.Title)} {Look.Number(at)}";

    /// <summary>The arm's marker as a character in its colour.</summary>
    public static string Glyph(ArmStyle style) => $"<span style=\"color:{style.Color}\">{style.Glyph}</span>";

    static string Hover(Point p) => $"<b>{Look.Text(p.Arm)}</b>, seed {Look.Text(p.Seed)}"
        + (p.Hover == "" ? "" : "<br>" + Look.Text(p.Hover).Replace("\n", "<br>"));

    /// <summary>A scatter trace of the arm's legend group; options by Plotly's names. Null in y is a gap.</summary>
    static GenericChart Trace(TraceMode mode, string name, IEnumerable<double> x, IEnumerable<double?> y,
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

public static class Axes
{
    /// <summary>A function (x, share) that moves x by a share of the grid's smallest spacing, or of a twelfth of the
    /// grid where that is less: on a coarse grid too, a dot stays by its x.</summary>
    public static Func<double, double, double> Dodge(Axis axis, double[] xs)
    {
        double On(double v) => axis.Log ? Math.Log10(v) : v;
        double Off(double v) => axis.Log ? Math.Pow(10, v) : v;
        var span = xs.Length > 1 ? On(xs[^1]) - On(xs[0]) : 0;
        var step = xs.Zip(xs.Skip(1), (a, b) => On(b) - On(a)).Append(span / 12).Min();
        return (v, share) => share == 0 ? v : Off(On(v) + share * step);
    }

    /// <summary>Layout of an axis over these values, with pad (a share of the span) left free on either side.</summary>
    public static Dictionary<string, object> Of(Axis axis, double[] values, double pad)
    {
        if (axis.Log && values.Any(v => v <= 0))
            throw new ArgumentException($"{axis.Title}: a log axis has no place for {values.Min()}");
        double On(double v) => axis.Log ? Math.Log10(v) : v;
        if (values.Length == 0) values = [1];
        var (low, high) = (On(axis.Low ?? values.Min()), On(axis.High ?? values.Max()));
        var margin = high > low ? pad * (high - low) : 0.5;
        var layout = new Dictionary<string, object>
        {
            ["title"] = new { text = Look.Text(axis.Title), standoff = 12 },
            ["type"] = axis.Log ? "log" : "linear", ["automargin"] = true, ["zeroline"] = false,
            ["gridcolor"] = Look.Grid, ["linecolor"] = Look.Muted,
            ["tickcolor"] = Look.Muted, ["ticks"] = "outside", ["ticklen"] = 4, ["showline"] = true,
            ["range"] = new[] { low - (axis.Low is null ? margin : 0), high + (axis.High is null ? margin : 0) },
        };
        if (axis.Log && Ticks(low, high, values) is { Length: > 1 } ticks)
            (layout["tickvals"], layout["ticktext"]) = (ticks, ticks.Select(t => Look.Number(t)));
        return layout;
    }

    // Powers of ten, thinned to eight; powers of two where the values are such (batch sizes); 1, 2, 5 in a short range.
    static double[] Ticks(double low, double high, double[] values)
    {
        var (from, to) = ((int)Math.Ceiling(low - 0.01), (int)Math.Floor(high + 0.01));
        var sizes = values.Distinct().Order().ToArray();
        if (sizes.Length <= 12 && sizes.All(v => v >= 1 && BitOperations.IsPow2((long)v) && v == (long)v)) return sizes;
        var every = Math.Max(1, (to - from) / 8 + ((to - from) % 8 == 0 ? 0 : 1));
        return to - from >= 2
            ? [.. Enumerable.Range(from, to - from + 1).Where(k => k % every == 0).Select(k => Math.Pow(10, k))]
            : [.. Enumerable.Range(from - 1, to - from + 3)
                .SelectMany(k => new[] { 1, 2, 5 }.Select(d => d * Math.Pow(10, k)))
                .Where(t => Math.Log10(t) >= low - 0.01 && Math.Log10(t) <= high + 0.01)];
    }

    /// <summary>One lane for each arm, the first on top, in the lowest share of the height.</summary>
    public static Dictionary<string, object> Lanes(IReadOnlyList<(string Arm, ArmStyle Style)> arms,
        double share) => new()
    {
        ["domain"] = new[] { 0, share }, ["range"] = new[] { -0.55, arms.Count - 0.45 }, ["fixedrange"] = true,
        ["tickvals"] = Enumerable.Range(0, arms.Count),
        ["ticktext"] = arms.Reverse().Select(a => $"{string.Join("_<br>", a.Arm.Split('_', 2).Select(Look.Text))} "
            + Marks.Glyph(a.Style)),
        ["showgrid"] = false, ["zeroline"] = false, ["automargin"] = true, ["tickfont"] = new { size = 11 },
        ["showline"] = true, ["linecolor"] = Look.Muted,
    };

    /// <summary>What the marks in the lanes mean, written above them.</summary>
    public static object LaneKey(double top, IReadOnlyList<Lost> lost) => new
    {
        text = $"seeds lost of {Look.Counts(lost.Select(l => l.Count))}:   " + (lost.All(l => l.Missing == 0) ? "none"
            : $"<span style=\"color:{Look.Lost}\">✖</span> diverged   "
                + $"<span style=\"color:{Look.Lost}\">○</span> stuck   <span style=\"font-size:7px\">●</span> none"),
        x = 0, y = top, xref = "paper", yref = "paper", xanchor = "left", yanchor = "bottom", showarrow = false,
        font = new { size = 11, color = Look.Muted },
    };

    /// <summary>The layout that all figures share: a legend above, room for titles, colours a page can swap.</summary>
    public static Dictionary<string, object> Frame(int height) => new()
    {
        ["height"] = height, ["margin"] = new { l = 58, r = 14, t = 44, b = 56 }, ["hovermode"] = "closest",
        ["font"] = new
            { family = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size = 13, color = Look.Ink },
        ["paper_bgcolor"] = Look.Paper, ["plot_bgcolor"] = Look.Paper, ["uirevision"] = "kept",
        ["legend"] = new { orientation = "h", x = 0, y = 1.01, yanchor = "bottom", bgcolor = "rgba(0,0,0,0)" },
        ["hoverlabel"] = new
            { bgcolor = Look.Paper, bordercolor = Look.Muted, font = new { color = Look.Ink, size = 12 } },
    };

    public static GenericChart Assemble(IEnumerable<GenericChart> charts, Dictionary<string, object> layout)
    {
        var shared = new Plotly.NET.Layout();
        foreach (var (key, value) in layout) shared.SetProperty(key, value);
        return GenericChart.setLayout(shared, Chart.Combine(charts));
    }
}
