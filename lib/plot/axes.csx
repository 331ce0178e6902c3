#nullable enable
// Axes and frames of figures, as Plotly wants them.
using Chart = Plotly.NET.CSharp.Chart;

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
            ["title"] = new { text = Format.PlotText(axis.Title), standoff = 12 },
            ["type"] = axis.Log ? "log" : "linear", ["automargin"] = true, ["zeroline"] = false,
            ["gridcolor"] = Palette.Grid, ["linecolor"] = Palette.Muted,
            ["tickcolor"] = Palette.Muted, ["ticks"] = "outside", ["ticklen"] = 4, ["showline"] = true,
            ["range"] = new[] { low - (axis.Low is null ? margin : 0), high + (axis.High is null ? margin : 0) },
        };
        if (axis.Log && Ticks(low, high, values) is { Length: > 1 } ticks)
            (layout["tickvals"], layout["ticktext"]) = (ticks, ticks.Select(t => Format.Number(t)));
        // Nothing stands between two epochs.
        if (!axis.Log && values.Distinct().Order().ToList() is { Count: > 1 and <= 12 } counts
            && counts.Zip(counts.Skip(1)).All(pair => pair.Second - pair.First == 1))
            layout["tickvals"] = counts;
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
        ["ticktext"] = arms.Reverse().Select(a => $"{string.Join("_<br>", a.Arm.Split('_', 2).Select(Format.PlotText))} "
            + Marks.Glyph(a.Style)),
        ["showgrid"] = false, ["zeroline"] = false, ["automargin"] = true, ["tickfont"] = new { size = 11 },
        ["showline"] = true, ["linecolor"] = Palette.Muted,
    };

    /// <summary>What the marks in the lanes mean, written above them.</summary>
    public static object LaneKey(double top, IReadOnlyList<Lost> lost, string stuck) => new
    {
        text = $"lost of {Format.Counts(lost.Select(l => l.Count))} seeds:  "
            + $"<span style=\"color:{Palette.Lost}\">✖</span> diverged  "
            + $"<span style=\"color:{Palette.Lost}\">○</span> {stuck}  <span style=\"font-size:7px\">●</span> none",
        x = 0, y = top, xref = "paper", yref = "paper", xanchor = "left", yanchor = "bottom", showarrow = false,
        font = new { size = 11, color = Palette.Muted },
    };

    /// <summary>The layout that all figures share: a legend above, room for titles, colours a page can swap.</summary>
    public static Dictionary<string, object> Frame(int height) => new()
    {
        ["height"] = height, ["margin"] = new { l = 58, r = 14, t = 44, b = 56 }, ["hovermode"] = "closest",
        ["font"] = new
            { family = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size = 13, color = Palette.Ink },
        ["paper_bgcolor"] = Palette.Paper, ["plot_bgcolor"] = Palette.Paper, ["uirevision"] = "kept",
        ["legend"] = new { orientation = "h", x = 0, y = 1.01, yanchor = "bottom", bgcolor = "rgba(0,0,0,0)" },
        ["hoverlabel"] = new
            { bgcolor = Palette.Paper, bordercolor = Palette.Muted, font = new { color = Palette.Ink, size = 12 } },
    };

    /// <summary>An axis of a map: one place for each value, with a label where there is room.</summary>
    public static Dictionary<string, object> Categories(Axis axis, double[] values, (double Low, double High)? domain)
    {
        var layout = new Dictionary<string, object>
        {
            ["title"] = new { text = Format.PlotText(axis.Title), standoff = 12 }, ["automargin"] = true,
            ["tickvals"] = Enumerable.Range(0, values.Length), ["ticktext"] = values.Select(v => Format.Number(v, 2)),
            ["range"] = new[] { -0.5, values.Length - 0.5 }, ["showgrid"] = false, ["zeroline"] = false,
            ["fixedrange"] = true, ["tickfont"] = new { size = 11 },
        };
        if (domain is var (low, high)) layout["domain"] = new[] { low, high };
        return layout;
    }

    /// <summary>A scale of colours from low to high with its bar, centred at a height from 0 to 1.</summary>
    public static object Colors(double low, double high, object scale, string title, double top, double length) => new
    {
        cmin = low, cmax = high, colorscale = scale, colorbar = new
        {
            title = new { text = Format.PlotText(title), side = "right" }, thickness = 12, outlinewidth = 0, len = length,
            y = top, yanchor = top > 0.5 ? "top" : "bottom",
        },
    };

    /// <summary>A panel's title above it; by its name the page's script finds it.</summary>
    public static object Heading(string text, double top, string name = "") => new
    {
        text = $"<b>{Format.PlotText(text)}</b>", name, x = 0, y = top, xref = "paper", yref = "paper", xanchor = "left",
        yanchor = "bottom", showarrow = false, font = new { size = 13, color = Palette.Ink },
    };

    /// <summary>The charts on axes by Plotly's names: y, y2, ... and x, x2, ...</summary>
    public static IEnumerable<GenericChart> On(string yAxis, IEnumerable<GenericChart> charts, string xAxis = "x") =>
        charts.Select(chart => chart.With([.. yAxis == "y" ? [] : new (string, object)[] { ("yaxis", yAxis) },
            .. xAxis == "x" ? [] : new (string, object)[] { ("xaxis", xAxis) }]));

    /// <summary>A panel with an x axis of its own, from a height to another (0 to 1).</summary>
    public static void Place(Dictionary<string, object> layout, string number, Dictionary<string, object> x,
        Dictionary<string, object> y, double bottom, double top)
    {
        (x["anchor"], y["anchor"], y["domain"]) = ($"y{number}", $"x{number}", new[] { bottom, top });
        (layout[$"xaxis{number}"], layout[$"yaxis{number}"]) = (x, y);
    }

    public static GenericChart Assemble(IEnumerable<GenericChart> charts, Dictionary<string, object> layout)
    {
        var shared = new Plotly.NET.Layout();
        foreach (var (key, value) in layout) shared.SetProperty(key, value);
        // Where every seed was lost there may be nothing to draw; the axes stand all the same.
        return GenericChart.setLayout(shared, Chart.Combine(charts.DefaultIfEmpty(
            GenericChart.ofTraceObject(false, new Plotly.NET.Trace("scatter")))));
    }
}

/// <summary>The chart with more options of its trace, by Plotly's names.</summary>
public static GenericChart With(this GenericChart chart, params IReadOnlyList<(string Key, object Value)> options)
{
    foreach (var (key, value) in options) GenericChart.getTraces(chart).Head.SetProperty(key, value);
    return chart;
}
