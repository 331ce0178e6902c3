#load "../lib/lab.csx"
#nullable enable

const string Question = "What size of batch does batch normalization need, and what does it gain from a larger one?";
const string Why = """
    Powers of two from the smallest batch that has a variance to one where the curve of steps has bent; ghost batches
    only where they are smaller than the batch. One epoch of 25,000 images (convnets: 10,000), or as many as make 120
    steps. Best rates and speed are those of constant rates, of BN and of no normalizer, on six tuning seeds, from which
    the slope is read; the error at the end is that of rates that fall linearly to 0. The best rate grows with the
    batch, so each size has its own rates, two a decade, around 0.004 for a batch of 2, 0.016 for 4, then a
    two-hundredth of the size, and at most 1: from a fourteenth of it to twenty times as much, for largest stable rates
    to a hundred times. (Of 0.001 to 100 at all sizes, tried on one seed, the best lay inside.)
    """;
const string Caveats = """
    - Small batches take more steps for the same images, large ones more epochs to make 120 steps: compare arms at one
      size rather than sizes.
    - A ghost batch has 16 examples; up to that size the arm is batch itself, and not drawn.
    - A batch of 2 leaves BN only the sign of each difference: two normalized values are always 1 and −1.
    - Best rates are read off a grid of two a decade: the slope's interval has no error of the grid in it.
    """;

return Experiment(Args, Question, new(["norm", "batch_size"], ["lr"], Why, ["epochs", "schedule"]), lab =>
{
    // Convnets have momentum, which makes steps ten times longer.
    double Usual(int size) => lab.OnConvnets ? size / 640.0 : new[] { size * size / 1000.0, size / 200.0, 1 }.Min();
    var (epochs, steps) = lab.Pick(smoke: (1, 30.0), standard: (1, 120.0), full: (5, 1_000.0));
    var images = lab.Images(lab.On(lab.Pick(6_000, 25_000, 50_000), convnets: lab.Convnet.TrainSize));
    int[] sizes = lab.Pick([4, 64, 256], lab.On<int[]>([2, 4, 8, 16, 64, 256, 1024], convnets: [2, 4, 64, 256]),
        new[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 });
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-4, 3e1, 12), LogGrid(1e-4, 1e2, 19));
    Config Cell(Norm norm, int size) => lab.Baseline with
    {
        Activation = Activation.Relu, Norm = norm, BatchSize = size, TrainSize = images,
        Epochs = Math.Ceiling(Math.Max(epochs, steps / (images / size))),
    };
    Config Decayed(Norm norm, int size) => Cell(norm, size) with { Schedule = Schedule.Linear };
    Net Sized(int size, double reach, params IReadOnlyList<Norm> arms) => new Net($"batches of {size}", [.. arms
        .Where(norm => norm != Norm.Ghost || size > Config.GhostSize).Select(norm => Cell(norm, size))], rates)
        .Within(Usual(size) / 14, Usual(size) * reach);
    Net[] paced = [.. sizes.Select(size => Sized(size, reach: 100, Norm.None, Norm.Batch))];
    Net[] decaying = [.. sizes.Select(size =>
        Sized(size, reach: 20, Norm.None, Norm.Batch, Norm.Ghost, Norm.Group).Decaying)];
    (Claim Claim, Config Cell, Config Less, string Condition)[] claimed =
    [
        .. from size in sizes.Where(size => size <= 4)
           from less in new[] { (Cell: Decayed(Norm.Group, size), Words: "group normalization"),
               (Cell: Decayed(Norm.Batch, 64), Words: "its own of 64") }
           let condition = $"batches of {size} against {less.Words}"
           select (Literature.SmallBatch, Decayed(Norm.Batch, size), less.Cell, condition),
        .. from size in sizes.Where(size => size >= 256)
           select (Literature.Ghost, Decayed(Norm.Batch, size), Decayed(Norm.Ghost, size), $"batches of {size}"),
    ];
    var target = lab.On(lab.Levels.Usable, convnets: lab.Levels.Trained);
    var (accuracy, speed, seeds) = (ValidationAccuracy, SpeedTo(target), lab.Pick(2, 6, 6));
    var probe = Probe.Curves(config => config.Schedule == Schedule.Linear ? 4 : 16);

    return from tuning in Tune(paced, seeds: seeds, probe, _ => [speed, accuracy], early: seeds)
           from ends in Tune(decaying, seeds: lab.Pick(1, 3, 5), probe)
           from judged in Evaluate(tuning.BestCells(speed).Concat(ends.BestCells(accuracy)), lab.Looks, trials =>
               [.. claimed.GroupBy(one => one.Claim).Select(claim => claim.Key.Judge(ends.At(accuracy, trials), all =>
                   [.. claim.Select(one => ErrorGap(all, one.Cell, one.Less, one.Condition))]))],
               probe, neighbours: lab.Neighbours ? [ends] : [])
           let runs = judged.Trials
           let bySchedule = runs.ToLookup(trial => trial.Schedule)
           let bySpeed = tuning.At(speed, [.. bySchedule[Schedule.Constant]]).Chosen
           let byAccuracy = ends.At(accuracy, [.. bySchedule[Schedule.Linear]]).Chosen
           let slope = Literature.LargeBatchRates.Judge(tuning.Trials, _ => [BestRateSlope(tuning, sizes, Cell)])
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["norm", "batch_size", "schedule", "lr", "epochs"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(target)]))
           {
               Claims = [.. judged.Claims, slope], Caveats = Caveats,
               Figures = BatchSizeFigures(tuning, bySpeed, byAccuracy, target),
               Tables = [RatesTable(
                   [
                       .. tuning.Best(speed).Select(rate => ($"steps to {Format.Percent(target)}", rate)),
                       .. ends.Best(accuracy).Select(rate => ("accuracy", rate)),
                   ], ["norm", "batch_size"])],
           };
});
