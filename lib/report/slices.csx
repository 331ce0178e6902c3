#nullable enable
// Slices: each trial by itself, against each hyperparameter.

/// <summary>Every trial as a dot, a panel for each hyperparameter; crosses and rings below are trials that diverged or
/// stuck, which have no number.</summary>
static Figure Slice(string id, string title, IReadOnlyList<Trial> trials,
    IReadOnlyList<(Axis X, Func<Trial, double> At)> panels, Axis y, Measure measure, string caption = "")
{
    var arms = Palette.Styles(trials.Select(ArmOf));
    var (text, values) = (Configuration(trials), trials.Where(IsOk).Select(measure.Of).DefaultIfEmpty(0).ToList());
    var span = Math.Max(values.Max() - values.Min(), 1e-9);
    var (each, between) = (250, 74);
    double Height(Trial trial) => trial.Status switch
    {
        Status.Ok => measure.Of(trial), Status.Stuck => values.Min() - 0.1 * span, _ => values.Min() - 0.2 * span,
    };
    double height = panels.Count * each + (panels.Count - 1) * between;
    var layout = Axes.FigureLayout((int)height + 100);
    List<GenericChart> charts = [];
    foreach (var (place, (x, at)) in panels.Index())
    {
        var (axis, bottom) = (place == 0 ? "" : $"{place + 1}", (panels.Count - 1 - place) * (each + between));
        double[] xs = [.. trials.Select(at).Distinct().Order()];
        var beside = Axes.Dodge(x, xs);
        foreach (var (i, (arm, style)) in arms.Index())
        {
            IReadOnlyList<Point> Points(Status status) => [.. trials.Where(trial => ArmOf(trial) == arm
                && trial.Status == status).Select(trial => new Point(arm, $"{trial.Seed}", at(trial), Height(trial),
                    Format.Sentences(text(trial), trial.Reason)))];
            var aside = Axes.Aside(i, arms.Count, 0.6);
            charts.AddRange(Axes.Attach($"y{axis}", Marks.Slice(arm, style, x, y, Points(Status.Ok),
                Points(Status.Diverged), Points(Status.Stuck), v => beside(v, aside), legend: place == 0),
                $"x{axis}"));
        }
        Axes.PlacePanel(layout, axis, Axes.Layout(x, xs, pad: 0.05),
            Axes.Layout(y, [.. values, values.Min() - 0.2 * span], pad: 0.05), bottom / height,
            (bottom + each) / height);
    }
    return new(id, title, Format.Sentences(caption, "Dots: trials. Below them, trials without a number: ✖ diverged, "
            + "○ stuck."),
        Axes.Assemble(charts, layout), Format.Sentences([$"All {trials.Count} trials: {y.Title} against "
            + $"{string.Join(" and against ", panels.Select(panel => panel.X.Title))}.",
            .. arms.Select(arm => trials.Where(trial => ArmOf(trial) == arm.Arm && IsOk(trial)).Select(measure.Of)
                .ToList() is { Count: > 0 } own ? $"{arm.Arm}: up to {Format.Number(own.Max())}."
                : $"{arm.Arm}: all lost.")]));
}
