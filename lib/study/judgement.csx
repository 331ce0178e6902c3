#nullable enable
// A claim judged: how its conditions' verdicts make one, and that one in words.

/// <summary>A claim's effects, condition by condition, at each multiple of the divergence rule.</summary>
public sealed record Judgement(Claim Claim, IReadOnlyDictionary<double, IReadOnlyList<Effect>> EffectsByMultiple)
{
    /// <summary>Those by the rule's usual multiple.</summary>
    public IReadOnlyList<Effect> Effects => EffectsByMultiple[Divergence.Default];

    /// <summary>The verdict at each multiple.</summary>
    public IReadOnlyDictionary<double, Verdict> ByMultiple { get; } =
        EffectsByMultiple.ToDictionary(one => one.Key, one => Combine(Claim, one.Value));

    /// <summary>The same claim judged by its effects as they become by a function.</summary>
    public Judgement With(Func<Effect, Effect> change) => new(Claim, EffectsByMultiple.ToDictionary(one => one.Key,
        one => (IReadOnlyList<Effect>)[.. one.Value.Select(change)])) { Telling = Telling };

    /// <summary>Under one condition.</summary>
    public Verdict Of(Effect effect) => Claim.Judge(effect);

    /// <summary>Open where the divergence rule's multiple decides.</summary>
    public Verdict Verdict => ByMultiple.Values.Distinct().ToList() is [var one] ? one : Verdict.Open;

    /// <summary>The p of equal effects under all conditions; NaN where fewer than two have two pairs.</summary>
    public double HeterogeneityP => EqualMeansP(Effects.Select(effect => effect.Differences));

    /// <summary>That of all conditions. It depends where some support the claim, some refute it, and the effects differ
    /// by a test at 5%. Otherwise it is the answer that conditions have in common, where at least half of them have it
    /// and none has the opposite: of many conditions a few answer by chance. Contradicted where in at least half the
    /// effect is the other way.</summary>
    public static Verdict Combine(Claim claim, IReadOnlyList<Effect> effects)
    {
        var verdicts = effects.Select(claim.Judge).ToList();
        int Count(Verdict one) => verdicts.Count(verdict => verdict == one);
        return (Count(Verdict.Supported), verdicts.Count(Claim.Refutes)) switch
        {
            ( > 0, > 0) => EqualMeansP(effects.Select(effect => effect.Differences)) < 0.05 ? Verdict.Depends
                : Verdict.Open,
            ( > 0 and var yes, 0) when 2 * yes >= verdicts.Count => Verdict.Supported,
            (0, > 0 and var no) when 2 * no >= verdicts.Count =>
                2 * Count(Verdict.Contradicted) >= verdicts.Count ? Verdict.Contradicted : Verdict.NotSupported,
            _ => Verdict.Open,
        };
    }

    /// <summary>How the conditions answer, for behind the verdict: "yes with ReLU, no with sigmoid"; where many answer
    /// alike, "yes in 6 of 9 conditions, no with sigmoid". Empty where there is but one.</summary>
    public string Answer
    {
        get
        {
            var all = Effects.Count;
            if (all < 2) return "";
            var (yes, no) = (Conditions(Verdict.Supported), Conditions(Verdict.NotSupported, Verdict.Contradicted));
            var whole = all == 2 ? "both conditions" : $"all {all} conditions";
            string Rest(string what, int count, string ofAll, string rest = "open") => count == all ? ofAll
                : $"{what} in {count} of {all} conditions, the rest {rest}";
            string Of(IReadOnlyList<string> some) => some.Count > 3 ? $"in {some.Count} of {all} conditions"
                : $"with {Listed(some)}";
            return Verdict switch
            {
                Verdict.Depends => $"yes {Of(yes)}, no {Of(no)}"
                    + (Conditions(Verdict.Open) is { Count: > 0 } open ? $"; open {Of(open)}" : ""),
                Verdict.Supported => Rest("yes", yes.Count, $"in {whole}"),
                Verdict.NotSupported => Rest("refuted", no.Count, $"refuted in {whole}"),
                Verdict.Contradicted => Rest("the other way", Conditions(Verdict.Contradicted).Count,
                    $"the other way in {whole}", no.Count == all ? "refuted" : "open or refuted"),
                _ => (yes.Count, no.Count) switch
                {
                    (0, 0) => $"in {whole}",
                    (var some, 0) => $"but for a yes in {some} of {all} conditions",
                    (0, var some) => $"but for a no in {some} of {all} conditions",
                    _ => $"yes {Of(yes)}, no {Of(no)}, which may differ by chance",
                },
            };
        }
    }

