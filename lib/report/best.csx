#nullable enable
// The best over what was tuned, linked to the curves that it was chosen from.

/// <summary>A cell at its best learning rate over the tuning seeds.</summary>
/// <param name="Trials">At all rates.</param>
public sealed record BestCell(Config Cell, double At, double Rate, IReadOnlyList<Trial> Trials)
{
    public string Arm { get; } = ArmOf(Cell);
    public IReadOnlyList<Trial> Best { get; } = [.. Trials.Where(trial => trial.Lr == Rate)];

    public Group Group(Measure measure) => new(At,
        Best.Any(IsOk) ? MedianInterval(Best.Where(IsOk).Select(measure.Of)) : null,
        new(Arm, At, Share(Best, Status.Diverged), Share(Best, Status.Stuck), Best.Count));
}

/// <summary>Each cell at its best learning rate, and below, by a click on its marker, the curves of all its rates: is
/// the best one a plateau or a needle, and does it still rise at the end?</summary>
/// <param name="at">The swept number.</param>
static Figure BestOverRates(string id, string title, Tuning tuning, Axis x, Func<Config, double> at, Axis y,
    Measure measure, string caption = "")
{
    var cells = tuning.Best(measure).Select(best => new BestCell(best.Cell, at(best.Cell), best.Cell.Lr,
        tuning.TrialsOf(best.Cell))).OrderBy(cell => cell.At).ToList();
    var arms = Palette.Styles(cells.Select(cell => cell.Arm));
    var xs = cells.Select(cell => cell.At).Distinct().ToArray();
    var (beside, step, accuracy) = (Axes.Dodge(x, xs), new Axis("Optimizer step", Log: true),
        new Axis("Validation accuracy, 2,000 images at most"));
    string Key(BestCell cell) => Format.PlotText($"{cell.Arm}, {x.Title.ToLowerInvariant()} {Format.Number(cell.At)}; "
        + $"bold: rate {Format.Number(cell.Rate)}");
    // The page shows the curves whose meta is the customdata of the marker that was clicked.
    IEnumerable<GenericChart> Curves(BestCell cell, ArmStyle style, bool shown) =>
        from best in new[] { false, true }
        let line = Marks.SeedLines(cell.Arm, style, step, accuracy,
        [
            .. from trial in cell.Trials
               where trial.Lr == cell.Rate == best
               from point in trial.Curve
               select new Point(cell.Arm, $"{trial.Seed}, rate {Format.Number(trial.Lr)}", point.Step,
                   point.ValidationAccuracy),
        ]).WithOptions(("meta", Key(cell)), ("visible", shown))
        select best ? line.WithOptions(("line", new { color = style.Color, width = 3 }), ("opacity", 0.9)) : line;

    var shown = cells.Where(cell => cell.Cell.Norm == Norm.Batch).DefaultIfEmpty(cells[0]).ToList();
    var first = shown[shown.Count / 2];
    List<GenericChart> back = [], front = [];
    foreach (var (i, (arm, style)) in arms.Index())
    {
        var own = cells.Where(cell => cell.Arm == arm).ToList();
        var aside = Axes.Aside(i, arms.Count);
        back.Add(Marks.Seeds(arm, style, x, y,
        [
            .. from cell in own from trial in cell.Best where IsOk(trial)
               select new Point(arm, $"{trial.Seed}, rate {Format.Number(trial.Lr)}", cell.At, measure.Of(trial)),
        ], v => beside(v, aside)));
        front.Add(Marks.MedianLine(arm, style, x, TraceMode.Lines_Markers, [.. own.Select(cell => cell.Group(measure))])
            .WithOptions(("customdata", own.Select(Key))));
        front.Add(Marks.LegendEntry(arm, style, TraceMode.Lines_Markers,
            Format.Counts(own.Select(cell => cell.Best.Count))));
        front.AddRange(Axes.Attach("y2", own.SelectMany(cell => Curves(cell, style, cell == first)), "x2"));
    }

    const double Upper = 330, Between = 110, Lower = 260, Height = Upper + Between + Lower;
    var layout = Axes.FigureLayout((int)Height + 100);
    var curves = cells.SelectMany(cell => cell.Trials).SelectMany(trial => trial.Curve).ToList();
    Axes.PlacePanel(layout, "", Axes.Layout(x, xs, pad: 0.05), Axes.Layout(y, [.. cells.SelectMany(cell =>
        cell.Best.Where(IsOk).Select(measure.Of))], pad: 0.05), 1 - Upper / Height, 1);
    Axes.PlacePanel(layout, "2", Axes.Layout(step, [.. curves.Select(point => (double)point.Step)], pad: 0.01),
        Axes.Layout(accuracy, [.. curves.Select(point => point.ValidationAccuracy)], pad: 0.05), 0, Lower / Height);
    layout["annotations"] = new[] { Axes.Heading(Key(first), Lower / Height, "picked") };
    return new(id, title, Format.Sentences(caption, "Above: each cell at the rate that is best over its tuning seeds, "
            + "which are the dots. Click a marker, and below stands how that cell trained at all rates tried."),
        Axes.Assemble([.. back, .. front], layout), Format.Sentences(
            [$"{y.Title} at the best learning rate against {x.Title}.",
            .. arms.Select(arm => $"{arm.Arm}: best rates {string.Join(", ", cells.Where(cell => cell.Arm == arm.Arm)
                .Select(cell => Format.Number(cell.Rate)))}.")]));
}
