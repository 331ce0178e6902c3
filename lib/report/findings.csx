#nullable enable
// Effects and claims in words: for titles, for the head of a report, and condition by condition.

/// <summary>A title with findings in its places {0}, {1}, ...; where one of them is not known, a title that says so.
/// </summary>
/// <param name="findings">Null: too few seeds to know.</param>
static string Headline(string title, params IReadOnlyList<string?> findings) => findings.Contains(null)
    ? "Too few data for a finding" : string.Format(CultureInfo.InvariantCulture, title, [.. findings]);

/// <summary>The effects of a claim that are known from at least two seeds, for a title: "×0.78 (sigmoid) and ×1.4
/// (ReLU)"; null where there are none.</summary>
/// <param name="which">Without it, all conditions.</param>
static string? InWords(this Judgement judged, Func<Effect, bool>? which = null)
{
    // Beyond all others is a number of times here, and no bound.
    string Estimate(double value) => double.IsFinite(value) ? judged.Claim.Unit.Text(value)
        : judged.Claim.Unit == Unit.Ratio ? $"×{Format.Number(Math.Pow(10, value))}" : Format.Number(value);
    var known = judged.Effects.Where(effect => effect.Differences.Count > 1 && which?.Invoke(effect) != false)
        .Select(effect => Estimate(effect.Interval.Estimate)
            + (effect.Condition == "" ? "" : $" ({effect.Condition})")).ToList();
    return known.Count switch
    {
        0 => null,
        1 => known[0],
        _ => $"{string.Join(", ", known[..^1])} and {known[^1]}",
    };
}

/// <summary>An effect that belongs to no claim, as a number for the head of a report.</summary>
static KeyNumber ToNumber(this Effect effect, string label, Unit unit, string detail = "") =>
    effect.Differences.Count < 2 ? new(label, Unit.TooFewData, detail)
        : new(label, unit.Text(effect.Interval.Estimate), Format.Sentences(
            $"{effect.IntervalInWords(unit)}, N = {effect.Interval.Count}.", detail));

/// <summary>A claim as a number for the head of a report: the first condition's effect at large, then each
/// condition's.</summary>
static KeyNumber ToNumber(this Judgement judged, string dataset)
{
    var (claim, first) = (judged.Claim, judged.Effects[0]);
    // The claim's own words begin a sentence here.
    var outcome = char.ToUpperInvariant(claim.Outcome[0]) + claim.Outcome[1..];
    var strong = claim.Strong is not { } wording ? ""
        : $"\"{wording.Word}\" (beyond {claim.Unit.Text(wording.Margin)}): {
            Judgement.TextOf(Region.Above(wording.Margin).Judge(first.Interval))}.";
    return new(claim.Text, judged.EstimateInWords(first), Format.Sentences(
            $"{first.IntervalInWords(claim.Unit)}, N = {first.Differences.Count}, {dataset}.",
            $"{outcome}{(first.Condition == "" ? "" : $", {first.Condition}")}. Claimed: {
                claim.Region.Words(claim.Unit)}.", strong), Judgement.TextOf(judged.Verdict),
        judged.Effects.Count == 1 ? [] : [.. judged.Effects.Select(effect =>
            (effect.Condition, judged.EstimateInWords(effect), judged.VerdictText(effect)))]);
}

/// <summary>One line for each condition of a claim (verdict, effect, interval, N, p), and one for all together.
/// </summary>
static IEnumerable<(string Term, string Text)> Lines(this Judgement judged)
{
    var claim = judged.Claim;
    foreach (var effect in judged.Effects)
    {
        var p = double.IsNaN(effect.P)
            ? $"so few pairs allow no p below {Format.Number(SmallestSignFlipP(effect.Differences.Count), 2)}."
            : $"exact sign-flip p {Format.Number(effect.P, 2)} (adjusted over all claims in claims.csv).";
        yield return (effect.Condition == "" ? claim.Id : $"{claim.Id}, {effect.Condition}",
            $"{judged.VerdictText(effect)}: {judged.EstimateInWords(effect)}, {
                effect.IntervalInWords(claim.Unit)}, N = {effect.Differences.Count}; {p}");
    }
    var others = judged.ByMultiple.Where(one => one.Key != Divergence.Default).Select(one => string.Create(
        CultureInfo.InvariantCulture, $"With divergence at {one.Key} ln(classes): {Judgement.TextOf(one.Value)}."));
    yield return ($"{claim.Id}, all", Format.Sentences([$"{Judgement.TextOf(judged.Verdict)}.",
        $"{claim.Outcome}; claimed: {claim.Region.Words(claim.Unit)} ({claim.Source}).", .. others]));
}

static string VerdictText(this Judgement judged, Effect effect) =>
    Judgement.TextOf(judged.Claim.Region.Judge(effect.Interval));

static string EstimateInWords(this Judgement judged, Effect effect) => effect.Differences.Count == 0 ? Unit.TooFewData
    : judged.Claim.Unit.Effect(effect.Interval.Estimate);

static string IntervalInWords(this Effect effect, Unit unit) => effect.Differences.Count < 2 ? "no interval"
    : $"{Format.Percent(effect.Interval.Level)} interval {unit.Range(effect.Interval.Low, effect.Interval.High)}";

/// <summary>Of the conditions of a claim of equivalence: how many arms come as soon, how many later, how many sooner;
/// the rest is open. Where neither arm reaches the target in any seed, nothing is known.</summary>
static (int AsSoon, int Later, int Sooner) Equivalence(Judgement judged)
{
    var known = judged.Effects.Where(effect => effect.Differences.Any(difference => difference != 0))
        .Select(effect => (effect.Interval, Verdict: judged.Claim.Region.Judge(effect.Interval)))
        .Where(one => one.Verdict != Verdict.TooFewData).ToList();
    var apart = known.Where(one => one.Verdict != Verdict.Supported).ToList();
    return (known.Count - apart.Count, apart.Count(one => one.Interval.Low > 0),
        apart.Count(one => one.Interval.Low <= 0));
}

/// <summary>The number for a title; null where it is not known.</summary>
static string? KnownValue(this KeyNumber number) => number.IsNumber ? number.Value : null;
