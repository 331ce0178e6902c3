#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization regularize: at the same training loss, is the gap to validation smaller?
const string Question = "Does batch normalization regularize: is the gap to validation smaller at equal training loss?";
const string Reason = "Training sets from 500 to 50,000 images, all trained for as many steps, to an epoch: so every "
    + "net gets the same optimization, and small sets are fitted as closely as large ones, or closer. Batches of 16, "
    + "60 and 256 of 5,000 images for the same number of epochs, so that all see the same images. Dropout and the "
    + "noise of Santurkar et al. (2018) are controls: what is meant to regularize should be seen to. They stand at 500 "
    + "images, where nets of this size overfit most, dropout at 5,000 too. (At 5,000 alone they were tried first, "
    + "where dropout shows nothing in 20 epochs.) There are twelve seeds at 500 images, where seeds differ most: six "
    + "left dropout's interval at −0.07 to 1.13 points. The rate is tuned for validation accuracy in every cell, two "
    + "rates a decade up to where all are lost, since a high rate regularizes too.";

var regularizes = new Claim("regularizes", "BN regularizes slightly", "Luo et al. 2019; the program that this lab grew "
    + "from", "gap between training and validation accuracy at the lowest training loss that both arms of a seed reach,"
    + " none less batch", Unit.Points, Region.Slight(0.005));

return Run(Args, "regularization", Question, lab =>
{
    lab.Study = new(["norm", "dropout", "train_size", "batch_size"], ["lr"], Reason, "epochs");
    var (smallest, middle) = (500, 5_000);
    int[] sizes = lab.Pick([smallest, middle], [smallest, middle, 50_000],
        new[] { smallest, 1_000, 2_000, middle, 10_000, 50_000 });
    int[] batches = lab.Pick([16], [16, 256], new[] { 16, 32, 128, 256 });
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.03, 10, 6), LogGrid(0.01, 10, 7));
    var steps = lab.Pick(166.0, 1_666, 16_660);
    Config Net(int size, int batch = 60) => lab.Baseline with
    {
        Activation = Activation.Relu, TrainSize = size, BatchSize = batch, Epochs = Math.Round(steps / (size / 60)),
    };
    (string Name, Config None)[] conditions =
    [
        .. sizes.Select(size => ($"{size:N0} images", Net(size))),
        .. batches.Select(batch => ($"{middle:N0} images, batches of {batch}", Net(middle, batch))),
    ];
    Config Normalized(Config none) => none with { Norm = Norm.Batch };
    (string Name, Config None, Config Arm)[] controls =
    [
        .. new[] { smallest, middle }.Select(size =>
            ($"dropout of 0.2, {size:N0} images", Net(size), Net(size) with { Dropout = 0.2 })),
        ($"noisy BN, {smallest:N0} images", Net(smallest), Net(smallest) with { Norm = Norm.Noisy }),
    ];
    List<Config> cells = [.. conditions.SelectMany(one => new[] { one.None, Normalized(one.None) }),
        .. controls.Select(one => one.Arm)];

    // From where the loss has fallen a little.
    var probe = Gap.Probe(points: 20, firstStep: 25);
    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(1, 2, 3), probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var trials = lab.Sweep(from tuned in best
                           from seed in lab.Seeds(standard: tuned.Cell.TrainSize == smallest ? 12 : 6)
                           select tuned.Cell with { Seed = seed }, probe);

    Effect Narrowed(IReadOnlyList<Trial> all, string condition, Config none, Config arm) => Effect.Of(condition,
        all.At(none).BySeed(all.At(arm), (wide, narrow) => Gap.Narrowed(wide[0], narrow[0])));
    var claim = regularizes.Judge(trials, all =>
        [.. conditions.Select(one => Narrowed(all, one.Name, one.None, Normalized(one.None)))]);
    var control = (regularizes with { Region = Region.Above(0) }).Judge(trials, all =>
        [.. controls.Select(one => Narrowed(all, one.Name, one.None, one.Arm))]);

    lab.Report(claim.Said(effect => claim.Effects.Take(sizes.Length).Contains(effect)) is { } said
            ? $"At equal training loss the gap to validation without batch normalization differs from that with it by {
                said}" : Judgement.Unknown,
        [.. tuning.Trials, .. trials], trials.Summarize(["train_size", "batch_size", "norm", "dropout", "lr"],
            TestAccuracy, ValidationAccuracy, TrainLoss, new Measure("final_gap", trial => trial.Curve[^1].Own
                is var own ? own["eval_train_accuracy"] - own["full_validation_accuracy"] : 0)),
        numbers: [.. control.Effects.Select(effect =>
            effect.Number($"Control: the same of {effect.Condition}", Unit.Points, "Should be above 0."))],
        figures:
        [
            Effects("effects", "How much batch normalization narrows the gap", claim,
                "Gap of none less batch's, points", "Each seed's two arms at the lowest training loss that both reach; "
                    + "to the right BN regularizes."),
            Effects("controls", "How much what is meant to regularize narrows it", control,
                "Gap of none less the control's, points", shaded: "where a control should be"),
            .. sizes.Select(size => GapFigure($"course_{size}", $"Gap while the training loss falls, {size:N0} images",
                [.. cells.Where(cell => cell.TrainSize == size && cell.BatchSize == 60).SelectMany(cell =>
                    trials.At(cell))])),
            Band("rates", $"Validation accuracy at the end against the rate, {smallest} images",
                [.. tuning.Trials.Where(trial => trial.TrainSize == smallest)], new("Learning rate", Log: true),
                trial => trial.Lr, new("Validation accuracy"), ValidationAccuracy, "The tuning trials; all that ended "
                    + "well fit nearly every training image."),
        ],
        caveats:
        [
            "Where dropout's interval reaches 0, nets so small and so briefly trained leave little to regularize, and "
                + "what BN does there is hardly tested. At 50,000 images and at other batches no control was run.",
            "More than half a point is more than slight, so that it does not support the claim either.",
            $"At {smallest} images the gap depends on the rate, and each arm has its own: the last figure shows what "
                + "is due to a rate at which only one of them trains.",
            "At equal training loss the arms stand at different steps: the faster one early in its training.",
            "Training loss is measured in evaluation mode on the first 5,000 training images (or all); accuracies on "
                + "10,000 validation images have a standard error of 0.14 points at 98%, but both arms see the same.",
            "Rates are selected by validation accuracy, on the images that the gap is measured by.",
            "A net trained for 1,666 steps of 60 has seen 50,000 images twice and 500 two hundred times.",
        ],
        [claim], [Method.Tuned(best, ["train_size", "batch_size", "norm", "dropout"],
            "validation accuracy on the tuning seeds")]);
});