    const int LongestTitle = 14;

    /// <summary>Tells what was found in a sentence that says more than the claim's own words can; null: in these.
    /// </summary>
    public Func<Judgement, string?>? Telling { get; init; }

    /// <summary>What was found, in a plain sentence of at most 14 words.</summary>
    public string Title
    {
        get
        {
            if (Telling?.Invoke(this) is { } told) return told;
            var claim = Claim;
            var text = char.ToLowerInvariant(claim.Text[0]) + claim.Text[1..];
            string Some(params Verdict[] verdicts) => Conditions(verdicts).Count is var count && count == Effects.Count
                ? "" : $", in {count} of {Effects.Count} conditions";
            return Verdict switch
            {
                Verdict.Supported => Shortest(claim.Text + (Some(Verdict.Supported) is { Length: > 0 } some ? some
                    : Amount), claim.Text),
                Verdict.Depends => Shortest($"{claim.Text} with {Listed(Conditions(Verdict.Supported))}, but not with {
                    Listed(Conditions(Verdict.NotSupported, Verdict.Contradicted))}",
                    $"Whether {text} depends on {claim.DependsOn}"),
                Verdict.NotSupported => Shortest(
                    $"{Sided()}{Some(Verdict.NotSupported, Verdict.Contradicted)}", Sided()),
                Verdict.Contradicted => Shortest($"{claim.Reversed}{Some(Verdict.Contradicted)}", claim.Reversed),
                _ => $"It is open whether {text}",
            };
        }
    }

    // The first of them that is no longer than a title may be.
    static string Shortest(string wished, string shorter) =>
        wished.Split(' ').Length <= LongestTitle ? wished : shorter;

    // An equivalence can be refuted from either side.
    string Sided()
    {
        var refuting = Effects.Where(effect => Claim.Refutes(Of(effect))).ToList();
        return !Claim.Region.IsEquivalence ? Claim.Refuted
            : refuting.All(effect => effect.Interval.Low >= Claim.Region.High) ? Claim.Exceeded
            : refuting.All(effect => effect.Interval.High <= Claim.Region.Low) ? Claim.Reversed : Claim.Refuted;
    }

    string Amount
    {
        get
        {
            if (Claim.Region.IsEquivalence || double.IsInfinity(Claim.Region.Low)) return "";
            var estimates = Effects.Select(effect => Deciding(effect).Interval.Estimate).ToList();
            return Claim.Unit.Amount(estimates.Min(), estimates.Max()) is { } amount
                ? $", {Format.Sentences(amount, Claim.Per)}" : "";
        }
    }

    IReadOnlyList<string> Conditions(params Verdict[] verdicts) =>
        [.. Effects.Where(effect => verdicts.Contains(Of(effect))).Select(effect => effect.Condition)];

    static string Listed(IReadOnlyList<string> names) =>
        names.Count < 2 ? string.Concat(names) : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";

    /// <summary>A row for each condition.</summary>
    public IEnumerable<ClaimRow> Rows(string experiment, string dataset, string preset) => Effects.Select(effect =>
        new ClaimRow(Claim.Id, experiment, dataset, preset, Claim.Text, Claim.Source, Claim.Outcome, effect.Condition,
        Claim.Unit.Name, effect.Interval.Estimate, effect.Interval.Low, effect.Interval.High, effect.Interval.Level,
        effect.Differences.Count, Claim.Region.Words(Claim.Unit), TextOf(Of(effect)),
        TextOf(Verdict), TextOf(ByMultiple[Divergence.Multiples[0]]), TextOf(ByMultiple[Divergence.Multiples[^1]]),
        P(effect), SmallestSignFlipP(effect.Differences.Count), ClaimedLow: Claim.Region.Low,
        ClaimedHigh: Claim.Region.High)
        {
            Answer = Answer, Finding = Title, DeniedBy = Claim.DeniedBy, Margin = Claim.Region.Margin,
            HeterogeneityP = HeterogeneityP, IntervalBy = effect.By, LeftOut = effect.LeftOut,
            Wording = Claim.Wording?.Word ?? "", WordingVerdict = WordingVerdict(effect) is { } worded ? TextOf(worded)
                : "",
            NeighboursEffect = effect.AtNeighbours?.Interval.Estimate ?? double.NaN,
            NeighboursLow = effect.AtNeighbours?.Interval.Low ?? double.NaN,
            NeighboursHigh = effect.AtNeighbours?.Interval.High ?? double.NaN,
            Look = effect.Look?.Number ?? 1, Looks = effect.Look?.Of ?? 1, SeedsNeeded = Claim.SeedsNeeded(effect),
            DecidedBy = Of(effect) == Verdict.Open ? "" : IsByNeighbours(effect) ? "neighbours"
                : IsByEstimate(effect) ? "estimate" : "interval",
        });

    /// <summary>Whether the stronger or closer wording holds under a condition; null where there is none.</summary>
    public Verdict? WordingVerdict(Effect effect) => Claim.Wording?.Region.Judge(effect.Interval);

    /// <summary>Whether a condition is decided by the rates next to the tuned ones, against these.</summary>
    public bool IsByNeighbours(Effect effect) => Of(effect) is not Verdict.Open and var verdict
        && Claim.Region.Judge(effect.Interval) is var here && here != verdict
        && !(Claim.Refutes(here) && Claim.Refutes(verdict));

    /// <summary>The effect by which a condition is decided: at its tuned rates, or at those next to them.</summary>
    public Effect Deciding(Effect effect) =>
        IsByNeighbours(effect) ? effect.AtNeighbours! with { Look = effect.Look } : effect;

    /// <summary>Whether a condition is decided by an estimate near a bound, and not by a whole interval: at the rates
    /// that decide it or, where these agree, at one of them.</summary>
    public bool IsByEstimate(Effect effect) => Of(effect) != Verdict.Open && Deciding(effect) is var deciding
        && new[] { deciding, deciding.AtNeighbours }.Any(one =>
            one is not null && Claim.Region.IsByEstimate(one.Interval));

    /// <summary>The p of no effect; NaN for a claim that there is none, which a small p would speak against.</summary>
    public double P(Effect effect) => Claim.Region.IsEquivalence ? double.NaN : effect.P;

    /// <summary>A verdict as tables and pages write it: "not supported".</summary>
    public static string TextOf(Verdict verdict) => Snake(verdict).Replace('_', ' ');
}

