#nullable enable
// Whether a configuration can be trained at all, checked in one place before anything runs.

public static class ConfigRules
{
    // LeNet pads two pixels on each side; of 10 x 10 its convolutions and poolings leave 1 x 1.
    const int SmallestLenetImage = 6;

    /// <summary>Checks that each hyperparameter is in its range, and that the data suits the model.</summary>
    /// <exception cref="BadInput">The message names the first hyperparameter that is out of its range, its value and
    /// the range.</exception>
    public static void Check(Config config, Dataset data)
    {
        void Require(string name, bool isInRange, string range) => ConfigRules.Require(config, name, isInRange, range);
        const string positive = "above 0 and finite", notNegative = "0 or above, and finite";
        static bool IsNotNegative(double value) => value is >= 0 and < double.PositiveInfinity;

        Require("lr", config.Lr is > 0 and < double.PositiveInfinity, positive);
        Require("lr_end", IsNotNegative(config.LrEnd), $"{positive}, or 0: the rate does not change");
        Require("lr_hidden", config.LrHidden is > 0 and < double.PositiveInfinity, positive);
        Require("momentum", config.Momentum is >= 0 and < 1, "0 to below 1");
        Require("weight_decay", IsNotNegative(config.WeightDecay), notNegative);
        CheckSchedule(config);
        CheckDecay(config);
        Require("clip_norm", IsNotNegative(config.ClipNorm), $"{positive}, or 0: gradients are not clipped");
        Require("init_scale", IsNotNegative(config.InitScale), notNegative);
        Require("batch_classes", config.BatchClasses >= 0, "0 (drawn at random) or above");
        Require("dropout", config.Dropout is >= 0 and < 1, "0 to below 1");
        Require("dropout_place", config.Dropout > 0 || config.DropoutPlace == DropoutPlace.Each,
            "each where dropout is 0");
        Require("bn_momentum", config.BnMomentum is >= 0 and <= 1, "0 to 1");
        Require("depth", config.Depth >= 1, "1 or above");
        Require("width", config.Width >= 1, "1 or above");

        var (all, first) = (data.Train.Count, Evaluation.ValidationStart(data));
        Require("train_size", config.TrainSize >= 1 && config.TrainSize <= first || config.TrainSize == all,
            (first >= 1 ? $"1 to {first} (the images before those for validation), or " : "")
            + $"{all} (all training images, without validation)");
        Require("batch_size", config.BatchSize >= 1 && config.BatchSize <= config.TrainSize,
            $"1 to {config.TrainSize} (the training images)");
        Require("epochs", Math.Round(config.Epochs * config.StepsPerEpoch) is >= 1 and <= int.MaxValue,
            $"enough for a step, and for {int.MaxValue} at most; an epoch has {config.StepsPerEpoch} steps");
        CheckNormalizer(config);

        var (height, width) = (data.Train.Height, data.Train.Width);
        Require("halve", !config.Halve || height % 2 + width % 2 == 0,
            $"false, since images of {height} x {width} pixels have no half");
        if (config.Halve) (height, width) = (height / 2, width / 2);
        CheckModel(config, height, width);
    }

    static void CheckModel(Config config, int height, int width)
    {
        var model = $"of model {Snake(config.Model)}";
        if (config.Model is Architecture.Resnet or Architecture.PreactResnet)
            Require(config, "depth", config.Depth >= 8 && config.Depth % 6 == 2, $"8, 14, 20 and so on, by 6, {model}");
        if (config.Model == Architecture.Vgg)
            Require(config, "depth", config.Depth % 2 == 0, $"an even number of convolutions, {model}");
        var smallest = config.Model switch
        {
            Architecture.Lenet => SmallestLenetImage,
            Architecture.Vgg => 1 << (config.Depth / 2 - 1),
            _ => 1,
        };
        var deep = config.Model == Architecture.Vgg ? $" of depth {config.Depth}" : "";
        if (Math.Min(height, width) < smallest)
            throw new BadInput($"images of {height} x {width} pixels are out of range for model {Snake(config.Model)}"
                + $"{deep}: they must be of {smallest} x {smallest} pixels or more");
        if (config.Norm is Norm.SkipInit or Norm.Fixup)
            Require(config, "norm", config.Branches > 0,
                $"all others, since model {Snake(config.Model)} has no residual branches");
    }

