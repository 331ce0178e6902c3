#nullable enable
// Claims: what is said of BN, by whom, and which outcome would show it. A claim is declared before its trials run; its
// verdict is computed from them and never typed in.

/// <summary>What the data say of a claim. Depends: some conditions support it and some refute it. Open: they do not
/// tell.</summary>
public enum Verdict { Supported, Depends, NotSupported, Contradicted, Open }

/// <summary>Effects that a claim asserts, an open interval, and those that go against it.</summary>
public sealed record Region(double Low, double High, Func<Interval, bool> Against, Func<Unit, string> Words)
{
    /// <summary>An effect of more than the margin. Against it: more than the margin the other way.</summary>
    public static Region Above(double margin) => new(margin, double.PositiveInfinity,
        interval => interval.High < -margin, unit => $"beyond {unit.Text(margin)}");

    /// <summary>An effect of this sign, however small; one that is certainly smaller than the margin is none. Against
    /// it: one of the other sign.</summary>
    public static Region Positive(double margin) => new(0, double.PositiveInfinity, interval => interval.High < 0,
        unit => $"above 0; if certainly below {unit.Text(margin)}, none") { Negligible = margin };

    /// <summary>An effect of less than the margin. Nothing is the other way.</summary>
    public static Region Below(double margin) => new(double.NegativeInfinity, margin, _ => false,
        unit => $"below {unit.Text(margin)}");

    /// <summary>No effect beyond the margin, either way. Nothing is the other way.</summary>
    public static Region Within(double margin) => new(-margin, margin, _ => false,
        unit => $"within {unit.Text(margin)} either way");

    /// <summary>Whether it asserts that there is no effect worth speaking of.</summary>
    public bool IsEquivalence => double.IsFinite(Low) && double.IsFinite(High);

    double Negligible { get; init; } = double.NegativeInfinity;

    /// <summary>The finite bound that is not 0, as a positive number: the least effect that counts; NaN where there is
    /// none.</summary>
    public double Margin => new[] { Low, High, Negligible }.Where(bound => double.IsFinite(bound) && bound != 0)
        .Select(Math.Abs).FirstOrDefault(double.NaN);

    /// <summary>Supported: the interval lies in the region. Contradicted: it lies where the effect is the other way.
    /// Not supported: it lies outside the region. Across a bound it is decided by its estimate where it is narrow,
    /// and open otherwise, or where its level is under 95%.</summary>
    public Verdict Judge(Interval interval) =>
        interval.Level < 0.95 ? Verdict.Open
        : Lies(IsByEstimate(interval) ? interval with { Low = interval.Estimate, High = interval.Estimate } : interval);

    /// <summary>Whether the estimate decides: the interval lies across a bound, and is no wider than the margin. The
    /// effect is then known to about half the margin, and which side of the bound it lies on hardly matters: an
    /// indifference zone (Bechhofer 1954). Where the interval is symmetric about its estimate, a truth half a margin or
    /// more from the bound is judged wrongly no more often than the interval misses it.</summary>
    public bool IsByEstimate(Interval interval) =>
        interval.Level >= 0.95 && Lies(interval) == Verdict.Open && interval.High - interval.Low <= Margin;

    Verdict Lies(Interval interval) =>
        (interval.Low > Low || double.IsNegativeInfinity(Low))
            && (interval.High < High || double.IsPositiveInfinity(High)) ? Verdict.Supported
        : Against(interval) ? Verdict.Contradicted
        : interval.High <= Math.Max(Low, Negligible) || interval.Low >= High ? Verdict.NotSupported
        : Verdict.Open;
}

/// <summary>A claim: who says it, the outcome that would show it, and by how much.</summary>
/// <param name="Id">As in claims.csv.</param>
/// <param name="Text">In a plain sentence of at most nine words, which may follow "whether".</param>
/// <param name="Source">Who says so.</param>
/// <param name="Outcome">What the effect is, its direction included.</param>
public sealed record Claim(string Id, string Text, string Source, string Outcome, Unit Unit, Region Region)
{
    /// <summary>Who says that it is not so.</summary>
    public string DeniedBy { get; init; } = "";

