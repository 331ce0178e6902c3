#nullable enable
// The gradients of deep nets before their first step.

public static class Growth
{
    /// <summary>By how much the squared gradient of ReLU nets with BN grows from a layer to the one before it, as the
    /// batch and the width grow without bound (Yang et al. 2019).</summary>
    public const double LargeBatches = Math.PI / (Math.PI - 1);

    /// <summary>Measures nets of one depth, on evaluation seeds: column gradient_N is the squared norm of the gradient
    /// of hidden layer N's weights before the first step, on the first batch, in the row of step 1.</summary>
    public static Probe Probe(int depth) => new([.. Enumerable.Range(1, depth).Select(layer => $"gradient_{layer}")],
        config => [1, config.Steps],
        moment => moment is { Step: 1, Config.Role: Role.Evaluate } && moment.Config.Depth == depth
            ? moment.InitialGradients().Select((square, i) => ($"gradient_{i + 1}", square)) : []);

    /// <summary>GrowthPerLayer of a trial that was measured; NaN of others, and of nets under six layers.</summary>
    public static double Of(Trial trial) => Squares(trial) is { Count: > 5 } known ? GrowthPerLayer(known) : double.NaN;

    /// <summary>Each layer's squared gradient over that of the last hidden layer but two, whence growth is measured,
    /// beside the growth of large batches.</summary>
    public static Figure Figure(string id, string title, IReadOnlyList<Trial> trials)
    {
        var known = trials.Where(trial => double.IsFinite(Of(trial))).ToList();
        var depth = known.Select(trial => trial.Depth).DefaultIfEmpty(0).Max();
        return CurveChart.Draw(id, title, new("Hidden layer"), new("Squared gradient, relative", Log: true),
            [
                .. from trial in known
                   let squares = Squares(trial)
                   from square in squares.Index()
                   select new Point($"{ArmOf(trial)}, batch of {trial.BatchSize}", $"{trial.Seed}", square.Index + 1,
                       square.Item / squares[^3]),
            ],
            caption: $"Before the first step, on the first batch, relative to layer {depth - 2}. Dashed: growth by pi "
                + "/ (pi − 1) a layer, as theory has it for large batches.",
            guide: depth == 0 ? null
                : new("theory, large batches", [(3, Math.Pow(LargeBatches, depth - 5)), (depth - 2, 1)]));
    }

    static IReadOnlyList<double> Squares(Trial trial) => trial.Curve.Count == 0 ? []
        : [.. Enumerable.Range(1, trial.Depth).Select(layer => trial.Curve[0].Own.GetValueOrDefault(
            $"gradient_{layer}", double.NaN))];
}
