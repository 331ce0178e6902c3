#load "../lib/lab.csx"
#nullable enable

const string Question = "How does batch normalization fare with corrupted, sorted and attacked images?";
const string Why = """
    One net, so that the three questions share their trials: the perceptron with ReLU or, on images in colours, a VGG-6
    (two epochs, one tuning seed), each arm at its own rate, two rates a decade, tuned for each kind of training batch.
    Corruptions have the names and, but for their severity, the definitions of Hendrycks and Dietterich (2019), rotation
    that of Mu and Gilmer (2019). Test batches of 4 to 500, and of one class. Training batches are drawn at random, or
    of two classes each, in pairs that each epoch draws anew. Attacks change no pixel by more than 0.05, or 0.01 of
    images in colours, where 0.05 leaves nothing to compare: FGSM in one step, PGD in ten from a random start.
    """;
const string Caveats = """
    - Accuracy on corrupted and attacked images is measured on validation images, in evaluation seeds alone; nothing is
      selected by it.
    - Images in colours are spoiled at full resolution, and what rotation uncovers is black; they are attacked at the
      resolution and in the colours' scale that the net takes, where pixels keep to their range all the same.
    - Each corruption has one severity. What clips (noise, brightness) cannot be undone by an affine map.
    - Of batches of two classes, the images that are left over make a few mixed ones, which stand anywhere in the epoch.
    - Attacks know the running statistics. Arms are compared at the highest clean accuracy that both reach, which the
      faster one passed early in its training.
    """;

return Experiment(Args, Question, new(["norm", "batch_classes"], ["lr"], Why), lab =>
{
    const int Classes = 2, Repaired = 100;
    var (epochs, seeds, rates, corrupted, attacked) = lab.Pick(smoke: (0.5, 1, LogGrid(0.1, 1, 2), 400, 100),
        standard: (1.0, 2, LogGrid(0.01, 3, 6), 2_000, 500), full: (10.0, 5, LogGrid(0.001, 10, 9), 10_000, 1_000));
    int[] sizes = lab.Pick([4, 100], lab.OnConvnets ? [4, 100, 500] : [4, 16, 100, 500],
        new[] { 2, 4, 8, 16, 32, 64, 100, 256, 500 });
    if (lab.OnConvnets)
        (epochs, seeds, rates, corrupted, attacked) = lab.Pick((1, 1, LogGrid(0.03, 0.1, 2), 400, 100),
            (2, 1, LogGrid(0.003, 0.3, 5), 1_000, 150), (20, 2, LogGrid(0.003, 1, 6), 5_000, 1_000));
    var start = lab.Baseline with { Activation = Activation.Relu, Epochs = epochs };
    var drawn = new Net("drawn at random", start, rates, Arms(Norm.None, Norm.Batch, Norm.Renorm, Norm.Group));
    var (none, batch) = (drawn["none"], drawn["batch"]);
    var net = new Net("all", [.. drawn.Cells, .. drawn.Cells.Select(cell => cell with { BatchClasses = Classes })],
        rates);
    var probe = Robustness.Probe(sizes, corrupted, attacked, epsilon: lab.OnConvnets ? 0.01 : 0.05, pgdSteps: 10,
        points: lab.OnConvnets ? 5 : 10);

    return from tuning in Tune([net], seeds, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   Literature.RepairsCorruption.Judge(trials, all => RepairEffects(all, batch, Repaired)),
                   Literature.SortedBatches.Judge(trials, all => [SortingCost(all, batch, Classes)]),
                   Literature.Vulnerable.Judge(trials, all => AttackEffects(all, none, less: batch)),
               ], probe)
           let runs = judged.Trials
           let repaired = judged.Claims[0]
           select new Report(repaired.Title,
               runs.Summarize(["norm", "batch_classes", "lr"], TestAccuracy, ValidationAccuracy))
           {
               Claims = judged.Claims, Numbers = RobustnessNumbers(runs, drawn, Repaired, Classes),
               Figures = RobustnessFigures(repaired, runs, drawn, sizes, Classes),
               Tables = [tuning.RatesTable("batch_classes", "norm")], Caveats = Caveats,
           };
});
