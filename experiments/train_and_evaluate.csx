#load "../lib/lab.csx"
#nullable enable

const string Question = "What does the program show that this lab grew from: LeNet-5 with its own BN and without?";
const string Why = """
    The program's own setting, at its one learning rate: all 60,000 training images and no validation (nothing is
    selected), 32 x 32 pixels, RMSprop at 1e-3, batches of 64 with the short one at the end. Beyond it: PyTorch's kind
    of BN beside the program's own, with and without gamma; more seeds; accuracy on training images in evaluation mode,
    and on test images.
    """;
const string Caveats = """
    - The first figure is of a model that moves while it is measured: with BN it is not the accuracy of the model that
      comes out. The figures after it are.
    - One learning rate, 1e-3, for all arms, as in the program: it may favour one of them.
    - The arm seed, the program's own layer, normalizes by the batch in evaluation too, here by batches of 250: its
      accuracy depends on who else is in the batch.
    - RMSprop's epsilon stands outside the root, as in PyTorch and in the Keras of the program's time.
    """;

return Experiment(Args, Question, new(["norm"], [], Why, ["short_batch"]), lab =>
{
    var start = StandardNets.LeNet(new Config
    {
        Lr = 1e-3, ShortBatch = true, Epochs = lab.Pick(1, 2, 10),
        TrainSize = lab.Pick(lab.Images(6_000), lab.Data.TrainingImages, lab.Data.TrainingImages),
    });
    var net = new Net("LeNet", start, [start.Lr], Arms(Norm.None, Norm.Seed, Norm.Batch, Norm.BatchNoGamma));
    double[] targets = [lab.Levels.Usable, lab.Levels.Good];
    double Steps(Trial trial) => trial.StepsTo(targets[^1], "train_accuracy");

    return from judged in Evaluate(net.Cells, lab.Looks, trials => [Literature.FasterInProgram.Judge(trials, all =>
               [
                   .. from arm in new[] { "seed", "batch" }
                      select Effect.From(arm == "seed" ? "the program's own layer" : "PyTorch's layer", all.Paired(
                          net["none"], net[arm], (none, other) => Effect.Ratio(Steps(none), Steps(other)))),
               ])], Epochs.Probe)
           let runs = judged.Trials
           let better = new[] { "batch", "seed", "batch_no_gamma" }.Select(arm => Effect.From(arm,
               runs.Paired(net[arm], net["none"], (other, none) => other.TestAccuracy - none.TestAccuracy))
               .ToNumber($"Test accuracy, {arm} over none", Unit.Points)).ToList()
           select new Report(judged.Claims[0].Title,
               runs.Summarize(["norm"], [TestAccuracy, TrainLoss, .. targets.Select(target =>
                   new Measure($"steps_to_{100 * target:F0}", trial => trial.StepsTo(target, "train_accuracy")))]))
           {
               Claims = judged.Claims, Numbers = better, Figures = EpochFigures(runs), Caveats = Caveats,
           };
});
