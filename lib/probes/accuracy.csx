#nullable enable
// Accuracy on training and test images in the course of training.

/// <summary>Accuracy on training images in evaluation mode.</summary>
public static class TrainingAccuracy
{
    /// <summary>Column train_accuracy, in evaluation trials.</summary>
    /// <param name="images">On how many training images.</param>
    /// <param name="points">About how many log-spaced steps.</param>
    public static Probe Probe(int images, int points) => new(["train_accuracy"],
        config => LogSpacedSteps(config.Steps, points),
        snapshot => [("train_accuracy", snapshot.OnTraining(images).Accuracy)]);
}

/// <summary>What is measured where every epoch is reported.</summary>
public static class Epochs
{
    const int ImagesAtTheEnd = 10_000, ImagesBetween = 2_000;

    /// <summary>At the end of each epoch its number, the accuracy on its batches while they were trained on, and in
    /// evaluation mode the accuracy on 10,000 training images and on all test images; at the log-spaced steps between,
    /// the accuracy on 2,000 training images.</summary>
    public static Probe Probe { get; } = new(["epoch", "epoch_accuracy", "train_accuracy", "test_accuracy"],
        config => LogSpacedSteps(config.Steps).Concat(EpochEnds(config)),
        snapshot => snapshot.EndsEpoch
            ?
            [
                ("epoch", snapshot.Step / snapshot.Config.StepsPerEpoch), ("epoch_accuracy", snapshot.EpochAccuracy),
                ("train_accuracy", snapshot.OnTraining(ImagesAtTheEnd).Accuracy),
                ("test_accuracy", snapshot.OnTest().Accuracy),
            ]
            : [("train_accuracy", snapshot.OnTraining(ImagesBetween).Accuracy)]);

    static IEnumerable<int> EpochEnds(Config config) =>
        Enumerable.Range(1, config.Steps / config.StepsPerEpoch).Select(epoch => epoch * config.StepsPerEpoch);
}
