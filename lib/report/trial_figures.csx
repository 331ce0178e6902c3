#nullable enable
// From trials to figures.

/// <summary>A measure against a swept number, by arm: medians, bands, every seed, and what was lost.</summary>
static Figure Band(string id, string title, IReadOnlyList<Trial> trials, Axis x, Func<Trial, double> at, Axis y,
    Measure measure, string caption = "") => Panels(id, title, trials, x, at, [(y, measure)], caption);

/// <summary>Several measures against one swept number, one panel above the other.</summary>
static Figure Panels(string id, string title, IReadOnlyList<Trial> trials, Axis x, Func<Trial, double> at,
    IReadOnlyList<(Axis Y, Measure Measure)> panels, string caption = "")
{
    var text = Configuration(trials, at);
    return BandChart.DrawPanels(id, title, x,
        [
            .. panels.Select(panel => new Panel(panel.Y, [.. trials.Where(IsOk).Select(trial =>
                new Point(ArmOf(trial), $"{trial.Seed}", at(trial), panel.Measure.Of(trial), text(trial)))])),
        ],
        [
            .. trials.GroupBy(trial => (Arm: ArmOf(trial), At: at(trial))).Select(group => new Lost(group.Key.Arm,
                group.Key.At, Share(group, Status.Diverged), Share(group, Status.Stuck), group.Count())),
        ],
        caption);
}

/// <summary>Says of a trial by what its configuration differs from the others, beside its arm.</summary>
/// <param name="but">A number that is said elsewhere.</param>
static Func<Trial, string> Configuration(IReadOnlyList<Trial> trials, Func<Trial, double>? but = null)
{
    var varied = Design.Varied(trials).Where(name => name is not "norm" and not "placement")
        .Select(name => (Name: name, Column: new Columns<Config>(name)))
        .Where(one => but is null || trials.Any(trial => one.Column.Texts(trial)[0] != CsvText(but(trial))))
        .ToList();
    return trial => string.Join(", ",
        varied.Select(one => $"{one.Name.Replace('_', ' ')} {one.Column.Texts(trial)[0]}"));
}

static double Share(IEnumerable<Trial> trials, Status status) =>
    trials.Average(trial => trial.Status == status ? 1.0 : 0.0);

/// <summary>Steps to a target against a swept number, by arm: not to reach it is to be lost.</summary>
static Figure StepsBand(string id, string title, IReadOnlyList<Trial> trials, Axis x, Func<Trial, double> at, Axis y,
    Func<Trial, double> steps, Guide guide, string caption = "")
{
    var text = Configuration(trials, at);
    return BandChart.Draw(id, title, x, y,
        [
            .. trials.Where(trial => double.IsFinite(steps(trial))).Select(trial =>
                new Point(ArmOf(trial), $"{trial.Seed}", at(trial), steps(trial), text(trial))),
        ],
        [
            .. trials.GroupBy(trial => (Arm: ArmOf(trial), At: at(trial))).Select(group => new Lost(group.Key.Arm,
                group.Key.At, Share(group, Status.Diverged), group.Average(trial => trial.Status != Status.Diverged
                && double.IsNaN(steps(trial)) ? 1.0 : 0.0), group.Count())),
        ],
        caption, "did not reach it", guide);
}

/// <summary>A measure over two swept numbers, a map for each of two arms and one of their difference.</summary>
static Figure Maps(string id, string title, IReadOnlyList<Trial> trials, (Norm First, Norm Second) arms, Axis x,
    Func<Trial, double> across, Axis y, Func<Trial, double> up, Measure measure, double chance, string caption = "")
{
    List<Cell> Of(Norm norm) => [.. trials.Where(trial => trial.Norm == norm)
        .GroupBy(trial => (X: across(trial), Y: up(trial))).Select(group => new Cell(group.Key.X, group.Key.Y,
            group.Any(IsOk) ? Median(group.Where(IsOk).Select(measure.Of)) : null,
            group.Count(trial => trial.Status == Status.Diverged), group.Count(trial => trial.Status == Status.Stuck),
            group.Count()))];
    return MapChart.Draw(id, title, x, y, (Snake(arms.First), Of(arms.First)), (Snake(arms.Second), Of(arms.Second)),
        measure.Name.Replace('_', ' '), chance, caption);
}

