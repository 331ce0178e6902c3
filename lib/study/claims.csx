#nullable enable
// Claims: what is said of BN, which outcome would show it, and the verdict that the data give. A claim is declared
// before its trials run; its verdict is computed from them and never typed in.

public enum Verdict { Supported, Contradicted, NotSupported, Mixed, TooFewData }

/// <summary>Effects that a claim asserts, an open interval, and those that go against it.</summary>
public sealed record Region(double Low, double High, Func<Interval, bool> Against, Func<Unit, string> Words)
{
    /// <summary>An effect of more than the margin. Against it: more than the margin the other way.</summary>
    public static Region Above(double margin) => new(margin, double.PositiveInfinity,
        interval => interval.High < -margin, unit => $"beyond {unit.Text(margin)}");

    /// <summary>No effect beyond the margin, either way.</summary>
    public static Region Within(double margin) => new(-margin, margin,
        interval => interval.Low > margin || interval.High < -margin, unit => $"within {unit.Text(margin)} either way");

    /// <summary>An effect, but one below the margin. Against it: an effect the other way.</summary>
    public static Region Slight(double margin) => new(0, margin, interval => interval.High < 0,
        unit => $"above 0 and below {unit.Text(margin)}");

    /// <summary>Supported: the interval lies in the region. Contradicted: it lies where that goes against the claim.
    /// Not supported: it lies outside the region. Too few data: otherwise, or where its level is under 95%.</summary>
    public Verdict Judge(Interval interval) =>
        interval.Level < 0.95 ? Verdict.TooFewData
        : interval.Low > Low && (interval.High < High || double.IsPositiveInfinity(High)) ? Verdict.Supported
        : Against(interval) ? Verdict.Contradicted
        : interval.High <= Low || interval.Low >= High ? Verdict.NotSupported
        : Verdict.TooFewData;
}

/// <summary>A claim: who says it, the outcome that would show it, and by how much.</summary>
/// <param name="Id">As in claims.csv.</param>
/// <param name="Outcome">What the effect is, its direction included.</param>
/// <param name="Strong">A larger margin for a stronger wording of the claim, reported beside it.</param>
public sealed record Claim(string Id, string Text, string Source, string Outcome, Unit Unit, Region Region,
    (string Word, double Margin)? Strong = null)
{
    /// <summary>Judges the claim by its effects in the trials, each under one condition, and again with divergence
    /// beginning at the stricter and the laxer multiple.</summary>
    public Judgement Judge(IReadOnlyList<Trial> trials, Func<IReadOnlyList<Trial>, IReadOnlyList<Effect>> effects)
    {
        var by = Divergence.Multiples.Select(multiple =>
            (Multiple: multiple, Effects: effects([.. trials.Select(trial => trial.JudgedAt(multiple))]))).ToList();
        return new(this, by.Single(one => one.Multiple == Divergence.Default).Effects,
            by.ToDictionary(one => one.Multiple, one => Together(one.Effects)));
    }

    /// <summary>That of all conditions; mixed where they differ.</summary>
    Verdict Together(IReadOnlyList<Effect> effects) =>
        effects.Select(effect => Region.Judge(effect.Interval)).Distinct().ToList() is [var one] ? one
            : effects.Count == 0 ? Verdict.TooFewData : Verdict.Mixed;
}

/// <summary>A claim's effects, condition by condition, and its verdict at each multiple of the divergence rule.
/// </summary>
public sealed record Judgement(Claim Claim, IReadOnlyList<Effect> Effects,
    IReadOnlyDictionary<double, Verdict> ByMultiple)
{
    /// <summary>Mixed where conditions differ, or where the divergence rule's multiple decides.</summary>
    public Verdict Verdict => ByMultiple.Values.Distinct().ToList() is [var one] ? one : Verdict.Mixed;

    /// <summary>A row for each condition.</summary>
    public IEnumerable<ClaimRow> Rows(string experiment, string dataset, string preset) => Effects.Select(effect =>
        new ClaimRow(Claim.Id, experiment, dataset, preset, Claim.Text, Claim.Source, Claim.Outcome, effect.Condition,
        Claim.Unit.Name, effect.Interval.Estimate, effect.Interval.Low, effect.Interval.High, effect.Interval.Level,
        effect.Differences.Count, Claim.Region.Words(Claim.Unit), TextOf(Claim.Region.Judge(effect.Interval)),
        TextOf(Verdict), TextOf(ByMultiple[Divergence.Multiples[0]]), TextOf(ByMultiple[Divergence.Multiples[^1]]),
        effect.P, SmallestSignFlipP(effect.Differences.Count), ClaimedLow: Claim.Region.Low,
        ClaimedHigh: Claim.Region.High));

    /// <summary>A verdict as tables and pages write it: "not supported".</summary>
    public static string TextOf(Verdict verdict) => Snake(verdict).Replace('_', ' ');
}

/// <summary>A row of claims.csv: one claim under one condition. Verdict is the claim's, over all its conditions and
/// multiples of the divergence rule, of which strict and lax are the ends; P and its Holm adjustment over all claims
/// are there from ten pairs on, below that only the smallest p that is possible. What the claim asserts lies
/// between ClaimedLow and ClaimedHigh.</summary>
public sealed record ClaimRow(string Claim, string Experiment, string Dataset, string Preset, string Text,
    string Source, string Outcome, string Condition, string Unit, double Effect, double Low, double High, double Level,
    int N, string Claimed, string ConditionVerdict, string Verdict, string VerdictStrict, string VerdictLax, double P,
    double SmallestP, double HolmP = double.NaN, double ClaimedLow = double.NaN, double ClaimedHigh = double.NaN)
{
    /// <summary>The rows with p adjusted over all of them that have one (Holm 1979).</summary>
    public static IReadOnlyList<ClaimRow> Adjusted(IReadOnlyList<ClaimRow> rows)
    {
        var known = rows.Where(row => !double.IsNaN(row.P)).ToList();
        var adjusted = known.Zip(Holm([.. known.Select(row => row.P)])).ToDictionary(pair => pair.First,
            pair => pair.Second);
        return [.. rows.Select(row => row with { HolmP = adjusted.GetValueOrDefault(row, double.NaN) })];
    }
}
