#nullable enable
// What is compared: a number under one condition, from paired seeds.

/// <summary>An effect under one condition: its interval, and the paired differences that it is of.</summary>
public sealed record Effect(string Condition, Interval Interval, IReadOnlyList<double> Differences)
{
    /// <summary>The arm whose look it has in figures; empty: its condition has a look of its own.</summary>
    public string Arm { get; init; } = "";

    /// <summary>The cells that it is of, at their rates; empty where that is not known, so that it cannot have more
    /// seeds.</summary>
    public IReadOnlyList<Config> Cells { get; init; } = [];

    /// <summary>What a difference is known to.</summary>
    public double Resolution { get; init; }

    /// <summary>Whether some differences may be smaller, or larger, than they are given: a limit that one arm did not
    /// come to is not known. Its interval has no end there.</summary>
    public (bool Smaller, bool Larger) Censored { get; init; }

    /// <summary>How its interval was made: "t", "order statistics", either with "widened by 0.3"; empty where fewer
    /// than two seeds leave none.</summary>
    public string By { get; init; } = "";

    /// <summary>How many pairs say nothing and are left out: both arms were lost, or lack the number.</summary>
    public int LeftOut { get; init; }

    /// <summary>At which of several looks it was judged; null where the number of seeds was fixed.</summary>
    public (int Number, int Of)? Look { get; init; }

    /// <summary>The same effect with each arm at whichever of its tuned rate and the rates next to it does best on the
    /// evaluation seeds; null where only the tuned rates were evaluated.</summary>
    public Effect? AtNeighbours { get; init; }

    /// <summary>The pairs from which on the sign-flip p can be below 0.05.</summary>
    public const int CountForP = 6;

    /// <summary>The two-sided sign-flip p of no effect, which knows nothing of earlier looks; NaN where so few pairs
    /// cannot bring it below 0.05.</summary>
    public double P => Differences.Count < CountForP ? double.NaN : SignFlipP(Differences);

    /// <summary>Paired differences with the interval of their mean by t, or of their median by order statistics where
    /// some are infinite (beyond all others), or where all are equal: seeds that agree say nothing of the spread that t
    /// needs. Those that are not a number say nothing and are left out.</summary>
    /// <param name="resolution">What a difference is known to: the interval is widened by as much on either side. Two
    /// rates read off one grid differ from what they stand for by up to a step of it, the same way in all seeds.
    /// </param>
    public static Effect From(string condition, IEnumerable<double> differences, double resolution = 0)
    {
        var all = differences.ToList();
        var known = all.Where(value => !double.IsNaN(value)).ToList();
        return new Effect(condition, None, known) { LeftOut = all.Count - known.Count, Resolution = resolution }
            .AtLevel(0.95);
    }

    /// <summary>The same of numbers that know their cells, so that the effect can have more seeds.</summary>
    /// <inheritdoc cref="From(string, IEnumerable{double}, double)"/>
    public static Effect From(string condition, PerSeed differences, double resolution = 0) =>
        From(condition, differences.Values, resolution) with { Cells = differences.Cells };

    /// <summary>The same effect with an interval of another level.</summary>
    public Effect AtLevel(double level)
    {
        if (Differences.Count == 0) return this;
        var byT = Differences.All(double.IsFinite) && (Differences.Count == 1 || Differences.Distinct().Count() > 1);
        var interval = byT ? MeanInterval(Differences, level) : CensoredMedianInterval(Differences, level);
        return this with
        {
            Interval = interval with
            {
                Low = Censored.Smaller ? double.NegativeInfinity : interval.Low - Resolution,
                High = Censored.Larger ? double.PositiveInfinity : interval.High + Resolution,
            },
            By = Differences.Count == 1 ? "" : (byT ? "t" : "order statistics")
                + (Resolution == 0 ? "" : $", widened by {Format.Number(Resolution, 2)}"),
            AtNeighbours = AtNeighbours?.AtLevel(level),
        };
    }

    /// <summary>log10 of first over second, for steps to a target: NaN is beyond the budget, a ratio beyond all others.
    /// Not a number where both are: a pair that was lost twice says nothing, least of all that its arms are alike.
    /// </summary>
    public static double Ratio(double first, double second) => LogSteps(first) - LogSteps(second);

