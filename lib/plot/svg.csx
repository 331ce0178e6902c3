#nullable enable
// One panel of a figure as SVG without words, drawn from what Plotly is told.

/// <summary>A rectangle of a picture.</summary>
public sealed record Box(double Left, double Top, double Width, double Height)
{
    public double Right => Left + Width;
    public double Bottom => Top + Height;
}

/// <summary>Elements of SVG. All numbers are written in the invariant culture, to a tenth of a unit.</summary>
public static class Svg
{
    public static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    public static string At(double x, double y) => $"{Number(x)} {Number(y)}";

    public static string Rectangle(double left, double right, double top, double bottom) =>
        $"M{At(left, top)}H{Number(right)}V{Number(bottom)}H{Number(left)}Z";

    /// <summary>A path with a fill and a stroke: "none", a colour as #rrggbb or #rrggbbaa, or a reference url(#id). The
    /// page's own colour is taken where its style sheet names it (--c0072B2 for #0072B2).</summary>
    public static string Path(string path, string fill = "none", string stroke = "none", double width = 0,
        double opacity = 1) => $"""
        <path d="{path}" style="{Paint("fill", fill)};{(stroke == "none" ? "" : $"{Paint("stroke", stroke)
            };stroke-width:{Number(width)};stroke-linecap:round;")}{(opacity < 1 ? $"opacity:{Share(opacity)}" : "")}"/>
        """;

    static string Share(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    static string Paint(string what, string color) => color == "none" || color.StartsWith("url") ? $"{what}:{color}"
        : color.Length == 9
            ? $"{Paint(what, color[..7])};{what}-opacity:{Share(Convert.ToInt32(color[7..], 16) / 255.0)}"
        : $"{what}:var(--c{color[1..]},{color})";

    /// <summary>A pattern of strokes for hatched areas.</summary>
    public static string Hatching(string id, bool up) => $"""
        <defs><pattern id="{id}" width="5" height="5" patternUnits="userSpaceOnUse">{Path(
            up ? "M-1 1L1 -1M0 5L5 0M4 6L6 4" : "M-1 4L1 6M0 0L5 5M4 -1L6 1", stroke: Palette.Muted, width: 0.8)
            }</pattern></defs>
        """;
}

/// <summary>Draws one panel of a figure into a box.</summary>
/// <param name="figure">The figure's JSON: layout and traces.</param>
/// <param name="yAxis">The panel's y axis by Plotly's name: y, y2, ...</param>
public sealed class PanelPicture(JsonElement figure, string yAxis, Box box)
{
    readonly JsonElement layout = figure.GetProperty("layout");
    readonly (bool Log, double Low, double High) xs = Range(Layout(figure,
        Text(Layout(figure, yAxis), "anchor") ?? "x")), ys = Range(Layout(figure, yAxis));

    /// <summary>The layout of an axis by Plotly's name: that of y2 is yaxis2.</summary>
    public static JsonElement Layout(JsonElement figure, string axis) =>
        figure.GetProperty("layout").GetProperty($"{axis[..1]}axis{axis[1..]}");

    public IEnumerable<string> Draw() =>
    [
        .. Items(layout, "shapes").Select(Shape),
        Svg.Path($"M{Svg.At(box.Left, box.Top)}V{Svg.Number(box.Bottom)}H{Svg.Number(box.Right)}",
            stroke: Palette.Muted, width: 1, opacity: 0.5),
        .. TracesOn(figure, yAxis).SelectMany(Trace),
    ];

    /// <summary>The visible traces on a y axis.</summary>
    public static IEnumerable<JsonElement> TracesOn(JsonElement figure, string yAxis) => Items(figure, "data")
        .Where(trace => (Text(trace, "yaxis") ?? "y") == yAxis)
        .Where(trace => !trace.TryGetProperty("visible", out var visible) || visible.ValueKind != JsonValueKind.False);

    IEnumerable<string> Trace(JsonElement trace)
    {
        if (Text(trace, "type") == "heatmap") return Cells(trace);
        var points = Items(trace, "x").Zip(Items(trace, "y")).Select(pair => pair.Second.ValueKind == JsonValueKind.Null
            ? null : Svg.At(X(pair.First.GetDouble()), Y(pair.Second.GetDouble()))).ToList();
        if (points.All(point => point is null)) return [];
        return (Text(trace, "mode"), Text(trace, "fill")) switch
        {
            (_, "toself") => Area(trace, Lines(points, close: true)),
            ("lines", _) => [LinePath(trace, points)],
            ("lines+markers", _) => [LinePath(trace, points),
                Svg.Path(Glyphs(points, "h0"), stroke: Text(Line(trace), "color")!, width: 4)],
            ("markers+text", _) => [Svg.Path(Glyphs(points, "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"), Palette.Paper,
                Text(Line(Marker(trace)), "color")!, 1.6)],
            ("markers", _) => Markers(trace, points),
            _ => [],
        };
    }

    static string LinePath(JsonElement trace, IReadOnlyList<string?> points) => Svg.Path(Lines(points),
        stroke: Text(Line(trace), "color")!, width: 0.8 * Line(trace).GetProperty("width").GetDouble(),
        opacity: trace.TryGetProperty("opacity", out var opacity) ? opacity.GetDouble() : 1);

