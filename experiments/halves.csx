#load "../lib/lab.csx"
#nullable enable

const string Question = "Is half of a normalizer enough: centring alone, or scaling alone?";
const string Why = """
    BN subtracts a mean and divides by a deviation. One half of it subtracts the batch's mean and scales nothing, alone
    or with the weights normalized, as Salimans and Kingma have it; the other divides by the batch's root mean square
    and centres nothing. RMS normalization is that half of layer normalization: there the halves were first told apart,
    so it stands beside layer. Weight normalization alone does without the batch (in `full`, weight standardization with
    groups too). Each arm has its own rate, two a decade, chosen by the outcome that is compared.
    """;
const string Caveats = """
    - The target is where the plain net surely ends, the lowest end of its tuning seeds: it asks who gets there as soon,
      not who ends best; for that see the column of best test accuracies.
    - Sigmoids hand on outputs with a mean far from 0, ReLU half as far: what centring is worth depends on it.
    - The published halves are of larger nets: convnets (mean-only BN) and recurrent ones (RMS normalization).
    """;

return Experiment(Args, Question, new(["norm", "activation"], ["lr"], Why, ["epochs"]), lab =>
{
    var (images, epochs, seeds) = lab.Pick(smoke: (6_000, 1, 1), standard: (15_000, 1, 2), full: (50_000, 10, 5));
    var plain = lab.Perceptron with { TrainSize = lab.Images(images), Epochs = epochs };
    Norm[] others = [Norm.BatchMeanWeightNorm, Norm.BatchMean, Norm.BatchRms, Norm.Layer, Norm.Rms, Norm.WeightNorm,
        .. lab.Pick<Norm[]>([], [], [Norm.WeightStd])];
    var nets = StandardNets.Perceptrons(lab, plain, Arms([Norm.None, Norm.Batch, .. others]));
    var probe = Probe.Curves(points: 16);

    return from tuning in Tune(nets, seeds, probe, SpeedAndAccuracy(lab.Levels))
           let compared = tuning.Compare()
           from judged in Evaluate(compared.SelectMany(net => net.Chosen), lab.Looks, trials =>
               [
                   Literature.ScalingAlone.Judge(compared.BySpeed(trials), all =>
                       [.. compared.SelectMany(net => net.StepsOver("batch", all, "batch_rms")),
                           .. compared.SelectMany(net => net.StepsOver("layer", all, "rms"))]),
                   Literature.CentringAlone.Judge(compared.BySpeed(trials), all =>
                       [.. compared.Select(net => net.Steps(all, "batch_mean_weight_norm", over: "batch"))]),
               ], probe)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["activation", "norm", "lr"], AccuracyAndSteps(lab.Levels)))
           {
               Claims = judged.Claims, Caveats = Caveats,
               Figures = [compared.StepsOverBatch(runs, lab.Looks),
                   .. compared.Select(net => net.SpeedCurves(runs)), .. compared.Select(net => net.UsableRates())],
               Tables = [compared.TargetsTable(runs, lab.Levels), compared.RatesTable("activation", "norm")],
           };
});
