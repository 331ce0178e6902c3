#nullable enable
// Internal covariate shift while a net learns, from what Shift.Probe measured; compared between BN and none.

/// <summary>Numbers of the part of a training in which the validation accuracy rises from one level to another. Nets
/// are compared over the same accuracies, and not over the same steps: one that stays at chance for long has no
/// covariate shift to speak of there, but inputs of next to no spread, which make any path long, and a gradient that
/// points one way.</summary>
/// <param name="From">The level from which nets are compared.</param>
/// <param name="To">The level up to which they are, as far as both come.</param>
public sealed record ShiftEffects(double From, double To)
{
    /// <summary>Path of the median inputs of the last hidden layer, in interquartile ranges: the sum of their drifts
    /// over all measurements.</summary>
    public static double Path(Trial trial) => Path(trial, 1, trial.Steps);

    /// <summary>The path between the first accuracies of these levels; what was measured across either end
    /// counts by the share, in the logarithm of the step, that lies inside. NaN where it does not come to both.
    /// </summary>
    public double Path(Trial trial, double to) => (StepsToTarget(trial, From), StepsToTarget(trial, to))
        is var (first, last) && first < last ? Path(trial, first, last) : double.NaN;

    static double Path(Trial trial, double first, double last) => trial.Curve.Zip(trial.Curve.Skip(1)).Sum(pair =>
        (Math.Max(first, pair.First.Step), Math.Min(last, pair.Second.Step)) is var (start, end) && start < end
            && pair.Second.Own["drift"] is var drift && double.IsFinite(drift)
                ? drift * Math.Log(end / start) / Math.Log((double)pair.Second.Step / pair.First.Step) : 0);

    /// <summary>Cosine between a layer's gradient before and after the earlier layers take their step: the mean over
    /// all measurements, then over the layers.</summary>
    public static double Cosine(Trial trial, IReadOnlyList<int> layers) => Cosine(trial, layers, 1, trial.Steps);

    /// <summary>The same over the measurements between the first accuracies of these levels; NaN where it
    /// does not come to both, or where nothing was measured between.</summary>
    public double Cosine(Trial trial, IReadOnlyList<int> layers, double to) =>
        Cosine(trial, layers, StepsToTarget(trial, From), StepsToTarget(trial, to));

    static double Cosine(Trial trial, IReadOnlyList<int> layers, double first, double last) => layers.Average(layer =>
        trial.Curve.Where(point => point.Step >= first && point.Step <= last)
            .Select(point => point.Own[$"cosine_{layer}"]).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average());

    /// <summary>The path without BN over that with it, as log10, over the same accuracies.</summary>
    public Effect Paths(IReadOnlyList<Trial> trials, Net net) => Paired(trials, net, (batch, none) =>
        Math.Log10(Path(none, Reached(batch, none)) / Path(batch, Reached(batch, none))));

    /// <summary>The cosine with BN less that without, over the same accuracies.</summary>
    public Effect Cosines(IReadOnlyList<Trial> trials, Net net, IReadOnlyList<int> layers) =>
        Paired(trials, net, (batch, none) =>
            Cosine(batch, layers, Reached(batch, none)) - Cosine(none, layers, Reached(batch, none)));

    /// <summary>Both over all measurements.</summary>
    public static (Effect Paths, Effect Cosines) OverAllSteps(IReadOnlyList<Trial> trials, Net net,
        IReadOnlyList<int> layers) =>
        (Paired(trials, net, (batch, none) => Math.Log10(Path(none) / Path(batch))),
            Paired(trials, net, (batch, none) => Cosine(batch, layers) - Cosine(none, layers)));

    // As far as both come.
    double Reached(params IEnumerable<Trial> trials) =>
        Math.Min(To, trials.Min(trial => trial.Curve.Max(point => point.ValidationAccuracy)));

    static Effect Paired(IReadOnlyList<Trial> trials, Net net, Func<Trial, Trial, double> of) =>
        Effect.From("", trials.Paired(net["batch"], net["none"], (batch, none) =>
            IsOk(batch) && IsOk(none) ? of(batch, none) : double.NaN));

    /// <summary>Path and cosine between the two levels, and over all steps, for a table of groups.</summary>
    public IReadOnlyList<Measure> Measures(IReadOnlyList<int> layers) =>
    [
        new("path", trial => Path(trial, To)),
        new("cosine", trial => Cosine(trial, layers, To)),
        new("path_over_all_steps", Path),
        new("cosine_over_all_steps", trial => Cosine(trial, layers)),
    ];
}
