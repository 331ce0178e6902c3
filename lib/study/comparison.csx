#nullable enable
// Arms of one net compared, each at the rates that suit it: how soon they come to where one of them ends, how far they
// get.

/// <summary>An arm with its rate of fewest steps to the target and its rate of highest accuracy.</summary>
public sealed record TunedArm(TunedRate ForSpeed, TunedRate ForAccuracy)
{
    public string Name => Arm(ForSpeed.Cell);
}

/// <summary>A net after the first stage. Target: the accuracy at which its first arm ends, at its best rate on the
/// tuning seeds.</summary>
public sealed record Comparison(Net Net, Tuning Stage, double Target, IReadOnlyList<TunedArm> Arms)
{
    public string Name => Net.Name;

    public static Comparison Of(Net net, Tuning stage)
    {
        var target = stage.Target(net.Arms[0]);
        return new(net, stage, target, [.. net.Arms.Select(cell => new TunedArm(
            stage.Best(cell, trial => Tuning.Speed(trial, target)), stage.Best(cell, ValidationAccuracy.Of)))]);
    }

    /// <summary>The arm of a cell.</summary>
    public TunedArm this[Config cell] => Arms[Net.Arms.Index().First(arm => arm.Item == cell).Index];

    /// <summary>Each arm at both its rates.</summary>
    /// <param name="neighbours">And at those next to the faster one.</param>
    public IEnumerable<Config> ToEvaluate(bool neighbours = false) => Arms.SelectMany(arm =>
        (neighbours ? Stage.Around(arm.ForSpeed.Cell.Lr) : [arm.ForSpeed.Cell.Lr]).Append(arm.ForAccuracy.Cell.Lr)
        .Distinct().Select(lr => arm.ForSpeed.Cell with { Lr = lr }));

    /// <summary>The first arm's steps to the target over the second's, seed by seed.</summary>
    public Effect Steps(string condition, IReadOnlyList<Trial> trials, TunedArm first, TunedArm second) =>
        Effect.Of(condition, trials.AtRate(first.ForSpeed.Cell).BySeed(trials.AtRate(second.ForSpeed.Cell),
            (a, b) => Effect.Ratio(StepsToTarget(a[0], Target), StepsToTarget(b[0], Target))));

    /// <summary>The first arm's test accuracy less the second's, seed by seed.</summary>
    public Effect Accuracy(string condition, IReadOnlyList<Trial> trials, TunedArm first, TunedArm second) =>
        Effect.Of(condition, trials.AtRate(first.ForAccuracy.Cell).BySeed(trials.AtRate(second.ForAccuracy.Cell),
            (a, b) => Effect.Apart(TestAccuracy.OrLost(a[0]), TestAccuracy.OrLost(b[0]))));

    /// <summary>All arms' curves, each at its rate for speed.</summary>
    public Figure Curves(IReadOnlyList<Trial> trials) => AccuracyCurves(Net.Id, $"Accuracy while it trains, {Name}",
        [.. Arms.SelectMany(arm => trials.AtRate(arm.ForSpeed.Cell))],
        string.Join(", ", Arms.Select(arm => $"{arm.Name} at {CsvText(arm.ForSpeed.Cell.Lr)}"))
            + $". Target: {Format.Percent(Target)}, where {Arms[0].Name} ends at its best rate on the tuning seeds.",
        Target);

    /// <summary>The rates at which each arm works, by its tuning trials.</summary>
    public Figure Usable() => Ranges($"rates_{Net.Id}", $"Usable learning rates, {Name}",
        new("Learning rate", Log: true),
        [
            .. from cell in Net.Arms
               let range = Range(Stage.Of(cell))
               let best = Stage.BestBySeed(cell, ValidationAccuracy.Of).OfType<TunedRate>().ToList()
               select new RangeRow(Arm(cell), Arm(cell), range.Low, range.High, [.. best.Select(rate => rate.Cell.Lr)],
                   best.Count),
        ],
        (Net.Rates[0], Net.Rates[^1]), "Bars: rates whose median over the tuning seeds is within 2 points of the arm's "
            + "best. Marks: each tuning seed's best rate.");

    static (double Low, double High, double Best) Range(IReadOnlyList<Trial> tried) =>
        tried.UsableRange(trial => trial.Lr, ValidationAccuracy);

    /// <summary>The paper's table (figure 3): steps to the first arm's final accuracy and to others, and the best that
    /// each arm reaches; beside it what a step costs, and how wide the range of rates is.</summary>
    public static TableSection Table(IReadOnlyList<Comparison> all, IReadOnlyList<Trial> trials)
    {
        var rows = (from one in all from arm in one.Arms select (one, arm, trials: trials.AtRate(arm.ForSpeed.Cell),
            best: trials.AtRate(arm.ForAccuracy.Cell))).ToList();
        return new("Steps to each target", TableOf(rows, ("net", row => row.one.Name),
            ("arm", row => row.arm.Name), ("lr", row => row.arm.ForSpeed.Cell.Lr),
            ($"{all[0].Arms[0].Name}'s end", row => Words(row.trials, row.one.Target)),
            ("90%", row => Words(row.trials, 0.90)), ("95%", row => Words(row.trials, 0.95)),
            ("97%", row => Words(row.trials, 0.97)), ("best test accuracy", row =>
                row.best.Where(IsOk).Select(TestAccuracy.Of).DefaultIfEmpty(double.NaN).Average()),
            ("ms a step", row => Milliseconds(row.best)), ("usable decades", row =>
                Range(row.one.Stage.Trials.At(row.arm.ForSpeed.Cell)).Decades())),
            "Median steps with its interval by order statistics, at the rate tuned for speed; mean test accuracy at "
                + "the rate tuned for accuracy; median time on the clock per step, evaluation included; decades of "
                + "rates within 2 points of the arm's best, on the tuning seeds.");
    }

    /// <summary>The table of the arms' rates.</summary>
    /// <param name="by">Columns that tell them apart.</param>
    public static TableSection Rates(IReadOnlyList<Comparison> all, IReadOnlyList<string> by) => Method.Tuned(
        [.. from one in all from arm in one.Arms from rate in new[] { arm.ForSpeed, arm.ForAccuracy } select rate],
        by, "steps to the target (first of two rows) and final validation accuracy (second), on the tuning seeds");

    static double Milliseconds(IReadOnlyList<Trial> trials) => Median(trials.Where(trial => trial.EndedAt > 0)
        .Select(trial => 1e3 * trial.Seconds / trial.EndedAt).DefaultIfEmpty(0));

    static string Words(IReadOnlyList<Trial> trials, double target)
    {
        string Text(double steps) => double.IsInfinity(steps) ? "beyond" : $"{steps:F0}";
        var steps = CensoredMedianInterval(trials.Select(trial => StepsToTarget(trial, target) is var steps
            && double.IsNaN(steps) ? double.PositiveInfinity : steps));
        return double.IsInfinity(steps.Low) ? "beyond"
            : $"{Text(steps.Estimate)} ({Text(steps.Low)} to {Text(steps.High)})";
    }
}
