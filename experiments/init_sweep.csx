#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization make the initial weights matter less?";
const string Why = """
    Standard deviations of the initial weights over six decades, two values a decade (convnets: one); the usual schemes
    lie in the middle. Where a seed's usable scales end is bisected to an eighth of a decade, at the rate of the scale
    inside. CS231n's figure was made at one rate, 1e-3 for Adam, which suits one scale and one arm: so every cell is
    also given its own rate from four decades (of three, tried first, BN's best was the highest).
    """;
const string Caveats = """
    - Tuning and the common rate answer different questions: at 0.001 a scale can look unusable since the rate is wrong.
    - Usable is what comes to 90% (convnets: 30%, in one epoch of 10,000 images), for both arms the same. Within 2
      points of its own best scale, which stands beside it, an arm that is good nowhere can have a wide range.
    - Scales beyond the ends of the grid are not counted. One budget, in `standard` an epoch of 20,000 images.
    """;

return Experiment(Args, Question, new(["norm", "init_scale", "init", "activation"], ["lr"], Why), lab =>
{
    var start = lab.Baseline with
    {
        Optimizer = Optimization.Adam, Epochs = lab.Pick(1, 1, 5),
        TrainSize = lab.Images(lab.On(lab.Pick(6_000, 20_000, 50_000), convnets: lab.Convnet.TrainSize)),
    };
    // Small batches, so that an epoch of fewer images has steps enough; and no decay of the weights.
    (string Name, Config None)[] kinds = lab.OnConvnets
        ? [("VGG-6", start with { BatchSize = 32, Momentum = 0, WeightDecay = 0, Decayed = Decayed.All })]
        : [("sigmoid", start), ("ReLU", start with { Activation = Activation.Relu })];
    Scheme[] schemes = [Scheme.Zero, Scheme.HeNormal, Scheme.LecunNormal, Scheme.GlorotUniform, Scheme.Orthogonal];
    var scales = LogGrid(1e-4, 1e2, lab.Pick(3, lab.On(13, convnets: 7), 25));
    var scaled = from kind in kinds
                 from scale in scales
                 from norm in new[] { Norm.None, Norm.Batch }
                 select kind.None with { Init = Scheme.Normal, InitScale = scale, Norm = norm };
    var named = from kind in kinds
                from scheme in schemes[..lab.Pick(2, lab.On(5, convnets: 3), 5)]
                from norm in new[] { Norm.None, Norm.Batch }
                select kind.None with { Init = scheme, Norm = norm };
    var net = new Net("all", [.. scaled, .. named],
        lab.Pick(LogGrid(1e-3, 1e-2, 2), LogGrid(1e-4, 1, lab.On(9, convnets: 5)), LogGrid(1e-4, 1, 17)));
    var (usable, few) = (lab.On(lab.Levels.Usable, convnets: lab.Levels.Trained), lab.Looks.First.Take(3).ToList());
    var probe = TrainingAccuracy.Probe(images: 1_000, points: 8);

    return from tuning in Tune([net], seeds: lab.Pick(1, 2, 5), probe)
           from common in Evaluate(from cell in net.Cells select cell with { Lr = 1e-3 }, few, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [Literature.Initialization.Judge(trials, all =>
                   [.. kinds.Select(kind => UsableScaleGain(all, usable, kind.None, kind.Name))])], probe,
               trials => BisectUsableScales(trials, usable))
           let tuned = judged.Trials.Where(trial => scales.Contains(trial.InitScale)).ToList()
           select new Report(judged.Claims[0].Title,
               tuned.Summarize(["activation", "init", "init_scale", "norm", "lr"], BestValidationAccuracy,
                   BestTrainAccuracy, TestAccuracy, TrainLoss))
           {
               Claims = judged.Claims,
               Numbers =
               [
                   .. kinds.Select(kind => UsableScalesNumber(common, usable, kind.None, kind.Name, "Adam at 0.001")),
                   .. kinds.Select(kind => RelativeScaleGain(tuned, kind.None, kind.Name).ToNumber(
                       $"Scales within 2 points of the best, {kind.Name}, tuned: batch less none", Unit.Decades,
                       "Not claimed.")),
               ],
               Figures = [.. kinds.SelectMany(kind => new[]
               {
                   ByWeightScale($"{kind.Name.ToLowerInvariant()}_tuned", $"{kind.Name}, each cell at its tuned "
                       + "rate", tuned, kind.None),
                   ByWeightScale($"{kind.Name.ToLowerInvariant()}_fixed", $"{kind.Name}, every cell at Adam's "
                       + "0.001", common, kind.None),
                   ScaleMap($"map_{kind.Name.ToLowerInvariant()}", $"Learning rate against weight scale, {
                       kind.Name}", tuning.Trials, kind.None),
               })],
               Tables =
               [
                   NamedSchemes("Named schemes, tuned rates", tuned, ["activation", "init", "norm", "lr"]),
                   NamedSchemes("Named schemes, Adam at 0.001", common, ["activation", "init", "norm"]),
                   tuning.RatesTable("activation", "init", "init_scale", "norm"),
               ],
               Caveats = Caveats,
           };
});
