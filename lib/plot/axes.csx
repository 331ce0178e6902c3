#nullable enable
// Layouts of axes and of whole figures, as Plotly wants them.
using Chart = Plotly.NET.CSharp.Chart;

/// <summary>Panels one above the other, the first on top. Heights are in pixels.</summary>
/// <param name="Each">Height of a panel.</param>
/// <param name="Between">Height of the gap between two panels.</param>
/// <param name="Below">Height that is left free below the last panel.</param>
public sealed record PanelStack(int Count, int Each, int Between, int Below = 0)
{
    public int Height => Count * Each + (Count - 1) * Between + Below;

    /// <summary>The upper edge of a panel as a share of the height, counted from the bottom.</summary>
    public double Top(int place) => (Bottom(place) + Each) / (double)Height;

    /// <summary>The lower and the upper edge of a panel: Plotly's domain of its y axis.</summary>
    public double[] Domain(int place) => [Bottom(place) / (double)Height, Top(place)];

    int Bottom(int place) => Below + (Count - 1 - place) * (Each + Between);
}

public static class Axes
{
    /// <summary>A function (x, share) that moves x aside by a share of the smallest spacing of the grid, or of a
    /// twelfth of the grid where that is less: so that a dot stands near its x on a coarse grid too.</summary>
    public static Func<double, double, double> Dodge(Axis axis, double[] xs)
    {
        double On(double v) => axis.Log ? Math.Log10(v) : v;
        double Off(double v) => axis.Log ? Math.Pow(10, v) : v;
        var span = xs.Length > 1 ? On(xs[^1]) - On(xs[0]) : 0;
        var step = xs.Zip(xs.Skip(1), (a, b) => On(b) - On(a)).Append(span / 12).Min();
        return (v, share) => share == 0 ? v : Off(On(v) + share * step);
    }

    /// <summary>How far each arm's dots are dodged, so that all arms together take a share of the spacing.</summary>
    public static double Aside(int arm, int arms, double share = 0.5) =>
        arms == 1 ? 0 : share * (arm / (arms - 1.0) - 0.5);

    /// <summary>Layout of an axis over these values, with pad (a share of the span) left free on either side.</summary>
    /// <exception cref="ArgumentException">A value of 0 or below on a log axis.</exception>
    public static Dictionary<string, object> Layout(Axis axis, double[] values, double pad)
    {
        if (axis.Log && values.Any(v => v <= 0))
            throw new ArgumentException($"{axis.Title}: a log axis has no place for {Format.Number(values.Min())}");
        double On(double v) => axis.Log ? Math.Log10(v) : v;
        if (values.Length == 0) values = [1];
        var (low, high) = (On(values.Min()), On(values.Max()));
        var margin = high > low ? pad * (high - low) : 0.5;
        var layout = new Dictionary<string, object>
        {
            ["title"] = new { text = Format.PlotText(axis.Title), standoff = 12 },
            ["type"] = axis.Log ? "log" : "linear", ["automargin"] = true, ["zeroline"] = false,
            ["gridcolor"] = Palette.Grid, ["linecolor"] = Palette.Muted,
            ["tickcolor"] = Palette.Muted, ["ticks"] = "outside", ["ticklen"] = 4, ["showline"] = true,
            ["range"] = new[] { low - margin, high + margin },
        };
        if (axis.Log)
        {
            // Fewer than two round numbers in the range would not say what scale it is: then its ends are named.
            var ticks = LogTicks(low, high, values) is { Length: > 1 } round ? round
                : [.. new[] { values.Min(), values.Max() }.Distinct()];
            (layout["tickvals"], layout["ticktext"]) = (ticks, ticks.Select(t => Format.Number(t)));
        }
        // Consecutive whole numbers (epochs, layers) have no values between them, and so no ticks there.
        if (!axis.Log && values.Distinct().Order().ToList() is { Count: > 1 and <= 12 } counts
            && counts.Zip(counts.Skip(1)).All(pair => pair.Second - pair.First == 1))
            layout["tickvals"] = counts;
        return layout;
    }

