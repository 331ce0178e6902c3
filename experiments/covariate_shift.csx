#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization reduce internal covariate shift, by either measure of it?";
const string Why = """
    The paper's net (on images in colours a convnet), every arm at its own rate (half decades, on seeds of their own),
    measured at logarithmically spaced steps, so that the first are dense. Compared is the part in which validation
    accuracy rises from 30% to 90% (there from 20% to 40%): nets at equal steps are in different parts of their
    training. The arm noisy adds the shift of Santurkar et al. back behind BN: if shift slows training, it must be slow.
    """;
const string Caveats = """
    - Behind BN a unit's percentiles are normalized by construction, so the drift is counted in interquartile ranges;
      what is left is the movement of beta, and the change of shape.
    - Over all steps the comparison is of something else: without BN the net tells no images apart over its first
      hundred steps. The units' interquartile ranges are next to nothing, which makes the path in their units long; the
      earlier layers' gradients are too, which leaves the last layer's where it was.
    - The path is summed over the measured steps; denser ones would make it longer. BN does that within the first steps,
      where they are denser, so its path is taken more finely than the other's.
    - The gradient's shift depends on the size of the earlier layers' step, so on the rate: each arm has its own.
    - One net: a perceptron of sigmoids, on images in colours a VGG-6. Santurkar et al. measured larger ones, whose
      gradients turned as much with BN as without.
    """;

return Experiment(Args, Question, new(["norm"], ["lr"], Why), lab =>
{
    var (epochs, points, seeds, rates) = lab.Pick(smoke: (1, 16, 1, LogGrid(1, 10, 2)),
        standard: (2, 48, 2, LogGrid(0.1, 10, 5)), full: (20, 48, 5, LogGrid(0.1, 30, 9)));
    int[] layers = lab.On<int[]>([2, 3, 4], convnets: [2, 4, 6]);
    var net = new Net(lab.On("sigmoid", convnets: "VGG-6"), lab.Baseline with { Epochs = epochs },
        lab.On(rates, StandardNets.ConvnetRates(lab)), Arms(Norm.None, Norm.Batch, Norm.Noisy));
    var shift = new ShiftEffects(lab.Levels.Begun, lab.Levels.Usable);
    // A channel of a convnet has many values in each image.
    var images = lab.On(1_000, convnets: 250);
    var probe = Shift.Probe(images, layers, points);

    return from tuning in Tune([net], seeds, probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   Literature.Drift.Judge(trials, all => [shift.Paths(all, net)]),
                   Literature.GradientShift.Judge(trials, all => [shift.Cosines(all, net, layers)]),
               ], probe)
           let runs = judged.Trials
           let all = ShiftEffects.OverAllSteps(runs, net, layers)
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["norm", "lr"], [TestAccuracy, .. shift.Measures(layers)]))
           {
               Claims = judged.Claims, Figures = shift.ShiftFigures(runs, layers, images),
               Tables = [tuning.RatesTable("norm")],
               Numbers = [all.Paths.ToNumber("The drift's ratio over all steps", Unit.Ratio, "Not claimed."),
                   all.Cosines.ToNumber("The cosine's difference over all steps", Unit.Cosine, "Not claimed.")],
               Caveats = Caveats,
           };
});
