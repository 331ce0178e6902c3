#nullable enable
// Claims: what is said of BN, which outcome would show it, and the verdict that the data give. A claim is declared
// before its trials run; its verdict is computed from them and never typed in.

public enum Verdict { Supported, Contradicted, NotSupported, Mixed, TooFewData }

/// <summary>How an effect is written. Ratios are kept as decades (log10), accuracies and shares as shares of 1.
/// </summary>
public sealed record Unit(string Name, Func<double, string> Text)
{
    public static readonly Unit
        Ratio = new("ratio (log10)", decades => double.IsInfinity(decades) ? Unbounded(decades)
            : $"×{Format.Number(Math.Pow(10, decades))}"),
        Decades = new("decades", decades => $"{Signed(decades)} decades"),
        Slope = new("decades per decade", slope => $"{Signed(slope)} decades per decade"),
        // Of 10,000 images one is a hundredth of a point.
        Points = new("accuracy (share of 1)", share => $"{Signed(Math.Round(100 * share, 2))} points"),
        Cosine = new("cosine", value => Signed(Math.Round(value, 2))),
        Share = new("share of trials", share => $"{Signed(100 * share)}% of trials"),
        Way = new("share of the way", share => $"{Signed(100 * share)}% of the way");

    /// <summary>An effect: infinite where one arm has no number that the other could be compared with.</summary>
    public string Effect(double value) => double.IsNaN(value) ? "–" : double.IsInfinity(value) ? "beyond all"
        : Text(value);

    /// <summary>"+1 to +2 decades": the unit once.</summary>
    public string Range(double low, double high) => (Text(low), Text(high)) is var (first, second)
        && first.IndexOf(' ') is > 0 and var at && second.EndsWith(first[at..]) ? $"{first[..at]} to {second}"
        : $"{first} to {second}";

    /// <summary>A unit by its name; one that this version does not know is a plain number.</summary>
    public static Unit Of(string name) =>
        new[] { Ratio, Decades, Slope, Points, Cosine, Share, Way }.FirstOrDefault(unit => unit.Name == name)
            ?? new(name, Signed);

    /// <summary>An effect with its interval, the unit said once: "+0.5 points (+0.1 to +0.9)".</summary>
    public string Interval(double effect, double low, double high) => double.IsNaN(effect) ? KeyNumber.TooFewData
        : $"{Effect(effect)} ({Short(low)} to {Short(high)})";

    string Short(double value) => double.IsFinite(value) ? Text(value).Split(' ')[0]
        : this == Ratio && value < 0 ? "0" : Format.Number(value);

    static string Signed(double value) =>
        double.IsInfinity(value) ? Unbounded(value) : (value > 0 ? "+" : "") + Format.Number(value);
    static string Unbounded(double value) => value > 0 ? "no upper bound" : "no lower bound";
}

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
    public Verdict Of(Interval interval) =>
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
        effects.Select(effect => Region.Of(effect.Interval)).Distinct().ToList() is [var one] ? one
            : effects.Count == 0 ? Verdict.TooFewData : Verdict.Mixed;
}

/// <summary>An effect under one condition: its interval, and the paired differences that it is of.</summary>
public sealed record Effect(string Condition, Interval Interval, IReadOnlyList<double> Differences)
{
    const int CountForP = 10;

    /// <summary>The exact sign-flip p, from ten pairs on; NaN below.</summary>
    public double P => Differences.Count < CountForP ? double.NaN : SignFlipP(Differences);

    /// <summary>Paired differences with the interval of their mean by t, or, where some are infinite (beyond all
    /// others), of their median by order statistics. Those that are not a number say nothing and are left out.
    /// </summary>
    /// <param name="resolution">What a difference is known to: the interval is widened by as much on either side. Two
    /// rates read off one grid differ from what they stand for by up to a step of it, the same way in all seeds.
    /// </param>
    public static Effect Of(string condition, IEnumerable<double> differences, double resolution = 0)
    {
        var all = differences.Where(value => !double.IsNaN(value)).ToList();
        if (all.Count == 0) return new(condition, None, all);
        var known = all.All(double.IsFinite) ? MeanInterval(all) : CensoredMedianInterval(all);
        return new(condition, known with { Low = known.Low - resolution, High = known.High + resolution }, all);
    }

