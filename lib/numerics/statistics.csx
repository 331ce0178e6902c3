#nullable enable
// Medians, quantiles and intervals over seeds. MathNet.Numerics gives the distributions.
// NaN is an error here, and so is infinity, which stands for a lost seed and is never averaged: who calls counts it.
// Where it has a rank or a sign, as in SignFlipP, it is allowed.
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
public static double Quantile(IEnumerable<double> values, double p) => Quantiles(values, p)[0];

/// <summary>The quantiles at several probabilities, of values that are sorted once.</summary>
/// <inheritdoc cref="Quantile"/>
public static IReadOnlyList<double> Quantiles(IEnumerable<double> values, params IReadOnlyList<double> ps)
{
    var sorted = SortedFinite(values);
    return [.. ps.Select(p => p is >= 0 and <= 1
        ? SortedArrayStatistics.QuantileCustom(sorted, p, QuantileDefinition.R7)
        : throw new ArgumentException($"a quantile's probability lies in 0 to 1, not at {p}", nameof(ps)))];
}

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
public static Interval MedianInterval(IEnumerable<double> values, double level = 0.95) =>
    OrderInterval(SortedFinite(values), level);

/// <summary>The same where values may be censored: infinite is a value beyond all others, of which only the order is
/// known. Between a finite and an infinite middle value the estimate is the finite one, between two opposite infinite
/// ones 0.</summary>
/// <exception cref="ArgumentException">No values, one that is not a number, or a level outside 0 to 1.</exception>
public static Interval CensoredMedianInterval(IEnumerable<double> values, double level = 0.95) =>
    OrderInterval(Sorted(values, value => !double.IsNaN(value)), level);

static Interval OrderInterval(double[] sorted, double level)
{
    var n = sorted.Length;
    CheckLevel(level);
    double True(int k) => 1 - 2 * Binomial.CDF(0.5, n, k - 1);
    var k = Enumerable.Range(1, (n + 1) / 2).TakeWhile(k => True(k) >= level).DefaultIfEmpty(1).Last();
    var (low, high) = (sorted[(n - 1) / 2], sorted[n / 2]);
    var middle = double.IsNaN(low + high) ? 0 : double.IsInfinity(low) ? high : double.IsInfinity(high) ? low
        : low + (high - low) / 2;
    // One value has none; by rounding it would have 1e-15.
    return new(middle, sorted[k - 1], sorted[n - k], n == 1 ? 0 : True(k), n);
}

/// <summary>The exact two-sided p of the paired differences' mean if each had either sign with equal chance (Fisher
/// 1935): the share of all 2^N choices of signs whose mean is at least as far from 0. Above 20 differences, of 100,000
/// choices from a fixed stream. An infinite difference counts as twice the largest finite one.</summary>
/// <exception cref="ArgumentException">No values, or one that is not a number.</exception>
public static double SignFlipP(IEnumerable<double> differences)
{
    var sorted = Sorted(differences, value => !double.IsNaN(value));
    var largest = sorted.Where(value => double.IsFinite(value) && value != 0).Select(Math.Abs).DefaultIfEmpty(1).Max();
    var values = sorted.Select(value => double.IsFinite(value) ? value : Math.CopySign(2 * largest, value)).ToArray();
    // Sums that differ by rounding alone are equal.
    var observed = Math.Abs(values.Sum()) * (1 - 1e-12);
    var random = new RandomStream(1, "sign flips");
    var exact = values.Length <= ExactSignFlips;
    var choices = exact ? 1 << values.Length : RandomSignFlips;
    var extreme = 0;
    for (var choice = 0; choice < choices; choice++)
    {
        var sum = 0.0;
        for (var i = 0; i < values.Length; i++)
            sum += (exact ? (choice >> i & 1) == 1 : random.Uniform() < 0.5) ? values[i] : -values[i];
        if (Math.Abs(sum) >= observed) extreme++;
    }
    return exact ? (double)extreme / choices : (extreme + 1.0) / (choices + 1);
}

/// <summary>The smallest p that SignFlipP can give of so many differences: 2 of 2^N where it is exact.</summary>
public static double SmallestSignFlipP(int count) => count > ExactSignFlips ? 1.0 / (RandomSignFlips + 1)
    : Math.Min(1, Math.Pow(2, 1 - count));

// Up to so many differences all choices of signs are taken, above it so many random ones.
const int ExactSignFlips = 20, RandomSignFlips = 100_000;

/// <summary>Holm's (1979) adjusted p of each p, in the order given: rejecting those below a level keeps the chance of
/// any false rejection among them below it.</summary>
public static double[] Holm(IReadOnlyList<double> ps)
{
    var adjusted = new double[ps.Count];
    var largest = 0.0;
    foreach (var (rank, i) in Enumerable.Range(0, ps.Count).OrderBy(i => ps[i]).Index())
        adjusted[i] = largest = Math.Max(largest, Math.Min(1, (ps.Count - rank) * ps[i]));
    return adjusted;
}

/// <summary>The slope of the least-squares line of y over x.</summary>
/// <exception cref="ArgumentException">Fewer than two different x.</exception>
public static double Slope(IReadOnlyList<(double X, double Y)> points) =>
    points.Select(point => point.X).Distinct().Count() > 1
        ? MathNet.Numerics.Fit.Line([.. points.Select(point => point.X)], [.. points.Select(point => point.Y)]).B
        : throw new ArgumentException("a slope needs two different x");

// Sorting first also makes a sum independent of the order in which trials ended.
static double[] SortedFinite(IEnumerable<double> values) => Sorted(values, double.IsFinite);

static double[] Sorted(IEnumerable<double> values, Func<double, bool> allowed)
{
    var sorted = values.Order().ToArray();
    if (sorted.Length == 0) throw new ArgumentException("no values to summarize");
    if (sorted.FirstOrDefault(v => !allowed(v), 0) is not 0 and var odd)
        throw new ArgumentException($"cannot summarize {odd.ToString(CultureInfo.InvariantCulture)}: "
            + "count lost seeds apart, they are no numbers");
    return sorted;
}

static void CheckLevel(double level)
{
    if (level is not (> 0 and < 1)) throw new ArgumentException($"a level lies between 0 and 1, not at {level}");
}

/// <summary>Standard deviation with n - 1; NaN for fewer than two values.</summary>
static double StandardDeviation(IReadOnlyCollection<double> values)
{
    if (values.Count < 2) return double.NaN;
    var mean = values.Average();
    return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
}
