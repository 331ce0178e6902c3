#nullable enable
// Weights whose scale does not matter, since a normalizer follows: what moves is their direction, and a learning rate
// acts by how far it turns that in a step.

public static class EffectiveRate
{
    // Measurements, evenly spaced, and the batches of each over which gradients are averaged.
    const int Points = 20, BatchesOfEach = 8;

    /// <summary>By how much a step turns the weights of a hidden layer under decay once their norm has settled, in
    /// radians, root mean square: sqrt(2 rate decay / (1 + momentum)) (Wan et al. 2021, theorem 1), for gradients that
    /// are independent from step to step.</summary>
    public static double EquilibriumAngle(Config config) =>
        Math.Sqrt(2 * HiddenRate(config) * config.WeightDecay / (1 + config.Momentum));

    /// <summary>The norm at which it settles: the fourth root of rate E|g|^2 / (2 decay (1 - momentum)), where g is the
    /// gradient by weights of norm 1 (van Laarhoven 2017, equation 13; Wan et al. 2021).</summary>
    /// <param name="unitSquare">E|g|^2, over batches.</param>
    public static double EquilibriumNorm(Config config, double unitSquare) =>
        Math.Pow(HiddenRate(config) * unitSquare / (2 * config.WeightDecay * (1 - config.Momentum)), 0.25);

    static double HiddenRate(Config config) => config.Lr * config.LrHidden;

    /// <summary>Of trials in which the hidden layers' weights decay at a constant rate: column angle is by how much the
    /// last step turned these weights (root mean square over the layers), norm_to_settled is their norm over the one at
    /// which it would settle by their gradients of the moment (geometric mean over the layers).</summary>
    public static Probe Probe { get; } = new(["angle", "norm_to_settled"], Steps, () =>
    {
        (int Step, float[][] Weights) last = (0, []);
        return snapshot =>
        {
            if (!Settles(snapshot.Config)) return [];
            float[][] now = [.. snapshot.Model.HiddenWeights.Select(weight => weight.ToArray())];
            var before = last;
            last = (snapshot.Step, now);
            return before.Step != snapshot.Step - 1 || before.Step == 0 ? []
                : [("angle", Angle(before.Weights, now)), ("norm_to_settled", NormToSettled(snapshot))];
        };
    });

    static bool Settles(Config config) =>
        config is { WeightDecay: > 0, Decay: Decay.Coupled, Schedule: Schedule.Constant };

    // Each point with the step before it.
    static IEnumerable<int> Steps(Config config) => !Settles(config) ? LogSpacedSteps(config.Steps)
        : Enumerable.Range(1, Points).Select(point => point * config.Steps / Points)
            .SelectMany(step => new[] { step - 1, step }).Where(step => step > 0).Distinct();

    /// <summary>Between the weights before and after, root mean square over the layers, in radians.</summary>
    public static double Angle(IReadOnlyList<float[]> before, IReadOnlyList<float[]> after) =>
        Math.Sqrt(before.Zip(after).Average(layer => Math.Pow(Angle(layer.First, layer.Second), 2)));

    // By the half of it, since the arc cosine of 1 - 1e-7 is mostly rounding.
    static double Angle(float[] a, float[] b)
    {
        double Norm(float[] values) => Math.Sqrt(values.Sum(value => (double)value * value));
        var (first, second) = (Norm(a), Norm(b));
        var (apart, together) = (0.0, 0.0);
        for (var i = 0; i < a.Length; i++)
        {
            var (u, v) = (a[i] / first, b[i] / second);
            (apart, together) = (apart + (u - v) * (u - v), together + (u + v) * (u + v));
        }
        return 2 * Math.Atan2(Math.Sqrt(apart), Math.Sqrt(together));
    }

    static double NormToSettled(Snapshot snapshot)
    {
        var (config, copy) = (snapshot.Config, snapshot.Copy());
        var weights = copy.HiddenWeights.ToList();
        var squares = new double[weights.Count];
        // In an order that no epoch has.
        var batches = Batches.Order(config.TrainSize, config.Seed, -1).Chunk(config.BatchSize).Take(BatchesOfEach)
            .Where(batch => batch.Length == config.BatchSize).ToList();
        foreach (var batch in batches)
        {
            var gradients = snapshot.LossAndGradients(copy, batch).Gradients;
            foreach (var (layer, weight) in weights.Index())
                squares[layer] += gradients[weight.Name!].Sum(value => (double)value * value) / batches.Count;
        }
        return Math.Exp(weights.Zip(squares).Average(layer =>
        {
            var norm = Math.Sqrt(layer.First.SumOfSquares());
            // The gradient shrinks as the weights grow.
            return Math.Log(norm / EquilibriumNorm(config, layer.Second * norm * norm));
        }));
    }

    /// <summary>A column over the second half of a training: the root mean square; NaN where it was not measured.
    /// </summary>
    public static double Settled(Trial trial, string column) => Math.Sqrt(trial.Curve
        .Where(point => 2 * point.Step > trial.Steps)
        .Select(point => Math.Pow(point.Own.GetValueOrDefault(column, double.NaN), 2)).Where(double.IsFinite)
        .DefaultIfEmpty(double.NaN).Average());
}
