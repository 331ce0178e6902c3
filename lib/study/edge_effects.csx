#nullable enable
// Sharpness of full-batch training, at several rates.

/// <summary>For each rate, the largest sharpness of a cell's trainings times the rate, over 2, as log10; a lost one has
/// none.</summary>
static IReadOnlyList<Effect> OverEdge(IReadOnlyList<Trial> trials, IReadOnlyList<double> rates, Config cell) =>
[
    .. rates.Select(rate => Effect.From($"rate {CsvText(rate)}", trials.AtRate(cell with { Lr = rate }).EachSeed(
        trial => IsOk(trial) ? Math.Log10(EdgeOfStability.Peak(trial) / EdgeOfStability.Limit) : double.NaN))),
];

/// <summary>For each rate, the largest eigenvalue over the first of the bulk, geometric mean over a training, the first
/// cell over the second, as log10; over the seeds that ended well in both.</summary>
static IReadOnlyList<Effect> OutlierRatios(IReadOnlyList<Trial> trials, IReadOnlyList<double> rates, Config cell,
    Config over)
{
    double Of(IReadOnlyList<Trial> seed) => IsOk(seed[0]) ? seed[0].MeanLog(EdgeOfStability.Outlier) : double.NaN;
    return
    [
        .. rates.Select(rate => Effect.From($"rate {CsvText(rate)}", trials.AtRate(cell with { Lr = rate }).BySeed(
            trials.AtRate(over with { Lr = rate }), (first, second) => Of(first) - Of(second)))),
    ];
}
