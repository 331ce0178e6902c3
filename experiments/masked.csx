#load "../lib/lab.csx"
#nullable enable

const string Question = "Does learning gamma and beta alone reach more than learning as many weights?";
const string Why = """
    Nets with BN of which gamma and beta alone are learned, and the same nets of which two weights of each hidden unit
    are learned in their place, drawn at random: as many numbers, and the same start. All else stays as it was drawn,
    the last layer too. Three widths, since what so few numbers can do grows with their number. (Of 25 units, tried
    first, seeds differ so much that the question would need some 300 of them.) Each arm has a rate of its own, two a
    decade; nets that learn all weights stand beside them.
    """;
const string Caveats = """
    - Random weights of the first layer look at one pixel each, and many pixels of MNIST are always black: a unit there
      learns less than two numbers.
    - Frankle et al. train residual convnets for 160 epochs; these are perceptrons, and two epochs.
    - A gamma moves all of a unit's inputs at once and a weight moves one: it is the number of parameters that is equal.
    """;

return Experiment(Args, Question, new(["learned", "activation", "width"], ["lr"], Why, ["epochs"]), lab =>
{
    var rates = lab.Pick(LogGrid(0.3, 3, 2), LogGrid(0.03, 100, 8), LogGrid(0.01, 300, 10));
    var batch = lab.Perceptron with { Norm = Norm.Batch, Epochs = lab.Pick(1, 2, 20) };
    Net Masked(string name, Config start) => new(name,
        [.. new[] { Learned.Affine, Learned.Random, Learned.All }.Select(learned => start with { Learned = learned })],
        rates);
    List<Net> relu = [.. lab.Pick([100], [50, 100, 200], new[] { 25, 50, 100, 200, 500 }).Select(width =>
        Masked($"ReLU of width {width}", batch with { Activation = Activation.Relu, Width = width }))];
    List<Net> nets = [.. relu, .. new[] { Masked("sigmoid", batch) }.Take(lab.Pick(0, 1, 1))];

    return from tuning in Tune(nets, lab.Pick(1, 2, 3))
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.FewLooks, trials =>
               [Literature.TwoWeightsRandom.Judge(trials, all =>
                   [.. nets.Select(net => TwoWeightsOverRandom(all, net))])])
           let runs = judged.Trials
           let claim = judged.Claims[0]
           select new Report(claim.Title,
               runs.Summarize(["activation", "width", "learned", "lr"], TestAccuracy, ValidationAccuracy, TrainLoss))
           {
               Claims = judged.Claims,
               Numbers = [.. nets.Select(net => MaskedNumber(runs, net))],
               Figures = MaskedFigures(runs, tuning, relu, nets, claim),
               Tables = [tuning.RatesTable("activation", "width", "learned")],
               Caveats = Caveats,
           };
});
