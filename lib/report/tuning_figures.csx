#nullable enable
// Tuning, and comparisons of arms, as figures and tables.

/// <summary>All arms' curves, each at its rate for speed.</summary>
static Figure SpeedCurves(this Comparison one, IReadOnlyList<Trial> trials) => AccuracyCurves(one.Net.Id,
    $"Accuracy while it trains, {one.Name}", [.. one.Arms.SelectMany(arm => trials.AtRate(arm.ForSpeed.Cell))],
    string.Join(", ", one.Arms.Select(arm => $"{arm.Name} at {CsvText(arm.ForSpeed.Cell.Lr)}"))
        + $". Target: {Format.Percent(one.Target)}, the lowest at which a tuning seed of {one.Arms.First().Name} ends "
        + "at its best rate.",
    one.Target);

/// <summary>The rates at which each arm works, by its tuning trials.</summary>
static Figure UsableRates(this Comparison one) => RangeChart.Draw($"rates_{one.Net.Id}",
    $"Usable learning rates, {one.Name}", new("Learning rate", Log: true),
    [
        .. from cell in one.Net.Cells
           let range = UsableRates(one.Tuning.TrialsOf(cell))
           let best = one.Tuning.BestBySeed(cell, ValidationAccuracy.Of).OfType<TunedRate>().ToList()
           select new RangeRow(ArmOf(cell), ArmOf(cell), range.Low, range.High, [.. best.Select(rate => rate.Cell.Lr)],
               best.Count),
    ],
    (one.Net.Rates[0], one.Net.Rates[^1]), "Bars: rates whose median over the tuning seeds is within 2 points of the "
        + "arm's best; far from it there is one. Marks: each tuning seed's best rate.");

/// <summary>The paper's table (figure 3): steps to the first arm's final accuracy and to others, and the best that
/// each arm reaches; beside it what a step costs, and how wide the range of rates is.</summary>
/// <param name="best">The same nets as they are trained for the best accuracy, where that is in another way.</param>
static TableSection TargetsTable(this IReadOnlyList<Comparison> all, IReadOnlyList<Trial> trials, Levels levels,
    IReadOnlyList<Comparison>? best = null)
{
    var rows = (from one in all.Zip(best ?? all, (one, best) => (one, best))
                from arm in one.one.Arms
                select (one.one, arm, one.one.Target, AtSpeed: trials.AtRate(arm.ForSpeed.Cell),
                    AtBest: trials.AtRate(one.best[arm.Name].ForAccuracy.Cell))).ToList();
    return new("Steps to each target", TableOf(rows, ("net", row => row.one.Name), ("arm", row => row.arm.Name),
        ("lr", row => row.arm.ForSpeed.Cell.Lr),
        ($"{all[0].Arms.First().Name}'s end", row => StepsInWords(row.AtSpeed, row.Target)),
        (Format.Percent(levels.Usable), row => StepsInWords(row.AtSpeed, levels.Usable)),
        (Format.Percent(levels.Good), row => StepsInWords(row.AtSpeed, levels.Good)),
        ("best test accuracy", row =>
            row.AtBest.Where(IsOk).Select(TestAccuracy.Of).DefaultIfEmpty(double.NaN).Average()),
        ("ms a step", row => Milliseconds(row.AtSpeed)),
        ("usable decades", row => UsableRates(row.one.Tuning.TrialsOf(row.arm.ForSpeed.Cell)).Decades())),
        $"Median steps with its interval by order statistics, at the rate tuned for speed to {
            all[0].Arms.First().Name}'s end; mean test accuracy at the rate tuned for accuracy; median time on the "
            + "clock per step, evaluation included; decades of rates within 2 points of the arm's best, on the tuning "
            + "seeds.");
}

/// <summary>The table of tuned rates, those at an end of the grid flagged.</summary>
/// <param name="tuned">Each with what it was tuned for, in a word or two.</param>
/// <param name="by">Columns that tell the cells apart.</param>
static TableSection RatesTable(IReadOnlyList<(string For, TunedRate Rate)> tuned, IReadOnlyList<string> by)
{
    var flagged = tuned.Count(one => one.Rate.Flag != "");
    return new("Tuned rates", TableOf(tuned,
        [
            .. by.Select(name => (name, (Func<(string For, TunedRate Rate), object>)(one =>
                Hyperparameters.Text(one.Rate.Cell, name)))),
            ("for", one => one.For), ("lr", one => one.Rate.Cell.Lr), ("flag", one => one.Rate.Flag),
        ]), "Selected on the tuning seeds, by fewest steps to an accuracy or by the highest final validation accuracy. "
        + (flagged == 0 ? "None stands at an end of the grid."
            : $"{flagged} of {tuned.Count} stand at an end of the grid, beyond which a better rate may lie, or were "
                + "lost at every rate; see flag."));
}

/// <summary>The table of the arms' rates for speed, and for accuracy.</summary>
/// <param name="by">Columns that tell them apart.</param>
static TableSection RatesTable(this IReadOnlyList<Comparison> all, params IReadOnlyList<string> by) =>
    RatesTable(all, all, by);

/// <param name="races">Nets and targets to which they are tuned for speed.</param>
/// <param name="best">Nets that are tuned for accuracy.</param>
/// <inheritdoc cref="RatesTable(IReadOnlyList{Comparison}, IReadOnlyList{string})"/>
static TableSection RatesTable(IReadOnlyList<Comparison> races, IReadOnlyList<Comparison> best,
    IReadOnlyList<string> by) => RatesTable(
    [
        .. from race in races
           from arm in race.Arms
           select (race.To is { } accuracy ? $"steps to {Format.Percent(accuracy)}" : "steps to the end",
               arm.ForSpeed),
        .. from one in best from arm in one.Arms select ("accuracy", arm.ForAccuracy),
    ], by);

static (double Low, double High, double Best) UsableRates(IReadOnlyList<Trial> tried) =>
    tried.UsableRange(trial => trial.Lr, ValidationAccuracy);

static double Milliseconds(IReadOnlyList<Trial> trials) => Median(trials.Where(trial => trial.EndedAt > 0)
    .Select(trial => 1e3 * trial.Seconds / trial.EndedAt).DefaultIfEmpty(0));

static string StepsInWords(IReadOnlyList<Trial> trials, double target)
{
    string Text(double steps) => double.IsInfinity(steps) ? "beyond" : $"{steps:F0}";
    var steps = CensoredMedianInterval(trials.Select(trial => StepsToTarget(trial, target))
        .Select(steps => double.IsNaN(steps) ? double.PositiveInfinity : steps));
    return double.IsInfinity(steps.Low) ? "beyond"
        : $"{Text(steps.Estimate)} ({Text(steps.Low)} to {Text(steps.High)})";
}

/// <summary>The table of each arm's rate of highest validation accuracy.</summary>
/// <inheritdoc cref="RatesTable(IReadOnlyList{Comparison}, IReadOnlyList{string})"/>
static TableSection RatesTable(this Tuning tuning, params IReadOnlyList<string> by) =>
    RatesTable([.. tuning.Best(ValidationAccuracy).Select(rate => ("accuracy", rate))], by);
