#load "../lib/lab.csx"
#nullable enable
// Question: what size of batch does batch normalization need, and what does it make of a larger one?
const string Question = "What size of batch does batch normalization need, and what does it gain from a larger one?";
const string Reason = "Powers of two from the smallest batch that has a variance to one where the curve of steps has "
    + "bent; ghost batches only where they are smaller than the batch. One epoch of 25,000 images, or as many as make "
    + "150 steps. The best rate grows with the batch, so all cells share rates over four and a half decades, two a "
    + "decade, and each takes its best, once for accuracy and once for speed. (A grid half a decade higher was tried "
    + "first; BN's best at a batch of 2 stood at its lower end, and no arm worked at its upper.)";

const int MostBatch = 1024, LeastBatch = 2;
var smallBatch = new Claim("small-batch", "BN needs a batch that is not small", "Wu and He 2018",
    "test error of batch, less the other's", Unit.Points, Region.Above(0.002));
var largeBatch = new Claim("higher-lr-large-batch", "The higher rates of BN are of use only in large batches",
    "De and Smith 2020", "slope of the ratio of best rates, batch over none, over the batch size, both as logarithms",
    Unit.Slope, Region.Above(0.5 / Math.Log10(MostBatch / LeastBatch)));

return Run(Args, "batch_size_sweep", Question, lab =>
{
    lab.Study = new(["norm", "batch_size"], ["lr"], Reason, "epochs");
    const double Target = 0.9;
    int[] sizes = lab.Pick([4, 64, 256], [2, 4, 8, 16, 64, 256, 1024],
        new[] { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024 });
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-3, 3e1, 10), LogGrid(1e-3, 1e2, 16));
    var start = lab.Baseline with { Activation = Activation.Relu, TrainSize = lab.Pick(6_000, 25_000, 50_000) };
    Config Cell(Norm norm, int size) => start with
    {
        Norm = norm, BatchSize = size, Epochs = Math.Ceiling(Math.Max(lab.Pick(1, 1, 5),
            lab.Pick(30.0, 150, 1_000) / (start.TrainSize / size))),
    };
    var cells = (from norm in new[] { Norm.None, Norm.Batch, Norm.Ghost, Norm.Group }
                 from size in sizes
                 where norm != Norm.Ghost || size > Config.GhostSize
                 select Cell(norm, size)).ToList();

    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(2, 3, 5));
    double Speed(Trial trial) => Tuning.Speed(trial, Target);
    var (forAccuracy, forSpeed) = (cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList(),
        cells.Select(cell => tuning.Best(cell, Speed)).ToList());
    var evaluated = lab.Sweep(from tuned in forAccuracy.Concat(forSpeed)
                              from seed in lab.Seeds(standard: 6)
                              select tuned.Cell with { Seed = seed });
    IReadOnlyList<Trial> Chosen(IReadOnlyList<Trial> all, IEnumerable<TunedRate> rates) =>
        [.. rates.SelectMany(tuned => all.AtRate(tuned.Cell))];

    Effect Error(IReadOnlyList<Trial> all, int size, Config other, string name) => Effect.Of($"{size} against {name}",
        all.At(Cell(Norm.Batch, size)).BySeed(all.At(other), (batch, that) =>
            Effect.Apart(TestAccuracy.OrLost(that[0]), TestAccuracy.OrLost(batch[0]))));
    // The ratio of each tuning seed's best rates at each batch size, as a line over the size.
    Effect Growth() => Effect.Of("", Enumerable.Range(0, tuning.Trials.Select(trial => trial.Seed).Distinct().Count())
        .Select(seed => sizes.Select(size => (X: Math.Log10(size),
                First: tuning.BestBySeed(Cell(Norm.Batch, size), ValidationAccuracy.Of)[seed],
                Second: tuning.BestBySeed(Cell(Norm.None, size), ValidationAccuracy.Of)[seed]))
            .Where(pair => pair is { First: not null, Second: not null })
            .Select(pair => (pair.X, Math.Log10(pair.First!.Cell.Lr / pair.Second!.Cell.Lr))).ToList())
        .Where(points => points.Count > 1).Select(Slope));
    var small = sizes.Where(size => size <= 4).ToList();
    Judgement[] claims =
    [
        smallBatch.Judge(Chosen(evaluated, forAccuracy), all =>
        [
            .. small.Select(size => Error(all, size, Cell(Norm.Group, size), "group normalization")),
            .. small.Select(size => Error(all, size, Cell(Norm.Batch, 64), "its own at 64")),
        ]),
        largeBatch.Judge(tuning.Trials, _ => [Growth()]),
    ];

    Axis batch = new("Batch size", Log: true), lr = new("Learning rate", Log: true);
    Figure Rates(string id, string title, string caption, Func<Config, int, double> rate) =>
        BandChart.Draw(id, title, batch, lr,
            [
                .. from cell in cells
                   from seed in tuning.Of(cell).Select(trial => trial.Seed).Distinct()
                   where double.IsFinite(rate(cell, seed))
                   select new Point(Snake(cell.Norm), $"{seed}", cell.BatchSize, rate(cell, seed)),
            ], [], caption);
    IReadOnlyList<Trial> OfSeed(Config cell, int seed) => [.. tuning.Of(cell).Where(trial => trial.Seed == seed)];
    var (speedTrials, accuracyTrials) = (Chosen(evaluated, forSpeed), Chosen(evaluated, forAccuracy));
    double Steps(Trial trial) => StepsToTarget(trial, Target);
    var slowest = speedTrials.Where(trial => trial.BatchSize == sizes[0]).Select(Steps).Where(double.IsFinite).ToList();
    Guide Perfect(bool examples) => new(examples ? "no cost" : "perfect scaling", slowest.Count == 0 ? []
        : [.. new[] { sizes[0], sizes[^1] }.Select(size => ((double)size,
            examples ? Median(slowest) * sizes[0] : Median(slowest) * sizes[0] / size))]);

    lab.Report(
        claims[0].Said(effect => claims[0].Effects.Take(small.Count).Contains(effect)) is { } said
            ? $"In small batches the test error of batch normalization differs by {said}"
            : Judgement.Unknown,
        [.. tuning.Trials, .. evaluated],
        accuracyTrials.Summarize(["norm", "batch_size", "lr", "epochs"], TestAccuracy, ValidationAccuracy, TrainLoss,
            new Measure("steps_to_90", Steps)),
        numbers: [],
        figures:
        [
            Band("error", "Test error against batch size", accuracyTrials, batch, trial => trial.BatchSize,
                new("Test error", Log: true), new("test_error", trial => 1 - trial.TestAccuracy),
                "Each cell at the rate that suits its accuracy."),
            StepsBand("steps", "Steps to 90% against batch size", speedTrials, batch, trial => trial.BatchSize,
                new("Steps", Log: true), Steps, Perfect(examples: false), "Each cell at the rate that suits its speed. "
                    + "Dashed: half the steps for twice the batch."),
            StepsBand("examples", "Examples to 90% against batch size", speedTrials, batch, trial => trial.BatchSize,
                new("Examples", Log: true), trial => Steps(trial) * trial.BatchSize, Perfect(examples: true),
                "The same, in examples seen. Dashed: as few as the smallest batch of the arm without BN needs."),
            Rates("best", "Best learning rate against batch size", "Each tuning seed's rate of highest validation "
                + "accuracy.", (cell, seed) => tuning.BestBySeed(cell, ValidationAccuracy.Of)[seed - Tuning.FirstSeed]
                    ?.Cell.Lr ?? double.NaN),
            Rates("largest", "Largest stable learning rate against batch size", "Going up from a tuning seed's "
                + "best, the last before the first that diverges or is stuck.",
                (cell, seed) => LargestStableRate(OfSeed(cell, seed))),
            BestOverRates("tuned", "The best over learning rates, and what it was chosen from", tuning, batch,
                cell => cell.BatchSize, new("Validation accuracy"), ValidationAccuracy),
            Slice("slice", "All tuning trials", tuning.Trials, [(lr, trial => trial.Lr), (batch, trial =>
                trial.BatchSize)], new("Validation accuracy"), ValidationAccuracy),
        ],
        caveats:
        [
            "Small batches take more steps for the same images, large ones more epochs to make 150 steps: compare arms "
                + "at one size rather than sizes.",
            "A ghost batch has 16 examples; up to that size the arm is batch itself, and not drawn.",
            "A batch of 2 leaves BN only the sign of each difference: two normalized values are always 1 and −1.",
            "Best rates are read off a grid of two a decade, and of three seeds: the slope's interval is wide.",
        ],
        claims, [Method.Tuned(forAccuracy, ["norm", "batch_size"], "validation accuracy on the tuning seeds")]);
});
