#nullable enable
// Map charts: a measure over two swept numbers, arm beside arm.

public static class MapChart
{
    const int Gap = 46;

    /// <summary>Two maps on one scale of colours and the map of their difference, second less first, one above the
    /// other. Cells that lost more than half of their seeds are hatched, one way where more diverged, the other way
    /// where more were stuck. In the difference a lost cell counts as chance, and is hatched where either arm lost it.
    /// </summary>
    /// <param name="measure">What is measured, for the colour bar.</param>
    /// <param name="chance">The measure of a model that guesses.</param>
    /// <exception cref="ArgumentException">Two cells of one arm at the same place.</exception>
    public static Figure Draw(string id, string title, Axis x, Axis y, (string Arm, IReadOnlyList<Cell> Cells) first,
        (string Arm, IReadOnlyList<Cell> Cells) second, string measure, double chance, string caption = "")
    {
        List<Cell> both = [.. first.Cells, .. second.Cells], difference = Difference(first.Cells, second.Cells, chance);
        double[] xs = [.. both.Select(cell => cell.X).Distinct().Order()],
            ys = [.. both.Select(cell => cell.Y).Distinct().Order()];
        (string Name, IReadOnlyList<Cell> Cells, string Colors)[] maps =
        [
            (first.Arm, first.Cells, "coloraxis"), (second.Arm, second.Cells, "coloraxis"),
            ($"{second.Arm} less {first.Arm}", difference, "coloraxis2"),
        ];
        var layout = Layout(x, y, xs, ys, [.. maps.Select(map => map.Name)]);
        var values = both.Where(cell => !cell.IsLost).Select(cell => cell.Value!.Value).DefaultIfEmpty(chance).ToList();
        layout["coloraxis"] = ColorAxis(values.Min(), values.Max(), Palette.Sequential.Index()
            .Select(color => new object[] { color.Index / (Palette.Sequential.Count - 1.0), color.Item }), measure, 1,
            0.62);
        var span = difference.Select(cell => Math.Abs(cell.Value ?? 0)).Append(1e-6).Max();
        layout["coloraxis2"] = ColorAxis(-span, span, Palette.Diverging, "difference", 0, 0.3);
        var charts = maps.Index().SelectMany(map => Axes.Attach($"y{Axes.Suffix(map.Index)}",
            Map(map.Item.Name, x, y, xs, ys, map.Item.Cells, map.Item.Colors)));
        int Lost(IReadOnlyList<Cell> cells) => cells.Count(cell => cell.IsLost);
        return new(id, title, Format.Sentences(caption, "Colour: median of the seeds that ended well, one scale for "
            + "both arms. Hatched ╱ cells lost more than half of their seeds to divergence, hatched ╲ cells to being "
            + "stuck; in the difference they count as chance."), Axes.Assemble(charts, layout),
            $"Maps of {measure} over {x.Title} and {y.Title} for {first.Arm} and {second.Arm}, and of their "
                + $"difference: {Lost(first.Cells)} and {Lost(second.Cells)} of {first.Cells.Count} cells were lost.");
    }

    // Second less first, in the cells that both have.
    static List<Cell> Difference(IReadOnlyList<Cell> first, IReadOnlyList<Cell> second, double chance)
    {
        double Worth(Cell cell) => cell.IsLost ? chance : cell.Value!.Value;
        var others = second.ToDictionary(cell => (cell.X, cell.Y));
        return
        [
            .. from cell in first
               where others.ContainsKey((cell.X, cell.Y))
               let other = others[(cell.X, cell.Y)]
               select cell with
               {
                   Value = cell.IsLost && other.IsLost ? null : Worth(other) - Worth(cell),
                   Diverged = Math.Max(cell.Diverged, other.Diverged), Stuck = Math.Max(cell.Stuck, other.Stuck),
               },
        ];
    }

    static Dictionary<string, object> Layout(Axis x, Axis y, double[] xs, double[] ys, string[] names)
    {
        var stack = new PanelStack(names.Length, 26 * ys.Length + 40, Gap);
        var layout = Axes.FigureLayout(stack.Height + 110);
        foreach (var (place, _) in names.Index())
        {
            var yAxis = CategoryAxis(y, ys);
            yAxis["domain"] = stack.Domain(place);
            layout[$"yaxis{Axes.Suffix(place)}"] = yAxis;
        }
        var xAxis = CategoryAxis(x, xs);
        xAxis["anchor"] = $"y{Axes.Suffix(names.Length - 1)}";
        layout["xaxis"] = xAxis;
        layout["annotations"] = names.Index().Select(name => Axes.Heading(name.Item, stack.Top(name.Index)));
        layout["margin"] = new { l = 58, r = 14, t = 40, b = 60 };
        return layout;
    }

