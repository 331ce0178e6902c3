#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization belong before the activation or after it?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, over three decades, two values a decade, on seeds of
    their own (half a decade more for sigmoids: from 0.1 to 100 was tried first, and the fastest of after stood at its
    lower end). Six seeds choose it: three, tried first, chose 0.3 or 1 for ReLU as rounding would have it. Two more
    arms stand beside the two places: before it with the bias kept that the normalizer takes away again, and a net that
    normalizes its input alone, since after the activation a layer of normalized inputs is what the next layers get. On
    images in colours the nets are a VGG-6 and a ResNet-8, two epochs at five rates over two decades and one tuning
    seed; beside the ResNet stands one with BN and activation before each convolution (He et al. 2016b).
    """;
const string Caveats = """
    - Of perceptrons alone: where batch_with_bias covers batch in a figure, the two are one: the bias changes nothing
      but rounding.
    - The target is where the net without BN ends: who gets there sooner, not who ends best.
    - After the activation the layer before it keeps its bias, and the next layer's inputs have mean 0 and variance 1.
    - none_input normalizes each pixel by the batch, without gamma and beta; a pixel that is always black stays 0.
    - batch_preact is not claimed on: there too BN stands before the activation, but nothing after a block's sum. In
      convnets the rates next to the tuned ones are not evaluated.
    """;

return Experiment(Args, Question, new(["activation", "norm", "placement", "keep_bias", "norm_input", "model"], ["lr"],
    Why, StandardNets.Dependent), lab =>
{
    var (images, epochs, seeds) = lab.Pick(smoke: (6_000, 1, 1), standard: (30_000, 1, 6), full: (50_000, 10, 10));
    IReadOnlyList<Func<Config, Config>> arms = [.. Arms(Norm.None, Norm.Batch),
        none => none with { Norm = Norm.Batch, Placement = Placement.After }];
    var perceptron = lab.Perceptron with { TrainSize = lab.Images(images), Epochs = epochs };
    var convnets = StandardNets.Convnets(lab, epochs: lab.Pick(1, 2, 20), arms);
    var preact = convnets[1]["batch"] with { Model = Architecture.PreactResnet };
    var nets = !lab.OnConvnets
        ? StandardNets.Perceptrons(lab, perceptron, [.. arms, none => none with { Norm = Norm.Batch, KeepBias = true },
            none => none with { NormInput = true }])
        : [convnets[0], convnets[1] with { Cells = [.. convnets[1].Cells, preact] }];
    string[] columns = [.. lab.OnConvnets ? ["model"] : (string[])[], "activation", "norm", "placement", "keep_bias",
        "norm_input"];
    var probe = Probe.Curves(points: lab.OnConvnets ? 12 : 24);

    return from tuning in Tune(nets, lab.OnConvnets ? lab.Pick(1, 1, 2) : seeds, probe, SpeedAndAccuracy(lab.Levels))
           let compared = tuning.Compare()
           from judged in Evaluate(compared.SelectMany(net => net.Chosen), lab.Looks, trials =>
               [Literature.Placement.Judge(compared.BySpeed(trials), all =>
                   [.. compared.Select(net => net.Steps(all, "batch_after", over: "batch"))])], probe,
               neighbours: lab.Neighbours ? [tuning] : [])
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize([.. columns, "lr"], AccuracyAndSteps(lab.Levels)))
           {
               Claims = judged.Claims, Caveats = Caveats,
               Numbers = [.. compared.Select(net => net.Accuracy(
                   compared.ByAccuracy(runs).Chosen, "batch_after", less: "batch").ToNumber(
                       $"Test accuracy after the activation, less before it, {net.Name}", Unit.Points))],
               Figures = [compared.StepsOverBatch(runs, lab.Looks, "batch: BN before the activation."),
                   .. compared.Select(net => net.SpeedCurves(runs))],
               Tables = [compared.TargetsTable(runs, lab.Levels), compared.RatesTable(columns)],
           };
});
