#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization let nets be deeper, and what does it do to their first gradients?";
const string Why = """
    Seven depths from 2 to 100; between the last at which a seed trains and the first at which it does not, its limit is
    bisected to a tenth of a decade or to one layer, at the rate of the depth below. Batches of 4 to 32, since theory
    has gradients grow faster in smaller ones. ReLU nets start from He's weights and sigmoid nets from Glorot's, which
    suit each best without a normalizer. Every cell has 600 steps and a rate of its own from five decades in whole ones.
    (220 steps and three decades were tried first, and 20 of 60 cells stood at an end of the rates or were lost at all.
    Residual nets that are lost still were lost down to 1e-9.) On images in colours the residual nets are ResNet-8, 20
    and 56 of two and a half epochs, in batches of 128, at three rates on one tuning seed (0.3, tried first, was lost at
    56 layers).
    """;
const string Caveats = """
    - Trains means: ends with more than half of the validation images right (of images in colours 30%), after the same
      steps. A deep net that needs more of them counts as one that does not train.
    - A seed whose both arms train the deepest nets tried, or neither at any, says nothing and is left out. Where one
      arm trains the deepest, the ratio may be larger than it is given, and its interval has no end there.
    - Convnets without shortcuts cannot be deep on small images, since these pool after each pair of convolutions: the
      limit of plain nets, and how their gradients grow, are asked on grey images alone, of perceptrons.
    - A residual perceptron's depth is its number of blocks, a ResNet's its layers, of which there are 6 n + 2. Without
      a normalizer He's weights double the signal's variance in each, so that deep ones begin with losses beyond the
      limit at any rate; smaller weights would spare them that.
    - Growth is measured on models as they start, from layer 3 to the last but two; units are few, theory's infinite.
    """;

return Experiment(Args, Question, new(["norm", "depth", "batch_size", "model", "activation"], ["lr"], Why,
    ["init", "epochs", "width"]), lab =>
{
    int[] depths = lab.OnConvnets ? lab.Pick([8, 20], [8, 20, 56], new[] { 8, 14, 20, 32, 56, 110 })
        : lab.Pick([2, 10], [2, 4, 7, 13, 25, 50, 100], new[] { 2, 3, 5, 8, 12, 20, 30, 50, 100 });
    int[] sizes = lab.Pick([16, 4], [32, 16, 4], new[] { 256, 128, 64, 32, 16, 8, 4, 2 });
    var (width, steps, seeds, rates) = lab.Pick(smoke: (64, 60.0, 1, LogGrid(1e-2, 1e-1, 2)),
        standard: (64, 600.0, 2, LogGrid(1e-4, 1e1, 6)), full: (100, 2_000.0, 3, LogGrid(1e-5, 1e1, 13)));
    if (lab.OnConvnets)
        (seeds, rates) = lab.Pick((1, LogGrid(0.03, 0.1, 2)), (1, LogGrid(0.01, 0.1, 3)), (3, LogGrid(0.001, 0.3, 6)));
    var sigmoid = lab.Perceptron with { Init = Scheme.GlorotUniform, Width = width, BatchSize = 16 };
    var relu = sigmoid with { Activation = Activation.Relu, Init = Scheme.HeNormal };
    var convnet = lab.Convnet with { Epochs = lab.Pick(1, 2.5, 8) };
    Net Deep(string name, Func<int, Config> start) => new(name, [.. from depth in depths
        from norm in new[] { Norm.None, Norm.Batch } select start(depth) with { Norm = norm }], rates);
    Config Perceptron(Config start, int depth) =>
        start with { Depth = depth, Epochs = Math.Round(steps / start.StepsPerEpoch, 4) };
    var shortcuts = relu with { Model = Architecture.ResidualMlp };
    var residual = lab.OnConvnets ? Deep("ResNets", depth => StandardNets.ResNet(convnet, depth))
        : Deep("residual ReLU in batches of 16", depth => Perceptron(shortcuts, depth));
    Net[] plain = lab.OnConvnets ? [] : [.. sizes.Select(size => Deep($"ReLU in batches of {size}",
        depth => Perceptron(relu with { BatchSize = size }, depth)))];
    Net[] sigmoids = lab.OnConvnets ? [] : [Deep("sigmoids in batches of 16", depth => Perceptron(sigmoid, depth))];
    var trained = lab.Levels.Trained;
    var probe = Growth.Probe(depths[^1]);

    return from tuning in Tune([.. plain, residual, .. sigmoids], seeds, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   Literature.Deeper.Judge(trials, all =>
                       DepthRatios(all, [residual], trained, Norm.Batch, over: Norm.None)),
                   .. lab.OnConvnets ? [] : new[]
                   {
                       Literature.DepthLimit.Judge(trials, all =>
                           DepthRatios(all, [.. plain, .. sigmoids], trained, Norm.None, over: Norm.Batch)),
                       Literature.Explodes.Judge(trials, all => GrowthEffects(all, plain, depths[^1])),
                   },
               ], probe, trials => BisectDepths(trials, trained))
           let runs = judged.Trials.Where(trial => depths.Contains(trial.Depth)).ToList()
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["model", "activation", "batch_size", "norm", "depth", "lr"], ValidationAccuracy,
                   TrainLoss, new Measure("growth", trial => Growth.PerLayer(trial))))
           {
               Claims = judged.Claims, Figures = DepthFigures(runs, plain, residual, sigmoids),
               Tables = [tuning.RatesTable("model", "activation", "batch_size", "norm", "depth")], Caveats = Caveats,
           };
});
