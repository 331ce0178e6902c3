#nullable enable
// The program that this lab grew from, as figures.

/// <summary>Accuracy by epoch as the program drew it, on test images and on training images, and early in training.
/// </summary>
static IReadOnlyList<Figure> EpochFigures(IReadOnlyList<Trial> runs) =>
[
    ByEpoch("seed", "The program's own figure: accuracy on training images while they are trained on", runs,
        "epoch_accuracy", "Training accuracy", "Mean over each epoch's batches in training mode, as Keras reports it."),
    ByEpoch("test", "What it left out: accuracy on test images", runs, "test_accuracy", "Test accuracy",
        "In evaluation mode; nothing was selected by them."),
    ByEpoch("train", "Training images in evaluation mode", runs, "train_accuracy", "Training accuracy",
        "10,000 training images at most, spread evenly."),
    ByStep("early", "Early training", runs, "train_accuracy", "Training accuracy", "In evaluation mode, on 2,000 "
        + "training images at most (10,000 at the ends of epochs), spread evenly. Over the first tens of steps the "
        + "running statistics of batch and batch_no_gamma still remember their start, and hold back what the nets have "
        + "learned; seed evaluates by its batch."),
];
