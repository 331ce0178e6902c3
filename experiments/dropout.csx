#load "../lib/lab.csx"
#nullable enable

const string Question = "Does dropout before batch normalization hurt?";
const string Why = """
    In training dropout adds to the variance of what stands behind it, and BN's running statistics keep that variance;
    in evaluation nothing is dropped, and they are wrong. ReLU nets drop outputs of each hidden layer, of which all but
    the last come before the next layer's BN, or those of the last alone, which no BN follows. Both places stand beside
    nets without BN, in which no statistics can be wrong, and without dropout. Few training images for many epochs, so
    that there is something to regularize. Each arm has its own rate, two a decade.
    """;
const string Caveats = """
    - Dropout of each layer is more dropout than of the last alone, which costs accuracy without BN too: the claim is
      about what it costs beyond that.
    - Where fewer outputs are dropped than suits a net, dropout helps, and one that hurts less can still be of use.
    - Li et al. have convnets on natural images; a perceptron's sums of many outputs are nearer to theory's.
    - Theory is for independent outputs of a layer: on average over random weights it needs no independence, after
      training it does.
    """;

return Experiment(Args, Question, new(["norm", "dropout", "dropout_place"], ["lr"], Why), lab =>
{
    double[] shares = lab.Pick([0.5], [0.2, 0.5], new[] { 0.1, 0.2, 0.3, 0.5, 0.7 });
    var (steps, seeds, rates) = lab.Pick(smoke: (100.0, 1, LogGrid(0.1, 0.3, 2)),
        standard: (1_000.0, 2, LogGrid(0.03, 3, 5)), full: (16_000.0, 3, LogGrid(0.01, 10, 7)));
    var start = lab.Perceptron with { Activation = Activation.Relu, TrainSize = lab.Images(1_000) };
    var none = start with { Epochs = Math.Round(steps / start.StepsPerEpoch, 4) };
    Net[] nets = [.. shares.Select(share => DropoutNet(none, share, rates))];
    var all = new Net("all", [.. nets.SelectMany(net => net.Cells).Distinct()], rates);
    var probe = DropoutShift.Probe(points: 12);

    return from tuning in Tune([all], seeds, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   Literature.DropoutBefore.Judge(trials, all => PlaceCosts(all, nets)),
                   Literature.DropoutVariance.Judge(trials, all => RegainedAccuracy(all, nets)),
               ], probe)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["norm", "dropout", "dropout_place", "lr"], TestAccuracy, ValidationAccuracy, TrainLoss))
           {
               Claims = judged.Claims, Numbers = [.. DropoutNumbers(runs, nets)],
               Figures = DropoutFigures(runs, nets, judged.Claims),
               Tables = [tuning.RatesTable("norm", "dropout", "dropout_place")], Caveats = Caveats,
           };
});
