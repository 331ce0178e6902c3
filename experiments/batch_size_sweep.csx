#load "../lib/lab.csx"
#nullable enable

const string Question = "What size of batch does batch normalization need, and what does it gain from a larger one?";
const string Why = """
    Powers of two from the smallest batch that has a variance to one where the curve of steps has bent; ghost batches
    only where they are smaller than the batch. One epoch of 25,000 images, or as many as make 150 steps. The best rate
    grows with the batch, so all cells share rates over four and a half decades, two a decade, and each takes its best,
    once for accuracy and once for speed. (A grid half a decade higher was tried first; BN's best at a batch of 2 stood
    at its lower end, and no arm worked at its upper.)
    """;
const string Caveats = """
    - Small batches take more steps for the same images, large ones more epochs to make 150 steps: compare arms at one
      size rather than sizes.
    - A ghost batch has 16 examples; up to that size the arm is batch itself, and not drawn.
    - A batch of 2 leaves BN only the sign of each difference: two normalized values are always 1 and −1.
    - Best rates are read off a grid of two a decade, and of three seeds: the slope's interval is wide.
    """;

return Experiment(Args, Question, new(["norm", "batch_size"], ["lr"], Why, ["epochs"]), lab =>
{
    var (epochs, steps, seeds) = lab.Pick(smoke: (1, 30.0, 2), standard: (1, 150.0, 3), full: (5, 1_000.0, 5));
    var images = lab.Images(6_000, 25_000, 50_000);
    int[] sizes = lab.Pick([4, 64, 256], [2, 4, 8, 16, 64, 256, 1024],
        new[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 });
    Config Cell(Norm norm, int size) => lab.Baseline with
    {
        Activation = Activation.Relu, Norm = norm, BatchSize = size, TrainSize = images,
        Epochs = Math.Ceiling(Math.Max(epochs, steps / (images / size))),
    };
    var net = new Net("ReLU",
        [
            .. from norm in new[] { Norm.None, Norm.Batch, Norm.Ghost, Norm.Group }
               from size in sizes
               where norm != Norm.Ghost || size > Config.GhostSize
               select Cell(norm, size),
        ], lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-3, 3e1, 10), LogGrid(1e-3, 1e2, 16)));
    var accuracy = ValidationAccuracy;
    var speed = new Measure("speed to 90%", trial => Tuning.Speed(trial, target: 0.9));

    return from tuning in Tune([net], seeds)
           from runs in Evaluate(tuning.BestCells(accuracy).Concat(tuning.BestCells(speed)), lab.Seeds(standard: 6))
           let bySpeed = tuning.At(speed, runs).Chosen
           let byAccuracy = tuning.At(accuracy, runs)
           let small = sizes.Where(size => size <= 4).ToList()
           let error = Literature.SmallBatch.Judge(byAccuracy, all =>
           [
               .. small.Select(size => ErrorGap(all, Cell(Norm.Batch, size), Cell(Norm.Group, size),
                   $"batches of {size} against group normalization")),
               .. small.Select(size => ErrorGap(all, Cell(Norm.Batch, size), Cell(Norm.Batch, 64),
                   $"batches of {size} against its own of 64")),
           ])
           let slope = Literature.LargeBatchRates.Judge(tuning.Trials, _ => [BestRateSlope(tuning, sizes, Cell)])
           select new Report(error.Title,
               byAccuracy.Chosen.Summarize(["norm", "batch_size", "lr", "epochs"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(0.90)]))
           {
               Claims = [error, slope],
               Figures = BatchSizeFigures(tuning, bySpeed, byAccuracy.Chosen, target: 0.9),
               Tables = [tuning.RatesTable("norm", "batch_size")],
               Caveats = Caveats,
           };
});
