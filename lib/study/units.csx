#nullable enable
// Units of effects, and how an effect is written in each.

/// <summary>How an effect is written. Ratios are kept as decades (log10), accuracies and shares as shares of 1.
/// </summary>
public sealed record Unit(string Name, Func<double, string> Text)
{
    /// <summary>What stands in place of a number that too few seeds have.</summary>
    public const string TooFewData = "too few data";

    public static readonly Unit
        Ratio = new("ratio (log10)", Bounded(decades => $"×{Format.Number(Math.Pow(10, decades))}")),
        Decades = new("decades", Bounded(decades => $"{Signed(decades)} decades")),
        Slope = new("decades per decade", Bounded(slope => $"{Signed(slope)} decades per decade")),
        // Of 10,000 images one is a hundredth of a point.
        Points = new("accuracy (share of 1)", Bounded(share => $"{Signed(Math.Round(100 * share, 2))} points")),
        Cosine = new("cosine", Bounded(value => Signed(Math.Round(value, 2)))),
        Units = new("share of units", Bounded(share => $"{Percent(share)} of units")),
        Share = new("share of trials", Bounded(share => $"{Percent(share)} of trials")),
        Progress = new("share of the way", Bounded(share => $"{Percent(share)} of the way"));

    /// <summary>An effect: infinite where one arm has no number that the other could be compared with.</summary>
    public string Effect(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "beyond all"
        : Text(value);

    /// <summary>"+1 to +2 decades": the unit once.</summary>
    public string Range(double low, double high) => (Text(low), Text(high)) is var (first, second)
        && first.IndexOf(' ') is > 0 and var at && second.EndsWith(first[at..]) ? $"{first[..at]} to {second}"
        : $"{first} to {second}";

    /// <summary>Effects from low to high as part of a sentence: "by a factor of 1.8 to 3.2", "by 0.3 points"; null
    /// where the unit says nothing there, or an effect is not finite.</summary>
    public string? Amount(double low, double high)
    {
        var (scale, words) = this == Ratio ? (1.0, "by a factor of {0}") : this == Points ? (100, "by {0} points")
            : this == Decades ? (1, "by {0} decades") : this == Share ? (100, "by {0}% of trials") : (0, "");
        string Number(double value) => Format.Number(this == Ratio ? Math.Pow(10, value) : scale * value, 2);
        return words == "" || !double.IsFinite(low) || !double.IsFinite(high) ? null
            : string.Format(CultureInfo.InvariantCulture, words, Number(low) == Number(high) ? Number(low)
                : $"{Number(low)} to {Number(high)}");
    }

    /// <summary>A unit by its name; one that this version does not know is a plain number.</summary>
    public static Unit Named(string name) =>
        new[] { Ratio, Decades, Slope, Points, Cosine, Units, Share, Progress }
            .FirstOrDefault(unit => unit.Name == name) ?? new(name, Bounded(Signed));

    /// <summary>An effect with its interval, the unit said once: "+0.5 points (+0.1 to +0.9)".</summary>
    public string Interval(double effect, double low, double high) => double.IsNaN(effect) ? TooFewData
        : $"{Effect(effect)} ({Short(low)} to {Short(high)})";

    string Short(double value) => double.IsFinite(value) ? Text(value).Split(' ')[0]
        : this == Ratio && value < 0 ? "0" : Format.Number(value);

    // What is left of a difference by rounding alone is 0.
    static string Percent(double share) => $"{Signed(Math.Round(100 * share, 9))}%";

    static string Signed(double value) => (value > 0 ? "+" : "") + Format.Number(value);

    // An interval's end that is infinite is none, in any unit.
    static Func<double, string> Bounded(Func<double, string> text) => value =>
        double.IsPositiveInfinity(value) ? "no upper bound" : double.IsNegativeInfinity(value) ? "no lower bound"
            : text(value);
}
