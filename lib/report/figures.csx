#nullable enable
// From trials to figures.

/// <summary>A measure against a swept number, by arm: medians, bands, every seed, and what was lost.</summary>
static Figure Band(string id, string title, IReadOnlyList<Trial> trials, Axis x, Func<Trial, double> at, Axis y,
    Measure measure, string caption = "") =>
    Band(id, title, x, y,
        [
            .. trials.Where(IsOk).Select(trial => new Point(Arm(trial), $"{trial.Seed}", at(trial), measure.Of(trial),
                Hover(trial))),
        ],
        [
            .. trials.GroupBy(trial => (Arm: Arm(trial), At: at(trial))).Select(group => new Lost(group.Key.Arm, group.Key.At,
                group.Count(trial => trial.Status == Status.Diverged) / (double)group.Count(),
                group.Count(trial => trial.Status == Status.Stuck) / (double)group.Count(), group.Count())),
        ],
        caption);

/// <summary>Validation accuracy against the step, by arm, each arm's trials at the learning rate given for it.</summary>
static Figure CurvesAt(string id, string title, IReadOnlyList<Trial> trials, IReadOnlyDictionary<Norm, double> rates,
    string caption = "")
{
    var shown = trials.Where(trial => rates.TryGetValue(trial.Norm, out var rate) && trial.Lr == rate).ToList();
    return Curves(id, title, new("Optimizer step", Log: true), new("Validation accuracy, 2,000 images"),
        [
            .. shown.SelectMany(trial => trial.Curve.Select(point => new Point(Arm(trial), $"{trial.Seed}", point.Step,
                point.ValidationAccuracy, $"{Hover(trial)}\nstep {point.Step}"))),
        ],
        [
            .. shown.Where(trial => !IsOk(trial) && trial.Curve.Count > 0).Select(trial => new Point(Arm(trial),
                $"{trial.Seed}", trial.Curve[^1].Step, trial.Curve[^1].ValidationAccuracy, $"{Hover(trial)}\n{trial.Reason}")),
        ],
        caption);
}

static string Arm(Trial trial) => Snake(trial.Norm);

static string Hover(Trial trial) => string.Create(CultureInfo.InvariantCulture,
    $"{Arm(trial)}, rate {trial.Lr}, seed {trial.Seed}");
