#nullable enable
// Speed as figures: by the accuracy that is reached, and that of each arm beside BN's.

/// <summary>The ratio of steps against the accuracy reached, a line with its band for each net.</summary>
/// <param name="nets">Each with its course, from the lowest accuracy.</param>
/// <param name="claimed">Ratios above this are claimed.</param>
static Figure SpeedByAccuracy(string id, string title, string ratio, IReadOnlyList<Comparison> nets,
    Func<Comparison, IReadOnlyList<(double Accuracy, Effect Steps)>> course, Claim claimed)
{
    var all = nets.Select(net => (Net: net, Course: course(net))).ToList();
    // Where an arm does not get there, its ratio is beyond all others: the band ends at the figure's edge.
    double[] known = [.. all.SelectMany(one => one.Course).SelectMany(point => new[] { point.Steps.Interval.Estimate,
        point.Steps.Interval.Low, point.Steps.Interval.High }).Where(double.IsFinite), 0, claimed.Region.Low];
    var (low, high) = (Math.Max(known.Min(), -1), Math.Min(known.Max(), 2));
    double Ratio(double decades) => Math.Pow(10, Math.Clamp(decades, low - 0.05, high + 0.05));
    // A net of which nothing is known has nothing to draw, and takes no room.
    var drawn = all.Where(one => one.Course.Any(point => double.IsFinite(point.Steps.Interval.Estimate))).ToList();
    double[] errors = [.. (drawn.Count > 0 ? drawn : all).SelectMany(one => one.Course)
        .Select(point => 1 - point.Accuracy)];
    Axis x = new("Validation accuracy reached", Log: true), y = new(ratio, Log: true);
    List<GenericChart> back = [], front = [];
    foreach (var (arm, style) in Palette.Styles(all.Select(one => one.Net.Name)))
    {
        var (net, points) = all.First(one => one.Net.Name == arm);
        var groups = points.Select(point => new Group(1 - point.Accuracy,
            double.IsFinite(point.Steps.Interval.Estimate) ? point.Steps.Interval with
            {
                Estimate = Ratio(point.Steps.Interval.Estimate), Low = Ratio(point.Steps.Interval.Low),
                High = Ratio(point.Steps.Interval.High),
            } : null)).ToList();
        back.AddRange(Marks.Bands(arm, style, groups));
        front.Add(Marks.MedianLine(arm, style, x, TraceMode.Lines_Markers, groups).WithOptions(("hovertext",
            points.Select(point => $"<b>{Format.PlotText(arm)}</b>, {Format.Percent(point.Accuracy)}<br>"
                + $"{claimed.Unit.Interval(point.Steps.Interval.Estimate, point.Steps.Interval.Low,
                    point.Steps.Interval.High)}<br>{Format.PlotText(point.Steps.By)}"))));
        front.Add(Marks.LegendEntry(arm, style, TraceMode.Lines_Markers,
            Format.Counts(points.Select(point => point.Steps.Differences.Count))));
    }
    var layout = Axes.FigureLayout(460);
    var across = Axes.Layout(x, errors, pad: 0.03);
    double[] Inside(IEnumerable<double> some) =>
        [.. some.Where(error => error >= errors.Min() && error <= errors.Max())];
    // Errors that stay high, as on natural images, lie between the usual ticks.
    var ticks = Inside([0.5, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.002, 0.001]) is { Length: > 1 } usual
        ? usual : Inside(Enumerable.Range(1, 19).Select(twentieths => twentieths / 20.0));
    // Errors from right to left, with the names of accuracies.
    double[] range = [.. ((double[])across["range"]).Reverse()];
    (across["range"], across["tickvals"], across["ticktext"]) =
        (range, ticks, ticks.Select(error => Format.Percent(1 - error)));
    layout["xaxis"] = across;
    layout["yaxis"] = Axes.Layout(y, [Ratio(low), Ratio(high)], pad: 0.03);
    layout["shapes"] = new[]
    {
        new
        {
            type = "rect", x0 = Math.Pow(10, range[0]), x1 = Math.Pow(10, range[1]), y0 = Ratio(claimed.Region.Low),
            y1 = Ratio(high + 1), layer = "below", fillcolor = Palette.Muted, opacity = 0.13, line = new { width = 0 },
        },
    };
    back.Add(Marks.GuideLine(new("as many steps", [(errors.Max(), 1), (errors.Min(), 1)])));
    return new(id, title, Format.Sentences("Each arm at its rate for the accuracy on the axis, which is even in the "
            + "logarithm of the error. Line: mean of the seeds' ratios in the logarithm, or their median where a seed "
            + "does not get there; it ends where half of them do not. Band: its 95% interval. Shaded: what is "
            + $"claimed, {claimed.Region.Words(claimed.Unit)}."), Axes.Assemble([.. back, .. front], layout),
        Format.Sentences([$"{ratio} against the accuracy reached.", .. all.Select(one => $"{one.Net.Name}: {
            string.Join(", ", new[] { one.Course[0], one.Course[^1] }.Select(point =>
                $"{claimed.Unit.Effect(point.Steps.Interval.Estimate)} to {Format.Percent(point.Accuracy)}"))}.")]));
}

/// <summary>A row for each net and arm but BN: its steps to the target over BN's, also where nobody claims them to be as
/// many.</summary>
/// <param name="evaluated">Judged at these looks.</param>
static Figure StepsOverBatch(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated, Looks looks,
    string caption = "") => Effects("effects", "Steps to the target, other arms over batch",
        compared.EveryArmOverBatch(evaluated, looks), "Steps, other over batch", Format.Sentences(
            "Each arm at the rate of its fewest steps; to the right it is slower.", caption),
        "as many steps, within ×1.5");
