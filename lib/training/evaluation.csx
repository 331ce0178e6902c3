#nullable enable
// Loss and accuracy of a model in evaluation mode, and the images that they are measured on.

public static class Evaluation
{
    /// <summary>Of evaluation. In larger batches a convnet's activations outgrow the second-level cache; in much
    /// smaller ones each step's fixed costs show.</summary>
    public const int BatchSize = 125;

    // What short trainings are measured on is a multiple of this.
    const int Fewest = 250;

    /// <summary>Mean cross-entropy in nats and accuracy as a share of 1, on the images at these places, in evaluation
    /// mode.</summary>
    public static (double Loss, double Accuracy) Run(Tape tape, Config config, Model model, ImageSet set, int[] images)
    {
        var (loss, correct) = (0.0, 0);
        foreach (var at in images.Chunk(BatchSize))
        {
            var labels = new byte[at.Length];
            Batches.Labels(set, at, labels);
            var (mean, right) = tape.Step(() =>
            {
                var logits = model.Forward(config.Input(set, at), Mode.Evaluation);
                return ((double)logits.CrossEntropy(labels).Item, logits.CountCorrect(labels));
            }, record: false);
            loss += mean * at.Length;
            correct += right;
        }
        return (loss / images.Length, (double)correct / images.Length);
    }

    /// <summary>So many of the places first..first+of-1, spread evenly: the images at the start of a set may be harder
    /// than the others, as MNIST's are.</summary>
    public static int[] Spread(int first, int of, int count) =>
        [.. Enumerable.Range(0, count).Select(i => first + (int)((long)i * of / count))];

    /// <summary>The validation images that a point of a curve is measured on, at most.</summary>
    public const int CurveImages = 2_000;

    /// <summary>The training images that the end of a training is measured on, at most.</summary>
    public const int TrainImages = 2_000;

    /// <summary>The validation images that the end of a training is measured on where it only tunes a rate, at most.
    /// </summary>
    public const int TuningImages = 5_000;

    /// <summary>How many validation images the end of a training is measured on, if it is not a short one.</summary>
    public static int ValidationImages(Config config, Dataset data) =>
        config.Role == Role.Tune ? Math.Min(TuningImages, data.ValidationImages) : data.ValidationImages;

    /// <summary>How many of some images are measured after so many have been trained on: one for five, in multiples of
    /// 250, and at least that. So measuring does not outweigh a short training.</summary>
    public static int AtMost(int images, long trainedOn) =>
        (int)Math.Min(images, Math.Max(1, (trainedOn / 5 + Fewest - 1) / Fewest) * Fewest);

    /// <summary>False where images that are for validation are trained on, as in the program that this lab grew from.
    /// </summary>
    public static bool HasValidation(Config config, Dataset data) => config.TrainSize <= ValidationStart(data);

    /// <summary>Place of the first validation image in the training set.</summary>
    public static int ValidationStart(Dataset data) => data.Train.Count - data.ValidationImages;

    /// <summary>Places of so many validation images in the training set, or of all if there are fewer, spread evenly.
    /// </summary>
    public static int[] ValidationPlaces(Dataset data, int count) =>
        Spread(ValidationStart(data), data.ValidationImages, Math.Min(count, data.ValidationImages));
}
