#nullable enable
// Whether effects differ between conditions: a test of the effects, not of what is said of each.
using MathNet.Numerics.Distributions;

/// <summary>The p of equal means in several groups by Welch's test (1951), which is Cochran's Q with variances that are
/// estimated from few values, the same or not in all groups. An infinite value counts as twice the largest finite one,
/// as in SignFlipP. A group whose values all agree is given the smallest spread of the others. Groups of fewer than two
/// values take no part; NaN where fewer than two groups are left.</summary>
static double EqualMeansP(IEnumerable<IReadOnlyList<double>> groups)
{
    var known = groups.Where(group => group.Count > 1).ToList();
    if (known.Count < 2) return double.NaN;
    var largest = known.SelectMany(group => group).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
    var finite = known.Select(group => group.Select(value => double.IsFinite(value) ? value
        : Math.CopySign(2 * (largest > 0 ? largest : 1), value)).ToList()).ToList();
    var spreads = finite.Select(group => Math.Pow(StandardDeviation(group), 2)).ToList();
    if (spreads.Where(spread => spread > 0).DefaultIfEmpty(0).Min() is not (> 0 and var least))
        return finite.Select(group => group[0]).Distinct().Count() == 1 ? 1 : 0;
    var parts = finite.Zip(spreads, (group, spread) => (Mean: group.Average(), group.Count,
        Weight: group.Count / (spread > 0 ? spread : least))).ToList();
    var (k, all) = (parts.Count, parts.Sum(part => part.Weight));
    var mean = parts.Sum(part => part.Weight * part.Mean) / all;
    var q = parts.Sum(part => part.Weight * Math.Pow(part.Mean - mean, 2));
    var lack = parts.Sum(part => Math.Pow(1 - part.Weight / all, 2) / (part.Count - 1));
    var f = q / (k - 1) / (1 + 2.0 * (k - 2) / (k * k - 1) * lack);
    return 1 - FisherSnedecor.CDF(k - 1, (k * k - 1) / (3 * lack), f);
}
