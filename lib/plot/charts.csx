#nullable enable
// The figures. Each is drawn from plain points; medians and bands are computed here, so that the picture and the words
// below it cannot differ.
using TraceMode = Plotly.NET.StyleParam.Mode;

/// <summary>A figure of a page: the id is its anchor there, the caption says what is drawn and of how many seeds, the
/// alternative text says it to those who cannot see it.</summary>
public sealed record Figure(string Id, string Title, string Caption, GenericChart Chart, string Alt);

/// <summary>y against x by arm: the median with its band, every seed as a dot, and below it the seeds that were lost as
/// crosses (diverged) and rings (stuck) sized by their share. An arm that lost all its seeds at x shows only there, and
/// a median of survivors is hollow. Where no seed was lost there are no lanes.</summary>
/// <param name="stuck">What a ring says where it is not "stuck".</param>
/// <param name="guide">A dashed line of theory.</param>
/// <exception cref="ArgumentException">A y that is not finite: such a seed belongs to lost.</exception>
public static Figure Band(string id, string title, Axis x, Axis y, IReadOnlyList<Point> points,
    IReadOnlyList<Lost> lost, string caption = "", string stuck = "stuck", Guide? guide = null) =>
    Panels(id, title, x, [new(y, points)], lost, caption, stuck, guide);

/// <summary>One of the Panels.</summary>
public sealed record Panel(Axis Y, IReadOnlyList<Point> Points);