    static double LogSteps(double steps) => double.IsNaN(steps) ? double.PositiveInfinity : Math.Log10(steps);

    static readonly Interval None = new(double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0, 0);
}

/// <summary>For each net, how many times as large a number is in one arm as in another, as log10 of its geometric mean
/// over the training; over the seeds that ended well in both.</summary>
static IReadOnlyList<Effect> LogRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, string arm, string over,
    Func<CurvePoint, double> of)
{
    double MeanLog(Trial trial) => IsOk(trial) ? trial.MeanLog(of) : double.NaN;
    return [.. nets.Select(net => Effect.From(net.Name, trials.Paired(net[arm], net[over],
        (first, second) => MeanLog(first) - MeanLog(second))))];
}

/// <summary>How many times as far one arm works as another, as log10, by the limits of each seed. Where one arm works
/// to the end of what was tried, its limit may lie farther, and the interval has no end on that side. A seed says
/// nothing whose both arms work to the end, or neither anywhere.</summary>
/// <param name="limit">Of one seed's trials.</param>
/// <param name="swept">The number of which a limit is asked for.</param>
/// <param name="resolution">What the ratio is known to, in decades.</param>
static Effect LimitRatio(string condition, IReadOnlyList<Trial> first, IReadOnlyList<Trial> second,
    Func<IEnumerable<Trial>, Limit> limit, Func<Trial, double> swept, double resolution)
{
    bool IsAtEnd(IEnumerable<Trial> seed) => limit(seed) is { Last: not null, Next: null };
    double Decades(IEnumerable<Trial> seed) => Math.Log10(limit(seed).Last is { } last ? swept(last) : 0);
    bool Any(Func<bool, bool, bool> ends) =>
        first.BySeed(second, (one, other) => ends(IsAtEnd(one), IsAtEnd(other)) ? 1 : 0).Values.Contains(1);
    return (Effect.From(condition, first.BySeed(second, (one, other) => IsAtEnd(one) && IsAtEnd(other) ? double.NaN
        : Decades(one) - Decades(other)), resolution) with
    {
        Censored = (Any((one, other) => other && !one), Any((one, other) => one && !other)),
    }).AtLevel(0.95);
}

/// <summary>The test error of one cell less that of another, as a share of 1; a lost trial is worse than any other.
/// </summary>
static Effect ErrorGap(IReadOnlyList<Trial> trials, Config cell, Config less, string condition) =>
    Effect.From(condition, trials.Paired(cell, less, (one, other) =>
        TestAccuracy.OrLost(other) - TestAccuracy.OrLost(one)));

/// <summary>How far one trial comes on the way from chance to another's test accuracy: 0 where it is lost, not a number
/// where the other is.</summary>
static double ShareLearned(Trial trial, Trial of) => !IsOk(of) ? double.NaN : !IsOk(trial) ? 0
    : (trial.TestAccuracy - of.Data.Chance) / (of.TestAccuracy - of.Data.Chance);

/// <summary>How far training goes towards undoing the normalization, of each cell of a net: see Undoing.</summary>
static IEnumerable<Effect> UndoingEffects(IReadOnlyList<Trial> trials, Net net) =>
    from cell in net.Cells
    let alone = cell.Learned == Learned.Affine ? " with gamma and beta alone learned" : ""
    select Effect.From(net.Name + alone, trials.At(cell).EachSeed(trial => trial.AtEnd("way")));

/// <summary>Test accuracy of gamma and beta learned alone less that of as many random weights; a lost trial has the
/// accuracy of chance.</summary>
static Effect TwoWeightsOverRandom(IReadOnlyList<Trial> trials, Net net)
{
    double Accuracy(Trial trial) => IsOk(trial) ? trial.TestAccuracy : trial.Data.Chance;
    Config Cell(Learned learned) => net.Cells.Single(cell => cell.Learned == learned);
    return Effect.From(net.Name, trials.Paired(Cell(Learned.Affine), Cell(Learned.Random), (affine, random) =>
        !IsOk(affine) && !IsOk(random) ? double.NaN : Accuracy(affine) - Accuracy(random)));
}

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
