#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization let nets be deeper, and what does it do to their first gradients?";
const string Why = """
    Six depths from 2 to 50, so that a ratio of depths is known to 0.3 decades; the margin is half a decade, as for
    ratios of rates. Batches of 4 to 64, since theory has gradients grow faster in smaller ones. ReLU nets start from
    He's weights and sigmoid nets from Glorot's, which suit each best without a normalizer. Every cell has 600 steps and
    a rate of its own from five decades in whole ones. (220 steps and three decades were tried first, and 20 of 60 cells
    stood at an end of the rates or were lost at all. Residual nets that are lost still were lost down to 1e-9.)
    """;
const string Caveats = """
    - Trains means: ends above twice chance after the same steps. A deep net that needs more of them counts as one that
      does not train: in 3,000 steps one seed of 50 layers with BN got to 29% at a batch of 64.
    - Where both arms train the deepest nets tried, the ratio is 1 by the grid's end.
    - A residual net's depth is its number of blocks. Without a normalizer He's weights double the signal's variance in
      each, so that deep ones begin with losses beyond the limit at any rate; smaller weights would spare them that.
    - Growth is measured on models as they start, from layer 3 to the last but two; units are few, theory's infinite.
    """;

var deeper = new Claim("deeper", "BN lets nets be deeper", "Bjorck et al. 2018",
    "largest depth up to 50 that trains at its tuned rate, batch over none", Unit.Ratio, Region.Above(0.5));
var explodes = new Claim("explodes", "With BN, gradients explode at initialization", "Yang et al. 2019",
    "growth of the squared gradient at initialization from a layer to the one before it", Unit.Ratio,
    Region.Above(Math.Log10(1.2)), ("as for large batches in theory, or more", Math.Log10(Growth.LargeBatches)));

return Experiment(Args, Question, new(["norm", "depth", "batch_size", "model", "activation"], ["lr"], Why,
    ["init", "epochs"]), lab =>
{
    int[] depths = lab.Pick([2, 10], [2, 4, 7, 13, 25, 50], new[] { 2, 3, 5, 8, 12, 20, 30, 50 });
    int[] sizes = lab.Pick([16, 4], [64, 16, 4], new[] { 256, 128, 64, 32, 16, 8, 4, 2 });
    var (width, steps, seeds, rates) = lab.Pick(smoke: (64, 60.0, 1, LogGrid(1e-2, 1e-1, 2)),
        standard: (64, 600.0, 2, LogGrid(1e-4, 1e1, 6)), full: (100, 2_000.0, 3, LogGrid(1e-5, 1e1, 13)));
    var sigmoid = lab.Baseline with { Width = width, BatchSize = 16 };
    var relu = sigmoid with { Activation = Activation.Relu, Init = Scheme.HeNormal };
    Net Deep(string name, Config start) => new(name, [.. from depth in depths
        from norm in new[] { Norm.None, Norm.Batch }
        select start with { Norm = norm, Depth = depth, Epochs = Math.Round(steps / start.StepsPerEpoch, 4) }], rates);
    List<Net> plain = [.. sizes.Select(size => Deep($"ReLU, batch of {size}", relu with { BatchSize = size }))];
    var residual = Deep("residual ReLU, batch of 16", relu with { Model = Architecture.ResidualMlp });
    List<Net> nets = [.. plain, residual, Deep("sigmoid, batch of 16", sigmoid)];
    var probe = Growth.Probe(depths[^1]);

    return from tuning in Tune(nets, seeds, probe)
           from runs in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Seeds(standard: 6), probe)
           let deepest = deeper.Judge(runs, all => DepthRatios(all, nets, depths))
           let growth = explodes.Judge(runs, all => GrowthEffects(all, plain, depths[^1]))
           select new Report(Headline("With batch normalization the largest depth that trains is {0} that without; the "
                   + "squared gradient at the start grows by {1} a layer",
                   deepest.InWords(effect => !plain.Skip(1).Any(net => net.Name == effect.Condition)),
                   growth.InWords(effect => effect == growth.Effects[0])),
               runs.Summarize(["model", "activation", "batch_size", "norm", "depth", "lr"], ValidationAccuracy,
                   TrainLoss, new Measure("growth", trial => Growth.PerLayer(trial))))
           {
               Claims = [deepest, growth], Figures = DepthFigures(runs, plain, residual, nets[^1], depths[^1]),
               Tables = [tuning.RatesTable("model", "activation", "batch_size", "norm", "depth")], Caveats = Caveats,
           };
});