    // Powers of ten, thinned to eight; powers of two where the values are such (batch sizes); 1, 2, 5 in a short range,
    // and even steps in one that has fewer than three of these.
    static double[] LogTicks(double low, double high, double[] values)
    {
        var (from, to) = ((int)Math.Ceiling(low - 0.01), (int)Math.Floor(high + 0.01));
        var sizes = values.Distinct().Order().ToArray();
        if (sizes.Length <= 12 && sizes.All(v => v >= 1 && BitOperations.IsPow2((long)v) && v == (long)v)) return sizes;
        if (to - from >= 2)
        {
            var every = Math.Max(1, (to - from) / 8 + ((to - from) % 8 == 0 ? 0 : 1));
            return [.. Enumerable.Range(from, to - from + 1).Where(k => k % every == 0).Select(k => Math.Pow(10, k))];
        }
        IEnumerable<double> Round(int first, int count) => Enumerable.Range(first, count).SelectMany(k =>
            new[] { 1, 2, 5 }.Select(d => d * Math.Pow(10, k)));
        double[] ticks = [.. Round(from - 1, to - from + 3).Where(t =>
            Math.Log10(t) >= low - 0.01 && Math.Log10(t) <= high + 0.01)];
        var (least, most) = (sizes[0], sizes[^1]);
        if (ticks.Length > 2 || most / least < 1.001) return ticks;
        var step = Round((int)Math.Floor(Math.Log10(most - least)) - 1, 3).First(step => (most - least) / step <= 5);
        var (first, last) = (Math.Ceiling(least / step - 1e-9), Math.Floor(most / step + 1e-9));
        return [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step)];
    }

    /// <summary>The layout that all figures share: the legend above, room for titles, and colours that a dark page can
    /// replace.</summary>
    /// <param name="height">In pixels.</param>
    public static Dictionary<string, object> FigureLayout(int height) => new()
    {
        ["height"] = height, ["margin"] = new { l = 58, r = 14, t = 44, b = 56 }, ["hovermode"] = "closest",
        ["font"] = new
            { family = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size = 13, color = Palette.Ink },
        ["paper_bgcolor"] = Palette.Paper, ["plot_bgcolor"] = Palette.Paper, ["uirevision"] = "kept",
        ["legend"] = new { orientation = "h", x = 0, y = 1.01, yanchor = "bottom", bgcolor = "rgba(0,0,0,0)" },
        ["hoverlabel"] = new
            { bgcolor = Palette.Paper, bordercolor = Palette.Muted, font = new { color = Palette.Ink, size = 12 } },
    };

    /// <summary>A hidden y axis for rows, the first on top at Count - 1 and the last at 0.</summary>
    public static object RowsLayout(double low, double high) =>
        new { range = new[] { low, high }, visible = false, fixedrange = true };

    /// <summary>A panel's title above it.</summary>
    /// <param name="top">The panel's upper edge as a share of the figure's height.</param>
    /// <param name="name">The name by which the page's script finds the title.</param>
    public static object Heading(string text, double top, string name = "") => new
    {
        text = $"<b>{Format.PlotText(text)}</b>", name, x = 0, y = top, xref = "paper", yref = "paper",
        xanchor = "left", yanchor = "bottom", showarrow = false, font = new { size = 13, color = Palette.Ink },
    };

    /// <summary>A vertical line over the figure's whole height, behind its marks.</summary>
    public static object VerticalLine(double x, bool dotted) => new
    {
        type = "line", x0 = x, x1 = x, yref = "paper", y0 = 0, y1 = 1, layer = "below",
        line = new { color = Palette.Muted, width = 1, dash = dotted ? "dot" : "solid" },
    };

    /// <summary>What Plotly appends to the name of the axis of a panel: nothing for the first, then 2, 3, ...</summary>
    public static string Suffix(int place) => place == 0 ? "" : $"{place + 1}";

    /// <summary>Puts charts on axes by Plotly's names: y, y2, ... and x, x2, ...</summary>
    public static IEnumerable<GenericChart> Attach(string yAxis, IEnumerable<GenericChart> charts,
        string xAxis = "x") => charts.Select(chart => chart.WithOptions([.. new (string Key, object Value)[]
            { ("yaxis", yAxis), ("xaxis", xAxis) }.Where(option => option.Value is not ("y" or "x"))]));

    /// <summary>Adds a panel with an x axis of its own to a layout.</summary>
    /// <param name="number">As Suffix gives it.</param>
    /// <param name="bottom">The panel's lower edge as a share of the figure's height; top: the upper one.</param>
    public static void PlacePanel(Dictionary<string, object> layout, string number, Dictionary<string, object> x,
        Dictionary<string, object> y, double bottom, double top)
    {
        (x["anchor"], y["anchor"], y["domain"]) = ($"y{number}", $"x{number}", new[] { bottom, top });
        (layout[$"xaxis{number}"], layout[$"yaxis{number}"]) = (x, y);
    }

    /// <summary>One chart of all traces, with a layout.</summary>
    public static GenericChart Assemble(IEnumerable<GenericChart> charts, Dictionary<string, object> layout)
    {
        var shared = new Plotly.NET.Layout();
        foreach (var (key, value) in layout) shared.SetProperty(key, value);
        // Where every seed was lost there may be nothing to draw; the axes are drawn all the same.
        return GenericChart.setLayout(shared, Chart.Combine(charts.DefaultIfEmpty(
            GenericChart.ofTraceObject(false, new Plotly.NET.Trace("scatter")))));
    }
}
