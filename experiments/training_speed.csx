#load "../lib/lab.csx"
#nullable enable

const string Question = "How much faster does a net train with batch normalization, each arm at its own rate?";
const string Why = """
    The rate is tuned for each arm by the outcome that is compared, two values a decade, on seeds of their own: a gain
    in speed at one common rate would be a gain of the rate. Speed is steps to 90%, to 95% and to where the arm without
    BN ends (on natural images to 40%, to 50% and to there), at a constant rate, since it is the rate that makes it; the
    best accuracy is that of a rate that falls linearly to 0. Five seeds choose the constant rates (of convnets three),
    three the others, whose seeds differ less (in the median a third as much). (Seeds rather than a curve through the
    scores: near the largest rate that trains these fall off a cliff. Four decades were tried first; the table of rates
    says where the best of an arm stands at an end of its grid nevertheless.) Of perceptrons and LeNet, rates next to
    the chosen ones are evaluated too: what holds at the chosen ones alone may be an error of the choice. Three nets,
    since the paper's, with its sigmoids, is one of the past; on images in colours two convnets.
    """;
const string Caveats = """
    - The end is the lowest accuracy at which a tuning seed of the arm without BN ends. An evaluation seed that does not
      come there is beyond the budget, its ratio beyond all others, and the interval is the median's.
    - An accuracy that no arm of a net comes to is left out for that net.
    - Steps are not seconds: with BN a step costs more (see the milliseconds of a step).
    - All seeds are tested on the same images. Intervals say what another seed would give, not other images: at 98% an
      accuracy on 10,000 of them has a standard error of 0.14 points.
    - Where both arms have the same best rate, accuracy at the plain net's rate is that of the same trainings: BN gains
      what it gains without a higher rate.
    - Budgets are short (in `standard` three epochs, 0.6 for LeNet, eight for convnets): with more, both arms end closer
      together.
    """;

return Experiment(Args, Question, new(["norm", "model", "activation"], ["lr"], Why,
    [.. StandardNets.Dependent, "schedule"]), lab =>
{
    var nets = StandardNets.Several(lab, epochs: lab.Pick(1, 3, 20), lenetEpochs: lab.Pick(1, 0.6, 10),
        convnetEpochs: lab.Pick(1, 8, 20));
    Net[] paced = lab.OnConvnets ? [.. nets]
        : [nets[0].Within(0.3, 10), nets[1].Within(0.1, 3), nets[2].Within(1e-3, 0.1)];
    Net[] cooled = lab.OnConvnets ? paced
        : [nets[0].Within(1, 30), nets[1].Within(0.1, 3), nets[2].Within(3e-3, 3e-2)];
    var decaying = cooled.Select(net => net.Decaying).ToList();
    var probe = Probe.Curves(config => config.Schedule == Schedule.Linear ? 4 : 32);

    return from tuning in Tune(paced, lab.Pick(1, lab.On(5, convnets: 3), 5), probe, SpeedAndAccuracy(lab.Levels))
           from ends in Tune(decaying, seeds: lab.Pick(1, 3, 5), probe)
           let compared = tuning.Compare()
           let best = ends.Compare()
           let targets = compared.To(lab.Levels.Usable, lab.Levels.Good)
           from judged in Evaluate(targets.SelectMany(race => race.Fastest)
                   .Concat(best.SelectMany(net => net.MostAccurate))
                   .Concat(best.Select(net => net.AtRateOf("batch", "none"))), lab.Looks, trials =>
               [
                   Literature.Faster.JudgeSpeed([.. targets], trials, "none", over: "batch"),
                   Literature.Better.Judge(best.ByAccuracy(trials), all =>
                       [.. best.Select(net => net.Accuracy(all, "batch", less: "none"))]),
                   Literature.RateIsTheGain.Judge(trials, all =>
                       [.. best.Select(net => net.AccuracyAtRateOf(all, "batch", less: "none"))]),
               ], probe, neighbours: lab.Neighbours ? [tuning, ends] : [])
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["model", "activation", "norm", "schedule", "lr"],
                   TestAccuracy, ValidationAccuracy, TrainLoss))
           {
               Claims = judged.Claims,
               Figures = [SpeedByAccuracy("speed", "How many times sooner, by the accuracy reached",
                   "Steps, none over batch", compared, net => net.SpeedCourse(runs, "none", over: "batch"),
                   Literature.Faster), .. compared.Select(net => net.SpeedCurves(runs))],
               Tables = [compared.TargetsTable(runs, lab.Levels, best),
                   RatesTable([.. targets], best, ["model", "activation", "norm"])],
               Caveats = Caveats,
           };
});
