#nullable enable
// Effects and claims in words: for the head of a report, and condition by condition.

/// <summary>An effect that belongs to no claim, as a number for the head of a report.</summary>
static KeyNumber ToNumber(this Effect effect, string label, Unit unit, string detail = "") =>
    effect.Differences.Count < 2 ? new(label, Unit.TooFewData, detail)
        : new(label, unit.Effect(effect.Interval.Estimate), Format.Sentences(
            $"{Capital(effect.IntervalInWords(unit))}, {effect.CountInWords()}.", detail));

/// <summary>A claim for the head of a report: its verdict and how its conditions answer, then each condition's number
/// beside the verdict of that condition.</summary>
static KeyNumber ToNumber(this Judgement judged, string dataset)
{
    var (claim, first) = (judged.Claim, judged.Deciding(judged.Effects[0]));
    var alone = judged.Effects.Count == 1;
    string Narrowly(Effect effect) => judged.IsByEstimate(effect) ? ", narrowly" : "";
    return new(claim.Text, judged.EstimateInWords(first), Format.Sentences(
            alone ? $"{Capital(first.IntervalInWords(claim.Unit))}{Narrowly(first)}, {first.CountInWords()}, {dataset}."
                : "",
            $"{Capital(claim.Outcome)}{(first.Condition == "" || !alone ? "" : $", {first.Condition}")}{
                (alone ? "" : $"; {dataset}")}. Claimed: {claim.Region.Words(claim.Unit)}.",
            judged.WordingInWords(), $"Said by {claim.Source}.",
            claim.DeniedBy == "" ? "" : $"Denied by {claim.DeniedBy}."), Judgement.TextOf(judged.Of(first)),
        alone ? [] : [.. from effect in judged.Effects.Select(judged.Deciding)
                         let interval = effect.Interval
                         select (effect.Condition, interval.Level < 0.95 ? judged.EstimateInWords(effect)
                             : claim.Unit.Interval(interval.Estimate, interval.Low, interval.High) + Narrowly(effect),
                             Judgement.TextOf(judged.Of(effect)))])
    {
        Whole = (Judgement.TextOf(judged.Verdict), judged.Answer),
    };
}

/// <summary>One line for each condition of a claim (verdict, effect, interval, N, p, the neighbouring rates), and one
/// for all together.</summary>
static IEnumerable<(string Term, string Text)> Lines(this Judgement judged)
{
    var claim = judged.Claim;
    foreach (var effect in judged.Effects)
        yield return (effect.Condition == "" ? claim.Id : $"{claim.Id}, {effect.Condition}", Format.Sentences(
            $"{Judgement.TextOf(judged.Of(effect))}: {judged.EstimateInWords(effect)}, {
                effect.IntervalInWords(claim.Unit)}, {effect.CountInWords()}; {judged.PInWords(effect)}",
            judged.NeighboursInWords(effect), judged.LookInWords(effect)));
    var others = judged.ByMultiple.Where(one => one.Key != Divergence.Default).Select(one => string.Create(
        CultureInfo.InvariantCulture, $"With divergence at {one.Key} ln(classes): {Judgement.TextOf(one.Value)}."));
    var p = judged.HeterogeneityP;
    yield return ($"{claim.Id}, all", Format.Sentences([
        $"{Judgement.TextOf(judged.Verdict)}{(judged.Answer == "" ? "" : $": {judged.Answer}")}.",
        double.IsNaN(p) ? "" : $"That the effects are equal under all conditions has p {Format.Number(p, 2)} (Welch).",
        $"{claim.Outcome}; claimed: {claim.Region.Words(claim.Unit)} ({claim.Source}{
            (claim.DeniedBy == "" ? "" : $"; denied by {claim.DeniedBy}")}).", judged.WordingInWords(), .. others]));
}

