#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization belong before the activation or after it?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, over three decades, two values a decade, on seeds of
    their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the fastest of after stood at its
    lower end). Six seeds choose it: three, tried first, chose 0.3 or 1 for ReLU as rounding would have it. Two more
    arms stand beside the two places: before it with the bias kept that the normalizer takes away again, and a net that
    normalizes its input alone, since after the activation a layer of normalized inputs is what the next layers get.
    """;
const string Caveats = """
    - Where batch_with_bias covers batch in a figure, the two are one: the bias changes nothing but rounding.
    - The target is where the net without BN ends: who gets there sooner, not who ends best.
    - After the activation the layer before it keeps its bias, and the next layer's inputs have mean 0 and variance 1.
    - none_input normalizes each pixel by the batch, without gamma and beta; a pixel that is always black stays 0.
    """;

return Experiment(Args, Question, new(["activation", "norm", "placement", "keep_bias", "norm_input"], ["lr"], Why),
    lab =>
{
    var (images, epochs, seeds) = lab.Pick(smoke: (6_000, 1, 1), standard: (30_000, 1, 6), full: (50_000, 10, 10));
    var nets = StandardNets.Perceptrons(lab, lab.Baseline with { TrainSize = lab.Images(images), Epochs = epochs },
    [
        .. Arms(Norm.None, Norm.Batch),
        none => none with { Norm = Norm.Batch, Placement = Placement.After },
        none => none with { Norm = Norm.Batch, KeepBias = true },
        none => none with { NormInput = true },
    ]);
    var probe = Probe.Curves(points: 24);

    return from tuning in Tune(nets, seeds, probe, SpeedAndAccuracy)
           let compared = tuning.Compare()
           from judged in Evaluate(compared.SelectMany(net => net.Chosen()), lab.Looks, trials =>
               [Literature.Placement.Judge(compared.BySpeed(trials), all =>
                   [.. compared.Select(net => net.Steps(all, "batch_after", over: "batch"))])], probe,
               neighbours: compared.SelectMany(net => net.Chosen(lab.Neighbours)))
           let runs = judged.Trials
           // Not claimed, but drawn: how all arms stand to BN before the activation.
           let others = lab.Looks.At((Literature.Placement with { Region = Region.Within(Math.Log10(1.5)) }).Judge(
               compared.BySpeed(runs), all =>
                   compared.StepsOver("batch", all, "none", "none_input", "batch_with_bias", "batch_after")), runs)
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["activation", "norm", "placement", "keep_bias", "norm_input", "lr"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(0.90, 0.95)]))
           {
               Claims = judged.Claims, Caveats = Caveats,
               Numbers = [.. compared.Select(net => net.Accuracy(
                   compared.ByAccuracy(runs).Chosen, "batch_after", less: "batch").ToNumber(
                       $"Test accuracy after the activation, less before it, {net.Name}", Unit.Points))],
               Figures = [Effects("effects", "Steps to the target, over those of BN before the activation", others,
                   "Steps, over those of BN before the activation", "Each arm at the rate of its fewest steps; to the "
                       + "right it is slower.", "as many steps, within ×1.5"),
                   .. compared.Select(net => net.SpeedCurves(runs))],
               Tables = [compared.TargetsTable(runs), compared.RatesTable("activation", "norm", "placement",
                   "keep_bias", "norm_input")],
           };
});