/// <summary>Judges a claim by its effects in the trials, each under one condition, and again with divergence beginning
/// at the stricter and the laxer multiple.</summary>
static Judgement Judge(this Claim claim, IReadOnlyList<Trial> trials,
    Func<IReadOnlyList<Trial>, IReadOnlyList<Effect>> effects) => claim.Judge(new TunedRuns(trials), effects);

/// <summary>The same of tuned arms, with each effect at the neighbouring rates beside it where all its cells have
/// trials there.</summary>
/// <param name="effects">In trials that have each arm at one rate.</param>
static Judgement Judge(this Claim claim, TunedRuns runs, Func<IReadOnlyList<Trial>, IReadOnlyList<Effect>> effects) =>
    claim.Judge([(runs, effects)]);

/// <summary>The same where conditions differ in what arms were tuned for: the effects of each of the parts.</summary>
static Judgement Judge(this Claim claim,
    IReadOnlyList<(TunedRuns Runs, Func<IReadOnlyList<Trial>, IReadOnlyList<Effect>> Effects)> parts) =>
    new(claim, Divergence.Multiples.ToDictionary(multiple => multiple, multiple => (IReadOnlyList<Effect>)
    [
        .. from part in parts
           let judged = part.Runs.JudgedAt(multiple)
           let there = judged.Neighbouring is { } neighbouring ? part.Effects(neighbouring) : []
           from effect in part.Effects(judged.Chosen).Index()
           select there.Count == 0 || !effect.Item.Cells.All(judged.HasNeighbours) ? effect.Item
               : effect.Item with { AtNeighbours = there[effect.Index] },
    ]));

