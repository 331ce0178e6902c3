#load "../lib/lab.csx"
#nullable enable

const string Question = "Does training undo the normalization by gamma and beta, and what can these two do alone?";
const string Why = """
    Every combination of gamma and beta, in the hidden layers and, for the paper's net, in the last layer too; and nets
    that learn gamma and beta alone, of several widths, since what these can do grows with their number (Frankle et al.
    2021). Rates two a decade, for each cell its own: a net that learns so few of its weights may want larger steps.
    (From 0.1 to 100 was tried first, and the best of a wide ReLU net stood at the lower end.) One epoch of 40,000
    images.
    """;
const string Caveats = """
    - That gamma = sqrt(var + eps) and beta = mean make the layer the identity is arithmetic, and tested; the claim here
      is that training goes there. It need not: whatever gamma does, the next layer's weights can undo as well.
    - Deviation and mean are those of the last 1,000 training images by the weights of the moment.
    - One epoch: gamma and beta alone, which learn slowly, would gain more by a longer one.
    - A distance over the norm at the start depends on how weights were drawn.
    """;

return Experiment(Args, Question, new(["norm", "activation", "learned", "norm_output", "width"], ["lr"], Why,
    ["epochs"]), lab =>
{
    var rates = lab.Pick([1], LogGrid(0.03, 100, 8), LogGrid(0.03, 300, 9));
    int[] widths = lab.Pick([25, 100], [25, 100, 200], new[] { 25, 50, 100, 200, 500, 1000 });
    var sigmoid = lab.Perceptron with
    {
        Norm = Norm.Batch, TrainSize = lab.Images(12_000, 40_000, 50_000), Epochs = lab.Pick(1, 1, 20),
    };
    var relu = sigmoid with { Activation = Activation.Relu };
    // The first cell of each net learns all weights, the second gamma and beta alone.
    Net Learning(string name, Config all) => new(name, [all, all with { Learned = Learned.Affine }], rates);
    Net[] nets =
    [
        Learning("sigmoid", sigmoid), Learning("ReLU", relu),
        Learning("sigmoid with a normalized last layer", sigmoid with { NormOutput = true }),
        .. widths.Where(width => width != relu.Width).Select(width =>
            Learning($"ReLU of width {width}", relu with { Width = width })),
    ];
    var parts = Arms(Norm.Batch, Norm.BatchNoGamma, Norm.BatchNoBeta, Norm.BatchNoAffine);
    var withoutParts = nets.Take(3).Select(net => new Net(net.Name, net.Cells[0], rates, parts)).ToList();
    var all = new Net("all", [.. withoutParts.Concat(nets).SelectMany(net => net.Cells).Distinct()], rates);

    return from tuning in Tune([all], seeds: lab.Pick(1, 2, 3), Undoing.Probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   Literature.Undo.Judge(trials, all => [.. nets.Take(2).SelectMany(net => UndoingEffects(all, net))]),
                   Literature.TwoWeights.Judge(trials, all => [.. nets.Select(net => Effect.From(net.Name,
                       all.Paired(net.Cells[1], net.Cells[0], ShareLearned)))]),
               ], Undoing.Probe)
           let runs = judged.Trials
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["activation", "width", "norm", "norm_output", "learned", "lr"],
                   [TestAccuracy, ValidationAccuracy, TrainLoss, .. Undoing.Numbers.Select(Measure.AtEnd)]))
           {
               Claims = judged.Claims, Numbers = [UndoingMoved(runs, sigmoid, relu)],
               Figures = UndoingFigures(runs.At(sigmoid), withoutParts, tuning, judged.Claims[1]),
               Tables = [tuning.RatesTable("activation", "width", "norm", "norm_output", "learned")], Caveats = Caveats,
           };
});
