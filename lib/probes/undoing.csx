#nullable enable
// Gamma and beta beside the mean and deviation that they would have to be to undo their layer.

/// <summary>Of each unit of a BN layer: gamma and beta (1 and 0 where the layer has none), and the deviation and mean
/// by which evaluation normalizes. Where (gamma, beta) = (sigma, mu) the layer does nothing (Ioffe and Szegedy 2015,
/// section 3).</summary>
public sealed record ScaleAndShift(float[] Gamma, float[] Beta, float[] Sigma, float[] Mu)
{
    const float Epsilon = 1e-5f;

    /// <summary>The model's BN layers in order. (The running statistics of a model in training lag behind its weights,
    /// and for its first steps remember the 0 and 1 that they started from: see Snapshot.Precise.)</summary>
    public static IReadOnlyList<ScaleAndShift> Of(Model model)
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

    /// <summary>How far (gamma, beta) has come from (1, 0), where it starts, to the (sigma, mu) that undoes the
    /// normalization: 1 less the root mean square over the units of its distance over the start's. 1 is undone, 0 as
    /// far as at the start.</summary>
    public double Way() => Way(0);

    /// <summary>The same with the (sigma, mu) of every other unit of the layer in place of the unit's own, on average:
    /// what a layer comes to that moves as a whole.</summary>
    public double WayByChance() => Enumerable.Range(1, Mu.Length - 1).Average(Way);

    double Way(int turn)
    {
        double Squares(Func<int, float> gamma, Func<int, float> beta) => Enumerable.Range(0, Mu.Length).Sum(i =>
        {
            var other = (i + turn) % Mu.Length;
            double scale = gamma(i) - Sigma[other], shift = beta(i) - Mu[other];
            return scale * scale + shift * shift;
        });
        return 1 - Math.Sqrt(Squares(i => Gamma[i], i => Beta[i]) / Squares(_ => 1, _ => 0));
    }

    /// <summary>Share of the units that are undone to a tenth of their deviation, in scale and in shift.</summary>
    public double Undone() => Enumerable.Range(0, Mu.Length).Average(i =>
        Math.Abs(Gamma[i] - Sigma[i]) <= 0.1 * Sigma[i] && Math.Abs(Beta[i] - Mu[i]) <= 0.1 * Sigma[i] ? 1.0 : 0);
}

public sealed partial record Snapshot
{
    /// <summary>Distance of some parameters from where they started over their norm there, all taken together.
    /// </summary>
    /// <param name="start">The model before its first step.</param>
    /// <param name="kinds">Last parts of their names.</param>
    public double Moved(Model start, params string[] kinds)
    {
        var now = Model.Parameters.Zip(start.Parameters)
            .Where(pair => kinds.Any(kind => pair.First.Name!.EndsWith($".{kind}")))
            .Select(pair => (Now: pair.First.ToArray(), Start: pair.Second.ToArray())).ToList();
        return Math.Sqrt(now.Sum(one => Math.Pow(TensorPrimitives.Distance<float>(one.Now, one.Start), 2))
            / now.Sum(one => Math.Pow(TensorPrimitives.Norm<float>(one.Start), 2)));
    }

    /// <summary>The model before its first step.</summary>
    public Model Start() => Config.Layers(Data.Train.Height, Data.Train.Width, Dataset.Classes).ToModel(Config.Seed);
}

/// <summary>What a probe watches of gamma and beta in an MLP of three hidden layers, on evaluation seeds.</summary>
public static class AffineProbe
{
    public const int Layers = 3;
    static readonly string[] kinds = ["gamma", "sigma", "beta", "mu"];

    /// <summary>Means over the hidden layers of Way, WayByChance and Undone; Way of the last layer, where it is
    /// normalized; how far gamma and beta have moved, and how far the weights.</summary>
    public static IReadOnlyList<string> Numbers { get; } =
        ["way", "way_by_chance", "undone", "way_last", "moved_affine", "moved_weights"];

    /// <summary>The numbers, and percentiles over each hidden layer's units: gamma_1_15 is gamma's 15th in the first.
    /// </summary>
    public static Probe Probe { get; } = new([.. Numbers, .. from kind in kinds
                                                             from layer in Enumerable.Range(1, Layers)
                                                             from percentile in Percentiles.Measured
                                                             select $"{kind}_{layer}_{percentile}"],
        config => Training.MeasuredSteps(config.Steps), Measure);

    /// <summary>A panel for each hidden layer: what is learned beside what would undo the normalization.</summary>
    public static Figure Paths(string id, string title, IReadOnlyList<Trial> trials, string learned, string undoing) =>
        Rivers(id, title, trials,
            [
                .. Enumerable.Range(1, Layers).Select(layer => ($"Hidden layer {layer}", $"{learned}, {undoing}",
                    new[] { ("learned", $"{learned}_{layer}"), ("would undo", $"{undoing}_{layer}") })),
            ], "Percentiles over the units of a layer, each the median over the seeds.");

    static IEnumerable<(string, double)> Measure(Snapshot moment)
    {
        if (moment.Config.Role == Role.Tune) yield break;
        var all = ScaleAndShift.Of(moment.Precise(moment.FixedBatch(1_000)));
        var (hidden, start) = (all.Take(Layers).ToList(), moment.Start());
        yield return ("way", hidden.Average(layer => layer.Way()));
        yield return ("way_by_chance", hidden.Average(layer => layer.WayByChance()));
        yield return ("undone", hidden.Average(layer => layer.Undone()));
        if (all.Count > Layers) yield return ("way_last", all[Layers].Way());
        if (moment.Config.Norm == Norm.Batch) yield return ("moved_affine", moment.Moved(start, "gamma", "beta"));
        yield return ("moved_weights", moment.Moved(start, "weight"));
        foreach (var (i, layer) in hidden.Index())
            foreach (var (kind, values) in kinds.Zip([layer.Gamma, layer.Sigma, layer.Beta, layer.Mu]))
                foreach (var percentile in Percentiles.Measured)
                    yield return ($"{kind}_{i + 1}_{percentile}",
                        Quantile(values.Select(value => (double)value), percentile / 100.0));
    }
}
