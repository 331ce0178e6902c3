#load "../lib/lab.csx"
#nullable enable
// Question: how much higher a learning rate does batch normalization allow, and over how wide a range does training work?
// Scientific: norm. Swept: lr, two values a decade over six decades, wide enough that both arms fail at the upper end.
// Fixed: everything else, at the baseline (the paper's multilayer perceptron on MNIST).
const string Question = "How much higher a learning rate does batch normalization allow?";

return Run(Args, "lr_sweep", Question, lab =>
{
    var rates = lab.Pick(smoke: LogGrid(1e-2, 1e2, 5), standard: LogGrid(1e-3, 1e3, 13), full: LogGrid(1e-3, 1e3, 25));
    var grid = from lr in rates
               from norm in new[] { Norm.None, Norm.Batch }
               from seed in lab.Seeds(standard: 6)
               select lab.Baseline with { Lr = lr, Norm = norm, Seed = seed };
    var trials = lab.Sweep(grid);

    var groups = trials.Summarize(["norm", "lr"], ValidationAccuracy, TestAccuracy, TrainLoss);
    var arms = trials.GroupBy(trial => trial.Norm).Select(arm => (
        Norm: arm.Key,
        Usable: UsableRates(arm, ValidationAccuracy),
        Largest: arm.GroupBy(trial => trial.Seed).Select(LargestStableRate).ToList(),
        Lost: arm.Count(IsLost), Count: arm.Count())).ToList();
    var (none, batch) = (arms[0], arms[1]);
    var ratios = none.Largest.Zip(batch.Largest, (a, b) => Math.Log10(b / a)).Where(double.IsFinite).ToList();

    lab.Report(Finding(none.Usable, batch.Usable), trials, groups,
        numbers:
        [
            new("Usable rates without BN", Decades(none.Usable), "within 2 points of the arm's best validation accuracy"),
            new("Usable rates with BN", Decades(batch.Usable), "within 2 points of the arm's best validation accuracy"),
            new("Largest stable rate, with over without BN", Ratio(ratios), $"N = {ratios.Count} paired seeds"),
            new("Lost trials, with and without BN", $"{batch.Lost} and {none.Lost} of {none.Count}", "diverged or stuck"),
        ],
        figures:
        [
            AccuracyByRate(trials),
            CurvesAtBest(trials, arms.ToDictionary(arm => arm.Norm, arm => arm.Usable.Best)),
            RangesOfRates(arms.Select(arm => (arm.Norm, arm.Usable, arm.Largest)), rates),
        ],
        caveats:
        [
            "The best rate of each arm is read off the same seeds that draw the curves, so both arms' best accuracies are "
                + "a little too good; ranges of rates hardly notice.",
            "One model, one dataset, a budget of two epochs: a range of rates depends on all three.",
        ]);
});
