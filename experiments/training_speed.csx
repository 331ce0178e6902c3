#load "../lib/lab.csx"
#nullable enable

const string Question = "How much faster does a net train with batch normalization, each arm at its own rate?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, over four decades, two values a decade, on seeds of
    their own: a gain in speed at one common rate would be a gain of the rate. Three nets, since the paper's, with its
    sigmoids, is one of the past. Rates next to the fastest are evaluated too: what holds at the chosen ones alone
    may be an error of the choice.
    """;
const string Caveats = """
    - The target is where the arm without BN ends, so about half of that arm's seeds miss it: such a seed is beyond the
      budget, its ratio beyond all others, and the interval is the median's.
    - Steps are not seconds: with BN a step costs more, here about a tenth (compare the column seconds of trials.csv).
    - On MNIST the gain in final accuracy is about the size of the noise: at 98% an accuracy on 10,000 images has a
      standard error of 0.14 points.
    - Budgets are short (three epochs, one for LeNet): with more, both arms end closer together.
    """;

return Experiment(Args, Question, new(["norm", "model", "activation"], ["lr"], Why, StandardNets.Dependent), lab =>
{
    var nets = StandardNets.Three(lab, epochs: lab.Pick(1, 3, 20), lenetEpochs: lab.Pick(1, 1, 10));
    var probe = Probe.Curves(points: 24);

    return from tuning in Tune(nets, seeds: lab.Pick(1, 2, 5), probe)
           let compared = tuning.Compare()
           from runs in Evaluate(compared.SelectMany(net => net.Chosen(neighbours: true)), lab.Seeds(standard: 6),
               probe)
           let speed = Literature.Faster.Judge(compared.BySpeed(runs), all =>
               [.. compared.Select(net => net.Steps(all, "none", over: "batch"))])
           let accuracy = Literature.Better.Judge(compared.ByAccuracy(runs), all =>
               [.. compared.Select(net => net.Accuracy(all, "batch", less: "none"))])
           select new Report(speed.Title,
               runs.Summarize(["model", "activation", "norm", "lr"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(0.90, 0.95, 0.97)]))
           {
               Claims = [speed, accuracy],
               Figures = [.. compared.Select(net => net.SpeedCurves(runs))],
               Tables = [compared.TargetsTable(runs), compared.RatesTable("model", "activation", "norm")],
               Caveats = Caveats,
           };
});
