#load "../lib/lab.csx"
#nullable enable
// Question: how deep may a net be with batch normalization and without, and what becomes of its gradients at the start?
const string Question = "Does batch normalization let nets be deeper, and what does it do to their first gradients?";
const string Reason = "Six depths from 2 to 50, so that a ratio of depths is known to 0.3 decades; the margin is half "
    + "a decade, as for ratios of rates. Batches of 4 to 64, since theory has gradients grow faster in smaller ones. "
    + "ReLU nets start from He's weights and sigmoid nets from Glorot's, which suit each best without a normalizer: "
    + "from others deep nets fail for that alone. Every cell has 220 steps, enough to see whether it trains at all, "
    + "and a rate of its own from three decades in whole ones.";

const double LargeBatchGrowth = Math.PI / (Math.PI - 1);
var deeper = new Claim("deeper", "BN lets nets be deeper", "Bjorck et al. 2018",
    "largest depth up to 50 that trains at its tuned rate, batch over none", Unit.Ratio, Region.Above(0.5));
var explodes = new Claim("explodes", "With BN, gradients explode at initialization", "Yang et al. 2019",
    "growth of the squared gradient at initialization from a layer to the one before it", Unit.Ratio,
    Region.Above(Math.Log10(1.2)), ("as for large batches in theory, or more", Math.Log10(LargeBatchGrowth)));

