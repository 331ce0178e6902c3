#nullable enable
// Accuracy by different statistics as figures.

/// <summary>Error by each kind of statistics, what running ones lose by momentum and at a constant rate, and the course
/// of training.</summary>
/// <param name="all">Trials whose rate falls linearly, and some whose rate is constant.</param>
/// <param name="first">The cell whose course is drawn.</param>
/// <param name="usual">The momentum at which kinds are compared.</param>
static IReadOnlyList<Figure> InferenceFigures(IReadOnlyList<Trial> all, Config first, IReadOnlyList<double> momenta,
    double usual)
{
    List<Trial> runs = [.. all.Where(trial => trial.Schedule == first.Schedule)];
    Axis batch = new("Training batch", Log: true);
    IEnumerable<Point> Points(IEnumerable<Trial> trials, Func<Trial, string> arm, Func<Trial, double> value) =>
        from trial in trials
        where double.IsFinite(value(trial))
        select new Point(arm(trial), $"{trial.Seed}", trial.BatchSize, value(trial));
    string Named(double momentum) => $"momentum {CsvText(momentum)}";
    return
    [
        BandChart.Draw("statistics", "Error at the end, by each kind of statistics", batch,
            new("Validation error, %", Log: true),
            [
                .. from kind in InferenceStatistics.Kinds
                   from point in Points(runs.Where(trial => trial.BnMomentum == usual), _ => kind,
                       trial => 100 * (1 - trial.AtEnd(kind)))
                   select point,
            ],
            [], "running: as deployed. precise: averages over training batches of the same size by the final weights. "
                + "large: the same over batches of 1,000. batch: each validation batch's own, of the training batch's "
                + "size. sorted: the same where each batch is of one class."),
        BandChart.Draw("momentum", "What running statistics lose against precise ones, by momentum", batch,
            new("Running less precise, points"),
            [.. Points(all, trial => Named(trial.BnMomentum) + (trial.Schedule == first.Schedule ? ""
                : ", constant rate"), trial => 100 * (trial.AtEnd("running") - trial.AtEnd("precise")))],
            [], "Momentum: share of the newest batch."),
        .. momenta.Where(momentum => momentum <= usual).Select(momentum => ByStep(
            $"course_{CsvText(momentum).Replace('.', '_')}",
            $"Accuracy while it trains, by each kind of statistics, {Named(momentum)}",
            runs.At(first with { BnMomentum = momentum }),
            [("running", "running"), ("precise", "precise"), ("batch", "batch")], new("Validation accuracy"),
            $"Training batches of {first.BatchSize}. Before the last step on 2,000 validation images at most.")),
    ];
}
