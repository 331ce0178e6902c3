#nullable enable
// Over which values of a swept number training works.

/// <summary>The limit of a seed's stable rates: going up from its best one, the last before the first that diverges or
/// is stuck. (Going up from the smallest would end at once: rates too small to leave chance within the budget are stuck
/// as well.)</summary>
static Limit StableRateLimit(IEnumerable<Trial> trialsOfOneSeed)
{
    var trials = trialsOfOneSeed.OrderBy(trial => trial.Lr).ToList();
    var best = trials.Where(IsOk).MaxBy(trial => trial.ValidationAccuracy);
    return Limit.Of(trials.SkipWhile(trial => best is null || trial.Lr < best.Lr), IsOk);
}

/// <summary>A seed's largest stable rate; NaN where it learns at none.</summary>
static double LargestStableRate(IEnumerable<Trial> trialsOfOneSeed) =>
    StableRateLimit(trialsOfOneSeed).Last?.Lr ?? double.NaN;

/// <summary>The values of a swept number at which training works: around the best, the unbroken run whose median over
/// seeds (a lost seed counts as worst) is within `points` of the best median; the ends are interpolated in the number's
/// logarithm, and at the grid's end the range is what was tried. NaN where no value works.</summary>
/// <param name="trials">Of one arm, or of one seed of it.</param>
/// <param name="points">Share of 1: 0.02 is two points of accuracy.</param>
static (double Low, double High, double Best) UsableRange(this IEnumerable<Trial> trials, Func<Trial, double> swept,
    Measure measure, double points = 0.02)
{
    var medians = trials.GroupBy(swept).OrderBy(group => group.Key)
        .Select(group => (At: group.Key, Median: Median(group.Select(trial => IsOk(trial) ? measure.Of(trial) : 0))))
        .ToList();
    var best = medians.Index().MaxBy(pair => pair.Item.Median).Index;
    if (medians[best].Median == 0) return (double.NaN, double.NaN, double.NaN);
    var floor = medians[best].Median - points;
    double End(int direction)
    {
        var last = best;
        while (last + direction >= 0 && last + direction < medians.Count && medians[last + direction].Median >= floor)
            last += direction;
        var (inside, outside) = (medians[last], medians.ElementAtOrDefault(last + direction));
        if (outside.At == 0) return inside.At;
        var share = (inside.Median - floor) / (inside.Median - outside.Median);
        return inside.At * Math.Pow(outside.At / inside.At, share);
    }
    return (End(-1), End(+1), medians[best].At);
}

/// <summary>How many decades a usable range spans; 0 where nothing works.</summary>
static double Decades(this (double Low, double High, double Best) range) =>
    double.IsNaN(range.Low) ? 0 : Math.Log10(range.High / range.Low);

/// <summary>How many decades of a swept number a measure is at or above a level, taken together whether they join or
/// not; between two values that were tried it is interpolated in the number's logarithm, a lost trial having 0.
/// </summary>
/// <param name="trialsOfOneSeed">Of one arm.</param>
static double DecadesFrom(this IEnumerable<Trial> trialsOfOneSeed, double level, Func<Trial, double> swept,
    Measure measure)
{
    var all = trialsOfOneSeed.OrderBy(swept).Select(trial => (At: swept(trial),
        Above: (IsOk(trial) ? measure.Of(trial) : 0) - level)).ToList();
    // The share of the way between two values on which the line from one to the other is not below 0.
    static double Share(double first, double second) => first >= 0 && second >= 0 ? 1 : first < 0 && second < 0 ? 0
        : Math.Max(first, second) / Math.Abs(first - second);
    return all.Zip(all.Skip(1), (a, b) => Math.Log10(b.At / a.At) * Share(a.Above, b.Above)).Sum();
}

/// <summary>Which share of a grid of rates is lost to a seed above its best rate, diverged or stuck, and which below,
/// where training is too slow for its budget; not a number where all is lost. Rates that were not tried count as lost
/// where they lie above the highest that was tried, and that was lost; elsewhere they leave no number.</summary>
/// <param name="rates">The grid: other rates, as a search for a limit tries, would weigh where they lie.</param>
static (double Above, double Below) LostShares(this IEnumerable<Trial> trialsOfOneSeed, IReadOnlyList<double> rates)
{
    var trials = trialsOfOneSeed.Where(trial => rates.Contains(trial.Lr)).OrderBy(trial => trial.Lr).ToList();
    if (trials.Where(IsOk).MaxBy(trial => trial.ValidationAccuracy) is not { } best) return (double.NaN, double.NaN);
    double Share(Func<Trial, bool> side, double untried) =>
        (trials.Count(trial => side(trial) && IsLost(trial)) + untried) / rates.Count;
    var higher = rates.Count(rate => rate > trials[^1].Lr);
    return (Share(trial => trial.Lr > best.Lr, higher == 0 || IsLost(trials[^1]) ? higher : double.NaN),
        Share(trial => trial.Lr < best.Lr, rates.Any(rate => rate < trials[0].Lr) ? double.NaN : 0));
}
