#load "../lib/lab.csx"
#nullable enable

const string Question = "Does training with batch normalization stay at the edge of stability?";
const string Why = """
    Gradient descent on all training images at once lets the sharpness, the largest eigenvalue of the loss's Hessian,
    rise until it is 2 over the rate, where steps begin to overshoot. Two rates, half a decade apart, the same ones for
    both arms: what the sharpness comes to at a rate is the question. (A half decade more, tried first, loses the nets
    without BN.) Tanh, whose loss has second derivatives everywhere;
    few images of half the resolution and narrow layers, since each eigenvalue takes tens of passes over all images.
    The eleventh eigenvalue stands for the bulk, of which the ten classes' may stand out.
    """;
const string Caveats = """
    - With cross-entropy the sharpness falls again once all images are fitted, so its largest value counts; but not that
      of the start, from which it may fall as well.
    - At rates so low that the sharpness never rises to 2 over the rate, a net stays below the edge by itself: what nets
      without BN do at the same rate stands beside.
    - In training mode the Hessian is that of the loss with the batch's statistics, through which it is differentiated.
    - Lyu et al. have weight decay, which keeps the rate of normalized weights up; here there is none, so that weights
      grow, and the sharpness falls.
    """;

return Experiment(Args, Question, new(["norm", "lr"], [], Why, ["halve"]), lab =>
{
    var rates = lab.Pick<double[]>([1], [0.3, 1], [0.1, 0.3, 1, 3, 10]);
    var (images, width, steps) = lab.Pick(smoke: (100, 20, 30), standard: (500, 50, 200), full: (2_000, 100, 1_000));
    var none = lab.Perceptron with
    {
        Activation = Activation.Tanh, Halve = lab.CanHalve, Width = width, TrainSize = images, BatchSize = images,
        Epochs = steps,
    };
    var batch = none with { Norm = Norm.Batch };

    return from judged in Evaluate(from rate in rates
                                   from cell in new[] { none, batch }
                                   select cell with { Lr = rate }, lab.FewLooks, trials =>
               [
                   Literature.Edge.Judge(trials, all => OverEdge(all, rates, batch)),
                   Literature.Outliers.Judge(trials, all => OutlierRatios(all, rates, none, over: batch)),
               ], EdgeOfStability.Probe(points: 14), role: Role.Sweep)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["norm", "lr"], new("peak", EdgeOfStability.Peak), TrainLoss, ValidationAccuracy))
           {
               Claims = judged.Claims, Numbers = [.. EdgeNumbers(runs, rates, none)],
               Figures = EdgeFigures(runs, rates, judged.Claims), Caveats = Caveats,
           };
});