    /// <summary>This effect as a number for the head of a report, where it is of no claim.</summary>
    public KeyNumber Number(string label, Unit unit, string detail = "") => Differences.Count < 2
        ? new(label, KeyNumber.TooFewData, detail)
        : new(label, unit.Text(Interval.Estimate), Format.Sentences($"{Format.Percent(Interval.Level)} interval {
            unit.Range(Interval.Low, Interval.High)}, N = {Interval.Count}.", detail));

    /// <summary>first - second, where infinite is lost: 0 if both are.</summary>
    public static double Apart(double first, double second) => first == second ? 0 : first - second;

    /// <summary>log10 of first over second, for steps to a target: NaN is beyond the budget, a ratio beyond all others,
    /// or 1 where both are.</summary>
    public static double Ratio(double first, double second) => Apart(LogSteps(first), LogSteps(second));

    static double LogSteps(double steps) => double.IsNaN(steps) ? double.PositiveInfinity : Math.Log10(steps);

    static readonly Interval None = new(double.NaN, double.NegativeInfinity, double.PositiveInfinity, 0, 0);
}

/// <summary>A claim's effects, condition by condition, and its verdict at each multiple of the divergence rule.
/// </summary>
public sealed record Judgement(Claim Claim, IReadOnlyList<Effect> Effects,
    IReadOnlyDictionary<double, Verdict> ByMultiple)
{
    /// <summary>Mixed where conditions differ, or where the divergence rule's multiple decides.</summary>
    public Verdict Verdict => ByMultiple.Values.Distinct().ToList() is [var one] ? one : Verdict.Mixed;

    /// <summary>For the head of a report: the first condition's effect at large, then each condition's.</summary>
    public KeyNumber Number(string dataset)
    {
        var first = Effects[0];
        // The claim's own words begin a sentence here.
        var outcome = char.ToUpperInvariant(Claim.Outcome[0]) + Claim.Outcome[1..];
        return new(Claim.Text, Estimate(first), Format.Sentences($"{IntervalWords(first)}, N = {first.Differences.Count}, "
                + $"{dataset}.", $"{outcome}{(first.Condition == "" ? "" : $", {first.Condition}")}. Claimed: "
                + $"{Claim.Region.Words(Claim.Unit)}.",
            Claim.Strong is { } strong ? $"\"{strong.Word}\" (beyond {Claim.Unit.Text(strong.Margin)}): "
                + $"{Words(Region.Above(strong.Margin).Of(first.Interval))}." : ""), Words(Verdict),
            Effects.Count == 1 ? [] : [.. Effects.Select(effect =>
                (effect.Condition, Estimate(effect), Words(Claim.Region.Of(effect.Interval))))]);
    }

    /// <summary>What a title says where no claim's effect is known from two seeds.</summary>
    public const string Unknown = "Too few data for a finding";

    /// <summary>The effects known from at least two seeds, for a title: "×0.78 (sigmoid) and ×1.4 (ReLU)"; null where
    /// there are none.</summary>
    public string? Said(Func<Effect, bool>? which = null)
    {
        var said = Effects.Where(effect => effect.Differences.Count > 1 && which?.Invoke(effect) != false).Select(
            effect => InTitle(effect.Interval.Estimate) + (effect.Condition == "" ? "" : $" ({effect.Condition})"))
            .ToList();
        return said.Count switch
        {
            0 => null,
            1 => said[0],
            _ => $"{string.Join(", ", said[..^1])} and {said[^1]}",
        };
    }

    // Beyond all others is a number of times here, and no bound.
    string InTitle(double estimate) => double.IsFinite(estimate) ? Claim.Unit.Text(estimate)
        : Claim.Unit == Unit.Ratio ? $"×{Format.Number(Math.Pow(10, estimate))}" : Format.Number(estimate);

    /// <summary>A row for each condition.</summary>
    public IEnumerable<ClaimRow> Rows(string experiment, Provenance past) => Effects.Select(effect => new ClaimRow(
        Claim.Id, experiment, past.Dataset, past.Preset, Claim.Text, Claim.Source, Claim.Outcome, effect.Condition,
        Claim.Unit.Name, effect.Interval.Estimate, effect.Interval.Low, effect.Interval.High, effect.Interval.Level,
        effect.Differences.Count, Claim.Region.Words(Claim.Unit), Words(Claim.Region.Of(effect.Interval)),
        Words(Verdict), Words(ByMultiple[Divergence.Multiples[0]]), Words(ByMultiple[Divergence.Multiples[^1]]), effect.P,
        SmallestSignFlipP(effect.Differences.Count), ClaimedLow: Claim.Region.Low, ClaimedHigh: Claim.Region.High));

    /// <summary>One line of words for each condition: effect, interval, N, p.</summary>
    public IEnumerable<(string Term, string Text)> Lines() => Effects.Select(effect => (
        effect.Condition == "" ? Claim.Id : $"{Claim.Id}, {effect.Condition}", Format.Sentences(
            $"{Words(Claim.Region.Of(effect.Interval))}: {Estimate(effect)}, {IntervalWords(effect)}, N = "
                + $"{effect.Differences.Count};",
            double.IsNaN(effect.P)
                ? $"so few pairs allow no p below {Format.Number(SmallestSignFlipP(effect.Differences.Count), 2)}."
                : $"exact sign-flip p {Format.Number(effect.P, 2)} (adjusted over all claims in claims.csv)."))).Append((
        $"{Claim.Id}, all", Format.Sentences($"{Words(Verdict)}.", $"{Claim.Outcome}; claimed: "
            + $"{Claim.Region.Words(Claim.Unit)} ({Claim.Source}).", string.Join(" ", ByMultiple
            .Where(one => one.Key != Divergence.Default)
            .Select(one => $"With divergence at {one.Key} ln(classes): {Words(one.Value)}.")))));

    string Estimate(Effect effect) => effect.Differences.Count == 0 ? KeyNumber.TooFewData
        : Claim.Unit.Effect(effect.Interval.Estimate);

    string IntervalWords(Effect effect) => effect.Differences.Count < 2 ? "no interval"
        : $"{Format.Percent(effect.Interval.Level)} interval "
            + Claim.Unit.Range(effect.Interval.Low, effect.Interval.High);

    public static string Words(Verdict verdict) => Snake(verdict).Replace('_', ' ');
}