    static void CheckSchedule(Config config)
    {
        Require(config, "warmup", config.Warmup is >= 0 and < 1, "0 to below 1 (a share of the steps)");
        var why = $"with lr_end {Hyperparameters.Text(config, "lr_end")}, since a range test has a schedule of its own";
        Require(config, "schedule", config.LrEnd == 0 || config.Schedule == Schedule.Constant, $"constant {why}");
        Require(config, "warmup", config.LrEnd == 0 || config.Warmup == 0, $"0 {why}");
    }

    // What would change nothing is refused, so that no two trials are the same under two names.
    static void CheckDecay(Config config)
    {
        Require(config, "decay", config.WeightDecay > 0 || config.Decay == Decay.Coupled,
            "coupled where weight_decay is 0");
        Require(config, "decayed", config.WeightDecay > 0 || config.Decayed == Decayed.All,
            "all where weight_decay is 0");
        Require(config, "decayed", config.Learned == Learned.All || config.Decayed == Decayed.All,
            $"all with learned {Snake(config.Learned)}, since weights are not updated");
        Require(config, "weight_decay", config.Learned != Learned.Random || config.WeightDecay == 0,
            "0 with learned random, since weights that are not learned would decay as well");
        if (config.Decay != Decay.AsRate) return;
        const string asRate = "with decay as_rate, which is equal to a decay of these weights by plain SGD";
        Require(config, "decayed", config.Decayed == Decayed.Hidden, $"hidden {asRate}");
        Require(config, "optimizer", config.Optimizer == Optimization.Sgd, $"sgd {asRate}");
        Require(config, "momentum", config.Momentum == 0, $"0 {asRate}");
        Require(config, "weight_decay", config.Lr * config.LrHidden * config.WeightDecay < 1,
            "below 1 over the rate, with decay as_rate");
    }

    // A variance needs two values. In normalized layers of units an example has one value per channel; resnet and vgg
    // have no such layers.
    static void CheckNormalizer(Config config)
    {
        var lastBatch = config.ShortBatch ? config.TrainSize % config.BatchSize : 0;
        var isOverBatch = config.Norm is Norm.Batch or Norm.BatchNoGamma or Norm.BatchNoBeta or Norm.BatchNoAffine
            or Norm.Noisy or Norm.Ghost or Norm.Renorm or Norm.BatchMean or Norm.BatchMeanWeightNorm
            or Norm.BatchRms;
        var why = $"({(isOverBatch ? $"norm {Snake(config.Norm)}" : "norm_input")} needs several values per channel)";
        if (isOverBatch || config.NormInput)
        {
            Require(config, "batch_size", config.BatchSize >= 2, $"2 to {config.TrainSize} {why}");
            Require(config, "train_size", lastBatch != 1, "one image must not be left for a short batch of its own, at "
                + $"batch_size {config.BatchSize} {why}");
        }
        if (config.Norm == Norm.Ghost)
            Require(config, "batch_size", config.BatchSize % Config.GhostSize != 1 && lastBatch % Config.GhostSize != 1,
                $"one image must not be left for a sub-batch of its own, of {Config.GhostSize} images {why}");
        if (config.Norm is Norm.Layer or Norm.Group or Norm.WeightStd && !config.IsConvnet)
            Require(config, "width", config.Width >= 2, $"2 or above (norm {Snake(config.Norm)} needs several units)");
        Require(config, "norm", config.Norm != Norm.Instance || config.IsConvnet && config.Model != Architecture.Lenet,
            "all others; a layer of units has one value per example and channel, which has no variance");
        Require(config, "placement", config.Norm != Norm.Instance || config.Placement == Placement.Before,
            "before, with norm instance: after the last activation it would make each channel's mean, which the "
            + "classifier is given, a constant");
    }

    static void Require(Config config, string name, bool isInRange, string range)
    {
        if (!isInRange) throw new BadInput($"{name} {Hyperparameters.Text(config, name)} is out of range: {range}");
    }
}
