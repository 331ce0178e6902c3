#nullable enable
// What probes measure on a copy of the model under training.

public static class Probes
{
    /// <summary>Mean loss in training mode and its gradients, by parameter, on training images.</summary>
    /// <param name="model">A copy: in training mode it moves its running statistics.</param>
    /// <param name="at">Places in the training set, one batch.</param>
    public static (double Loss, IReadOnlyDictionary<string, float[]> Gradients) LossAndGradients(this Moment moment,
        Model model, int[] at)
    {
        var labels = new byte[at.Length];
        Batches.Labels(moment.Data.Train, at, labels);
        return moment.Tape.Step(() =>
        {
            var loss = model.Forward(moment.Config.Input(moment.Data.Train, at), Mode.Training).CrossEntropy(labels);
            var gradients = Tape.Gradients(loss).ToDictionary(pair => pair.Parameter.Name!,
                pair => pair.Gradient.ToArray());
            return ((double)loss.Item, (IReadOnlyDictionary<string, float[]>)gradients);
        });
    }

    /// <summary>What each activation of the model receives, in order, on training images, as (rows, units) row by row.
    /// </summary>
    public static IReadOnlyList<(float[] Values, int Units)> ActivationInputs(this Moment moment, int[] at, Mode mode)
    {
        List<(float[], int)> seen = [];
        var model = moment.Copy(activation => Layer.Of(x =>
        {
            seen.Add((x.ToArray(), x.Shape.Columns));
            return x;
        }) >> activation);
        moment.Tape.Step(() => model.Forward(moment.Config.Input(moment.Data.Train, at), mode), record: false);
        return seen;
    }

    /// <summary>The same images in every measurement: the last of those trained on.</summary>
    public static int[] FixedBatch(this Moment moment, int count) =>
        [.. Enumerable.Range(Math.Max(0, moment.Config.TrainSize - count), Math.Min(count, moment.Config.TrainSize))];

    /// <summary>The cosine of the angle between two vectors; NaN where one is 0.</summary>
    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.CosineSimilarity(a, b);

    public static double Norm(ReadOnlySpan<float> a) => TensorPrimitives.Norm(a);

    public static double Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => TensorPrimitives.Distance(a, b);
}
