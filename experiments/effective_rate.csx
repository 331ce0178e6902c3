#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization make learning rate and weight decay one and the same?";
const string Why = """
    The scale of weights before BN changes nothing but how far a step turns them, so a rate too high grows the weights
    until it suits, and decay acts by keeping them small. The hidden layers' weights get rates from a hundredth to a
    hundred times the net's tuned one, two values a decade, which all other parameters keep. Two decays, one of which
    lets the norm settle within the training and one of which does not; each beside the rate that grows instead and
    should train alike, and beside decay of all parameters, of which no rate can stand for gamma's.
    """;
const string Caveats = """
    - The usable range ends within 2 points of the arm's best; where it reaches an end of the four decades, it is at
      least as long.
    - That a rate stands for decay holds for plain SGD and BN without epsilon; with momentum it needs another rule.
    - Theory's angle is that of weights whose norm has settled; gradients that shrink while a net learns leave it behind.
    - One learning rate, that which suits the net without decay, for all decays.
    """;

return Experiment(Args, Question, new(["norm", "activation", "lr_hidden", "weight_decay", "decay", "decayed"], ["lr"],
    Why), lab =>
{
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.03, 10, 6), LogGrid(0.01, 100, 9));
    double[] factors = lab.Pick(LogGrid(1e-2, 1e2, 3), LogGrid(1e-2, 1e2, 9), LogGrid(1e-3, 1e3, 25));
    double[] decays = [1e-3, 1e-2];
    Net[] nets =
    [
        new("sigmoid", lab.Baseline, rates),
        new("ReLU", lab.Baseline with { Activation = Activation.Relu }, rates),
    ];
    IEnumerable<Config> Decaying(Config cell) => from decay in decays
                                                 from one in EffectiveRate.Ways(cell, decay)
                                                 select one;

    return from tuning in Tune(nets, seeds: lab.Pick(1, 2, 3))
           from judged in Evaluate([
                   .. from cell in tuning.BestCells(ValidationAccuracy)
                      from factor in factors
                      select cell with { LrHidden = factor },
                   .. tuning.BestCells(ValidationAccuracy).Where(cell => cell.Norm == Norm.Batch).SelectMany(Decaying)],
               lab.Looks, trials =>
               [
                   Literature.AutoRate.Judge(trials, all => [.. nets.Select(net => HiddenRateGain(all, net))]),
                   Literature.DecayIsRate.Judge(trials, all => [.. from net in nets
                                                                   from decay in decays
                                                                   from effect in DecayEffects(all, net, decay)
                                                                   select effect]),
               ], EffectiveRate.Probe)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["activation", "norm", "lr", "lr_hidden", "weight_decay", "decay", "decayed"],
                   ValidationAccuracy, TestAccuracy, TrainLoss))
           {
               Claims = judged.Claims,
               Numbers = [.. nets.Select(net => HiddenRateCost(runs, net)), .. SettledNumbers(runs, nets, decays)],
               Figures = EffectiveRateFigures(runs, nets, decays),
               Tables = [tuning.RatesTable("activation", "norm")],
               Caveats = Caveats,
           };
});
