#nullable enable
// A figure as a still picture: SVG without words. Colours are those of white paper, or the page's own where it names
// them.

public static class Picture
{
    const double Pad = 7;

    /// <summary>A small picture for a card: the first panel (the first two where each is of one arm) and the lanes of
    /// lost seeds. The same figure gives the same text.</summary>
    public static string Draw(Figure figure)
    {
        const double Width = 320, Height = 140, LanesHeight = 26;
        using var json = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart));
        var root = json.RootElement;
        // The lanes' axis is the one behind the first that has no title.
        var lanes = YAxes(root).Skip(1)
            .FirstOrDefault(axis => !PanelPicture.Layout(root, axis).TryGetProperty("title", out _));
        IEnumerable<string?> Arms(string axis) => PanelPicture.TracesOn(root, axis)
            .Select(trace => PanelPicture.Text(trace, "legendgroup")).Distinct();
        string[] panels = lanes != "y2" && Arms("y2").Any() && !Arms("y").Intersect(Arms("y2")).OfType<string>().Any()
            ? ["y", "y2"] : ["y"];
        var slot = (Width + Pad) / panels.Length;
        var height = Height - 2 * Pad - (lanes is null ? 0 : LanesHeight + Pad);
        IEnumerable<(string Axis, Box Box)> boxes = panels.Select((panel, i) =>
            (panel, new Box(i * slot, Pad, slot - Pad, height)));
        if (lanes is not null)
            boxes = boxes.Append((lanes, new Box(0, Height - Pad - LanesHeight, Width, LanesHeight)));
        return Compose(figure, root, Width, Height, boxes);
    }

    /// <summary>All panels of a figure, where Plotly would draw them.</summary>
    public static string DrawAll(Figure figure)
    {
        const double Width = 960, Margins = 100;
        using var json = JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart));
        var root = json.RootElement;
        var height = root.GetProperty("layout").GetProperty("height").GetDouble() - Margins;
        return Compose(figure, root, Width, height + 2 * Pad, YAxes(root).Select(axis =>
        {
            var (bottom, top) = PanelPicture.Layout(root, axis).TryGetProperty("domain", out var domain)
                ? (domain[0].GetDouble(), domain[1].GetDouble()) : (0, 1);
            return (axis, new Box(Pad, Pad + (1 - top) * height, Width - 2 * Pad, (top - bottom) * height));
        }));
    }

    /// <summary>Rules of a style sheet that give a dark page's colours to its pictures.</summary>
    public static string DarkColors => $"[data-theme=dark] {{ {string.Concat(Palette.Dark.Select(pair =>
        $"--c{pair.Key[1..]}:{pair.Value};"))} }}";

    static IEnumerable<string> YAxes(JsonElement figure) => figure.GetProperty("layout").EnumerateObject()
        .Where(part => part.Name.StartsWith("yaxis", StringComparison.Ordinal))
        .Select(part => part.Name.Replace("axis", ""));

    static string Compose(Figure figure, JsonElement root, double width, double height,
        IEnumerable<(string Axis, Box Box)> panels) => $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Svg.Number(width)} {Svg.Number(height)
            }" role="img" aria-label="{Format.Html(figure.Alt)}">{string.Concat(panels.SelectMany(panel =>
            new PanelPicture(root, panel.Axis, panel.Box).Draw()))}</svg>
        """;
}
