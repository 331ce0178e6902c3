#load "../prelude.csx"
#nullable enable
// Medians, quantiles and intervals over seeds. MathNet.Numerics gives the distributions.
// Numbers only: a lost seed is counted by who calls, so NaN and infinity are errors here and never averaged.
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

/// <summary>An interval [Low, High] that covers its estimand with probability Level (0 to 1), from Count values.
/// </summary>
public sealed record Interval(double Estimate, double Low, double High, double Level, int Count)
{
    public bool Contains(double value) => Low <= value && value <= High;
}

/// <summary>The middle value, or the mean of the two middle ones.</summary>
/// <exception cref="ArgumentException">No values, or one that is not finite.</exception>
public static double Median(IEnumerable<double> values) => Quantile(values, 0.5);

/// <summary>The quantile at probability p (0 to 1), linear between order statistics: Hyndman and Fan's type 7, the
/// default of R and NumPy.</summary>
/// <exception cref="ArgumentException">No values, one that is not finite, or p outside 0 to 1.</exception>
public static double Quantile(IEnumerable<double> values, double p) => p is >= 0 and <= 1
    ? SortedArrayStatistics.QuantileCustom(SortedFinite(values), p, QuantileDefinition.R7)
    : throw new ArgumentException($"a quantile's probability lies in 0 to 1, not at {p}", nameof(p));

/// <summary>Student's t interval of the mean; for a comparison, give the paired differences. One value says nothing
/// of its own spread: its interval is the whole line, at any level.</summary>
/// <exception cref="ArgumentException">No values, one that is not finite, or a level outside 0 to 1.</exception>
public static Interval MeanInterval(IEnumerable<double> values, double level = 0.95)
{
    var sorted = SortedFinite(values);
    var (n, mean) = (sorted.Length, ArrayStatistics.Mean(sorted));
    CheckLevel(level);
    if (n == 1) return new(mean, double.NegativeInfinity, double.PositiveInfinity, level, n);
    var half = StudentT.InvCDF(0, 1, n - 1, (1 + level) / 2) * ArrayStatistics.StandardDeviation(sorted) / Math.Sqrt(n);
    return new(mean, mean - half, mean + half, level, n);
}

/// <summary>The distribution-free interval of the median: the narrowest pair of order statistics x(k), x(n+1-k) whose
/// true level 1 - 2 P(Binomial(n, 1/2) &lt; k) reaches the one asked for. Six values are the first to reach 95%
/// (their extremes: 96.9%); with fewer the extremes are returned, and Level says how little that is.</summary>
/// <exception cref="ArgumentException">No values, one that is not finite, or a level outside 0 to 1.</exception>
public static Interval MedianInterval(IEnumerable<double> values, double level = 0.95)
{
    var sorted = SortedFinite(values);
    var n = sorted.Length;
    CheckLevel(level);
    double True(int k) => 1 - 2 * Binomial.CDF(0.5, n, k - 1);
    var k = Enumerable.Range(1, (n + 1) / 2).TakeWhile(k => True(k) >= level).DefaultIfEmpty(1).Last();
    return new(Median(sorted), sorted[k - 1], sorted[n - k], Math.Max(0, True(k)), n);
}

// Sorting first also makes a sum independent of the order in which trials ended.
static double[] SortedFinite(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    if (sorted.Length == 0) throw new ArgumentException("no values to summarize");
    if (sorted.FirstOrDefault(v => !double.IsFinite(v), 0) is not 0 and var odd)
        throw new ArgumentException($"cannot summarize {odd.ToString(CultureInfo.InvariantCulture)}: "
            + "count lost seeds apart, they are no numbers");
    return sorted;
}

static void CheckLevel(double level)
{
    if (level is not (> 0 and < 1)) throw new ArgumentException($"a level lies between 0 and 1, not at {level}");
}
