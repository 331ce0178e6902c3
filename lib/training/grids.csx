#nullable enable
// Values and steps that are evenly spaced in their logarithms.

/// <summary>count values from low to high, evenly spaced in their logarithms and rounded to the digits given: two a
/// decade are 1, 3, 10 and three are 1, 2, 5, 10, as people write such grids.</summary>
static IReadOnlyList<double> LogGrid(double low, double high, int count, int digits = 1) =>
[
    .. Enumerable.Range(0, count)
        .Select(i => low * Math.Pow(high / low, count == 1 ? 0 : (double)i / (count - 1)))
        .Select(value => double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture)),
];

/// <summary>About `points` different steps from 1 to the last one, evenly spaced in their logarithms.</summary>
static SortedSet<int> LogSpacedSteps(int last, int points = 16) =>
    [.. Enumerable.Range(0, points).Select(i => (int)Math.Round(Math.Pow(last, i / (points - 1.0))))];
