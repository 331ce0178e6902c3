#load "../lib/lab.csx"
#nullable enable
// Question: do other normalizers do what batch normalization does, each at the learning rate that suits it?
const string Question = "Do other normalizers do what batch normalization does, each at its own learning rate?";
const string Reason = "The rate is tuned for each arm by the outcome that is compared, over three decades, two values "
    + "a decade, on seeds of their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the best "
    + "of layer, group and seed stood at its lower end). Five seeds choose it, since two, tried first, choose between "
    + "neighbours by chance, which moves the ratio. Each arm takes one thing from batch normalization and leaves "
    + "another: layer and group normalize each example by itself, ghost the sixteen examples of a sub-batch, seed the "
    + "whole tensor at once; noisy normalizes and then moves its units at random; and clipping bounds the steps and "
    + "normalizes nothing, at 0.1, below most of the gradients that this net sees.";

var alternatives = new Claim("alternatives", "Other normalizers do as well as BN",
    "Ba et al. 2016; Wu and He 2018; Santurkar et al. 2018",
    "steps to the final accuracy of the arm without BN, other over batch", Unit.Ratio, Region.Within(Math.Log10(1.5)));

return Run(Args, "normalizers", Question, lab =>
{
    lab.Study = new(["norm", "clip_norm", "model", "activation"], ["lr"], Reason, "optimizer", "depth", "width",
        "batch_size", "epochs");
    Norm[] others = [Norm.Layer, Norm.Group, Norm.Ghost, Norm.Noisy, Norm.Seed];
    var mlp = lab.Baseline with { TrainSize = lab.Pick(6_000, 30_000, 50_000), Epochs = lab.Pick(1, 1, 10) };
    var lenet = mlp with
    {
        Model = Architecture.Lenet, Depth = 5, Width = 120, Activation = Activation.Relu, BatchSize = 64,
        Optimizer = Optimization.RmspropTorch,
    };
    Net Of(string name, Config none, IReadOnlyList<double> rates, params Norm[] more) => new(name,
        [
            none, .. new[] { Norm.Batch }.Concat(others).Concat(more).Select(norm => none with { Norm = norm }),
            none with { ClipNorm = 0.1 },
        ], rates);
    Net[] nets =
    [
        Of("sigmoid", mlp, lab.Pick(LogGrid(1, 10, 2), LogGrid(1e-2, 3e1, 8), LogGrid(1e-2, 1e2, 17))),
        Of("ReLU", mlp with { Activation = Activation.Relu },
            lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-2, 1e1, 7), LogGrid(1e-2, 1e2, 17))),
        .. lab.Pick(smoke: false, standard: false, full: true)
            ? new[] { Of("LeNet", lenet, LogGrid(1e-4, 1e-1, 13), Norm.Instance) } : [],
    ];
    var probe = Probe.Curves(20);

    var compared = nets.Select(net => Comparison.Of(net, lab.Tune(net.Arms, net.Rates, lab.Pick(1, 5, 10), probe)))
        .ToList();
    var evaluated = lab.Sweep(from one in compared
                              from cell in one.ToEvaluate()
                              from seed in lab.Seeds(standard: 6)
                              select cell with { Seed = seed }, probe);
    // Batch stands second; it is compared with all after it.
    var claim = alternatives.Judge(evaluated, all => [.. from one in compared
                                                         from arm in one.Arms.Skip(2)
                                                         select one.Steps($"{arm.Name}, {one.Name}", all, arm,
                                                             one.Arms[1])]);

    var ends = claim.Effects.ToLookup(effect => alternatives.Region.Of(effect.Interval) switch
    {
        // Where neither arm reaches the target in any seed, nothing is known of steps.
        Verdict.TooFewData => "open",
        _ when effect.Differences.All(one => one == 0) => "open",
        Verdict.Supported => "as soon",
        _ => effect.Interval.Low > 0 ? "later" : "sooner",
    });
    var same = string.Join("; ", ends["as soon"].Select(effect => effect.Condition));

    lab.Report($"Other arms reach the target as soon as batch normalization, within ×1.5, in {ends["as soon"].Count()} "
            + $"of {claim.Effects.Count} comparisons{(same == "" ? "" : $" ({same})")}, later in {
            ends["later"].Count()} and sooner in {ends["sooner"].Count()}",
        [.. compared.SelectMany(one => one.Stage.Trials), .. evaluated],
        evaluated.Summarize(["model", "activation", "norm", "clip_norm", "lr"],
            [TestAccuracy, ValidationAccuracy, TrainLoss, .. new[] { 0.90, 0.95 }.Select(target =>
                new Measure($"steps_to_{100 * target:F0}", trial => StepsToTarget(trial, target)))]),
        numbers: [],
        figures:
        [
            Effects("effects", "Steps to the target, other arms over batch", claim, "Steps, other over batch",
                "Each arm at the rate of its fewest steps. To the right: the other arm is slower.",
                effect => effect.Condition.Split(',')[0]),
            .. compared.Select(one => one.Curves(evaluated)), .. compared.Select(one => one.Usable()),
        ],
        caveats:
        [
            "The target is where the plain net ends: it asks who gets there as soon as batch normalization, not who "
                + "ends best; for that see the column of best test accuracies.",
            "Accuracy is measured in evaluation mode. Over the first tens of steps batch's running statistics still "
                + "remember their start and hold its curve back; ghost updates them four times a step and is held back "
                + "less, layer, group and seed have none.",
            "Equivalent is within a factor of 1.5 either way, known from six seeds: an arm can be slower by a third "
                + "and pass.",
            "Instance normalization needs several values per channel and example, so that it applies to images alone: "
                + "it runs in the preset full, on LeNet.",
            "In layers of one value per channel, group normalizes ten groups of ten units; ghost takes batches of 16 "
                + "out of 60.",
            "Clipping was tried at one limit; with a rate tuned beside it most of its steps have one length.",
            "Cost is time on the clock, evaluation included: it differs between runs and machines, and a normalizer "
                + "that is cheap here may be dear on other hardware.",
            "Budgets are short: one epoch of 30,000 images. With more, all arms end closer together.",
        ],
        [claim],
        [
            Comparison.Table(compared, evaluated),
            Comparison.Rates(compared, ["model", "activation", "norm", "clip_norm"]),
        ]);
});
