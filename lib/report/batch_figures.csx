#nullable enable
// Everything against the batch size.

/// <summary>Error, steps and examples against the batch size; best and largest stable rates; and the tuning trials that
/// the rates for speed were chosen from.</summary>
/// <param name="tuning">Of constant rates.</param>
/// <param name="bySpeed">Evaluation trials, each cell at its rate of fewest steps to the target.</param>
/// <param name="byAccuracy">Evaluation trials, each cell at its rate of highest accuracy, from which it falls to 0.
/// </param>
static IReadOnlyList<Figure> BatchSizeFigures(Tuning tuning, IReadOnlyList<Trial> bySpeed,
    IReadOnlyList<Trial> byAccuracy, double target)
{
    Axis batch = new("Batch size", Log: true), lr = new("Learning rate", Log: true), y = new("Validation accuracy");
    double Steps(Trial trial) => StepsToTarget(trial, target);
    double Size(Trial trial) => trial.BatchSize;
    var goal = Format.Percent(target);
    return
    [
        Band("error", "Test error against batch size", byAccuracy, batch, Size, new("Test error", Log: true),
            new("test_error", trial => 1 - trial.TestAccuracy), "Each cell at the rate that suits its accuracy, from "
                + "which it falls linearly to 0."),
        StepsBand("steps", $"Steps to {goal} against batch size", bySpeed, batch, Size, new("Steps", Log: true), Steps,
            PerfectScaling(bySpeed, Steps, examples: false), "Each cell at the rate that suits its speed. Dashed: half "
                + "the steps for twice the batch."),
        StepsBand("examples", $"Examples to {goal} against batch size", bySpeed, batch, Size,
            new("Examples", Log: true), trial => Steps(trial) * trial.BatchSize,
            PerfectScaling(bySpeed, Steps, examples: true), "The same, in examples seen. Dashed: as few as the "
                + "smallest batch needs."),
        RatesByBatch("best", "Best learning rate against batch size", tuning, batch, lr, "Each tuning seed's rate of "
            + "highest validation accuracy, among those next to the best.", (cell, seed) =>
                tuning.BestBySeed(cell, ValidationAccuracy.Of)[seed - Tuning.FirstSeed]?.Cell.Lr ?? double.NaN),
        RatesByBatch("largest", "Largest stable learning rate against batch size", tuning, batch, lr, "Going up from "
            + "the best, the last before the first that diverges or is stuck; of the first tuning seed, which alone "
            + "has all rates.", (cell, seed) => seed != Tuning.FirstSeed ? double.NaN
                : LargestStableRate(tuning.TrialsOf(cell).Where(trial => trial.Seed == seed))),
        BestOverRates("tuned", "The best over constant rates, and what it was chosen from", tuning, batch,
            cell => cell.BatchSize, y, ValidationAccuracy),
        Slice("slice", "All tuning trials at constant rates", tuning.Trials, [(lr, trial => trial.Lr), (batch, Size)],
            y, ValidationAccuracy),
    ];
}

static Figure RatesByBatch(string id, string title, Tuning tuning, Axis batch, Axis lr, string caption,
    Func<Config, int, double> rate) => BandChart.Draw(id, title, batch, lr,
    [
        .. from cell in tuning.Nets.SelectMany(net => net.Cells)
           from seed in tuning.TrialsOf(cell).Select(trial => trial.Seed).Distinct()
           let value = rate(cell, seed)
           where double.IsFinite(value)
           select new Point(ArmOf(cell), $"{seed}", cell.BatchSize, value),
    ], [], caption);

// As many examples at every size as the smallest needs: half the steps for twice the batch.
static Guide PerfectScaling(IReadOnlyList<Trial> trials, Func<Trial, double> steps, bool examples)
{
    var (smallest, largest) = (trials.Min(trial => trial.BatchSize), trials.Max(trial => trial.BatchSize));
    var known = trials.Where(trial => trial.BatchSize == smallest).Select(steps).Where(double.IsFinite).ToList();
    return new(examples ? "no cost" : "perfect scaling", known.Count == 0 ? []
        : [.. new[] { smallest, largest }.Select(size => ((double)size,
            examples ? Median(known) * smallest : Median(known) * smallest / size))]);
}
