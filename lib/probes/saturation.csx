#nullable enable
// Units that no longer answer, or hardly: saturated sigmoids, dead ReLUs.

public static class Saturation
{
    const double NearLimit = 0.9;

    /// <summary>The share of each hidden layer's units that are lost, in evaluation mode.</summary>
    /// <inheritdoc cref="Of"/>
    public static IReadOnlyList<double> Shares(Snapshot snapshot, int images) =>
        [.. snapshot.ActivationOutputs(snapshot.FixedBatch(images), Mode.Evaluation)
            .Select(output => Of(output.Values, output.Units, snapshot.Config.Activation))];

    /// <summary>ReLU: the share of units that are 0 on all images, so that no gradient reaches their weights. Sigmoid
    /// and tanh: the share of all outputs that are beyond nine tenths of the way from the middle to a limit, where the
    /// derivative is below a fifth (0.19) of its largest.</summary>
    /// <param name="outputs">(images, units), row by row.</param>
    public static double Of(float[] outputs, int units, Activation activation)
    {
        double Beyond(Func<float, double> way) => outputs.Average(y => Math.Abs(way(y)) > NearLimit ? 1.0 : 0);
        return activation switch
        {
            Activation.Sigmoid => Beyond(y => 2 * y - 1),
            Activation.Tanh => Beyond(y => y),
            Activation.Relu => Enumerable.Range(0, units).Average(unit =>
                Enumerable.Range(0, outputs.Length / units).All(row => outputs[row * units + unit] == 0) ? 1.0 : 0),
            _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, null),
        };
    }
}
