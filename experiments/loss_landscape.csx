#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization smooth the loss along the gradient?";
const string Why = """
    Three nets, each arm at its own rate (half decades, one seed of its own). At ten logarithmically spaced steps of
    training the loss and its gradient are taken along the gradient, at distances over two decades, two a decade, from a
    hundredth of what an update moves to what it never does in one step.
    """;
const string Caveats = """
    - Distances are absolute. A net with larger weights is moved less by the same distance, and BN's weights grow: the
      numbers at the head tell what is left where distance is counted in the weights' norm.
    - On 500 fixed training images and with batch statistics; the running ones take no part.
    - The raw measure mixes smoothness with the gradient's size, which BN changes too; hence the relative one.
    - The arms are at different rates and so at different places after the same number of steps.
    """;

return Experiment(Args, Question, new(["norm", "model", "activation"], ["lr"], Why, StandardNets.Dependent), lab =>
{
    var (epochs, lenetEpochs, distances, points, seeds) =
        lab.Pick(smoke: (0.5, 0.3, 2, 4, 1), standard: (1, 0.5, 5, 10, 1), full: (20, 10, 5, 10, 3));
    var nets = StandardNets.Three(lab, epochs, lenetEpochs);
    var probe = Landscape.Probe(images: 500, LogGrid(1e-2, 1, distances), points);
    double Raw(CurvePoint at) => at.Own["effective_beta"];
    double Relative(CurvePoint at) => Raw(at) / at.Own["gradient_norm"];
    double PerWeights(CurvePoint at) => Relative(at) * at.Own["weight_norm"];

    return from tuning in Tune(nets, seeds, probe)
           from runs in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Seeds(standard: 6), probe)
           let claim = Literature.Smooth.Judge(tuning.At(ValidationAccuracy, runs), all =>
               LogRatios(all, nets, "none", over: "batch", Relative))
           select new Report(claim.Title,
               runs.Summarize(["model", "activation", "norm", "lr"], [TestAccuracy, .. probe.Columns.Select(name =>
                   new Measure($"log10_{name}", trial => trial.MeanLog(at => at.Own[name])))]))
           {
               Claims = [claim], Figures = LandscapeFigures(runs, nets, Relative),
               Numbers =
               [
                   LogRatios(runs, nets, "none", over: "batch", Raw)[0].ToNumber("The same, not relative, none over "
                       + "batch", Unit.Ratio, $"{nets[0].Name}."),
                   .. LogRatios(runs, nets, "none", over: "batch", PerWeights).Select(effect => effect.ToNumber(
                       $"The same per share of the weights' norm, {effect.Condition}", Unit.Ratio, "Not claimed.")),
               ],
               Tables = [tuning.RatesTable("model", "activation", "norm")], Caveats = Caveats,
           };
});
