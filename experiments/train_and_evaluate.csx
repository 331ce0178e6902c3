#load "../lib/lab.csx"
#nullable enable
// Question: what does the program show that this project grew from: LeNet-5 on MNIST with and without its own BN layer?
// As there: all 60,000 training images and no validation (nothing is selected), 32 x 32 pixels, RMSprop at 1e-3,
// batches of 64 with the short one at the end. Beyond it: PyTorch's kind of BN beside the program's own, with and
// without gamma; five seeds; accuracy on training images in evaluation mode, and on test images.
const string Question =
    "What does the program show that this lab grew from: LeNet-5 with and without its own BN layer?";

return Run(Args, "train_and_evaluate", Question, lab =>
{
    lab.Study = new(["norm"], [], "The program's own setting, at its one learning rate.", "short_batch");
    var grid = from norm in new[] { Norm.None, Norm.Seed, Norm.Batch, Norm.BatchNoGamma }
               from seed in lab.Seeds(standard: 5)
               select new Config
               {
                   Model = Architecture.Lenet, Depth = 5, Width = 120, Activation = Activation.Relu, Norm = norm,
                   Optimizer = Optimization.RmspropTorch, Lr = 1e-3, BatchSize = 64, ShortBatch = true,
                   TrainSize = lab.Pick(6_000, 60_000, 60_000), Epochs = lab.Pick(1, 3, 10), Seed = seed,
               };
    var trials = lab.Sweep(grid, Epochs.Probe);

    double StepsToTrainAccuracy(Trial trial, double target) =>
        StepsTo(target, trial.Curve.Select(point => (point.Step, point.Own["train_accuracy"])));
    var groups = trials.Summarize(["norm"],
        [
            TestAccuracy, TrainLoss, new("seconds", trial => trial.Seconds),
            .. new[] { 0.90, 0.95, 0.97 }.Select(target =>
                new Measure($"steps_to_{100 * target:F0}", trial => StepsToTrainAccuracy(trial, target))),
        ]);
    KeyNumber Test(Norm norm) =>
        Difference($"Test accuracy, {Snake(norm)} over none", trials.Paired(norm, Norm.None, TestAccuracy.Of));
    KeyNumber Speed(Norm norm) => Ratio($"Steps to 95% training accuracy, none over {Snake(norm)}",
        trials.Paired(Norm.None, norm, trial => StepsToTrainAccuracy(trial, 0.95)));
    var (speed, test) = (Speed(Norm.Batch), Test(Norm.Batch));

    lab.Report(
        speed.IsNumber && test.IsNumber
            ? $"Without batch normalization LeNet-5 needs {speed.Value} as many steps to 95% training accuracy; with "
                + $"it, test accuracy ends {test.Value} from where it ends without"
            : Judgement.Unknown,
        trials, groups,
        numbers: [speed, Speed(Norm.Seed), test, Test(Norm.Seed), Test(Norm.BatchNoGamma)],
        figures:
        [
            ByEpoch("seed", "The program's own figure: accuracy on training images while they are trained on", trials,
                "epoch_accuracy", "Training accuracy",
                "Mean over each epoch's batches in training mode, as Keras reports it."),
            ByEpoch("test", "What it left out: accuracy on test images", trials, "test_accuracy", "Test accuracy",
                "10,000 test images in evaluation mode; nothing was selected by them."),
            ByEpoch("train", "Training images in evaluation mode", trials, "train_accuracy", "Training accuracy",
                "The first 10,000 training images."),
            ByStep("early", "Early training", trials, "train_accuracy", "Training accuracy",
                "In evaluation mode, on the first 2,000 training images (10,000 at the ends of epochs). Over the first "
                    + "tens of steps the running statistics of batch and batch_no_gamma still remember their start, "
                    + "and hold back what the nets have learned; seed evaluates by its batch."),
        ],
        caveats:
        [
            "The first figure is of a model that moves while it is measured: with BN it is not the accuracy of the "
                + "model that comes out. The figures after it are.",
            "One learning rate, 1e-3, for all arms, as in the program: it may favour one of them.",
            "The arm seed, the program's own layer, normalizes by the batch in evaluation too, here by batches of 250: "
                + "its accuracy depends on who else is in the batch.",
            "RMSprop's epsilon stands outside the root, as in PyTorch and in the Keras of the program's time.",
        ]);
});
