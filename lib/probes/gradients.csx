#nullable enable
// Gradients and layer inputs of copies of the model under training, for the probes of the files that follow.

/// <summary>Mean loss in training mode and its gradients, by parameter, on training images.</summary>
/// <param name="model">A copy: training mode changes its running statistics.</param>
/// <param name="at">One batch, by places in the training set.</param>
static (double Loss, IReadOnlyDictionary<string, float[]> Gradients) LossAndGradients(this Snapshot snapshot,
    Model model, int[] at)
{
    var labels = new byte[at.Length];
    Batches.Labels(snapshot.Data.Train, at, labels);
    return snapshot.Tape.Step(() =>
    {
        var loss = model.Forward(snapshot.Config.Input(snapshot.Data.Train, at), Mode.Training).CrossEntropy(labels);
        var gradients = Tape.Gradients(loss).ToDictionary(pair => pair.Parameter.Name!,
            pair => pair.Gradient.ToArray());
        return ((double)loss.Item, (IReadOnlyDictionary<string, float[]>)gradients);
    });
}

/// <summary>The input of each activation of the model, in order, on training images: (rows, units), row by row. Of a
/// convnet's (N, C, H, W) each place is a row and each channel a unit.</summary>
/// <param name="at">One batch, by places in the training set.</param>
static IReadOnlyList<(float[] Values, int Units)> ActivationInputs(this Snapshot snapshot, int[] at, Mode mode) =>
    snapshot.Seen(at, mode, (seen, activation) => seen >> activation);

/// <summary>The output of each activation, likewise.</summary>
/// <inheritdoc cref="ActivationInputs"/>
static IReadOnlyList<(float[] Values, int Units)> ActivationOutputs(this Snapshot snapshot, int[] at, Mode mode) =>
    snapshot.Seen(at, mode, (seen, activation) => activation >> seen);

// What a layer that is put beside each activation sees.
static IReadOnlyList<(float[] Values, int Units)> Seen(this Snapshot snapshot, int[] at, Mode mode,
    Func<Layer, Layer, Layer> beside)
{
    List<(float[], int)> all = [];
    var seen = Layer.From(x =>
    {
        all.Add(RowsOf(x));
        return x;
    });
    var model = snapshot.Copy(activation => beside(seen, activation));
    snapshot.Tape.Step(() => model.Forward(snapshot.Config.Input(snapshot.Data.Train, at), mode), record: false);
    return all;
}

static (float[] Values, int Units) RowsOf(Tensor x)
{
    if (x.Shape.Rank < 4) return (x.ToArray(), x.Shape.Columns);
    var (values, channels, places) = (x.ToArray(), x.Shape[1], x.Shape[2] * x.Shape[3]);
    var (rows, at) = (new float[values.Length], 0);
    for (var image = 0; image < values.Length; image += channels * places)
        for (var channel = 0; channel < channels; channel++)
            for (var place = 0; place < places; place++)
                rows[image + place * channels + channel] = values[at++];
    return (rows, channels);
}
