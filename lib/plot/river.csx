#nullable enable
// River charts: how a distribution moves.

public static class RiverChart
{
    /// <summary>Percentiles against x, panel above panel: the middle one as a line in a band from the 15th to the 85th,
    /// as in figure 1(b, c) of Ioffe and Szegedy (2015).</summary>
    /// <param name="sameY">Whether the panels share the range of y, so that they can be compared.</param>
    /// <exception cref="ArgumentException">A number that is not finite, or one of 0 or below on a log axis.</exception>
    public static Figure Draw(string id, string title, Axis x, IReadOnlyList<RiverPanel> panels, string caption = "",
        bool sameY = true)
    {
        var all = panels.SelectMany(panel => panel.Points).ToList();
        var styles = Palette.Styles(all.Select(point => point.Arm)).ToDictionary(arm => arm.Arm, arm => arm.Style);
        // Where each panel is one arm its heading names the arm; else a legend does.
        var mixed = panels.Any(panel => panel.Points.Select(point => point.Arm).Distinct().Count() > 1);
        bool IsFirst(string arm, int place) =>
            panels.Take(place).All(before => before.Points.All(point => point.Arm != arm));
        var charts = panels.Index().SelectMany(panel => Axes.Attach($"y{Axes.Suffix(panel.Index)}",
            panel.Item.Points.GroupBy(point => point.Arm).SelectMany(arm => River(arm.Key, styles[arm.Key], x,
                [.. arm.OrderBy(point => point.X)], legend: mixed && IsFirst(arm.Key, panel.Index)))));
        return new(id, title, Format.Sentences(caption, "Line: 50th percentile. Band: 15th to 85th."),
            Axes.Assemble(charts, Layout(x, panels, sameY)), Format.Sentences([$"Percentiles against {x.Title}.",
                .. panels.Where(panel => panel.Points.Count > 0).Select(panel => $"{panel.Title}: the middle goes from "
                    + $"{Format.Number(panel.Points[0].Middle)} to {Format.Number(panel.Points[^1].Middle)}.")]));
    }

    static IEnumerable<GenericChart> River(string arm, ArmStyle style, Axis x, IReadOnlyList<Percentiles> points,
        bool legend)
    {
        yield return Marks.Band(arm, style, [.. points.Select(p => (p.X, p.Low, p.High))]);
        yield return Traces.Scatter(TraceMode.Lines, arm, points.Select(p => p.X),
            points.Select(p => (double?)p.Middle), new
            {
                showlegend = legend, line = new { color = style.Color, width = 2.5 }, hovertemplate = "%{hovertext}",
                hovertext = points.Select(p => $"{HoverText.ArmAt(arm, x, p.X)}<br>{Format.Number(p.Low)}, "
                    + $"{Format.Number(p.Middle)}, {Format.Number(p.High)}"),
            });
    }

    static Dictionary<string, object> Layout(Axis x, IReadOnlyList<RiverPanel> panels, bool sameY)
    {
        var all = panels.SelectMany(panel => panel.Points).ToList();
        var stack = new PanelStack(panels.Count, 170, 40);
        var layout = Axes.FigureLayout(stack.Height + 100);
        var xAxis = Axes.Layout(x, [.. all.Select(point => point.X)], pad: 0.01);
        xAxis["anchor"] = $"y{Axes.Suffix(panels.Count - 1)}";
        layout["xaxis"] = xAxis;
        // The legend stands above the first heading.
        layout["legend"] = new { orientation = "h", x = 0, y = 1 + 20.0 / stack.Height, yanchor = "bottom" };
        foreach (var (place, panel) in panels.Index())
        {
            var yAxis = Axes.Layout(panel.Y, [.. (sameY ? all : panel.Points).SelectMany(p => new[] { p.Low, p.High })],
                pad: 0.05);
            yAxis["domain"] = stack.Domain(place);
            layout[$"yaxis{Axes.Suffix(place)}"] = yAxis;
        }
        layout["annotations"] = panels.Index().Select(panel => Axes.Heading(panel.Item.Title, stack.Top(panel.Index)));
        return layout;
    }
}
