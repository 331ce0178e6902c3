#nullable enable
// A figure as a small picture: what Plotly is told of its first panel (the first two where each is of one arm) and of
// the lanes of lost seeds, drawn as SVG without a word in it. Colours are those of white paper, or a page's own where
// it names them (--c0072B2 for #0072B2).

public static class Picture
{
    const double Width = 320, Height = 140, Pad = 7, Lanes = 26;

    /// <summary>The SVG element. The same figure gives the same text.</summary>
    public static string Draw(Figure figure)
    {
        using var json = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart));
        var (layout, traces) = (json.RootElement.GetProperty("layout"),
            json.RootElement.GetProperty("data").EnumerateArray().ToList());
        // Lanes stand on a further axis that has no title.
        var lanes = layout.EnumerateObject().Where(part => part.Name.StartsWith("yaxis") && part.Name != "yaxis"
            && !part.Value.TryGetProperty("title", out _))
            .Select(part => part.Name.Replace("axis", "")).FirstOrDefault();
        IEnumerable<string?> Arms(string axis) => On(axis).Select(trace => Text(trace, "legendgroup")).Distinct();
        string[] panels = lanes != "y2" && On("y2").Any() && !Arms("y").Intersect(Arms("y2")).OfType<string>().Any()
            ? ["y", "y2"] : ["y"];
        var (slot, height) = ((Width + Pad) / panels.Length, Height - 2 * Pad - (lanes is null ? 0 : Lanes + Pad));
        IEnumerable<JsonElement> On(string axis) =>
            traces.Where(trace => (Text(trace, "yaxis") ?? "y") == axis);
        IEnumerable<string> drawn =
        [
            .. panels.SelectMany((panel, i) =>
                new Frame(layout, panel, i * slot, slot - Pad, Pad, height).Draw(On(panel))),
            .. lanes is null ? [] : new Frame(layout, lanes, 0, Width, Height - Pad - Lanes, Lanes).Draw(On(lanes)),
        ];
        return string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" role="img" aria-label="{
                Format.Html(figure.Alt)}">{string.Concat(drawn)}</svg>
            """);
    }

    /// <summary>Style sheet rules for a dark page.</summary>
    public static string DarkColors => $"[data-theme=dark] {{ {string.Concat(Palette.Dark.Select(pair =>
        $"--c{pair.Key[1..]}:{pair.Value};"))} }}";

    /// <summary>One panel's axes in a rectangle.</summary>
    sealed class Frame(JsonElement layout, string panel, double left, double width, double top, double height)
    {
        readonly (bool Log, double Low, double High) xs = AxisOf(layout.GetProperty("xaxis")),
            ys = AxisOf(layout.GetProperty(panel.Replace("y", "yaxis")));

        public IEnumerable<string> Draw(IEnumerable<JsonElement> traces) =>
        [
            .. Array(layout, "shapes").Where(shape => Text(shape, "type") == "rect").Select(Shade),
            Path($"M{At(left, top)}V{top + height}H{left + width:0.#}", "none", Palette.Muted, 1, 0.5),
            .. traces.SelectMany(Trace),
        ];

        IEnumerable<string> Trace(JsonElement trace)
        {
            if (Text(trace, "type") == "heatmap") return Cells(trace);
            var points = Array(trace, "x").Zip(Array(trace, "y"))
                .Select(pair => pair.Second.ValueKind == JsonValueKind.Null ? null
                    : At(X(pair.First.GetDouble()), Y(pair.Second.GetDouble()))).ToList();
            if (points.All(point => point is null)) return [];
            var opacity = trace.TryGetProperty("opacity", out var given) ? given.GetDouble() : 1;
            return (Text(trace, "mode"), Text(trace, "fill")) switch
            {
                (_, "toself") => [Path($"M{string.Join('L', points)}Z", Text(trace, "fillcolor")!, "none", 0, 1)],
                ("lines" or "lines+markers", _) => [Path(Runs(points), "none", Text(Line(trace), "color")!,
                    0.8 * Line(trace).GetProperty("width").GetDouble(), opacity)],
                ("markers", _) when Text(Marker(trace), "color") == Palette.Lost => [Path(string.Concat(
                    points.OfType<string>().Select(point => $"M{point}" + (Text(Marker(trace), "symbol") == "x"
                        ? "m-2.5 -2.5l5 5m0 -5l-5 5" : "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0 -6 0"))), "none", Palette.Lost,
                    1.3, 1)],
                ("markers", _) when Marker(trace).GetProperty("size").ValueKind == JsonValueKind.Number =>
                    [Path(string.Concat(points.OfType<string>().Select(point => $"M{point}h0")), "none",
                        Text(Marker(trace), "color")!, 2.5, 0.5)],
                ("markers+text", _) => [Path(string.Concat(points.OfType<string>().Select(point =>
                    $"M{point}m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0")), Palette.Paper, Text(Line(Marker(trace)), "color")!,
                    1.6, 1)],
                _ => [],
            };
        }

        // Null parts a line.
        static string Runs(IEnumerable<string?> points) => string.Concat(points.Select((point, i) => (point, i))
            .Aggregate((Text: "", Open: false), (line, next) => next.point is null ? (line.Text, false)
                : (line.Text + (line.Open ? "L" : "M") + next.point, true)).Text);

        IEnumerable<string> Cells(JsonElement map)
        {
            var colors = layout.GetProperty(Text(map, "coloraxis")!);
            var (low, high) = (colors.GetProperty("cmin").GetDouble(), colors.GetProperty("cmax").GetDouble());
            return from row in Array(map, "z").Index()
                   from cell in row.Item.EnumerateArray().Index()
                   where cell.Item.ValueKind != JsonValueKind.Null
                   let share = (cell.Item.GetDouble() - low) / Math.Max(high - low, 1e-9)
                   let corners = (Left: X(cell.Index - 0.5), Right: X(cell.Index + 0.5), Top: Y(row.Index + 0.5),
                       Bottom: Y(row.Index - 0.5))
                   select Path($"M{At(corners.Left, corners.Top)}H{corners.Right:0.#}V{corners.Bottom:0.#}H{
                       corners.Left:0.#}Z", Blend(share), "none", 0, 1);
        }

        string Shade(JsonElement shape) => Path($"M{At(X(shape.GetProperty("x0").GetDouble()), top)}H{
            X(shape.GetProperty("x1").GetDouble()):0.#}V{top + height}H{X(shape.GetProperty("x0").GetDouble()):0.#}Z",
            Text(shape, "fillcolor")!, "none", 0, 0.15);

        double X(double value) => left + Share(xs, value) * width;
        double Y(double value) => top + (1 - Share(ys, value)) * height;

        static double Share((bool Log, double Low, double High) axis, double value) =>
            Math.Clamp(((axis.Log ? Math.Log10(value) : value) - axis.Low) / (axis.High - axis.Low), -0.02, 1.02);

        static (bool, double, double) AxisOf(JsonElement axis) => (Text(axis, "type") == "log",
            axis.GetProperty("range")[0].GetDouble(), axis.GetProperty("range")[1].GetDouble());
    }

    static string At(double x, double y) => string.Create(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");

    static string Path(FormattableString path, string fill, string stroke, double width, double opacity) =>
        Path(FormattableString.Invariant(path), fill, stroke, width, opacity);

    static string Path(string path, string fill, string stroke, double width, double opacity) =>
        string.Create(CultureInfo.InvariantCulture, $"""
            <path d="{path}" style="{Paint("fill", fill)};{(stroke == "none" ? "" : $"{Paint("stroke", stroke)
                };stroke-width:{width:0.#};stroke-linecap:round;")}{(opacity < 1 ? $"opacity:{opacity:0.##}" : "")}"/>
            """);

    // Plotly's colours may end in two more digits, of how opaque they are.
    static string Paint(string what, string color) => color == "none" ? $"{what}:none"
        : color.Length == 9 ? string.Create(CultureInfo.InvariantCulture,
            $"{Paint(what, color[..7])};{what}-opacity:{Convert.ToInt32(color[7..], 16) / 255.0:0.##}")
        : $"{what}:var(--c{color[1..]},{color})";

    static string Blend(double share)
    {
        var at = Math.Clamp(share, 0, 1) * (Palette.Sequential.Count - 1);
        var (from, to) = (Rgb((int)at), Rgb(Math.Min((int)at + 1, Palette.Sequential.Count - 1)));
        return "#" + string.Concat(from.Zip(to, (a, b) => $"{(int)Math.Round(a + (b - a) * (at - (int)at)):X2}"));
        static byte[] Rgb(int i) => Convert.FromHexString(Palette.Sequential[i][1..]);
    }

    static JsonElement Line(JsonElement of) => of.GetProperty("line");
    static JsonElement Marker(JsonElement of) => of.GetProperty("marker");
    static string? Text(JsonElement of, string key) =>
        of.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    static IEnumerable<JsonElement> Array(JsonElement of, string key) =>
        of.TryGetProperty(key, out var value) ? value.EnumerateArray() : [];
}
