#nullable enable
// Gamma and beta beside the deviation and mean that they would have to equal to undo the normalization.

/// <summary>Of each unit of a BN layer: gamma and beta (1 and 0 where the layer has none), and the deviation and mean
/// by which evaluation normalizes. Where (gamma, beta) = (sigma, mu) the layer is the identity (Ioffe and Szegedy 2015,
/// section 3).</summary>
public sealed record ScaleAndShift(float[] Gamma, float[] Beta, float[] Sigma, float[] Mu)
{
    const float Epsilon = 1e-5f;

    /// <summary>The model's BN layers in order. (The running statistics of a model in training lag behind its weights,
    /// and in its first steps still contain the 0 and 1 that they started from: see PreciseCopy.)</summary>
    public static IReadOnlyList<ScaleAndShift> LayersOf(Model model)
    {
        var named = model.Parameters.Concat(model.Buffers).ToDictionary(tensor => tensor.Name!,
            tensor => tensor.ToArray());
        return
        [
            .. from name in named.Keys
               where name.EndsWith(".running_mean")
               let layer = name[..name.IndexOf('.')]
               let mu = named[name]
               select new ScaleAndShift(
                   named.GetValueOrDefault($"{layer}.gamma") ?? [.. mu.Select(_ => 1f)],
                   named.GetValueOrDefault($"{layer}.beta") ?? new float[mu.Length],
                   [.. named[$"{layer}.running_var"].Select(variance => MathF.Sqrt(variance + Epsilon))], mu),
        ];
    }

    /// <summary>Progress towards undoing: how far (gamma, beta) has come from (1, 0), where it starts, to (sigma, mu).
    /// It is 1 less the ratio of two root mean squares over the units: of the present distance, and of the distance at
    /// the start. 1: undone. 0: as far from it as at the start. Negative: farther.</summary>
    public double Progress() => Progress(0);

    /// <summary>A baseline for chance: the progress towards the (sigma, mu) of another unit of the layer, averaged over
    /// all other units. A layer whose units all move alike comes to this.</summary>
    public double ProgressByChance() => Enumerable.Range(1, Mu.Length - 1).Average(Progress);

    double Progress(int rotation)
    {
        double Squares(Func<int, float> gamma, Func<int, float> beta) => Enumerable.Range(0, Mu.Length).Sum(i =>
        {
            var target = (i + rotation) % Mu.Length;
            double scale = gamma(i) - Sigma[target], shift = beta(i) - Mu[target];
            return scale * scale + shift * shift;
        });
        return 1 - Math.Sqrt(Squares(i => Gamma[i], i => Beta[i]) / Squares(_ => 1, _ => 0));
    }

    /// <summary>Share of the units whose gamma and beta are both within a tenth of sigma of undoing the normalization.
    /// </summary>
    public double ShareUndone() => Enumerable.Range(0, Mu.Length).Average(i =>
        Math.Abs(Gamma[i] - Sigma[i]) <= 0.1 * Sigma[i] && Math.Abs(Beta[i] - Mu[i]) <= 0.1 * Sigma[i] ? 1.0 : 0);
}

/// <summary>Distance of some parameters from where they started over their norm there, all taken together.</summary>
/// <param name="start">The model before its first step.</param>
/// <param name="kinds">Last parts of their names.</param>
static double RelativeMovement(this Snapshot snapshot, Model start, params string[] kinds)
{
    var pairs = snapshot.Model.Parameters.Zip(start.Parameters)
        .Where(pair => kinds.Any(kind => pair.First.Name!.EndsWith($".{kind}")))
        .Select(pair => (Now: pair.First.ToArray(), Start: pair.Second.ToArray())).ToList();
    return Math.Sqrt(pairs.Sum(pair => Math.Pow(TensorPrimitives.Distance<float>(pair.Now, pair.Start), 2))
        / pairs.Sum(pair => Math.Pow(TensorPrimitives.Norm<float>(pair.Start), 2)));
}

/// <summary>How far training goes towards undoing the normalization of an MLP of three hidden layers.</summary>
public static class Undoing
{
    public const int HiddenLayers = 3;
    const int Images = 1_000;
    static readonly string[] kinds = ["gamma", "sigma", "beta", "mu"];

    /// <summary>Means over the hidden layers of Progress (way), ProgressByChance (way_by_chance) and ShareUndone
    /// (undone); Progress of the last layer (way_last), where it is normalized; how far gamma and beta have moved, and
    /// how far the weights.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
        ["way", "way_by_chance", "undone", "way_last", "moved_affine", "moved_weights"];

    /// <summary>Percentiles of gamma, sigma, beta and mu over the units of each hidden layer.</summary>
    public static IReadOnlyList<int> Percentiles { get; } = [15, 50, 85];

    /// <summary>In evaluation trials, the numbers and the percentiles: column gamma_1_15 is the 15th percentile of
    /// gamma in the first hidden layer. Sigma and mu are those of the last 1,000 training images.</summary>
    public static Probe Probe { get; } = new(
        [
            .. Numbers, .. from kind in kinds
                           from layer in Enumerable.Range(1, HiddenLayers)
                           from percentile in Percentiles
                           select $"{kind}_{layer}_{percentile}",
        ],
        config => LogSpacedSteps(config.Steps), Measure);

    static IEnumerable<(string, double)> Measure(Snapshot snapshot)
    {
        var all = ScaleAndShift.LayersOf(snapshot.PreciseCopy(snapshot.FixedBatch(Images)));
        var (hidden, start) = (all.Take(HiddenLayers).ToList(), snapshot.Start());
        yield return ("way", hidden.Average(layer => layer.Progress()));
        yield return ("way_by_chance", hidden.Average(layer => layer.ProgressByChance()));
        yield return ("undone", hidden.Average(layer => layer.ShareUndone()));
        if (all.Count > HiddenLayers) yield return ("way_last", all[HiddenLayers].Progress());
        if (snapshot.Config.Norm == Norm.Batch)
            yield return ("moved_affine", snapshot.RelativeMovement(start, "gamma", "beta"));
        yield return ("moved_weights", snapshot.RelativeMovement(start, "weight"));
        foreach (var (i, layer) in hidden.Index())
            foreach (var (kind, values) in kinds.Zip([layer.Gamma, layer.Sigma, layer.Beta, layer.Mu]))
                foreach (var (percentile, value) in Percentiles.Zip(Quantiles(values.Select(value => (double)value),
                    [.. Percentiles.Select(percentile => percentile / 100.0)])))
                    yield return ($"{kind}_{i + 1}_{percentile}", value);
    }
}