    /// <summary>A stronger or closer wording of the claim, which is judged beside it.</summary>
    public (string Word, Region Region)? Wording { get; init; }

    /// <summary>The sentence for a claim that is not supported; true of every effect outside the region.</summary>
    public string Refuted { get => field == "" ? $"Not shown: {Text}" : field; init; } = "";

    /// <summary>The sentence for an effect that is the other way: of a claim that is contradicted, or of an equivalence
    /// that is refuted from below.</summary>
    public string Reversed { get => field == "" ? Refuted : field; init; } = "";

    /// <summary>The sentence for an equivalence that is refuted from above.</summary>
    public string Exceeded { get => field == "" ? Refuted : field; init; } = "";

    /// <summary>On what it depends where conditions differ: "the net".</summary>
    public string DependsOn { get; init; } = "the condition";

    /// <summary>What an effect's amount is per: "a layer".</summary>
    public string Per { get; init; } = "";

    /// <summary>The verdict under one condition. Where rates next to the tuned ones were evaluated, they must say the
    /// same, else it is open: tuning errs, and an effect that is there at one rate alone may be its error. From the
    /// second look on, what they say stands: by then each arm's rate there is the best of three by more seeds than it
    /// was tuned with.</summary>
    public Verdict Judge(Effect effect)
    {
        var verdict = Region.Judge(effect.Interval);
        if (effect.AtNeighbours is not { } there || Region.Judge(there.Interval) is var other && other == verdict)
            return verdict;
        return Refutes(verdict) && Refutes(other) ? Verdict.NotSupported
            : effect.Look is { Number: > 1 } ? other : Verdict.Open;
    }

    /// <summary>How many seeds would decide a condition that is open, by moving its interval to one side of the bound
    /// or by making it narrow, if estimate and spread stay as they are; infinite where no number would, NaN where it is
    /// not open or has no estimate.</summary>
    public double SeedsNeeded(Effect effect)
    {
        if (Judge(effect) != Verdict.Open) return double.NaN;
        if (Region.Judge(effect.Interval) != Verdict.Open && effect.AtNeighbours is { } there)
        {
            // Seeds do not decide between two rates that say different things.
            if (Region.Judge(there.Interval) != Verdict.Open) return double.PositiveInfinity;
            effect = there;
        }
        var (interval, n) = (effect.Interval, effect.Differences.Count);
        if (n < 2) return double.NaN;
        var bound = new[] { Region.Low, Region.High }.Where(double.IsFinite)
            .MinBy(bound => Math.Abs(interval.Estimate - bound));
        // Intervals narrow with the root of the number; of a median, a sign test of the bound decides.
        double Times(double half, double wanted) => wanted > 0 ? half / wanted : double.PositiveInfinity;
        var aside = effect.By.StartsWith('t')
            ? Times(interval.High - interval.Estimate - effect.Resolution,
                Math.Abs(interval.Estimate - bound) - effect.Resolution)
            : Times(MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + interval.Level) / 2) / Math.Sqrt(n),
                Math.Abs(2.0 * effect.Differences.Count(value => value > bound) / n - 1));
        var narrow = Times((interval.High - interval.Low) / 2 - effect.Resolution,
            Region.Margin / 2 - effect.Resolution);
        var missing = Math.Min(aside, narrow);
        return double.IsFinite(missing) ? Math.Max(n + 1, Math.Ceiling(n * missing * missing))
            : double.PositiveInfinity;
    }

    /// <summary>Whether a verdict under one condition speaks against the claim.</summary>
    public static bool Refutes(Verdict verdict) => verdict is Verdict.NotSupported or Verdict.Contradicted;
}
