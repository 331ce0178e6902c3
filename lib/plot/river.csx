#nullable enable
// Rivers: how a distribution moves.

/// <summary>The 15th, 50th and 85th percentile of an arm's numbers at x.</summary>
public sealed record Percentiles(string Arm, double X, double Low, double Middle, double High);

/// <summary>One panel of a river: usually an arm.</summary>
public sealed record RiverPanel(string Title, Axis Y, IReadOnlyList<Percentiles> Points);

/// <summary>Percentiles against x, panel above panel: the middle one as a line in a band from the 15th to the 85th, as
/// in figure 1(b, c) of Ioffe and Szegedy (2015).</summary>
/// <param name="sameY">Whether the panels share the range of y, so that they can be compared.</param>
/// <exception cref="ArgumentException">A number that is not finite, or an x of 0 or below on a log axis.</exception>
public static Figure River(string id, string title, Axis x, IReadOnlyList<RiverPanel> panels, string caption = "",
    bool sameY = true)
{
    var all = panels.SelectMany(panel => panel.Points).ToList();
    var styles = Palette.Of(all.Select(point => point.Arm)).ToDictionary(arm => arm.Arm, arm => arm.Style);
    var (each, between) = (170, 40);
    double height = panels.Count * each + (panels.Count - 1) * between;
    var layout = Axes.Frame((int)height + 100);
    layout["xaxis"] = Axes.Of(x, [.. all.Select(point => point.X)], pad: 0.01);
    ((Dictionary<string, object>)layout["xaxis"])["anchor"] = panels.Count == 1 ? "y" : $"y{panels.Count}";
    // Where each panel is one arm its heading names it; else a legend does, above the first heading.
    var mixed = panels.Any(panel => panel.Points.Select(point => point.Arm).Distinct().Count() > 1);
    layout["legend"] = new { orientation = "h", x = 0, y = 1 + 20 / height, yanchor = "bottom" };
    List<GenericChart> charts = [];
    List<object> headings = [];
    foreach (var (place, panel) in panels.Index())
    {
        var axis = place == 0 ? "" : $"{place + 1}";
        var bottom = (panels.Count - 1 - place) * (each + between);
        charts.AddRange(Axes.On($"y{axis}", panel.Points.GroupBy(point => point.Arm)
            .SelectMany(arm => Marks.River(arm.Key, styles[arm.Key], x,
                [.. arm.OrderBy(point => point.X)], mixed && panels.Take(place).All(before =>
                    before.Points.All(point => point.Arm != arm.Key))))));
        var yAxis = Axes.Of(panel.Y, [.. (sameY ? all : panel.Points).SelectMany(p => new[] { p.Low, p.High })],
            pad: 0.05);
        yAxis["domain"] = new[] { bottom / height, (bottom + each) / height };
        layout[$"yaxis{axis}"] = yAxis;
        headings.Add(Axes.Heading(panel.Title, (bottom + each) / height));
    }
    layout["annotations"] = headings;
    return new(id, title, Format.Sentences(caption, "Line: 50th percentile. Band: 15th to 85th."),
        Axes.Assemble(charts, layout), Format.Sentences([$"Percentiles against {x.Title}.",
            .. panels.Where(panel => panel.Points.Count > 0).Select(panel => $"{panel.Title}: the middle goes from "
                + $"{Format.Number(panel.Points[0].Middle)} to {Format.Number(panel.Points[^1].Middle)}.")]));
}
