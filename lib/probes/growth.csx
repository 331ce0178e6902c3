#nullable enable
// The gradients of deep nets before their first step.

public static class Growth
{
    /// <summary>By how much the squared gradient of ReLU nets with BN grows from a layer to the one before it, as the
    /// batch and the width grow without bound (Yang et al. 2019).</summary>
    public const double LargeBatches = Math.PI / (Math.PI - 1);

    /// <summary>Measures the perceptrons of one depth, in evaluation trials: column gradient_N is the squared norm of
    /// the gradient of hidden layer N's weights before the first step, on the first batch, in the row of step 1.
    /// </summary>
    public static Probe Probe(int depth) => new([.. Enumerable.Range(1, depth).Select(layer => $"gradient_{layer}")],
        config => [1, config.Steps],
        snapshot => snapshot.Step == 1 && !snapshot.Config.IsConvnet && snapshot.Config.Depth == depth
            ? InitialSquares(snapshot).Select((square, i) => ($"gradient_{i + 1}", square)) : []);

    /// <summary>At initialization, on the first batch: the squared norm of the gradient of each hidden layer's weights,
    /// from the input on.</summary>
    public static IReadOnlyList<double> InitialSquares(Snapshot snapshot)
    {
        var config = snapshot.Config;
        var first = Batches.Order(config.TrainSize, config.Seed, 0)[..Math.Min(config.BatchSize, config.TrainSize)];
        var gradients = snapshot.LossAndGradients(snapshot.Start(), first).Gradients;
        return [.. Enumerable.Range(1, config.Depth).Select(layer =>
            gradients[$"linear{layer}.weight"].Sum(value => (double)value * value))];
    }

    /// <summary>The squares that were measured in a trial, by hidden layer from the input on; NaN where they were not.
    /// </summary>
    public static IReadOnlyList<double> MeasuredSquares(Trial trial) => trial.Curve.Count == 0 ? []
        : [.. Enumerable.Range(1, trial.Depth).Select(layer => trial.Curve[0].Own.GetValueOrDefault(
            $"gradient_{layer}", double.NaN))];

    /// <summary>By how much the squared gradient grows from one layer to the layer before it: the geometric mean from
    /// the last hidden layer but two down to the third, away from the ends (Yang et al. 2019). NaN where gradients
    /// vanish.</summary>
    /// <param name="squares">Of each hidden layer, from the input on; at least six.</param>
    public static double PerLayer(IReadOnlyList<double> squares) =>
        Math.Pow(squares[2] / squares[^3], 1.0 / (squares.Count - 5)) is var growth && growth > 0
            && double.IsFinite(growth) ? growth : double.NaN;

    /// <summary>The same of a trial that was measured; NaN of others, and of nets of fewer than six layers.</summary>
    public static double PerLayer(Trial trial) =>
        MeasuredSquares(trial) is { Count: > 5 } squares ? PerLayer(squares) : double.NaN;
}
