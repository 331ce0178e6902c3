#nullable enable
// Corrupted, attacked and sorted images as figures and numbers.

/// <summary>What BN leaves of low contrast, and what batches of few classes cost the other arms, as numbers for the
/// head of a report.</summary>
/// <param name="net">Arms that are trained in batches drawn at random, BN among them.</param>
/// <param name="size">Of test batches.</param>
static IReadOnlyList<KeyNumber> RobustnessNumbers(IReadOnlyList<Trial> runs, Net net, int size, int classes) =>
[
    RepairedContrast(runs, net["batch"], size).ToNumber(
        "Accuracy at low contrast less at full, both by batch statistics", Unit.Points,
        "Theory says 0 for images of one mean, where BN comes before anything else that is not affine."),
    .. net.Cells.Where(cell => cell.Norm != Norm.Batch).Select(cell => SortingCost(runs, cell, classes).ToNumber(
        $"What batches of {classes} classes cost: {ArmOf(cell)}", Unit.Points,
        $"Test accuracy in batches drawn at random less in batches of {classes} classes.")),
];

/// <summary>Accuracy on corrupted images by test batch, under attack over clean accuracy, and test accuracy by training
/// batch.</summary>
/// <param name="repaired">The claim that batch statistics repair, judged.</param>
/// <param name="net">Arms that are trained in batches drawn at random, none and BN among them.</param>
/// <param name="sizes">Of test batches.</param>
static IReadOnlyList<Figure> RobustnessFigures(Judgement repaired, IReadOnlyList<Trial> runs, Net net,
    IReadOnlyList<int> sizes, int classes)
{
    IReadOnlyList<Trial> Ended(string arm) => [.. runs.At(net[arm]).Where(IsOk)];
    var (none, batch) = (Ended("none"), Ended("batch"));
    IEnumerable<Point> AtSize(string arm, IEnumerable<Trial> trials, double x, string column) =>
        trials.Select(trial => new Point(arm, $"{trial.Seed}", x, trial.AtEnd(column)));
    Figure Corrupted(string kind) => BandChart.Draw(kind, $"Accuracy on images: {kind.Replace('_', ' ')}",
        new("Test batch", Log: true), new("Validation accuracy"),
        [
            .. from size in sizes
               from point in (Point[])[.. AtSize("batch statistics", batch, size, $"{kind}_batch_{size}"),
                   .. AtSize("running statistics", batch, size, $"{kind}_running"),
                   .. AtSize("none", none, size, $"{kind}_running")]
               select point,
            .. AtSize("sorted by class", batch, sizes[^1], $"{kind}_sorted"),
        ], [], "The same BN nets by the statistics of each test batch, of test batches of one class, and by running "
            + "statistics; beside them the nets without BN.");
    Figure Attacked(string attack) => CurveChart.Draw(attack, $"Accuracy under attack, {attack.ToUpperInvariant()}",
        new("Clean validation accuracy"), new("Accuracy under attack"),
        [
            .. from trial in none.Concat(batch)
               from level in Enumerable.Range(10, 89).Select(percent => percent / 100.0)
               let value = Robustness.AtAccuracy(trial, level, attack)
               where double.IsFinite(value)
               select new Point(ArmOf(trial), $"{trial.Seed}", level, value),
        ], caption: "In the course of training, so that arms are compared at the same clean accuracy.");
    return
    [
        Effects("repaired", "What statistics of the test batch win over running ones", repaired,
            "Gain by batch statistics, points"),
        .. Robustness.Kinds.Select(Corrupted), .. Robustness.Attacks.Select(Attacked),
        Band("sorted", "Test error by how training batches are drawn",
            [.. net.Cells.SelectMany(cell => runs.At(cell).Concat(runs.At(cell with { BatchClasses = classes })))],
            new("Classes in a batch (0: at random)"), trial => trial.BatchClasses,
            new("Test error", Log: true), new("test_error", trial => 1 - trial.TestAccuracy),
            "Each cell at its tuned rate."),
    ];
}