/// <summary>The stronger or closer wording of a claim, and under which conditions it holds.</summary>
static string WordingInWords(this Judgement judged)
{
    if (judged.Claim.Wording is not { } wording) return "";
    var words = $"\"{wording.Word}\" ({wording.Region.Words(judged.Claim.Unit)})";
    return judged.Effects is [var one] ? $"{words}: {Judgement.TextOf(wording.Region.Judge(one.Interval))}."
        : $"{words}: {string.Join(", ", judged.Effects.GroupBy(effect => judged.WordingVerdict(effect)!.Value)
            .OrderBy(group => group.Key).Select(group => $"{Judgement.TextOf(group.Key)} in {group.Count()}"))}.";
}

static string PInWords(this Judgement judged, Effect effect) => judged.Claim.Region.IsEquivalence
    ? "no p, which would be of a difference."
    : double.IsNaN(effect.P)
        ? $"so few pairs allow no p below {Format.Number(SmallestSignFlipP(effect.Differences.Count), 2)}."
        : $"sign-flip p {Format.Number(effect.P, 2)}, as if there were but this look (adjusted over all claims in "
            + "claims.csv).";

// What tuning may have missed.
static string NeighboursInWords(this Judgement judged, Effect effect) => effect.AtNeighbours is not { } there ? ""
    : there.Interval == effect.Interval ? "No rate next to the tuned ones does better on the evaluation seeds."
    : $"With each arm at the best of its rate and its neighbours: {
        judged.Claim.Unit.Interval(there.Interval.Estimate, there.Interval.Low, there.Interval.High)}, {
        Judgement.TextOf(judged.Claim.Region.Judge(there.Interval))}.";

const string ByEstimate = "Narrowly: the interval lies across the bound of what is claimed but is no wider than the "
    + "margin, so the estimate decides.";

// At which look it was decided, how, and what an open condition would need.
static string LookInWords(this Judgement judged, Effect effect)
{
    var open = judged.Of(effect) == Verdict.Open;
    var needed = NeededInWords(judged.Claim.SeedsNeeded(effect));
    return Format.Sentences(effect.Look is not { } look ? "" : $"{(open ? "Open after" : "Decided at")} look {
        look.Number} of {look.Of}, this one with an interval of {Format.Percent(effect.Interval.Level)}; all looks "
            + "together cover in 95%.", judged.IsByNeighbours(effect) ? "The rates next to the tuned ones decide." : "",
        judged.IsByEstimate(effect) ? ByEstimate : "", needed == "" ? "" : $"If the effect stays as it is, {needed}.");
}

/// <summary>The same in a few words: "decided at look 2 of 3", "open at look 3 of 3: some 60 seeds would decide
/// it".</summary>
static string LooksInWords(this ClaimRow row)
{
    var open = Palette.Verdict(row.ConditionVerdict) == "open";
    var at = row.Looks > 1 ? $"{(open ? "open" : "decided")} at look {row.Look} of {row.Looks}"
        : open ? "open" : "";
    return open && NeededInWords(row.SeedsNeeded) is { Length: > 0 } needed ? $"{at}: {needed}"
        : string.Join(", ", new[] { at, row.DecidedBy switch
        {
            "estimate" => "narrowly",
            "neighbours" => "by the rates next to the tuned ones",
            _ => "",
        } }.Where(words => words != ""));
}

static string NeededInWords(double seeds) => seeds switch
{
    double.NaN => "",
    > 1_000 => "no number of seeds up to 1,000 would decide it",
    _ => $"some {seeds} seeds would decide it",
};

static string EstimateInWords(this Judgement judged, Effect effect) => effect.Differences.Count == 0 ? Unit.TooFewData
    : judged.Claim.Unit.Effect(effect.Interval.Estimate);

// Seeds that agree leave an interval of no width, which says nothing of others.
static string IntervalInWords(this Effect effect, Unit unit) => effect.Differences.Count < 2 ? "no interval"
    : effect.Interval.Low == effect.Interval.High ? "the same in all seeds"
    : $"{Format.Percent(effect.Look is null ? effect.Interval.Level : Math.Min(0.95, effect.Interval.Level))} interval {
        unit.Range(effect.Interval.Low, effect.Interval.High)} by {effect.By}";

// Words that begin a sentence.
static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

static string CountInWords(this Effect effect) => $"N = {effect.Differences.Count}"
    + (effect.LeftOut == 0 ? "" : $" ({effect.LeftOut} left out)");
