#nullable enable
// What probes measure on a copy of the model under training.

public sealed partial record Snapshot
{
    /// <summary>The model as it was before its first step.</summary>
    public Model Initial() => Config.Layers(Data.Train.Height, Data.Train.Width, Dataset.Classes).ToModel(Config.Seed);

    /// <summary>At initialization, on the first batch: the squared norm of the gradient of each hidden layer's weights,
    /// from the input on.</summary>
    public IReadOnlyList<double> InitialGradients()
    {
        var first = Batches.Order(Config.TrainSize, Config.Seed, 0)[..Math.Min(Config.BatchSize, Config.TrainSize)];
        var gradients = LossAndGradients(Initial(), first).Gradients;
        return [.. Enumerable.Range(1, Config.Depth).Select(layer =>
            gradients[$"linear{layer}.weight"].Sum(value => (double)value * value))];
    }

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
        var model = Copy(activation => Layer.From(x =>
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

/// <summary>By how much the squared gradient grows from one layer to the layer before it: the geometric mean from the
/// last hidden layer but two down to the third, away from the ends (Yang et al. 2019). NaN where gradients vanish.
/// </summary>
/// <param name="squares">Of each hidden layer, from the input on; at least six.</param>
static double GrowthPerLayer(IReadOnlyList<double> squares) =>
    Math.Pow(squares[2] / squares[^3], 1.0 / (squares.Count - 5)) is var growth && growth > 0 && double.IsFinite(growth)
        ? growth : double.NaN;
