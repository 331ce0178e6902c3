#nullable enable
// What probes measure on a copy of the model under training.

public sealed partial record Moment
{
    /// <summary>The model as it was before its first step.</summary>
    public Model Initial() => Config.Layers(Data.Train.Height, Data.Train.Width, Dataset.Classes).ToModel(Config.Seed);

    /// <summary>Mean loss in training mode and its gradients, by parameter, on training images.</summary>
    /// <param name="model">A copy: in training mode it moves its running statistics.</param>
    /// <param name="at">Places in the training set, one batch.</param>
    public (double Loss, IReadOnlyDictionary<string, float[]> Gradients) LossAndGradients(Model model, int[] at)
    {
        var labels = new byte[at.Length];
        Batches.Labels(Data.Train, at, labels);
        return Tape.Step(() =>
        {
            var loss = model.Forward(Config.Input(Data.Train, at), Mode.Training).CrossEntropy(labels);
            var gradients = Tape.Gradients(loss).ToDictionary(pair => pair.Parameter.Name!,
                pair => pair.Gradient.ToArray());
            return ((double)loss.Item, (IReadOnlyDictionary<string, float[]>)gradients);
        });
    }

    /// <summary>What each activation of the model receives, in order, on training images, as (rows, units) row by row.
    /// </summary>
    public IReadOnlyList<(float[] Values, int Units)> ActivationInputs(int[] at, Mode mode)
    {
        List<(float[], int)> seen = [];
        var model = Copy(activation => Layer.Of(x =>
        {
            seen.Add((x.ToArray(), x.Shape.Columns));
            return x;
        }) >> activation);
        Tape.Step(() => model.Forward(Config.Input(Data.Train, at), mode), record: false);
        return seen;
    }

    /// <summary>The same images in every measurement: the last of those trained on.</summary>
    public int[] FixedBatch(int count) =>
        [.. Enumerable.Range(Math.Max(0, Config.TrainSize - count), Math.Min(count, Config.TrainSize))];
}
