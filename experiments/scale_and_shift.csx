#load "../lib/lab.csx"
#nullable enable
// Question: does training undo the normalization by its scale and shift, and what can these two weights do alone?
const string Question = "Does training undo the normalization by gamma and beta, and what can these two do alone?";
const string Reason = "Every combination of gamma and beta, in the hidden layers and, for the paper's net, in the last "
    + "layer too; and nets that learn gamma and beta alone, of several widths, since what these can do grows with "
    + "their number (Frankle et al. 2021). Rates two a decade, for each cell its own: a net that learns so few of its "
    + "weights may want larger steps. (From 0.1 to 100 was tried first, and the best of a wide ReLU net stood at the "
    + "lower end.) One epoch of 40,000 images.";

var undo = new Claim("undo", "SGD can undo the normalization", "Ioffe and Szegedy 2015, section 3; the program that "
    + "this lab grew from", "how far gamma and beta go on the way from (1, 0) to the deviation and mean of what they "
    + "normalize, where the layer does nothing", Unit.Way, Region.Above(0.5));
var twoWeights = new Claim("two-weights", "Changing only these two weights is enough", "the program that this lab grew "
    + "from; Frankle et al. 2021", "test accuracy, gamma and beta alone learned, less all learned, each tuned",
    Unit.Points, Region.Within(0.002));

return Run(Args, "scale_and_shift", Question, lab =>
{
    lab.Study = new(["norm", "activation", "learned", "norm_output", "width"], ["lr"], Reason, "epochs");
    var rates = lab.Pick([1], LogGrid(0.03, 100, 8), LogGrid(0.03, 300, 9));
    int[] widths = lab.Pick([25, 100], [25, 100, 200], new[] { 25, 50, 100, 200, 500, 1000 });
    var sigmoid = lab.Baseline with
    {
        Norm = Norm.Batch, TrainSize = lab.Pick(12_000, 40_000, 50_000), Epochs = lab.Pick(1, 1, 20),
    };
    var relu = sigmoid with { Activation = Activation.Relu };
    var last = sigmoid with { NormOutput = true };
    Norm[] arms = [Norm.Batch, Norm.BatchNoGamma, Norm.BatchNoBeta, Norm.BatchNoAffine];
    Config Alone(Config cell) => cell with { Learned = Learned.Affine };
    (string Name, Config All)[] nets =
    [
        ("sigmoid", sigmoid), ("ReLU", relu), ("sigmoid, last layer too", last),
        .. widths.Where(width => width != relu.Width).Select(width =>
            ($"ReLU, width {width}", relu with { Width = width })),
    ];
    List<Config> cells = [.. from start in new[] { sigmoid, relu, last }
                             from norm in arms
                             select start with { Norm = norm },
        .. nets.SelectMany(net => new[] { net.All, Alone(net.All) })];
    cells = [.. cells.Distinct()];

    var probe = Undoing.Probe;
    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(1, 2, 3), probe);
    var best = cells.ToDictionary(cell => cell, cell => tuning.Best(cell, ValidationAccuracy.Of));
    var trials = lab.Sweep(from cell in cells
                           from seed in lab.Seeds(standard: 6)
                           select best[cell].Cell with { Seed = seed }, probe);

    double End(Trial trial, string column) => IsOk(trial) ? trial.Curve[^1].Own[column] : double.NaN;
    Judgement[] claims =
    [
        undo.Judge(trials, all =>
        [
            .. from net in nets.Take(2)
               from cell in new[] { (net.Name, net.All), ($"{net.Name}, gamma and beta alone learned", Alone(net.All)) }
               select Effect.Of(cell.Item1, all.At(cell.Item2).Select(trial => End(trial, "way"))),
        ]),
        twoWeights.Judge(trials, all => [.. nets.Select(net => Effect.Of(net.Name, all.At(Alone(net.All)).BySeed(
            all.At(net.All), (alone, whole) => Effect.Apart(TestAccuracy.OrLost(alone[0]),
                TestAccuracy.OrLost(whole[0])))))]),
    ];

    string Middle(Config cell, string column) => trials.At(cell).Select(trial => End(trial, column))
        .Where(double.IsFinite).ToList() is { Count: > 0 } values ? Format.Percent(Median(values)) : KeyNumber.TooFewData;
    var way = claims[0].Effects[0];
    lab.Report(way.Differences.Count > 1 && claims[1].Said(effect => effect == claims[1].Effects[0]) is { } alone
            ? $"Gamma and beta end {Format.Percent(Math.Abs(way.Interval.Estimate))} {(way.Interval.Estimate < 0
                ? "farther from" : "nearer to")} undoing the normalization than they start; learned alone, they end {
                alone} of test accuracy from where all weights end" : Judgement.Unknown,
        [.. tuning.Trials, .. trials], trials.Summarize(["activation", "width", "norm", "norm_output", "learned", "lr"],
            [TestAccuracy, ValidationAccuracy, TrainLoss, .. Undoing.Numbers.Select(column =>
                new Measure(column, trial => End(trial, column)))]),
        numbers:
        [
            new("Moved, gamma and beta against weights", $"{Middle(sigmoid, "moved_affine")} against "
                + Middle(sigmoid, "moved_weights"), "Distance from the start over the norm there, all learned, medians "
                + $"over seeds. ReLU: {Middle(relu, "moved_affine")} against {Middle(relu, "moved_weights")}."),
        ],
        figures:
        [
            UndoingFigure("scale", "Scale: gamma beside the deviation that would undo the normalization",
                trials.At(sigmoid), "gamma", "sigma"),
            UndoingFigure("shift", "Shift: beta beside the mean that would undo the normalization",
                trials.At(sigmoid), "beta", "mu"),
            ByStep("way", "How near gamma and beta come to undoing the normalization, sigmoid", trials.At(sigmoid),
                [("batch", "way"), ("chance", "way_by_chance")], new("Share of the way"), "0: as far from it as at the "
                    + "start. 1: undone. Chance: with the deviation and mean of the layer's other units. Means over "
                    + "the hidden layers."),
            .. nets.Take(3).Select(net => Band($"arms_{Format.Anchor(net.Name)}",
                $"Accuracy without gamma or beta, {net.Name}",
                [.. arms.SelectMany(norm => tuning.Of(net.All with { Norm = norm }))], new("Learning rate", Log: true),
                trial => trial.Lr, new("Validation accuracy"), ValidationAccuracy, "The tuning trials.")),
            Effects("alone", "Gamma and beta alone, against all weights", claims[1], "Points of test accuracy",
                "Each at its tuned rate. Where gamma and beta alone are learned all weights stay as they were drawn."),
        ],
        caveats:
        [
            "That gamma = sqrt(var + eps) and beta = mean make the layer the identity is arithmetic, and tested; the "
                + "claim here is that training goes there. It need not: whatever gamma does, the next layer's weights "
                + "can undo as well.",
            "Deviation and mean are those of the last 1,000 training images by the weights of the moment.",
            "One epoch: gamma and beta alone, which learn slowly, would gain more by a longer one.",
            "A distance over the norm at the start depends on how weights were drawn.",
        ],
        claims, [Method.Tuned([.. best.Values], ["activation", "width", "norm", "norm_output", "learned"],
            "validation accuracy on the tuning seeds")]);
});
