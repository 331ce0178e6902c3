#nullable enable
// Band charts: y against x by arm. Medians and bands are computed here from plain points, so that the picture and the
// words below it cannot differ.

public static class BandChart
{
    /// <summary>y against x by arm: the median with its band, every seed as a dot, and below it the seeds that were
    /// lost as crosses (diverged) and rings (stuck) sized by their share. An arm that lost all its seeds at x shows
    /// only there, and a median of the seeds that are left is hollow. Where no seed was lost there are no lanes.
    /// </summary>
    /// <param name="stuck">What a ring means where it is not "stuck".</param>
    /// <param name="guide">A dashed line of theory.</param>
    /// <exception cref="ArgumentException">A y that is not finite (such a seed belongs to lost), or a number of 0 or
    /// below on a log axis.</exception>
    public static Figure Draw(string id, string title, Axis x, Axis y, IReadOnlyList<Point> points,
        IReadOnlyList<Lost> lost, string caption = "", string stuck = "stuck", Guide? guide = null) =>
        DrawPanels(id, title, x, [new(y, points)], lost, caption, stuck, guide);

    /// <summary>Bands of several y over one x, one panel above the other. An arm's legend entry toggles the arm in all
    /// panels.</summary>
    /// <inheritdoc cref="Draw"/>
    public static Figure DrawPanels(string id, string title, Axis x, IReadOnlyList<Panel> panels,
        IReadOnlyList<Lost> lost, string caption = "", string stuck = "stuck", Guide? guide = null)
    {
        var all = panels.SelectMany(panel => panel.Points).ToList();
        var arms = Palette.Styles(all.Select(p => p.Arm).Concat(lost.Select(l => l.Arm)));
        double[] xs = [.. all.Select(p => p.X).Concat(lost.Select(l => l.X)).Distinct().Order()];
        var beside = Axes.Dodge(x, xs);
        var lanes = lost.Any(l => l.Missing > 0) ? Lanes.Each * arms.Count : 0;
        var drawn = panels.Select(panel => new PanelMarks(x, panel, arms, [.. arms.Select(arm =>
            Groups(arm.Arm, panel, lost, xs))], beside)).ToList();
        IEnumerable<GenericChart> charts =
        [
            .. drawn.Index().SelectMany(panel => Axes.Attach($"y{Axes.Suffix(panel.Index)}", panel.Item.Back())),
            .. guide is null ? [] : new[] { Marks.GuideLine(guide) },
            .. drawn.Index().SelectMany(panel =>
                Axes.Attach($"y{Axes.Suffix(panel.Index)}", panel.Item.Front(legend: panel.Index == 0))),
            .. lanes == 0 ? [] : arms.Index().SelectMany(arm => Axes.Attach($"y{Axes.Suffix(panels.Count)}",
                Lanes.Draw(arm.Item.Arm, x, arms.Count - 1 - arm.Index,
                    [.. lost.Where(l => l.Arm == arm.Item.Arm)], beside, stuck))),
        ];
        return new(id, title, Format.Sentences(caption, Captions.Band(drawn.SelectMany(panel => panel.Medians),
                "Dots: seeds."), Captions.Lost(lost, stuck)),
            Axes.Assemble(charts, Layout(x, xs, panels, arms, lost, lanes, stuck)),
            Format.Sentences(panels.Select(panel =>
                Captions.Alt("Medians with bands", x, panel.Y, arms.Select(arm => arm.Arm), panel.Points))));
    }

    static IReadOnlyList<Group> Groups(string arm, Panel panel, IReadOnlyList<Lost> lost, double[] xs)
    {
        var own = panel.Points.Where(p => p.Arm == arm).GroupBy(p => p.X)
            .ToDictionary(group => group.Key, group => MedianInterval(group.Select(p => p.Y)));
        var gone = lost.Where(l => l.Arm == arm).ToDictionary(l => l.X);
        return [.. xs.Select(at => new Group(at, own.GetValueOrDefault(at), gone.GetValueOrDefault(at)))
            .Where(group => group.Median is not null || group.Lost is not null)];
    }

    static Dictionary<string, object> Layout(Axis x, double[] xs, IReadOnlyList<Panel> panels,
        IReadOnlyList<(string Arm, ArmStyle Style)> arms, IReadOnlyList<Lost> lost, int lanes, string stuck)
    {
        var below = lanes == 0 ? 0 : lanes + Lanes.Above;
        var stack = panels.Count == 1 ? new PanelStack(1, 330, 0, below) : new(panels.Count, 230, 24, below);
        var (layout, share) = (Axes.FigureLayout(stack.Height + 100), lanes / (double)stack.Height);
        var xAxis = Axes.Layout(x, xs, pad: 0.05);
        xAxis["anchor"] = $"y{Axes.Suffix(lanes > 0 ? panels.Count : panels.Count - 1)}";
        layout["xaxis"] = xAxis;
        foreach (var (place, panel) in panels.Index())
        {
            var yAxis = Axes.Layout(panel.Y, [.. panel.Points.Select(p => p.Y)], pad: 0.05);
            yAxis["domain"] = stack.Domain(place);
            layout[$"yaxis{Axes.Suffix(place)}"] = yAxis;
        }
        if (lanes == 0) return layout;
        layout[$"yaxis{Axes.Suffix(panels.Count)}"] = Lanes.Layout(arms, share);
        layout["annotations"] = new[] { Lanes.Key(share, lost, stuck) };
        return layout;
    }

    /// <summary>The traces of one panel. Groups: those of each arm, in the order of the arms.</summary>
    sealed record PanelMarks(Axis X, Panel Panel, IReadOnlyList<(string Arm, ArmStyle Style)> Arms,
        IReadOnlyList<IReadOnlyList<Group>> Groups, Func<double, double, double> Beside)
    {
        public IEnumerable<Interval> Medians => Groups.SelectMany(groups => groups).Select(group => group.Median)
            .OfType<Interval>();

        /// <summary>Bands and seeds, which the medians of all panels are drawn over.</summary>
        public IEnumerable<GenericChart> Back() => Arms.Index().SelectMany(one =>
        {
            var (i, (arm, style)) = one;
            var aside = Axes.Aside(i, Arms.Count);
            return Marks.Bands(arm, style, Groups[i]).Append(Marks.Seeds(arm, style, X, Panel.Y,
                [.. Panel.Points.Where(p => p.Arm == arm)], at => Beside(at, aside)));
        });

        /// <summary>Medians, and the arms' legend entries.</summary>
        public IEnumerable<GenericChart> Front(bool legend) => Arms.Index().SelectMany(one =>
        {
            var (i, (arm, style)) = one;
            GenericChart[] line = [Marks.MedianLine(arm, style, X, TraceMode.Lines_Markers, Groups[i])];
            return !legend ? line : [.. line, Marks.LegendEntry(arm, style, TraceMode.Lines_Markers,
                Format.Counts(Groups[i].Select(group => group.Lost?.Count ?? group.Median!.Count)))];
        });
    }
}