    // One place for each value, counted from 0, with a label where there is room.
    static Dictionary<string, object> CategoryAxis(Axis axis, double[] values) => new()
    {
        ["title"] = new { text = Format.PlotText(axis.Title), standoff = 12 }, ["automargin"] = true,
        ["tickvals"] = Enumerable.Range(0, values.Length), ["ticktext"] = values.Select(v => Format.Number(v, 2)),
        ["range"] = new[] { -0.5, values.Length - 0.5 }, ["showgrid"] = false, ["zeroline"] = false,
        ["fixedrange"] = true, ["tickfont"] = new { size = 11 },
    };

    // A scale of colours with its bar, whose end stands at a height from 0 to 1.
    static object ColorAxis(double low, double high, object scale, string title, double at, double length) => new
    {
        cmin = low, cmax = high, colorscale = scale, colorbar = new
        {
            title = new { text = Format.PlotText(title), side = "right" }, thickness = 12, outlinewidth = 0,
            len = length, y = at, yanchor = at > 0.5 ? "top" : "bottom",
        },
    };

    // Cells in colour, and hatching over those that were lost.
    static IEnumerable<GenericChart> Map(string name, Axis x, Axis y, double[] xs, double[] ys,
        IReadOnlyList<Cell> cells, string colors)
    {
        var at = cells.ToDictionary(cell => (cell.X, cell.Y));
        var rows = ys.Select(v => xs.Select(u => at.GetValueOrDefault((u, v))).ToArray()).ToArray();
        var isDifference = colors != "coloraxis";
        string Hover(Cell cell) =>
            $"{HoverText.ArmAt(name, x, cell.X)}, {Format.PlotText(y.Title)} {Format.Number(cell.Y)}<br>"
            + $"{Format.Number(cell.Value ?? double.NaN)}<br>"
            + $"{cell.Diverged} diverged and {cell.Stuck} stuck of {cell.Count}";
        yield return GenericChart.ofTraceObject(false, new Plotly.NET.Trace("heatmap")).WithOptions(
            ("z", rows.Select(row => row.Select(cell =>
                cell is null || !isDifference && cell.IsLost ? null : cell.Value).ToArray()).ToArray()),
            ("coloraxis", colors), ("xgap", 1), ("ygap", 1),
            ("text", rows.Select(row => row.Select(cell => cell is null ? "" : Hover(cell)).ToArray()).ToArray()),
            ("hovertemplate", "%{text}<extra></extra>"));
        foreach (var up in new[] { true, false })
            yield return Hatching(name, up, isDifference ? "#00000000" : Palette.Muted + "38",
                [.. cells.Where(cell => cell.IsLost && cell.Diverged >= cell.Stuck == up)
                    .Select(cell => (Array.IndexOf(xs, cell.X), Array.IndexOf(ys, cell.Y)))]);
    }

    // A rectangle over each cell, filled by a pattern: its strokes have the same distance in pixels however wide the
    // cells are. Where no colour lies below it a wide cell needs a ground, or the strokes look like stray lines.
    static GenericChart Hatching(string name, bool up, string ground, IReadOnlyList<(int X, int Y)> cells)
    {
        var corners = cells.SelectMany(cell => new (double X, double? Y)[]
        {
            (cell.X - 0.5, cell.Y - 0.5), (cell.X - 0.5, cell.Y + 0.5), (cell.X + 0.5, cell.Y + 0.5),
            (cell.X + 0.5, cell.Y - 0.5), (cell.X - 0.5, cell.Y - 0.5), (cell.X, null),
        }).ToList();
        return Traces.Scatter(TraceMode.Lines, name, corners.Select(at => at.X), corners.Select(at => at.Y), new
        {
            fill = "toself", fillcolor = "#00000000", line = new { width = 0 }, hoverinfo = "skip", connectgaps = false,
            fillpattern = new
            {
                shape = up ? "/" : "\\", size = 6, solidity = 0.25, fgcolor = Palette.Muted, fillmode = "replace",
                bgcolor = ground,
            },
        });
    }
}
