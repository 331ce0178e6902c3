#nullable enable
// How good a model is, in evaluation mode, and on which images.

public static class Evaluation
{
    const int BatchSize = 250;

    /// <summary>How many images validate: the last of the training set.</summary>
    public const int ValidationImages = 10_000;

    /// <summary>Mean loss and accuracy of the model on images first..first+count-1, in evaluation mode.</summary>
    public static (double Loss, double Accuracy) Run(Tape tape, Config config, Model model, ImageSet set,
        int first, int count)
    {
        var (loss, correct) = (0.0, 0);
        for (var start = first; start < first + count; start += BatchSize)
        {
            var at = Enumerable.Range(start, Math.Min(BatchSize, first + count - start)).ToArray();
            var labels = set.Labels.AsMemory(start, at.Length);
            var (mean, right) = tape.Step(() =>
            {
                var logits = model.Forward(config.Input(set, at), Mode.Evaluation);
                return ((double)logits.CrossEntropy(labels).Item, logits.CountCorrect(labels.Span));
            }, record: false);
            loss += mean * at.Length;
            correct += right;
        }
        return (loss / count, (double)correct / count);
    }

    // Where all images are for training, as in the seed, there is no validation.
    public static bool HasValidation(Config config, Dataset data) => config.TrainSize <= ValidationStart(data);

    /// <summary>Place of the first validation image in the training set.</summary>
    public static int ValidationStart(Dataset data) => data.Train.Count - ValidationImages;
}
