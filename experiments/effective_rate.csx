#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization make learning rate and weight decay one and the same?";
const string Why = """
    The scale of weights before BN changes nothing but how far a step turns them, so a rate too high grows the weights
    until it suits, and decay acts by keeping them small. The hidden layers' weights get rates from a hundredth to a
    hundred times the net's tuned one, two values a decade, which all other parameters keep. Decay of these weights
    stands beside the rate that grows instead and should train alike, and beside decay of all parameters, of which no
    rate can stand for gamma's; there the rate falls to 0, since at a constant one rounding alone moves the end by a
    point. Where theory tells at which norm weights settle, the rate is constant, and decay strong enough to get there.
    On images in colours the net is a VGG-6, without momentum as theory wants it, tuned over two decades on one seed;
    its trainings are short (one epoch in batches of 32), so that decay is stronger, and the hidden rates are decades.
    """;
const string Caveats = """
    - The usable range ends within 2 points of the arm's best; where it reaches an end of the four decades, it is at
      least as long.
    - That a rate stands for decay holds for plain SGD and BN without epsilon; with momentum it needs another rule.
    - Theory's angle is that of weights whose norm has settled; where gradients shrink as a net learns, it lags behind.
    - One learning rate, that which suits the net without decay, for all decays.
    """;

return Experiment(Args, Question, new(["norm", "activation", "lr_hidden", "weight_decay", "decay", "decayed"], ["lr"],
    Why, ["schedule"]), lab =>
{
    var start = lab.Baseline with
    {
        Epochs = lab.Pick(1, 1, 10), Momentum = 0, WeightDecay = 0, Decayed = Decayed.All,
    };
    if (lab.OnConvnets) start = start with { BatchSize = 32 };
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.03, 30, 7), LogGrid(0.01, 100, 9));
    var factors = lab.Pick(LogGrid(1e-2, 1e2, 3), LogGrid(1e-2, 1e2, 9), LogGrid(1e-3, 1e3, 25));
    if (lab.OnConvnets)
        (rates, factors) = lab.Pick((LogGrid(0.1, 1, 2), LogGrid(1e-2, 1e2, 3)),
            (LogGrid(0.03, 3, 5), LogGrid(1e-2, 1e2, 5)), (LogGrid(0.01, 10, 7), LogGrid(1e-3, 1e3, 13)));
    var (decay, strong) = lab.OnConvnets ? (1e-2, 3e-2) : (1e-3, 1e-2);
    List<Net> nets = lab.OnConvnets ? [new("VGG-6", start, rates)] :
        [.. new Net[]
        {
            new("sigmoid", start, rates), new("ReLU", start with { Activation = Activation.Relu }, rates),
        }.Take(lab.Pick(1, 2, 2))];

    return from tuning in Tune(nets, lab.OnConvnets ? lab.Pick(1, 1, 2) : lab.Pick(1, 2, 3), EffectiveRate.Probe)
           from swept in Evaluate(from best in tuning.BestCells(ValidationAccuracy)
                                  from factor in factors
                                  select best with { LrHidden = factor }, lab.Looks, trials =>
               [Literature.AutoRate.Judge(trials, all => [.. nets.Select(net => HiddenRateGain(all, net))])],
               EffectiveRate.Probe, role: Role.Sweep)
           from decayed in Evaluate(from best in tuning.BestCells(ValidationAccuracy)
                                    where best.Norm == Norm.Batch
                                    from cell in DecayWays.Of(best, decay).Cells.Append(Settling(best, strong))
                                    select cell, lab.Looks, trials =>
               [Literature.DecayIsRate.Judge(trials, all => [.. nets.SelectMany(net =>
                   DecayWays.Of(net["batch"], decay).Effects(all, net.Name))])],
               EffectiveRate.Probe)
           let auto = swept.Claims[0]
           let asRate = decayed.Claims[0]
           let runs = (Trial[])[.. swept.Trials, .. decayed.Trials]
           select new Report(auto.Title,
               runs.Summarize(["activation", "norm", "lr", "lr_hidden", "schedule", "weight_decay", "decay", "decayed"],
                   ValidationAccuracy, TestAccuracy, TrainLoss, SettledMeasure("angle"),
                   SettledMeasure("norm_to_settled")))
           {
               Claims = [auto, asRate],
               Numbers = [.. nets.Select(net => HiddenRateNumber(runs, net)), .. nets.Select(net =>
                   TurnNumber(runs, Settling(net["batch"], strong), net.Name))],
               Figures = EffectiveRateFigures(runs, nets, decay, strong, asRate),
               Tables = [tuning.RatesTable("activation", "norm")],
               Caveats = Caveats,
           };
});
