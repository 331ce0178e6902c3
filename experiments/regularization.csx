#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization regularize: is the gap to validation smaller at equal training loss?";
const string Why = """
    Training sets from 500 to 50,000 images, all trained for as many steps, to an epoch: so every net gets the same
    optimization, and small sets are fitted as closely as large ones, or closer. Batches of 16, 60 and 256 of 5,000
    images for the same number of epochs, so that all see the same images. Dropout and the noise of Santurkar et al.
    (2018) are controls: what is meant to regularize should be seen to. They stand at 500 images, where nets of this
    size overfit most, dropout at 5,000 too. (At 5,000 alone they were tried first, where dropout shows nothing in 20
    epochs.) The rate is tuned for validation accuracy in every cell, two rates a decade up to where all are lost, since
    a high rate regularizes too; the rates next to it are evaluated as well. It is constant: were it to fall, an arm
    that comes early to that loss, at a high rate still, would stand against one whose rate is at its end.
    """;
const string Caveats = """
    - Where dropout's interval reaches 0, nets so small and so briefly trained leave little to regularize, and what BN
      does there is hardly tested. At 50,000 images and at other batches no control was run.
    - The claim is the direction; that it is slight, less than half a point, is judged beside it.
    - At 500 images the gap depends on the rate, and each arm has its own: the last figure shows what is due to a rate
      at which only one of them trains.
    - At equal training loss the arms stand at different steps: the faster one early in its training.
    - Training loss is measured in evaluation mode on the first 5,000 training images (or all).
    - Rates are selected by validation accuracy, on the images that the gap is measured by.
    - A net trained for 1,666 steps of 60 has seen 50,000 images twice and 500 two hundred times.
    """;

return Experiment(Args, Question, new(["norm", "train_size", "batch_size", "dropout"], ["lr"], Why, ["epochs"]), lab =>
{
    const int Smallest = 500, Middle = 5_000;
    int[] sizes = [.. lab.Pick([Smallest, Middle], [Smallest, Middle, 50_000],
        new[] { Smallest, 1_000, 2_000, Middle, 10_000, 50_000 }).Select(lab.Images).Distinct()];
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.03, 10, 6), LogGrid(0.01, 10, 7));
    var steps = lab.Pick(166.0, 1_666, 16_660);
    Config Plain(int size, int batch = 60) => lab.Baseline with
    {
        Activation = Activation.Relu, TrainSize = size, BatchSize = batch, Epochs = Math.Round(steps / (size / 60)),
    };
    Net[] nets =
    [
        .. sizes.Select(size => new Net($"{size:N0} images", Plain(size), rates)),
        .. lab.Pick([16], [16, 256], new[] { 16, 32, 128, 256 }).Select(batch =>
            new Net($"{Middle:N0} images in batches of {batch}", Plain(Middle, batch), rates)),
    ];
    Net Control(string name, int size, Func<Config, Config> arm) =>
        new($"{name}, {size:N0} images", [Plain(size), arm(Plain(size))], rates);
    Net[] controls =
    [
        Control("dropout of 0.2", Smallest, none => none with { Dropout = 0.2 }),
        Control("dropout of 0.2", Middle, none => none with { Dropout = 0.2 }),
        Control("noisy BN", Smallest, none => none with { Norm = Norm.Noisy }),
    ];
    var all = new Net("all", [.. nets.SelectMany(net => net.Cells), .. controls.Select(net => net.Cells[1])], rates);
    var probe = Gap.Probe(points: 20, firstStep: 25);

    return from tuning in Tune([all], seeds: lab.Pick(1, 3, 5), probe)
           // The controls are judged as the claim is, so that they get as many seeds as it takes.
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [
                   .. from some in new[] { nets, controls }
                      select Literature.Regularizes.Judge(tuning.At(ValidationAccuracy, trials), all =>
                          GapEffects(all, some)),
               ], probe, neighbours: tuning.BestCells(ValidationAccuracy, lab.Neighbours))
           let claim = judged.Claims[0]
           let control = judged.Claims[1]
           let runs = judged.Trials
           select new Report(claim.Title,
               runs.Summarize(["train_size", "batch_size", "norm", "dropout", "lr"], TestAccuracy, ValidationAccuracy,
                   TrainLoss, FinalGap))
           {
               Claims = [claim],
               Numbers = [.. control.Effects.Select(effect =>
                   effect.ToNumber($"Control: the same of {effect.Condition}", Unit.Points, "Should be above 0."))],
               Figures = GapFigures(claim, control, sizes, Smallest, tuning,
                   tuning.At(ValidationAccuracy, runs).Chosen),
               Tables = [tuning.RatesTable("train_size", "batch_size", "norm", "dropout")],
               Caveats = Caveats,
           };
});
