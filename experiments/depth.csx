#load "../lib/lab.csx"
#nullable enable
// Question: how deep may a net be with batch normalization and without, and what becomes of its gradients at the start?
const string Question = "Does batch normalization let nets be deeper, and what does it do to their first gradients?";
const string Reason = "Six depths from 2 to 50, so that a ratio of depths is known to 0.3 decades; the margin is half "
    + "a decade, as for ratios of rates. Batches of 4 to 64, since theory has gradients grow faster in smaller ones. "
    + "ReLU nets start from He's weights and sigmoid nets from Glorot's, which suit each best without a normalizer: "
    + "from others deep nets fail for that alone. Every cell has 600 steps and a rate of its own from five decades in "
    + "whole ones. (220 steps and three decades from 0.001 were tried first, and 20 of 60 cells stood at an end of "
    + "the rates or were lost at all of them: residual nets without a normalizer wanted lower rates, nets with BN "
    + "higher ones, deep nets more steps. Those residual nets that are lost still were lost down to a rate of 1e-9.)";

var deeper = new Claim("deeper", "BN lets nets be deeper", "Bjorck et al. 2018",
    "largest depth up to 50 that trains at its tuned rate, batch over none", Unit.Ratio, Region.Above(0.5));
var explodes = new Claim("explodes", "With BN, gradients explode at initialization", "Yang et al. 2019",
    "growth of the squared gradient at initialization from a layer to the one before it", Unit.Ratio,
    Region.Above(Math.Log10(1.2)), ("as for large batches in theory, or more", Math.Log10(Growth.LargeBatches)));

return Run(Args, "depth", Question, lab =>
{
    lab.Study = new(["norm", "depth", "batch_size", "model", "activation"], ["lr"], Reason, "init", "epochs");
    int[] depths = lab.Pick([2, 10], [2, 4, 7, 13, 25, 50], new[] { 2, 3, 5, 8, 12, 20, 30, 50 });
    int[] sizes = lab.Pick([16, 4], [64, 16, 4], new[] { 256, 128, 64, 32, 16, 8, 4, 2 });
    var rates = lab.Pick(LogGrid(1e-2, 1e-1, 2), LogGrid(1e-4, 1e1, 6), LogGrid(1e-5, 1e1, 13));
    Norm[] arms = [Norm.None, Norm.Batch];
    var sigmoid = lab.Baseline with { Width = lab.Pick(64, 64, 100), BatchSize = 16 };
    var relu = sigmoid with { Activation = Activation.Relu, Init = Scheme.HeNormal };
    (string Name, Config Start)[] kinds =
    [
        .. sizes.Select(size => ($"ReLU, batch of {size}", relu with { BatchSize = size })),
        ("residual ReLU, batch of 16", relu with { Model = Architecture.ResidualMlp }),
        ("sigmoid, batch of 16", sigmoid),
    ];
    var plain = kinds.Take(sizes.Length).ToList();
    Config Cell(Config start, Norm norm, int depth) => start with
    {
        Norm = norm, Depth = depth, Epochs = Math.Round(lab.Pick(60.0, 600, 2_000) / start.StepsPerEpoch, 4),
    };
    var cells = (from kind in kinds from depth in depths from norm in arms select Cell(kind.Start, norm, depth))
        .ToList();
    // Gradients before the first step, of the deepest nets.
    var probe = Growth.Probe(depths[^1]);

    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(1, 2, 3), probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var trials = lab.Sweep(from tuned in best
                           from seed in lab.Seeds(standard: 6)
                           select tuned.Cell with { Seed = seed }, probe);

    IReadOnlyList<Trial> Of(IReadOnlyList<Trial> all, Config start, Norm norm) =>
        [.. depths.SelectMany(depth => all.At(Cell(start, norm, depth)))];
    double LogDeepest(IEnumerable<Trial> trials) => Math.Log10(LargestWorking(trials, trial => trial.Depth));
    Judgement[] claims =
    [
        deeper.Judge(trials, all => [.. kinds.Select(kind => Effect.Of(kind.Name,
            Of(all, kind.Start, Norm.Batch).BySeed(Of(all, kind.Start, Norm.None), (batch, none) =>
                Effect.Apart(LogDeepest(batch), LogDeepest(none))),
            resolution: depths.Zip(depths.Skip(1), (a, b) => Math.Log10((double)b / a)).Max()))]),
        explodes.Judge(trials, all => [.. plain.Select(kind => Effect.Of(kind.Name,
            all.At(Cell(kind.Start, Norm.Batch, depths[^1])).Select(trial => Math.Log10(Growth.PerLayer(trial)))))]),
    ];

    IReadOnlyList<Trial> Shown(params Config[] starts) =>
        [.. from start in starts from norm in arms from trial in Of(trials, start, norm) select trial];
    const string Each = "Each cell at its tuned rate, after the same steps.";
    Figure ByDepth(string id, string title, params Config[] starts) => Band(id, title, Shown(starts),
        new("Hidden layers", Log: true), trial => trial.Depth, new("Validation accuracy"), ValidationAccuracy, Each);
    var relus = Shown([.. plain.Select(kind => kind.Start)]);
    lab.Report(claims[0].Said(effect => !claims[0].Effects.Take(sizes.Length).Skip(1).Contains(effect)) is { } deepest
            && claims[1].Said(effect => effect == claims[1].Effects[0]) is { } growth
            ? $"With batch normalization the largest depth that trains is {deepest} that without; the squared gradient "
                + $"at the start grows by {growth} a layer" : Judgement.Unknown,
        [.. tuning.Trials, .. trials],
        trials.Summarize(["model", "activation", "batch_size", "norm", "depth", "lr"], ValidationAccuracy, TrainLoss,
            new Measure("growth", Growth.PerLayer)),
        numbers: [],
        figures:
        [
            Maps("map", "What trains: depth against batch size, ReLU", relus, (Norm.None, Norm.Batch),
                new("Batch size"), trial => trial.BatchSize, new("Hidden layers"), trial => trial.Depth,
                ValidationAccuracy, 0.1, Each),
            GrowthFigure("gradients", $"Squared gradient of each layer's weights, ReLU, {depths[^1]} layers", relus),
            ByDepth("residual", "Residual nets beside plain ones, ReLU, batch of 16", relu, kinds[^2].Start),
            ByDepth("sigmoid", "Sigmoid nets, batch of 16", sigmoid),
        ],
        caveats:
        [
            "Trains means: ends above twice chance after the same steps. A deep net that needs more of them counts as "
                + "one that does not train: in 3,000 steps one seed of 50 layers with BN got to 29% at a batch of 64.",
            "Where both arms train the deepest nets tried, the ratio is 1 by the grid's end.",
            "A residual net's depth is its number of blocks, of one layer each. Without a normalizer He's weights "
                + "double the signal's variance in each block, so that deep ones begin with losses beyond the limit at "
                + "any rate; smaller weights (Zhang et al. 2019) would spare them that.",
            "Steps are the same for all batches, so larger ones see more images: compare arms at one size.",
            "Growth is measured on models as they start, from layer 3 to the last but two. Units are few, theory's "
                + "infinitely many, and its batches large.",
        ],
        claims,
        [
            Method.Tuned(best, ["model", "activation", "batch_size", "norm", "depth"],
                "validation accuracy on the tuning seeds"),
        ]);
});