    // Lost seeds as crosses and rings, other seeds as dots; marks of other sizes are left out.
    IEnumerable<string> Markers(JsonElement trace, IReadOnlyList<string?> points)
    {
        var color = Text(Marker(trace), "color")!;
        if (color == Palette.Lost)
            return [Svg.Path(Glyphs(points, Text(Marker(trace), "symbol") == "x" ? "m-2.5 -2.5l5 5m0 -5l-5 5"
                : "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"), stroke: color, width: 1.3)];
        if (Marker(trace).GetProperty("size").ValueKind != JsonValueKind.Number) return [];
        return [.. ErrorBars(trace, color), Svg.Path(Glyphs(points, "h0"), stroke: color, width: 2.5, opacity: 0.5)];
    }

    IEnumerable<string> ErrorBars(JsonElement trace, string color)
    {
        if (!trace.TryGetProperty("error_x", out var error)) yield break;
        yield return Svg.Path(string.Concat(Items(trace, "x").Zip(Items(trace, "y"))
            .Zip(Items(error, "array").Zip(Items(error, "arrayminus"))).Select(pair =>
            {
                var ((x, y), (above, below)) = pair;
                return $"M{Svg.At(X(x.GetDouble() - below.GetDouble()), Y(y.GetDouble()))}H{
                    Svg.Number(X(x.GetDouble() + above.GetDouble()))}";
            })), stroke: color, width: 1.6);
    }

    static IEnumerable<string> Area(JsonElement trace, string path)
    {
        if (!trace.TryGetProperty("fillpattern", out var pattern)) return [Svg.Path(path, Text(trace, "fillcolor")!)];
        var up = Text(pattern, "shape") == "/";
        var id = up ? "hatch-up" : "hatch-down";
        return [Svg.Hatching(id, up), Svg.Path(path, $"url(#{id})")];
    }

    IEnumerable<string> Cells(JsonElement map)
    {
        var colors = layout.GetProperty(Text(map, "coloraxis")!);
        var (low, high) = (colors.GetProperty("cmin").GetDouble(), colors.GetProperty("cmax").GetDouble());
        var scale = Items(colors, "colorscale").Select(stop => (stop[0].GetDouble(), stop[1].GetString()!)).ToList();
        return from row in Items(map, "z").Index()
               from cell in row.Item.EnumerateArray().Index()
               where cell.Item.ValueKind != JsonValueKind.Null
               let share = (cell.Item.GetDouble() - low) / Math.Max(high - low, 1e-9)
               select Svg.Path(Svg.Rectangle(X(cell.Index - 0.5), X(cell.Index + 0.5), Y(row.Index + 0.5),
                   Y(row.Index - 0.5)), Blend(scale, Math.Clamp(share, 0, 1)));
    }

    // A rectangle of a row or of the whole height, or a vertical line.
    string Shape(JsonElement shape)
    {
        double Part(string key) => shape.GetProperty(key).GetDouble();
        var (x0, x1) = (X(Part("x0")), X(Part("x1")));
        var (y0, y1) = Text(shape, "yref") == "paper" ? (box.Top, box.Bottom) : (Y(Part("y0")), Y(Part("y1")));
        return Text(shape, "type") == "rect"
            ? Svg.Path(Svg.Rectangle(x0, x1, y0, y1), Text(shape, "fillcolor")!, opacity: 0.15)
            : Svg.Path($"M{Svg.At(x0, y0)}V{Svg.Number(y1)}", stroke: Palette.Muted, width: 1, opacity: 0.5);
    }

    // A null in the points is a gap.
    static string Lines(IEnumerable<string?> points, bool close = false)
    {
        var text = new StringBuilder();
        var open = false;
        foreach (var point in points.Append(null))
        {
            if (point is not null) text.Append(open ? "L" : "M").Append(point);
            else if (open && close) text.Append('Z');
            open = point is not null;
        }
        return text.ToString();
    }

    static string Glyphs(IEnumerable<string?> points, string glyph) =>
        string.Concat(points.OfType<string>().Select(point => $"M{point}{glyph}"));

    static string Blend(IReadOnlyList<(double At, string Color)> scale, double share)
    {
        var above = scale.First(stop => stop.At >= share);
        var below = scale.Last(stop => stop.At <= share);
        var part = above.At > below.At ? (share - below.At) / (above.At - below.At) : 0;
        return "#" + string.Concat(Rgb(below.Color).Zip(Rgb(above.Color),
            (a, b) => ((int)Math.Round(a + (b - a) * part)).ToString("X2", CultureInfo.InvariantCulture)));
        static byte[] Rgb(string color) => Convert.FromHexString(color[1..]);
    }

    double X(double value) => box.Left + Share(xs, value) * box.Width;
    double Y(double value) => box.Top + (1 - Share(ys, value)) * box.Height;

    static double Share((bool Log, double Low, double High) axis, double value) =>
        Math.Clamp(((axis.Log ? Math.Log10(value) : value) - axis.Low) / (axis.High - axis.Low), -0.02, 1.02);

    static (bool, double, double) Range(JsonElement axis) => (Text(axis, "type") == "log",
        axis.GetProperty("range")[0].GetDouble(), axis.GetProperty("range")[1].GetDouble());

    static JsonElement Line(JsonElement of) => of.GetProperty("line");
    static JsonElement Marker(JsonElement of) => of.GetProperty("marker");

    public static string? Text(JsonElement of, string key) =>
        of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    static IEnumerable<JsonElement> Items(JsonElement of, string key) =>
        of.TryGetProperty(key, out var value) ? value.EnumerateArray() : [];
}
