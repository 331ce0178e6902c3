#nullable enable
// What is compared: a number under one condition, from paired seeds.

/// <summary>An effect under one condition: its interval, and the paired differences that it is of.</summary>
public sealed record Effect(string Condition, Interval Interval, IReadOnlyList<double> Differences)
{
    /// <summary>The arm whose look it has in figures; empty: its condition has a look of its own.</summary>
    public string Arm { get; init; } = "";

    const int CountForP = 10;

    /// <summary>The exact sign-flip p, from ten pairs on; NaN below.</summary>
    public double P => Differences.Count < CountForP ? double.NaN : SignFlipP(Differences);

    /// <summary>Paired differences with the interval of their mean by t, or of their median by order statistics where
    /// some are infinite (beyond all others), or where all are equal: seeds that agree say nothing of the spread that t
    /// needs. Those that are not a number say nothing and are left out.</summary>
    /// <param name="resolution">What a difference is known to: the interval is widened by as much on either side. Two
    /// rates read off one grid differ from what they stand for by up to a step of it, the same way in all seeds.
    /// </param>
    public static Effect From(string condition, IEnumerable<double> differences, double resolution = 0)
    {
        var all = differences.Where(value => !double.IsNaN(value)).ToList();
        if (all.Count == 0) return new(condition, None, all);
        var known = all.All(double.IsFinite) && (all.Count == 1 || all.Distinct().Count() > 1) ? MeanInterval(all)
            : CensoredMedianInterval(all);
        return new(condition, known with { Low = known.Low - resolution, High = known.High + resolution }, all);
    }

    /// <summary>first - second, where infinite is lost: 0 if both are.</summary>
    public static double Difference(double first, double second) => first == second ? 0 : first - second;

    /// <summary>log10 of first over second, for steps to a target: NaN is beyond the budget, a ratio beyond all others,
    /// or 1 where both are.</summary>
    public static double Ratio(double first, double second) => Difference(LogSteps(first), LogSteps(second));

    static double LogSteps(double steps) => double.IsNaN(steps) ? double.PositiveInfinity : Math.Log10(steps);

    static readonly Interval None = new(double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0, 0);
}

/// <summary>For each net, how many times as large a number is in one arm as in another, as log10 of its geometric mean
/// over the training; over the seeds that ended well in both.</summary>
static IReadOnlyList<Effect> LogRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, string arm, string over,
    Func<CurvePoint, double> of)
{
    var ok = trials.Where(IsOk).ToList();
    return [.. nets.Select(net => Effect.From(net.Name, ok.Paired(net[arm], net[over],
        (first, second) => first.MeanLog(of) - second.MeanLog(of))))];
}

/// <summary>How many decades of initial weight scales BN adds to those that train (the scheme `normal`), for nets that
/// differ from one without normalizer in arm and scale alone.</summary>
static Effect UsableScaleGain(IReadOnlyList<Trial> trials, Config none, string condition)
{
    double Usable(IEnumerable<Trial> seed) =>
        seed.UsableRange(trial => trial.InitScale, BestValidationAccuracy).Decades();
    return Effect.From(condition, trials.AtScales(none, Norm.Batch).BySeed(trials.AtScales(none, Norm.None),
        (batch, plain) => Usable(batch) - Usable(plain)));
}

/// <summary>The trials of one arm of a net at all scales of its initial weights (the scheme `normal`).</summary>
static IReadOnlyList<Trial> AtScales(this IEnumerable<Trial> trials, Config none, Norm norm) =>
    [.. trials.Where(trial => (trial.Init, trial.Activation, trial.Norm) == (Scheme.Normal, none.Activation, norm))];

/// <summary>The test error of one cell less that of another, as a share of 1; a lost trial is worse than any other.
/// </summary>
static Effect ErrorGap(IReadOnlyList<Trial> trials, Config cell, Config less, string condition) =>
    Effect.From(condition, trials.Paired(cell, less, (one, other) =>
        Effect.Difference(TestAccuracy.OrLost(other), TestAccuracy.OrLost(one))));

/// <summary>By how many decades the ratio of best rates, batch over none, grows with a decade of batch size: a line
/// through the sizes for each tuning seed, where it learns at two sizes or more.</summary>
static Effect BestRateSlope(Tuning tuning, IReadOnlyList<int> sizes, Func<Norm, int, Config> cell)
{
    var seeds = tuning.Trials.Select(trial => trial.Seed).Distinct().Count();
    double? Best(Norm norm, int size, int seed) =>
        tuning.BestBySeed(cell(norm, size), ValidationAccuracy.Of)[seed] is { } best ? best.Cell.Lr : null;
    return Effect.From("", Enumerable.Range(0, seeds)
        .Select(seed => (from size in sizes
                         let batch = Best(Norm.Batch, size, seed)
                         let none = Best(Norm.None, size, seed)
                         where batch is not null && none is not null
                         select (Math.Log10(size), Math.Log10(batch.Value / none.Value))).ToList())
        .Where(points => points.Count > 1).Select(Slope));
}
