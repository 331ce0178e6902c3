#load "../lib/lab.csx"
#nullable enable

const string Question = "Are running statistics good enough at inference?";
const string Why = """
    Training batches from the smallest that has a variance to one of which an epoch has 117; at each size the usual
    momentum of 0.1 and three others over two decades, from statistics of the last batch to ones that remember the
    start. The rate falls linearly to 0, as it does where a net is to be deployed; beside that it is held constant from
    the same value. Momentum does not touch the weights, so the rate is tuned once for each size, for validation
    accuracy as it is deployed, two rates a decade, and the rates next to it are evaluated too. (Rates from 0.001 were
    tried first; the best at a batch of 2 stood at their end.) On images in colours the net is a VGG-6, 12,500 images
    seen in batches of 2 to 256, at two momenta, on one tuning seed, at tuned rates alone, and with constant ones in
    batches of 64 alone.
    """;
const string Caveats = """
    - Everything here is measured on validation images; nothing is selected by these numbers but the rate.
    - The rate is selected by accuracy with running statistics: where these are bad it favours rates that suit them.
    - A net whose rate decays ends with weights that hardly move, and running statistics catch up: a constant rate is
      the harder case, and what they lose there is a number of its own and a line of the second figure.
    - By theory running statistics forget their start as 0.9^t at the usual momentum, and scatter as much as the mean
      over 19 batches does, (2 − 0.1) / 0.1, which the tests measure too; precise ones average more.
    - Training and validation images are alike here; where they are not, batch statistics can win.
    """;

return Experiment(Args, Question, new(["batch_size", "bn_momentum", "schedule"], ["lr"], Why), lab =>
{
    const double Usual = 0.1;
    int[] sizes = lab.Pick([64, 4], lab.OnConvnets ? [64, 256, 16, 2] : [64, 256, 16, 4, 2],
        new[] { 64, 512, 256, 128, 32, 16, 8, 4, 2 });
    double[] momenta = lab.Pick([0.1, 0.5], lab.OnConvnets ? [0.01, 0.1] : [0.01, 0.1, 0.5, 0.9],
        new[] { 0.001, 0.01, 0.03, 0.1, 0.3, 0.5, 0.9 });
    var (images, epochs, seeds, rates) = lab.Pick(smoke: (6_000, 1, 1, LogGrid(0.03, 0.3, 2)),
        standard: (30_000, 1, 3, LogGrid(1e-4, 3, 10)), full: (50_000, 10, 5, LogGrid(1e-4, 10, 11)));
    var plain = (lab.OnConvnets ? lab.Convnet with { Epochs = lab.Pick(1, 1.25, 20) } : lab.Perceptron with
    {
        Activation = Activation.Relu, TrainSize = lab.Images(images), Epochs = epochs,
    }) with { Schedule = Schedule.Linear };
    if (lab.OnConvnets)
        (seeds, rates) = lab.Pick((1, LogGrid(0.01, 0.1, 2)), (1, LogGrid(3e-3, 0.3, 5)), (2, LogGrid(1e-4, 1, 9)));
    var probe = InferenceStatistics.Probe(points: lab.OnConvnets ? 3 : 9);
    var net = new Net(lab.OnConvnets ? "VGG-6" : "ReLU", [.. sizes.Select(size =>
        plain with { Norm = Norm.Batch, BatchSize = size, BnMomentum = Usual })], rates);
    var first = net.Cells[0];
    Effect Gain(IReadOnlyList<Trial> trials, Config cell, string kind, string over) => Effect.From(
        $"training batches of {cell.BatchSize}",
        trials.At(cell).EachSeed(trial => trial.AtEnd(kind) - trial.AtEnd(over)));
    static Config Constant(Config cell) => cell with { Schedule = Schedule.Constant };

    return from tuning in Tune([net], seeds, probe)
           from judged in Evaluate((from best in tuning.BestCells(ValidationAccuracy)
                                    from momentum in momenta
                                    select best with { BnMomentum = momentum })
               .Concat(tuning.BestCells(ValidationAccuracy))
               .Concat(tuning.BestCells(ValidationAccuracy).Where(cell =>
                   !lab.OnConvnets || cell.BatchSize == first.BatchSize).Select(Constant)),
               lab.FewLooks, trials =>
               [
                   Literature.Inference.Judge(tuning.At(ValidationAccuracy, trials), all =>
                       [.. net.Cells.Select(cell => Gain(all, cell, kind: "running", over: "precise"))]),
               ], probe,
               neighbours: lab.Neighbours ? [tuning] : [])
           let runs = judged.Trials
           let chosen = tuning.At(ValidationAccuracy, runs).Chosen
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["batch_size", "bn_momentum", "schedule", "lr"],
                   [.. InferenceStatistics.Kinds.Select(kind =>
                       new Measure($"accuracy_by_{kind}", trial => trial.AtEnd(kind)))]))
           {
               Claims = judged.Claims,
               Numbers = [Gain(chosen, Constant(first), kind: "running", over: "precise").ToNumber(
                       "Running over precise statistics at a constant rate", Unit.Points,
                       $"In batches of {first.BatchSize}: what is claimed, where the weights move to the end."),
                   Gain(chosen, first, kind: "batch", over: "running").ToNumber(
                       "Batch statistics over running ones", Unit.Points, $"In batches of {first.BatchSize}."),
                   Gain(chosen, first, kind: "sorted", over: "running").ToNumber("The same, sorted by class",
                       Unit.Points, "Each batch of one class: what is subtracted is what tells the classes apart.")],
               Figures = InferenceFigures(chosen, first, momenta, Usual),
               Tables = [tuning.RatesTable("batch_size")], Caveats = Caveats,
           };
});
