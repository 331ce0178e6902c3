#load "../lib/lab.csx"
#nullable enable
// Question: how much higher a learning rate does batch normalization allow, and over how wide a range does training
// work?
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
    var largest = batch.Largest.Zip(none.Largest).Where(pair => double.IsFinite(pair.First / pair.Second)).ToList();

    var best = arms.ToDictionary(arm => arm.Norm, arm => arm.Usable.Best);
    Axis rate = new("Learning rate", Log: true), accuracy = new("Validation accuracy");

    lab.Report(
        $"{Decades(batch.Usable)} of usable learning rates with batch normalization, {Decades(none.Usable)} without",
        trials, groups,
        numbers:
        [
            new("Usable rates, batch", Decades(batch.Usable), Between(batch.Usable)),
            new("Usable rates, none", Decades(none.Usable), Between(none.Usable)),
            Ratio("Largest stable rate, batch over none", largest),
            new("Lost trials, batch and none", $"{batch.Lost} and {none.Lost} of {none.Count}", "diverged or stuck"),
        ],
        figures:
        [
            Band("accuracy", "Accuracy against learning rate", trials, rate, trial => trial.Lr, accuracy,
                ValidationAccuracy),
            CurvesAt("curves", "Training at each arm's best rate", trials, best,
                string.Join(", ", best.Select(pair => $"{Snake(pair.Key)}: rate {Store.Text(pair.Value)}")) + "."),
            Ranges("ranges", "Usable rates and largest stable rates", rate,
                [
                    .. arms.Select(arm => new RangeRow(Snake(arm.Norm), Snake(arm.Norm), arm.Usable.Low,
                        arm.Usable.High, arm.Largest.Where(double.IsFinite).ToList(), arm.Largest.Count)),
                ],
                (rates[0], rates[^1]), "Bars: rates whose median is within 2 points of the arm's best. "
                    + "Marks: each seed's largest stable rate."),
        ],
        caveats:
        [
            "Each arm's best rate is read off the same seeds that draw its curves, so both best accuracies are a "
                + "little too good; the ranges of rates hardly notice.",
            "One model, one dataset, a budget of two epochs: which rates are usable depends on all three.",
        ]);
});

static string Decades((double Low, double High, double Best) usable) => double.IsNaN(usable.Low) ? "no decade"
    : string.Create(CultureInfo.InvariantCulture, $"{Math.Log10(usable.High / usable.Low):F1} decades");

static string Between((double Low, double High, double Best) usable) => double.IsNaN(usable.Low) ? "no rate works"
    : string.Create(CultureInfo.InvariantCulture,
        $"{usable.Low:G2} to {usable.High:G2}: within 2 points of the arm's best, at {usable.Best}");
