#load "../lib/lab.csx"
#nullable enable

const string Question = "Does batch normalization regularize: is the gap to validation smaller at equal training loss?";
const string Why = """
    Training sets from 500 to 50,000 images, all trained for as many steps, to an epoch: so every net gets the same
    optimization, and small sets are fitted as closely as large ones, or closer. Batches of 16, 60 and 256 of 5,000
    images for the same number of epochs, so that all see the same images. Dropout and the noise of Santurkar et al.
    (2018) are controls: what is meant to regularize should be seen to. They stand at 500 images, where nets of this
    size overfit most, dropout at 5,000 too (tried there alone first, it showed nothing in 20 epochs). On images in
    colours the net is a VGG-6, without flips, on 500 and 5,000 images, and noise is the control. The rate is tuned for
    validation accuracy in every cell, two rates a decade up to where all are lost, since a high rate regularizes too.
    It is constant: were it to fall, an arm that comes early to that loss, at a high rate still, would stand against one
    whose rate is at its end.
    """;
const string Caveats = """
    - Where a control's interval reaches 0, so small a net has little to regularize, or its few seeds do not show it;
      elsewhere no control was run.
    - The claim is the direction; that it is slight, less than half a point, is judged beside it.
    - At 500 images the gap depends on the rate, and each arm has its own: the last figure shows what is due to a rate
      at which only one of them trains.
    - At equal training loss the arms stand at different steps: the faster one early in its training.
    - Training loss is that of 5,000 images in evaluation mode. The validation images also choose the rates.
    """;

return Experiment(Args, Question, new(["norm", "train_size", "batch_size", "dropout"], ["lr"], Why, ["epochs"]), lab =>
{
    const int Smallest = 500, Middle = 5_000;
    int[] sizes = [.. lab.Pick([Smallest, Middle],
        lab.On<int[]>([Smallest, Middle, 50_000], convnets: [Smallest, Middle]),
        new[] { Smallest, 1_000, 2_000, Middle, 10_000, 50_000 }).Select(lab.Images).Distinct()];
    var rates = lab.OnConvnets ? StandardNets.ConvnetRates(lab)
        : lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.03, 10, 6), LogGrid(0.01, 10, 7));
    var steps = lab.Pick(166.0, lab.On(1_666, convnets: 833), 16_660);
    Config Plain(int size, int batch = 60) => lab.Baseline with
    {
        Activation = Activation.Relu, TrainSize = size, BatchSize = batch, Epochs = Math.Round(steps / (size / 60)),
        Augment = Augmentation.None,
    };
    Net[] nets =
    [
        .. sizes.Select(size => new Net($"{size:N0} images", Plain(size), rates)),
        .. lab.Pick([16], lab.On<int[]>([16, 256], convnets: []), new[] { 16, 32, 128, 256 }).Select(batch =>
            new Net($"{Middle:N0} images in batches of {batch}", Plain(Middle, batch), rates)),
    ];
    Net Control(string name, int size, Func<Config, Config> arm) =>
        new($"{name}, {size:N0} images", [Plain(size), arm(Plain(size))], rates);
    Net[] controls =
    [
        // Perceptrons alone have dropout.
        .. lab.On<int[]>([Smallest, Middle], convnets: []).Select(size =>
            Control("dropout of 0.2", size, none => none with { Dropout = 0.2 })),
        Control("noisy BN", Smallest, none => none with { Norm = Norm.Noisy }),
    ];
    var all = new Net("all", [.. nets.SelectMany(net => net.Cells), .. controls.Select(net => net.Cells[1])], rates);
    var probe = Gap.Probe(points: 9, firstStep: 25);

    return from tuning in Tune([all], seeds: lab.Pick(1, 3, 5), probe)
           from judged in Evaluate(tuning.BestCells(ValidationAccuracy), lab.Looks, trials =>
               [Literature.Regularizes.Judge(tuning.At(ValidationAccuracy, trials), all => GapEffects(all, nets))],
               probe, neighbours: lab.Neighbours ? [tuning] : [])
           let runs = judged.Trials
           let claim = judged.Claims[0]
           // Controls are nobody's claim, and have the seeds of the first look.
           let control = Literature.Regularizes.Judge(tuning.At(ValidationAccuracy, runs), all =>
               GapEffects(all, controls))
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
