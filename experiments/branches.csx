#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization help residual nets by making their branches small?";
const string Why = """
    Residual perceptrons of 10 and 50 blocks, x + linear(ReLU(norm(x))), from He's weights: with BN, without, and with
    two ways to make branches small without a normalizer: SkipInit, which ends each with a learned factor at 0, and
    Fixup, whose branches end in weights at 0, with learned scalars. All take the same steps, each arm at its own rate,
    two rates a decade. On images in colours the nets are ResNet-8 and 20, two epochs at four rates on one tuning seed.
    """;
const string Caveats = """
    - A block of the perceptrons has one linear layer, so SkipInit and Fixup differ in scalars and the classifier's
      start alone.
    - Without a normalizer He's weights double the signal in each block: the deep plain net is lost by its start.
    - Small branches say why deep residual nets can be trained at all; what BN does to the rate is another question.
    - Theory is for nets of infinite width; with 64 units the plain signal scatters, the more the deeper. It is not for
      ResNets, where an activation follows each sum and two stages change the shape: there the signal is only drawn.
    - Trainings are short: an arm that is slower without a normalizer may come as far with more.
    """;

return Experiment(Args, Question, new(["norm", "depth"], ["lr"], Why), lab =>
{
    int[] depths = lab.OnConvnets ? lab.Pick([8], [8, 20], new[] { 8, 20, 56 })
        : lab.Pick([2, 5], [10, 50], new[] { 5, 10, 20, 50, 100 });
    int[] blocks = [.. (lab.OnConvnets ? Enumerable.Range(0, 28) : [0, 1, 2, 5, 10, 20, 30, 40, 50, 75, 100])
        .Where(block => block <= (lab.OnConvnets ? (depths[^1] - 2) / 2 : depths[^1]))];
    var (steps, seeds, rates) = lab.Pick(smoke: (60.0, 1, LogGrid(0.03, 0.1, 2)),
        standard: (500.0, 2, LogGrid(0.003, 1, 6)), full: (3_000.0, 3, LogGrid(0.001, 10, 9)));
    if (lab.OnConvnets)
        (seeds, rates) = (1, lab.Pick(LogGrid(0.03, 0.1, 2), LogGrid(0.01, 0.3, 4), LogGrid(0.003, 1, 6)));
    var convnet = lab.Convnet with { Epochs = lab.Pick(1, 2, 8) };
    var none = lab.Perceptron with
    {
        Model = Architecture.ResidualMlp, Activation = Activation.Relu, Init = Scheme.HeNormal, Width = 64,
        BatchSize = 32,
    };
    var arms = Arms(Norm.None, Norm.SkipInit, Norm.Fixup, Norm.Batch);
    Net[] nets = [.. depths.Select(depth => lab.OnConvnets ? StandardNets.ResNet(convnet, depth, rates, arms)
        : new Net($"{depth} blocks",
            none with { Depth = depth, Epochs = Math.Round(steps / none.StepsPerEpoch, 4) }, rates, arms))];
    var probe = BranchSignal.Probe(blocks, points: 12);

    return from tuning in Tune(nets, seeds, probe)
           from runs in Evaluate(tuning.BestCells(ValidationAccuracy), lab.FewLooks, trials =>
               [Literature.SmallBranches.Judge(trials, all =>
                   BranchEffects(all, nets, Norm.SkipInit, Norm.Fixup))], probe)
           let claim = runs.Claims[0]
           select new Report(claim.Title,
               runs.Trials.Summarize(["depth", "norm", "lr"], TestAccuracy, ValidationAccuracy, TrainLoss))
           {
               Claims = runs.Claims,
               Numbers = lab.OnConvnets ? [] : [.. BranchNumbers(runs.Trials, nets[^1], depths[^1])],
               Figures = BranchFigures(runs.Trials, nets, blocks), Tables = [tuning.RatesTable("depth", "norm")],
               Caveats = Caveats,
           };
});