/// <summary>A row of claims.csv: one claim under one condition. Verdict is the claim's, over all its conditions and
/// multiples of the divergence rule, of which strict and lax are the ends; P and its Holm adjustment over all claims
/// are there from six pairs on, below that only the smallest p that is possible. What the claim asserts lies
/// between ClaimedLow and ClaimedHigh. What has a default is not in the files of earlier versions.</summary>
public sealed record ClaimRow(string Claim, string Experiment, string Dataset, string Preset, string Text,
    string Source, string Outcome, string Condition, string Unit, double Effect, double Low, double High, double Level,
    int N, string Claimed, string ConditionVerdict, string Verdict, string VerdictStrict, string VerdictLax, double P,
    double SmallestP, double HolmP = double.NaN, double ClaimedLow = double.NaN, double ClaimedHigh = double.NaN)
{
    /// <summary>How the conditions answer, and what was found in a sentence; both of the whole claim.</summary>
    public string Answer { get; init; } = "";
    public string Finding { get; init; } = "";
    public string DeniedBy { get; init; } = "";

    /// <summary>The least effect that counts.</summary>
    public double Margin { get; init; } = double.NaN;
    public string Wording { get; init; } = "";
    public string WordingVerdict { get; init; } = "";

    /// <summary>Of equal effects under all conditions of the claim.</summary>
    public double HeterogeneityP { get; init; } = double.NaN;
    public string IntervalBy { get; init; } = "";
    public int LeftOut { get; init; }

    /// <summary>The effect and its interval at the neighbouring rates.</summary>
    public double NeighboursEffect { get; init; } = double.NaN;
    public double NeighboursLow { get; init; } = double.NaN;
    public double NeighboursHigh { get; init; } = double.NaN;

    /// <summary>At which of how many looks it was judged, and how many seeds an open condition would need.</summary>
    public int Look { get; init; } = 1;
    public int Looks { get; init; } = 1;
    public double SeedsNeeded { get; init; } = double.NaN;

    /// <summary>"interval"; "estimate" where that is narrow; "neighbours" where these decide, against the tuned rates;
    /// or empty where the condition is open.</summary>
    public string DecidedBy { get; init; } = "";

    /// <summary>Effect and interval by which the condition is decided.</summary>
    public (double Effect, double Low, double High) Deciding => DecidedBy == "neighbours"
        ? (NeighboursEffect, NeighboursLow, NeighboursHigh) : (Effect, Low, High);

    /// <summary>The rows with p adjusted over all of them that have one (Holm 1979).</summary>
    public static IReadOnlyList<ClaimRow> Adjusted(IReadOnlyList<ClaimRow> rows)
    {
        var known = rows.Where(row => !double.IsNaN(row.P)).ToList();
        var adjusted = known.Zip(Holm([.. known.Select(row => row.P)])).ToDictionary(pair => pair.First,
            pair => pair.Second);
        return [.. rows.Select(row => row with { HolmP = adjusted.GetValueOrDefault(row, double.NaN) })];
    }
}
