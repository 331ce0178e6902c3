#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization regularize: at the same training loss, is the gap to validation smaller?
const string Question = "Does batch normalization regularize: is the gap to validation smaller at equal training loss?";
const string Reason = "Training sets from 500 to 50,000 images, all trained for as many steps, to an epoch: so every "
    + "net gets the same optimization, and small sets are fitted as closely as large ones, or closer. Batches of 16, "
    + "60 and 256 of 5,000 images for the same number of epochs, so that all see the same images. Dropout and the "
    + "noise of Santurkar et al. (2018) are controls at 5,000: what is meant to regularize should be seen to. The rate "
    + "is tuned for validation accuracy in every cell, two rates a decade over three decades, since a high rate "
    + "regularizes too. (Two decades and one tuning seed were tried first, and BN's best for 500 images stood at their "
    + "upper end.)";

var regularizes = new Claim("regularizes", "BN regularizes slightly", "Luo et al. 2019; the program that this lab grew "
    + "from", "gap between training and validation accuracy at the lowest training loss that both arms of a seed reach,"
    + " none less batch", Unit.Points, Region.Slight(0.005));

return Run(Args, "regularization", Question, lab =>
{
    lab.Study = new(["norm", "dropout", "train_size", "batch_size"], ["lr"], Reason, "epochs");
    var steps = lab.Pick(166.0, 1_666, 16_660);
    var (usual, middle) = (60, 5_000);
    int[] sizes = lab.Pick([500, 5_000], [500, 5_000, 50_000], new[] { 500, 1_000, 2_000, 5_000, 10_000, 50_000 });
    int[] batches = lab.Pick([16, 60], [16, 60, 256], new[] { 16, 32, 60, 128, 256 });
    var rates = lab.Pick(LogGrid(0.1, 1, 2), LogGrid(0.01, 10, 7), LogGrid(0.01, 10, 7));
    Config Net(int size) => new Config { Activation = Activation.Relu, TrainSize = size, BatchSize = usual } is var net
        ? net with { Epochs = Math.Round(steps / net.StepsPerEpoch) } : net;
    Condition[] conditions =
    [
        .. sizes.Reverse().Select(size => new Condition($"{size:N0} images", Net(size), Controls: size == middle)),
        .. from batch in batches
           where batch != usual
           select new Condition($"{middle:N0} images, batches of {batch}", Net(middle) with { BatchSize = batch }),
    ];
    List<Config> cells = [.. conditions.SelectMany(condition => condition.Arms)];

    // From where the loss has fallen a little.
    Probe probe = new(Gap.Columns, config => Training.MeasuredSteps(config.Steps, 20).Where(step => step >= 25),
        moment => moment.Config.Role == Role.Tune ? [] : Gap.Measure(moment));
    var tuning = lab.Tune(cells, rates, seeds: lab.Pick(1, 2, 3), probe);
    var best = cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    var trials = lab.Sweep(from tuned in best
                           from seed in lab.Seeds(standard: 6)
                           select tuned.Cell with { Seed = seed }, probe);

    // Both arms of a seed at the loss where the worse of them ends.
    double Less(Trial none, Trial other) => Gap.LowestLoss([none, other]) is var loss
        ? Gap.At(none, loss) - Gap.At(other, loss) : 0;
    Effect Of(IReadOnlyList<Trial> all, Condition condition, Config other) => Effect.Of(condition.Name,
        all.At(condition.None).BySeed(all.At(other), (none, that) => Less(none[0], that[0])));
    var claim = regularizes.Judge(trials, all =>
        [.. conditions.Select(condition => Of(all, condition, condition.Batch))]);

    Figure Differences(string id, string title, Axis x, Func<Condition, bool> which, Func<Config, double> at) =>
        Band(id, title, x, new("Gap of none less the arm's, points"),
            [
                .. from condition in conditions
                   where which(condition)
                   from arm in condition.Arms.Skip(1).SelectMany(arm => trials.At(arm))
                   from none in trials.At(condition.None).Where(none => none.Seed == arm.Seed)
                   let less = Less(none, arm)
                   where double.IsFinite(less)
                   select new Point(Condition.ArmOf(arm), $"{arm.Seed}", at(arm), 100 * less),
            ], [], "Above 0 the arm regularizes. Each seed's two arms at the lowest training loss that both reach.",
            guide: new("slight, at most", [.. conditions.Where(which).Select(one => (at(one.Net), 0.5)).Order()]));
    double Common(Condition condition) => Gap.LowestLoss(condition.Arms.SelectMany(arm => trials.At(arm)));
    Figure Course(Condition condition) => Curves($"course_{condition.Net.TrainSize}", $"Gap while the training loss "
        + $"falls, {condition.Name}", new("Training loss (falls from right to left)", Log: true),
        new("Training less validation accuracy, points"),
        [
            .. from arm in condition.Arms
               from trial in trials.At(arm)
               from loss in LogGrid(1e-4, 2, 30, digits: 2)
               let gap = Gap.At(trial, loss)
               where double.IsFinite(gap)
               select new Point(Condition.ArmOf(arm), $"{trial.Seed}", loss, 100 * gap),
        ]);

    KeyNumber Control(string name, Func<Condition, Config> other)
    {
        var condition = conditions.First(one => one.Controls);
        var effect = Of(trials, condition, other(condition)).Interval;
        return new($"The same of {name}, {condition.Name}", effect.Count < 2 ? KeyNumber.TooFewData
            : Unit.Points.Text(effect.Estimate), $"95% interval {Unit.Points.Text(effect.Low)} to "
                + $"{Unit.Points.Text(effect.High)}, N = {effect.Count}: none less {name}.");
    }
    string Said(Effect effect) => string.Create(CultureInfo.InvariantCulture,
        $"{100 * effect.Interval.Estimate:0.00;−0.00} points ({effect.Condition})");
    lab.Report("At equal training loss the gap to validation is smaller with batch normalization by "
            + string.Join(", ", claim.Effects.Take(sizes.Length).Select(Said)),
        [.. tuning.Trials, .. trials], trials.Summarize(["train_size", "batch_size", "norm", "dropout", "lr"],
            TestAccuracy, ValidationAccuracy, TrainLoss, new Measure("final_gap", trial => trial.Curve[^1].Own
                is var own ? own["eval_train_accuracy"] - own["full_validation_accuracy"] : 0)),
        numbers:
        [
            Control("dropout of 0.2", condition => condition.Dropped),
            Control("noisy BN", condition => condition.Noisy),
        ],
        figures:
        [
            Differences("size", "How much smaller the gap is, against the size of the training set",
                new("Training images", Log: true), one => one.Net.BatchSize == usual, net => net.TrainSize),
            .. conditions.Where(one => one.Net.BatchSize == usual).Select(Course),
            Differences("batch", $"How much smaller the gap is, against the batch, {middle:N0} images",
                new("Batch size", Log: true), one => one.Net.TrainSize == middle, net => net.BatchSize),
            Band("validation", "Validation accuracy at the end against the size of the training set",
                [.. trials.Where(trial => trial.BatchSize == usual && Condition.ArmOf(trial) is "none" or "batch")],
                new("Training images", Log: true), trial => trial.TrainSize, new("Validation accuracy"),
                ValidationAccuracy),
        ],
        caveats:
        [
            "Dropout is the control: where it does not narrow the gap either, nets so small and so briefly trained "
                + "leave little to regularize, and the claim is hardly tested.",
            "At equal training loss the arms stand at different steps: the faster one early in its training.",
            "Training loss is measured in evaluation mode on the first 5,000 training images (or all); accuracies on "
                + "10,000 validation images have a standard error of 0.14 points at 98%, but both arms see the same.",
            "Rates are selected by validation accuracy, on the images that the gap is measured by.",
            "A net trained for 1,666 steps of 60 has seen 50,000 images twice and 500 two hundred times.",
        ],
        [claim],
        [
            new TableSection("Validation less training loss at equal training loss", TableOf(conditions,
                [
                    ("condition", one => one.Name), ("training_loss", one => Common(one)),
                    .. new[] { "none", "batch", "noisy", "dropout" }.Select(name => (name,
                        (Func<Condition, object>)(one => one.Arms.Where(arm => Condition.ArmOf(arm) == name)
                            .SelectMany(arm => trials.At(arm)).Select(trial => Gap.OfLossesAt(trial, Common(one)))
                            .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()))),
                ]), "Nats, means over seeds, all arms and seeds at the lowest training loss "
                + "that all of them reach."),
            Method.Tuned(best, ["train_size", "batch_size", "norm", "dropout"],
                "validation accuracy on the tuning seeds"),
        ]);
});

/// <summary>A size of training set and of batch, in two arms or, with the controls, in four.</summary>
record Condition(string Name, Config Net, bool Controls = false)
{
    public Config None => Net;
    public Config Batch => Net with { Norm = Norm.Batch };
    public Config Noisy => Net with { Norm = Norm.Noisy };
    public Config Dropped => Net with { Dropout = 0.2 };
    public Config[] Arms => Controls ? [None, Batch, Noisy, Dropped] : [None, Batch];
    public static string ArmOf(Config arm) => arm.Dropout > 0 ? "dropout" : Snake(arm.Norm);
}
