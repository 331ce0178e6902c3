#nullable enable
// Internal covariate shift over a whole training, from what Shift.Probe measured; compared between BN and none.

public static class ShiftEffects
{
    /// <summary>Path of the median inputs of the last hidden layer, in interquartile ranges: the sum over the
    /// measurements from a step on.</summary>
    public static double Path(Trial trial, int firstStep = 1) => Measured(trial, "drift", firstStep).Sum();

    /// <summary>Mean cosine between a layer's gradient before and after the earlier layers take their step, over the
    /// measurements from a step on, then over the layers.</summary>
    public static double Cosine(Trial trial, IReadOnlyList<int> layers, int firstStep = 1) => layers.Average(layer =>
        Measured(trial, $"cosine_{layer}", firstStep).DefaultIfEmpty(double.NaN).Average());

    /// <summary>The path without BN over that with it, as log10.</summary>
    public static Effect Paths(IReadOnlyList<Trial> trials, Net net, int firstStep = 1) =>
        Paired(trials, net, (batch, none) => Math.Log10(Path(none, firstStep) / Path(batch, firstStep)));

    /// <summary>The cosine with BN less that without.</summary>
    public static Effect Cosines(IReadOnlyList<Trial> trials, Net net, IReadOnlyList<int> layers, int firstStep = 1) =>
        Paired(trials, net, (batch, none) => Cosine(batch, layers, firstStep) - Cosine(none, layers, firstStep));

    static Effect Paired(IReadOnlyList<Trial> trials, Net net, Func<Trial, Trial, double> of) =>
        Effect.From("", trials.Where(IsOk).ToList().Paired(net["batch"], net["none"], of));

    static IEnumerable<double> Measured(Trial trial, string column, int firstStep) => trial.Curve
        .Where(point => point.Step >= firstStep).Select(point => point.Own[column]).Where(double.IsFinite);
}
