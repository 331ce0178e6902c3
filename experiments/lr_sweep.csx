#load "../lib/lab.csx"
#nullable enable

const string Question = "How much higher a learning rate does batch normalization allow?";
const string Why = """
    Three rates a decade (`full`: six; convnets: two, and no plain SGD), over five decades, so that both arms fail at
    the upper end; those in which each optimizer's steps have like size (momentum 0.9 makes them ten times longer,
    Adam's do not scale with the gradient). Between the last rate at which a seed trains and the first at which it does
    not, its limit is bisected to a tenth of a decade. Three seeds are run at all rates, the others about the best rates
    and limits alone: higher ones count as lost, as they are to the three.
    """;
const string Caveats = """
    - Each arm's best rate is read off the same seeds that draw its curves, so both best accuracies are a little too
      good; the ranges of rates hardly change by it. All accuracies are on validation images: rates are set side by
      side, none is selected, and so there is nothing for test images to measure.
    - A share of lost rates depends on the grid, which is even in their logarithm: here only on its upper end. Rates too
      low to learn within the budget are counted apart, since a longer one would make them learn.
    - One model, one dataset, a budget of one epoch or two: which rates are usable depends on all three.
    - The range test trains one net through all rates in 200 steps. It tends to put the limit higher than the sweep
      does, since no rate lasts.
    """;

return Experiment(Args, Question, new(["norm", "lr", "optimizer", "momentum"], [], Why, ["epochs", "lr_end"]), lab =>
{
    const int Scouts = 3;
    var count = lab.Pick(smoke: 6, standard: lab.On(16, convnets: 11), full: 31);
    var sgd = lab.Baseline with { Momentum = 0, Epochs = lab.Pick(1, lab.On(1, convnets: 2), 2) };
    Net[] optimizers =
    [
        new("SGD", sgd, LogGrid(1e-2, 1e3, count)),
        new("momentum", sgd with { Momentum = 0.9 }, LogGrid(1e-3, 1e2, count)),
        new("Adam", sgd with { Optimizer = Optimization.Adam }, LogGrid(1e-4, 1e1, count)),
    ];
    var nets = optimizers[lab.On(0, convnets: 1)..];

    return from judged in Evaluate(from net in nets
                                   from rate in net.Rates
                                   from arm in net.Cells
                                   select arm with { Lr = rate }, lab.Looks, trials =>
               [
                   Literature.HigherRates.Judge(trials, all => StableRateRatios(all, nets)),
                   Literature.Stable.Judge(trials, all => LostAboveBest(all, nets)),
               ], RangeTest.Probe, BisectStableRates, Role.Sweep,
               later: trials => NearLimits(trials, nets), scouts: Scouts)
           from tests in Sweep(from net in nets
                               from arm in net.Cells
                               from seed in lab.Looks.First
                               select RangeTest.Configure(arm with { Seed = seed }, net.Rates[0], net.Rates[^1]),
               RangeTest.Probe)
           let runs = nets.SelectMany(judged.Trials.OnGrid).ToList()
           let limits = RateLimits.Of(nets, judged.Trials)
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["optimizer", "momentum", "norm", "lr"], ValidationAccuracy, TrainLoss, Volatility))
           {
               Claims = judged.Claims,
               Numbers =
               [
                   .. limits.Take(2).Select(one => one.UsableDecades()),
                   .. from effect in LostBelowBest([.. runs.Where(trial => trial.Seed <= Scouts)], nets)
                      select effect.ToNumber($"Rates too low to learn, {effect.Condition}: none less batch", Unit.Share,
                          "Not claimed."),
               ],
               Figures =
               [
                   AccuracyByRate(nets[0], runs), CurvesAtBest("curves", nets[0], limits),
                   .. nets[1..].Select(net => AccuracyByRate(net, runs)),
                   limits.RateRanges("ranges", "Usable rates and largest stable rates"),
                   Band("volatility", $"How much the loss jumps, {nets[0].Name}",
                       // Where all losses are 0, none jumps, and a log axis has no place for it.
                       [.. nets[0].Cells.SelectMany(runs.At).Where(trial => trial.LossVolatility != 0)],
                       new("Learning rate", Log: true), trial => trial.Lr, new("Volatility of the loss", Log: true),
                       Volatility, "Standard deviation of the mini-batch losses in the second half of training, by "
                           + "successive differences, over their mean."),
               ],
               Tables = [limits.RateLimitsTable(tests)],
               Caveats = Caveats,
           };
});
