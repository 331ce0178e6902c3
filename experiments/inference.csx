#load "../lib/lab.csx"
#nullable enable
// Question: by which statistics should a net with batch normalization be evaluated, and are the running ones, which
// cost nothing, good enough?
const string Question = "Are running statistics good enough at inference?";
const string Reason = "Training batches from the smallest that has a variance to one of which an epoch has 156; at "
    + "each size the usual momentum of 0.1 and three others over two decades, so that running statistics range from "
    + "those of the last batch to ones that remember the start. Momentum does not touch the weights, so the rate is "
    + "tuned once for each size, for validation accuracy as it is deployed, two rates a decade. One epoch of 40,000 "
    + "images. (Rates from 0.001 were tried first, and the best at a batch of 2 stood at their lower end.)";

var inference = new Claim("inference", "Running statistics are good enough at inference", "Wu and Johnson 2021; Lian "
    + "and Liu 2018", "validation accuracy at the end, by running less by precise statistics, at the usual momentum",
    Unit.Points, Region.Within(0.002));

return Run(Args, "inference", Question, lab =>
{
    lab.Study = new(["batch_size", "bn_momentum"], ["lr"], Reason);
    const double Usual = 0.1;
    int[] sizes = lab.Pick([64, 4], [64, 256, 16, 4, 2], new[] { 64, 512, 256, 128, 32, 16, 8, 4, 2 });
    double[] momenta = lab.Pick([0.1, 0.5], [0.01, 0.1, 0.5, 0.9], new[] { 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9 });
    var rates = lab.Pick(LogGrid(0.03, 0.3, 2), LogGrid(1e-4, 3, 10), LogGrid(1e-4, 10, 11));
    Config Cell(int size) => lab.Baseline with
    {
        Norm = Norm.Batch, Activation = Activation.Relu, BatchSize = size, BnMomentum = Usual,
        TrainSize = lab.Pick(6_000, 40_000, 50_000), Epochs = lab.Pick(1, 1, 10),
    };
    var cells = sizes.Select(Cell).ToList();
    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(1, 2, 5), InferenceStatistics.Probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var trials = lab.Sweep(from tuned in best
                           from momentum in momenta
                           from seed in lab.Seeds(standard: 6)
                           select tuned.Cell with { BnMomentum = momentum, Seed = seed }, InferenceStatistics.Probe);

    double End(Trial trial, string column) => IsOk(trial) ? trial.Curve[^1].Own[column] : double.NaN;
    Effect Gain(IEnumerable<Trial> all, int size, string over, string by = "running") => Effect.Of(
        $"training batches of {size}", all.At(Cell(size)).Select(trial => End(trial, by) - End(trial, over)));
    var claim = inference.Judge(trials, all => [.. sizes.Select(size => Gain(all, size, over: "precise"))]);

    var usual = trials.Where(trial => trial.BnMomentum == Usual).ToList();
    Axis batch = new("Training batch", Log: true);
    IEnumerable<Point> Points(IEnumerable<Trial> of, Func<Trial, string> arm, Func<Trial, double> value) =>
        of.Where(trial => double.IsFinite(value(trial)))
            .Select(trial => new Point(arm(trial), $"{trial.Seed}", trial.BatchSize, value(trial)));
    Figure Course(double momentum) => ByStep($"course_{CsvText(momentum).Replace('.', '_')}",
        $"Accuracy while it trains, by each kind of statistics, momentum {CsvText(momentum)}",
        trials.At(Cell(sizes[0]) with { BnMomentum = momentum }),
        [("running", "running"), ("precise", "precise"), ("batch", "batch")], new("Validation accuracy"),
        $"Training batches of {sizes[0]}. Before the last step on 2,000 validation images.");

    lab.Report(claim.Said(effect => effect == claim.Effects[0] || effect == claim.Effects[^1]) is { } said
            ? $"By running statistics validation accuracy ends {said} from where it ends by precise ones"
            : Judgement.Unknown,
        [.. tuning.Trials, .. trials],
        trials.Summarize(["batch_size", "bn_momentum", "lr"], InferenceStatistics.Kinds.Select(kind =>
            new Measure($"accuracy_by_{kind}", trial => End(trial, kind))).ToList()),
        numbers:
        [
            Gain(trials, sizes[0], over: "running", by: "batch").Number("Batch statistics over running ones",
                Unit.Points, $"Validation images in batches of {sizes[0]}, as in training."),
            Gain(trials, sizes[0], over: "running", by: "sorted").Number("The same, sorted by class", Unit.Points,
                "Each batch of one class: what is subtracted is what tells the classes apart."),
        ],
        figures:
        [
            Band("statistics", "Error at the end, by each kind of statistics", batch,
                new("Validation error, %", Log: true),
                [
                    .. from kind in InferenceStatistics.Kinds
                       from point in Points(usual, _ => kind, trial => 100 * (1 - End(trial, kind)))
                       select point,
                ],
                [], "running: as deployed. precise: averages over training batches of the same size by the final "
                    + "weights. large: the same over batches of 1,000. batch: each validation batch's own, of the "
                    + "training batch's size. sorted: the same where each batch is of one class."),
            Band("momentum", "What running statistics lose against precise ones, by momentum", batch,
                new("Running less precise, points"),
                [.. Points(trials, trial => $"momentum {CsvText(trial.BnMomentum)}", trial =>
                    100 * (End(trial, "running") - End(trial, "precise")))],
                [], "Momentum: share of the newest batch."),
            .. momenta.Where(momentum => momentum <= Usual).Select(Course),
        ],
        caveats:
        [
            "Everything here is measured on validation images; nothing is selected by these numbers but the rate.",
            "The rate is selected by accuracy with running statistics: where these are bad it favours rates at which "
                + "they are less so.",
            "A net whose rate decays ends with weights that hardly move, and running statistics catch up: the constant "
                + "rate here is the harder case.",
            "Training and validation images are alike here; where they are not, batch statistics can win.",
        ],
        [claim], [Method.Tuned(best, ["batch_size"], "validation accuracy on the tuning seeds")]);
});
