#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization smooth the loss along the gradient?";
const string Why = """
    Three nets (on images in colours two convnets), each arm at its own rate (half decades, three tuning seeds; of
    convnets one). At logarithmically spaced steps of training the loss and its gradient are taken along the gradient,
    at distances over two decades, two a decade, from a hundredth of what an update moves to what it never does in one
    step.
    """;
const string Caveats = """
    - Distances are absolute, as in Santurkar et al. A net with larger weights is moved less by the same distance, and
      BN's weights grow; one with a smaller gradient has less to change. The claim with scales taken out counts
      distances and changes in the norms of weights and gradient, so that what is left is no matter of units.
    - On 500 fixed training images and with batch statistics; the running ones take no part.
    - The arms are at different rates and so at different places after the same number of steps. Compared are the steps
      after a net has begun to learn (30% validation accuracy, of natural images 20%): the sigmoid net without BN stays
      at chance for most of the measured ones, where its loss is flat, and that is no merit. The figures show all.
    """;

return Experiment(Args, Question, new(["norm", "model", "activation"], ["lr"], Why, StandardNets.Dependent), lab =>
{
    var (epochs, lenetEpochs, distances, points, seeds) = lab.Pick(smoke: (0.5, 0.3, 2, 4, 1),
        standard: (1, 0.5, 5, 12, lab.On(3, convnets: 1)), full: (20, 10, 5, 24, 3));
    var nets = StandardNets.Several(lab, epochs, lenetEpochs, convnetEpochs: lab.Pick(1, 3, 20));
    var probe = Landscape.Probe(images: 500, LogGrid(1e-2, 1, distances), points);
    IReadOnlyList<Effect> Smoother(IReadOnlyList<Trial> trials, Func<CurvePoint, double> roughness) =>
        LogRatios(trials, nets, "none", over: "batch", at =>
            at.ValidationAccuracy >= lab.Levels.Begun ? roughness(at) : double.NaN);

    return from tuning in Tune(nets, seeds, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.FewLooks, trials =>
               [
                   Literature.Smooth.Judge(trials, all => Smoother(all, Landscape.LossRange)),
                   Literature.SmoothGradient.Judge(trials, all => Smoother(all, Landscape.GradientRange)),
                   Literature.SmoothScaleFree.Judge(trials, all => Smoother(all, Landscape.ScaleFree)),
               ], probe)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["model", "activation", "norm", "lr"], [TestAccuracy, .. probe.Columns.Select(name =>
                   new Measure($"log10_{name}", trial => trial.MeanLog(at => at.Own[name])))]))
           {
               Claims = judged.Claims, Figures = LandscapeFigures(runs, nets),
               Numbers =
               [
                   .. Smoother(runs, Landscape.Relative).Select(effect => effect.ToNumber(
                       $"With the gradient's scale alone taken out, {effect.Condition}", Unit.Ratio, "Not claimed.")),
               ],
               Tables = [tuning.RatesTable("model", "activation", "norm")], Caveats = Caveats,
           };
});