return Run(Args, "depth", Question, lab =>
{
    lab.Study = new(["norm", "depth", "batch_size", "model", "activation"], ["lr"], Reason, "init", "epochs");
    int[] depths = lab.Pick([2, 10], [2, 4, 7, 13, 25, 50], new[] { 2, 3, 5, 8, 12, 20, 30, 50 });
    int[] sizes = lab.Pick([4, 16], [4, 16, 64], new[] { 2, 4, 8, 16, 32, 64, 128, 256 });
    var (deepest, middle) = (depths[^1], sizes[sizes.Length / 2]);
    Config Steps(Config cell, double steps) => cell with { Epochs = steps / (cell.TrainSize / cell.BatchSize) };
    var sigmoid = lab.Baseline with { Width = lab.Pick(64, 64, 100) };
    var relu = sigmoid with { Activation = Activation.Relu, Init = Scheme.HeNormal };
    Kind[] kinds =
    [
        .. sizes.Reverse().Select(size => new Kind($"ReLU, batch of {size}", relu with { BatchSize = size })),
        new($"residual ReLU, batch of {middle}", relu with { Model = Architecture.ResidualMlp, BatchSize = middle }),
        new($"sigmoid, batch of {middle}", sigmoid with { BatchSize = middle }),
    ];
    Config Cell(Kind kind, Norm norm, int depth) =>
        Steps(kind.Start with { Norm = norm, Depth = depth }, lab.Pick(60, 220, 2_000));
    Norm[] arms = [Norm.None, Norm.Batch];
    var cells = (from kind in kinds from depth in depths from norm in arms select Cell(kind, norm, depth)).ToList();
    var seeds = lab.Seeds(standard: 6).ToList();
    // The gradients of the deepest nets, before their first step.
    var probe = new Probe([.. Enumerable.Range(1, deepest).Select(layer => $"gradient_{layer}")],
        config => [1, config.Steps],
        moment => moment is { Step: 1, Config.Role: Role.Evaluate } && moment.Config.Depth == deepest
            ? moment.InitialGradients().Select((square, i) => ($"gradient_{i + 1}", square)) : []);

    var tuning = lab.Tune(cells, lab.Pick(LogGrid(1e-2, 1e-1, 2), LogGrid(1e-3, 1, 4), LogGrid(1e-4, 1e1, 11)),
        lab.Pick(1, 2, 3), probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var evaluated = lab.Sweep(from tuned in best from seed in seeds select tuned.Cell with { Seed = seed }, probe);
    var linear = lab.Sweep(from size in sizes
                           where size > 3
                           from seed in seeds
                           select Steps(relu with { Model = Architecture.DeepLinear, Norm = Norm.Batch, Depth = deepest,
                               BatchSize = size, Seed = seed, Lr = 1e-3 }, 1), probe);

    IReadOnlyList<Trial> Of(IReadOnlyList<Trial> all, Kind kind, Norm norm) =>
        [.. depths.SelectMany(depth => all.At(Cell(kind, norm, depth)))];
    double Deepest(IEnumerable<Trial> trials) => LargestWorking(trials, trial => trial.Depth);
    IReadOnlyList<double> InitialGradients(Trial trial) => trial.Curve.Count == 0 ? []
        : [.. Enumerable.Range(1, deepest).Select(layer => trial.Curve[0].Own[$"gradient_{layer}"])];
    double Growth(Trial trial) => InitialGradients(trial) is { Count: > 5 } known ? GrowthPerLayer(known) : double.NaN;
    var step = depths.Zip(depths.Skip(1), (a, b) => Math.Log10((double)b / a)).Max();
    Judgement[] claims =
    [
        deeper.Judge(evaluated, all => [.. kinds.Select(kind => Effect.Of(kind.Name, Of(all, kind, Norm.Batch)
            .BySeed(Of(all, kind, Norm.None), (batch, none) =>
                Effect.Apart(Math.Log10(Deepest(batch)), Math.Log10(Deepest(none)))), step))]),
        explodes.Judge(evaluated, all => [.. kinds.Take(sizes.Length).Select(kind => Effect.Of(kind.Name,
            all.At(Cell(kind, Norm.Batch, deepest)).Select(trial => Math.Log10(Growth(trial)))))]),
    ];
    IReadOnlyList<(string, IReadOnlyList<double>, double)> growths =
    [
        .. from kind in kinds.Take(sizes.Length)
           from norm in arms
           select ($"{Snake(norm)}, {kind.Name}", GrowthsOf(evaluated.At(Cell(kind, norm, deepest))),
               norm == Norm.None ? 1 : LargeBatchGrowth),
        .. from size in linear.GroupBy(trial => trial.BatchSize)
           select ($"batch, linear, batch of {size.Key}", GrowthsOf(size), (size.Key - 2.0) / (size.Key - 3)),
    ];
    IReadOnlyList<double> GrowthsOf(IEnumerable<Trial> trials) => [.. trials.Select(Growth)];
    IReadOnlyList<Trial> plain = [.. kinds.Take(sizes.Length).SelectMany(kind => arms.SelectMany(norm =>
        Of(evaluated, kind, norm)))];

    Axis layers = new("Hidden layers", Log: true), accuracy = new("Validation accuracy");
    Figure ByDepth(string id, string title, params Kind[] shown) => Band(id, title,
        [.. shown.SelectMany(kind => arms.SelectMany(norm => Of(evaluated, kind, norm)))], layers,
        trial => trial.Depth, accuracy, ValidationAccuracy, "Each cell at its tuned rate, after the same steps.");
    // Relative to the last layer but two, where the growth is measured from.
    Figure Gradients(IEnumerable<Trial> trials) => Curves("gradients",
        $"Squared gradient of each layer's weights before the first step, ReLU, {deepest} layers", new("Hidden layer"),
        new("Squared gradient, relative", Log: true),
        [
            .. from trial in trials
               where double.IsFinite(Growth(trial))
               from gradient in InitialGradients(trial).Index()
               select new Point($"{Arm(trial)}, batch of {trial.BatchSize}", $"{trial.Seed}", gradient.Index + 1,
                   gradient.Item / InitialGradients(trial)[^3]),
        ],
        caption: $"Relative to layer {deepest - 2}, on the first batch. Dashed: growth by pi / (pi − 1) a layer, as "
            + "theory has it for large batches.",
        guide: new("theory, large batches", deepest < 6 ? []
            : [(3, Math.Pow(LargeBatchGrowth, deepest - 5)), (deepest - 2, 1)]));
    string Factor(Effect effect) => Look.Number(Math.Pow(10, effect.Interval.Estimate));

    lab.Report(claims[1].Effects[0].Differences.Count == 0 ? "Depth: too few data for a finding"
            : $"With batch normalization {Factor(claims[0].Effects[0])} times the depth trains ({kinds[0].Name}); the "
                + $"squared gradient grows by {Factor(claims[1].Effects[0])} a layer before the first step, and by "
                + $"{Factor(claims[1].Effects[^1])} at a batch of {sizes[0]}",
        [.. tuning.Trials, .. evaluated],
        evaluated.Summarize(["model", "activation", "batch_size", "norm", "depth", "lr"], ValidationAccuracy, TrainLoss,
            new Measure("growth", Growth)),
        numbers: [],
        figures:
        [
            Maps("map", "What trains: depth against batch size, ReLU", plain, (Norm.None, Norm.Batch),
                new("Batch size"), trial => trial.BatchSize, new("Hidden layers"), trial => trial.Depth,
                ValidationAccuracy, 0.1, "Each cell at its tuned rate, after the same steps."),
            Gradients(plain.Where(trial => trial.Depth == deepest)),
            ByDepth("residual", $"Residual nets beside plain ones, ReLU, batch of {middle}",
                kinds.Single(kind => kind.Start == relu with { BatchSize = middle }), kinds[^2]),
            ByDepth("sigmoid", $"Sigmoid nets, batch of {middle}", kinds[^1]),
        ],
        caveats:
        [
            "Trains means: ends above twice chance after the same steps. A deep net that needs more of them counts as "
                + "one that does not train.",
            "Where both arms train the deepest nets tried, the ratio is 1 by the grid's end.",
            "A residual net's depth is its number of blocks, of one layer each.",
            "Steps are the same for all batches, so larger ones see more images: compare arms at one size.",
            "Growth is measured on models as they start, from layer 3 to the last but two; linear nets were built for "
                + "it and not trained, and enter no other number. Units are few, theory's infinitely many.",
        ],
        claims,
        [
            GrowthTable(growths),
            Method.Tuned(best, ["model", "activation", "batch_size", "norm", "depth"], "validation accuracy on the "
                + "tuning seeds"),
        ]);
});

static TableSection GrowthTable(IReadOnlyList<(string Net, IReadOnlyList<double> Growth, double Theory)> rows) => new(
    "Growth of the squared gradient per layer, before the first step", TableOf(
        rows.Select(row => (row.Net, Interval: Effect.Of("", row.Growth.Select(Math.Log10)).Interval, row.Theory))
            .ToList(),
        ("net", row => row.Net), ("growth", row => Math.Pow(10, row.Interval.Estimate)),
        ("low", row => Math.Pow(10, row.Interval.Low)), ("high", row => Math.Pow(10, row.Interval.High)),
        ("theory", row => row.Theory)),
    "Geometric mean over layers and seeds, with its 95% interval by t. Theory (Yang et al. 2019): ReLU, pi / (pi − 1) "
        + "as the batch grows; linear, (B − 2) / (B − 3); He's weights without a normalizer, 1.");

/// <summary>A kind of net, by its settings but for depth and arm.</summary>
record Kind(string Name, Config Start);