/// <summary>A line of theory through points, by its name in the legend.</summary>
public sealed record Guide(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>Bands of several y over one x, one above the other; an arm's legend entry toggles it in all.</summary>
/// <inheritdoc cref="Band"/>
public static Figure Panels(string id, string title, Axis x, IReadOnlyList<Panel> panels, IReadOnlyList<Lost> lost,
    string caption = "", string stuck = "stuck", Guide? guide = null)
{
    var all = panels.SelectMany(panel => panel.Points).ToList();
    var arms = Palette.Of(all.Select(p => p.Arm).Concat(lost.Select(l => l.Arm)));
    var xs = all.Select(p => p.X).Concat(lost.Select(l => l.X)).Distinct().Order().ToArray();
    var gone = lost.ToDictionary(l => (l.Arm, l.X));
    var beside = Axes.Dodge(x, xs);
    var (gap, lanes) = lost.Any(l => l.Missing > 0) ? (44, 38 * arms.Count) : (0, 0);
    var (each, between) = panels.Count == 1 ? (330, 0) : (230, 24);
    double height = panels.Count * each + (panels.Count - 1) * between + gap + lanes;
    var layout = Axes.Frame((int)height + 100);
    layout["xaxis"] = Axes.Of(x, xs, pad: 0.05);
    List<GenericChart> back = [], front = [];
    List<Interval> drawn = [];
    foreach (var (place, panel) in panels.Index())
    {
        var axis = place == 0 ? "" : $"{place + 1}";
        var medians = panel.Points.GroupBy(p => (p.Arm, p.X))
            .ToDictionary(g => g.Key, g => MedianInterval(g.Select(p => p.Y)));
        drawn.AddRange(medians.Values);
        foreach (var (i, (arm, style)) in arms.Index())
        {
            var groups = xs
                .Select(v => new Group(v, medians.GetValueOrDefault((arm, v)), gone.GetValueOrDefault((arm, v))))
                .Where(g => g.Median is not null || g.Lost is not null).ToList();
            var aside = arms.Count == 1 ? 0 : 0.5 * (i / (arms.Count - 1.0) - 0.5);
            back.AddRange(Axes.On($"y{axis}", [.. Marks.Bands(arm, style, groups), Marks.Seeds(arm, style, x, panel.Y,
                [.. panel.Points.Where(p => p.Arm == arm)], v => beside(v, aside))]));
            front.AddRange(Axes.On($"y{axis}", Marks.Medians(arm, style, x, TraceMode.Lines_Markers,
                Format.Counts(groups.Select(g => g.Lost?.Count ?? g.Median!.Count)), groups)
                .Take(place == 0 ? 2 : 1)));
        }
        var yAxis = Axes.Of(panel.Y, [.. panel.Points.Select(p => p.Y)], pad: 0.05);
        var bottom = gap + lanes + (panels.Count - 1 - place) * (each + between);
        yAxis["domain"] = new[] { bottom / height, (bottom + each) / height };
        layout[$"yaxis{axis}"] = yAxis;
    }
    if (guide is not null) back.Add(Marks.Line(guide));
    if (lanes > 0)
    {
        var axis = panels.Count + 1;
        foreach (var (i, (arm, _)) in arms.Index())
            front.AddRange(Axes.On($"y{axis}", Marks.Lane(arm, x, arms.Count - 1 - i,
                [.. lost.Where(l => l.Arm == arm)], beside, stuck)));
        layout[$"yaxis{axis}"] = Axes.Lanes(arms, lanes / height);
        layout["annotations"] = new[] { Axes.LaneKey(lanes / height, lost, stuck) };
    }
    var lowest = panels.Count + (lanes > 0 ? 1 : 0);
    ((Dictionary<string, object>)layout["xaxis"])["anchor"] = lowest == 1 ? "y" : $"y{lowest}";
    return new(id, title, Format.Sentences(caption, Captions.Band(drawn, "Dots: seeds."), Captions.Lost(lost, stuck)),
        Axes.Assemble([.. back, .. front], layout),
        Format.Sentences(panels.Select(panel => Alt("Medians with bands", x, panel.Y, arms, panel.Points))));
}

/// <summary>Training curves by arm: the median with its band, a thin line for each seed, and a cross where a curve ends
/// because its seed was lost. The median goes on while half of the seeds are left.</summary>
/// <exception cref="ArgumentException">A y that is not finite, or an x of 0 or below on a log axis.</exception>
public static Figure Curves(string id, string title, Axis x, Axis y, IReadOnlyList<Point> points,
    IReadOnlyList<Point>? ends = null, string caption = "", Guide? guide = null)
{
    var arms = Palette.Of(points.Select(p => p.Arm));
    List<GenericChart> back = [], front = [];
    List<Group> drawn = [];
    foreach (var (arm, style) in arms)
    {
        var own = points.Where(p => p.Arm == arm).ToList();
        var seeds = own.Select(p => p.Seed).Distinct().Count();
        var groups = own.GroupBy(p => p.X).OrderBy(g => g.Key).Where(g => 2 * g.Count() >= seeds)
            .Select(g => new Group(g.Key, MedianInterval(g.Select(p => p.Y)))).ToList();
        drawn.AddRange(groups);
        back.AddRange(Marks.Bands(arm, style, groups));
        back.Add(Marks.SeedLines(arm, style, x, y, own));
        front.AddRange(Marks.Medians(arm, style, x, TraceMode.Lines, $"{seeds}", groups));
        front.Add(Marks.Ends(arm, [.. (ends ?? []).Where(p => p.Arm == arm)]));
    }
    if (guide is not null) back.Add(Marks.Line(guide));
    var layout = Axes.Frame(460);
    layout["xaxis"] = Axes.Of(x, [.. points.Select(p => p.X)], pad: 0.01);
    layout["yaxis"] = Axes.Of(y, [.. points.Select(p => p.Y)], pad: 0.05);
    return new(id, title, Format.Sentences(caption, Captions.Band(drawn.Select(g => g.Median!), "Thin lines: seeds."),
        ends is { Count: > 0 } ? "A cross ends the curve of a seed that diverged or stuck." : ""),
        Axes.Assemble([.. back, .. front], layout), Alt("Curves", x, y, arms, points));
}

/// <summary>Horizontal ranges on one axis, a row each, with a mark for every seed. Where a range touches the end of the
/// grid that was tried it gets an arrow: it may reach further.</summary>
public static Figure Ranges(string id, string title, Axis x, IReadOnlyList<RangeRow> rows,
    (double Low, double High) grid, string caption = "")
{
    var styles = Palette.Of(rows.Select(r => r.Arm)).ToDictionary(a => a.Arm, a => a.Style);
    var legend = styles.Count < rows.Count;
    var charts = rows.Index().SelectMany(r => Marks.Row(r.Item, styles[r.Item.Arm], x, grid, rows.Count - 1 - r.Index,
        legend && rows.Take(r.Index).All(before => before.Arm != r.Item.Arm)));
    var layout = Axes.Frame(66 * rows.Count + (legend ? 110 : 84));
    if (!legend) layout["margin"] = new { l = 22, r = 22, t = 12, b = 56 };
    layout["xaxis"] = Axes.Of(x, [grid.Low, grid.High, .. rows.SelectMany(r => r.Marks)], pad: 0.05);
    layout["yaxis"] = new { range = new[] { -0.4, rows.Count - 0.4 }, visible = false, fixedrange = true };
    layout["shapes"] = new[] { grid.Low, grid.High }.Select(v => new
    {
        type = "line", x0 = v, x1 = v, yref = "paper", y0 = 0, y1 = 1, layer = "below",
        line = new { color = Palette.Muted, width = 1, dash = "dot" },
    });
    return new(id, title, Format.Sentences(caption, "Dotted lines: the ends of the grid that was tried; an arrow marks a range "
        + "that touches one and may reach further."), Axes.Assemble(charts, layout), Format.Sentences([$"Ranges of {x.Title}.",
        .. rows.Select(r => $"{r.Label}: {Marks.Span(r, grid, x.Log)}, N = {r.Count}.")]));
}

static string Alt(string what, Axis x, Axis y, IReadOnlyList<(string Arm, ArmStyle Style)> arms,
    IReadOnlyList<Point> points) => Format.Sentences([$"{what}: {y.Title} against {x.Title}.", .. arms.Select(a =>
        points.Where(p => p.Arm == a.Arm).Select(p => p.Y).ToList() is { Count: > 0 } ys
            ? $"{a.Arm}: {Format.Number(ys.Min())} to {Format.Number(ys.Max())}." : $"{a.Arm}: every seed was lost.")]);