/// <summary>Validation accuracy against the step, by arm.</summary>
static Figure AccuracyCurves(string id, string title, IReadOnlyList<Trial> shown, string caption = "",
    double? target = null) =>
    CurveChart.Draw(id, title, new("Optimizer step", Log: true), new("Validation accuracy, 2,000 images at most"),
        [
            .. shown.SelectMany(trial => trial.Curve.Select(point => new Point(ArmOf(trial), $"{trial.Seed}",
                point.Step, point.ValidationAccuracy, $"rate {CsvText(trial.Lr)}"))),
        ],
        [
            .. shown.Where(trial => !IsOk(trial) && trial.Curve.Count > 0).Select(trial => new Point(ArmOf(trial),
                $"{trial.Seed}", trial.Curve[^1].Step, trial.Curve[^1].ValidationAccuracy, trial.Reason)),
        ],
        caption, target is not { } level || shown.Count == 0 ? null
            : new("target", [(1, level), (shown.Max(trial => trial.Steps), level)]));

/// <summary>A number against the epoch, at the epochs' ends.</summary>
static Figure ByEpoch(string id, string title, IReadOnlyList<Trial> trials, string column, string y, string caption) =>
    CurveChart.Draw(id, title, new("Epoch"), new(y),
        [
            .. from trial in trials
               from point in trial.Curve
               where double.IsFinite(point.Own.GetValueOrDefault("epoch", double.NaN))
               select new Point(ArmOf(trial), $"{trial.Seed}", point.Own["epoch"], point.Own[column],
                   $"rate {CsvText(trial.Lr)}"),
        ],
        caption: caption);

/// <summary>A number that the experiment's probe measured against the step.</summary>
static Figure ByStep(string id, string title, IReadOnlyList<Trial> trials, string column, string y, string caption) =>
    CurveChart.Draw(id, title, new("Optimizer step", Log: true), new(y), [.. PointsOf(trials, column, ArmOf)],
        caption: caption);

/// <summary>Several numbers of the same trials against the step, each by a name of its own.</summary>
static Figure ByStep(string id, string title, IReadOnlyList<Trial> trials,
    IReadOnlyList<(string Name, string Column)> lines, Axis y, string caption) =>
    CurveChart.Draw(id, title, new("Optimizer step", Log: true), y,
        [.. lines.SelectMany(line => PointsOf(trials, line.Column, _ => line.Name))], caption: caption);

static IEnumerable<Point> PointsOf(IReadOnlyList<Trial> trials, string column, Func<Trial, string> name) =>
    from trial in trials
    from point in trial.Curve
    where double.IsFinite(point.Own.GetValueOrDefault(column, double.NaN))
    select new Point(name(trial), $"{trial.Seed}", point.Step, point.Own[column], $"rate {CsvText(trial.Lr)}");

/// <summary>Percentiles against the step, where the probe measured them in columns NAME_15, NAME_50 and NAME_85: each
/// the median over the trials that ended well. A panel shows the columns of one or more names.</summary>
static Figure Rivers(string id, string title, IReadOnlyList<Trial> trials,
    IReadOnlyList<(string Title, string Y, (string Name, string Column)[] Lines)> panels, string caption) =>
    RiverChart.Draw(id, title, new("Optimizer step", Log: true),
        [
            .. panels.Select(panel => new RiverPanel(panel.Title, new(panel.Y),
                [
                    .. from line in panel.Lines
                       from step in trials.Where(IsOk).SelectMany(trial => trial.Curve).GroupBy(point => point.Step)
                       let medians = Undoing.Percentiles.Select(percentile => Median(step.Select(point =>
                           point.Own[$"{line.Column}_{percentile}"]))).ToList()
                       select new Percentiles(line.Name, step.Key, medians[0], medians[1], medians[2]),
                ])),
        ], caption);


/// <summary>What activations receive, an arm in each panel, in the first seed: percentiles that Shift.Probe measured in
/// columns NAME_low, NAME_middle and NAME_high.</summary>
static Figure InputPercentiles(string id, string title, IReadOnlyList<Trial> trials, string name, string caption) =>
    RiverChart.Draw(id, title, new("Optimizer step", Log: true),
        [
            .. from trial in trials
               where trial.Seed == 1 && trial.Curve.Count > 0
               let arm = ArmOf(trial)
               select new RiverPanel(arm, new("Input"), [.. trial.Curve.Select(point => new Percentiles(arm, point.Step,
                   point.Own[$"{name}_low"], point.Own[$"{name}_middle"], point.Own[$"{name}_high"]))]),
        ], caption, sameY: false);

/// <summary>A number that is computed from what the probe measured, against the step, the arms of one net.</summary>
static Figure OverTraining(string id, string title, IReadOnlyList<Trial> trials, Net net, string y,
    Func<CurvePoint, double> of, string caption) =>
    CurveChart.Draw(id, $"{title}, {net.Name}", new("Optimizer step", Log: true), new(y, Log: true),
        [
            .. from cell in net.Cells
               from trial in trials.At(cell)
               from point in trial.Curve
               where of(point) > 0 && double.IsFinite(of(point))
               select new Point(ArmOf(trial), $"{trial.Seed}", point.Step, of(point)),
        ], caption: caption);
