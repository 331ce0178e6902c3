#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization belong before the activation or after it?
const string Question = "Does batch normalization belong before the activation or after it?";
const string Reason = "The rate is tuned for each arm by the outcome that is compared, over three decades, two values "
    + "a decade, on seeds of their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the "
    + "fastest of after stood at its lower end). Six seeds choose it: three, tried first, chose 0.3 or 1 for ReLU as "
    + "rounding would have it, which decides the ratio. Beside the two places stand two arms more: before it with the "
    + "bias kept that the normalizer takes away again, and a net that normalizes its input alone, since behind the "
    + "activation a layer of normalized inputs is what all layers but the first get.";

var placement = new Claim("placement", "BN belongs before the activation rather than after it",
    "Ioffe and Szegedy 2015, against the program that this lab grew from",
    "steps to the final accuracy of the net without BN, after over before", Unit.Ratio, Region.Above(Math.Log10(1.5)));

return Run(Args, "placement", Question, lab =>
{
    string[] columns = ["activation", "norm", "placement", "keep_bias", "norm_input"];
    lab.Study = new(columns, ["lr"], Reason);
    var start = lab.Baseline with { TrainSize = lab.Pick(6_000, 30_000, 50_000), Epochs = lab.Pick(1, 1, 10) };
    // The arms stand in this order.
    const int None = 0, Before = 1, After = 2, WithBias = 3, Input = 4;
    Net Of(string name, Config none, IReadOnlyList<double> rates)
    {
        var before = none with { Norm = Norm.Batch };
        return new(name, [none, before, before with { Placement = Placement.After }, before with { KeepBias = true },
            none with { NormInput = true }], rates);
    }
    Net[] nets =
    [
        Of("sigmoid", start, lab.Pick(LogGrid(1, 10, 2), LogGrid(1e-2, 3e1, 8), LogGrid(1e-2, 1e2, 17))),
        Of("ReLU", start with { Activation = Activation.Relu },
            lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-2, 1e1, 7), LogGrid(1e-2, 1e2, 17))),
    ];
    var probe = Probe.Curves(24);

    var compared = nets.Select(net => Comparison.Of(net, lab.Tune(net.Arms, net.Rates, lab.Pick(1, 6, 10), probe)))
        .ToList();
    var evaluated = lab.Sweep(from one in compared
                              from cell in one.ToEvaluate()
                              from seed in lab.Seeds(standard: 6)
                              select cell with { Seed = seed }, probe);
    var claim = placement.Judge(evaluated, all =>
        [.. compared.Select(one => one.Steps(one.Name, all, one.Arms[After], one.Arms[Before]))]);
    // Not claimed, but drawn beside it: how all arms stand to BN before the activation.
    var all = (placement with { Region = Region.Within(Math.Log10(1.5)) }).Judge(evaluated, trials =>
    [
        .. from one in compared
           from arm in new[] { None, Input, WithBias, After }
           select one.Steps($"{one.Arms[arm].Name}, {one.Name}", trials, one.Arms[arm], one.Arms[Before]),
    ]);
    // Where neither place reaches the target in any seed, nothing is known of steps.
    lab.Report(claim.Said(effect => effect.Differences.Any(one => one != 0)) is { } said
            ? $"Behind the activation, batch normalization needs {said} as many steps to the plain net's final "
                + "accuracy as before it" : Judgement.Unknown,
        [.. compared.SelectMany(one => one.Stage.Trials), .. evaluated],
        evaluated.Summarize([.. columns, "lr"],
            [TestAccuracy, ValidationAccuracy, TrainLoss, .. new[] { 0.90, 0.95 }.Select(target =>
                new Measure($"steps_to_{100 * target:F0}", trial => StepsToTarget(trial, target)))]),
        numbers:
        [
            .. compared.Select(one => one.Accuracy(one.Name, evaluated, one.Arms[After], one.Arms[Before]).Number(
                $"Test accuracy after the activation, less before it, {one.Name}", Unit.Points,
                "Each at its rate for accuracy.")),
        ],
        figures:
        [
            Effects("effects", "Steps to the target, over those of BN before the activation", all,
                "Steps, over those of BN before the activation", "Each arm at the rate of its fewest steps; to the "
                    + "right it is slower than BN before the activation.", effect => effect.Condition.Split(',')[0],
                "as many steps, within ×1.5"),
            .. compared.Select(one => one.Curves(evaluated)),
        ],
        caveats:
        [
            "Where batch_with_bias covers batch in a figure, the two are one: the bias changes nothing but rounding.",
            "The target is where the net without BN ends: it asks who gets there sooner, not who ends best.",
            "Behind the activation the layer in front of it keeps its bias, which no normalizer takes away there; "
                + "before it the bias is kept only in the arm that says so.",
            "Behind the activation the next layer gets inputs of mean 0 and variance 1; before it, what the activation "
                + "makes of such: a sigmoid's are around one half. The places differ in that too.",
            "none_input normalizes each pixel by the batch, without gamma and beta; a pixel that is always black stays "
                + "0.",
        ],
        [claim], [Comparison.Table(compared, evaluated), Comparison.Rates(compared, columns)]);
});
