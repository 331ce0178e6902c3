#nullable enable
// How much sooner one arm comes to an accuracy than another: to the accuracies that are judged, and to all between.

/// <summary>Judges a claim of speed: a condition for each net and target, each arm at its rate for that target.
/// </summary>
/// <param name="arm">Whose steps are divided by those of over, as log10.</param>
static Judgement JudgeSpeed(this Claim claim, IReadOnlyList<Comparison> races, IReadOnlyList<Trial> evaluated,
    string arm, string over)
{
    Func<IReadOnlyList<Trial>, IReadOnlyList<Effect>> Steps(Comparison race) =>
        trials => [race.Steps(trials, arm, over, race.Race)];
    return claim.Judge([.. races.Select(race => (new[] { race }.BySpeed(evaluated), Steps(race)))]) with
    {
        Telling = judged => SpeedTitle(judged, races),
    };
}

/// <summary>The ratio of steps as a function of the accuracy that is reached: up to the net's end, from one half (or
/// four times the end's error, where that is more), evenly spaced in the logarithm of the error. Each arm is at its
/// rate for each of these accuracies, among those that were evaluated. An end without an error, as where the first arm
/// is lost at all rates, counts as half an error in the images that curves are measured on.</summary>
static IReadOnlyList<(double Accuracy, Effect Steps)> SpeedCourse(this Comparison net, IReadOnlyList<Trial> evaluated,
    string arm, string over, int points = 16)
{
    var end = Math.Max(1 - net.Target, 0.5 / Evaluation.CurveImages);
    var start = Math.Clamp(4 * end, 0.5, 0.85);
    return [.. from error in Enumerable.Range(0, points).Select(i => start * Math.Pow(end / start, i / (points - 1.0)))
               let race = net with { To = 1 - error }
               select (1 - error, race.Steps(new[] { race }.BySpeed(evaluated).Chosen, arm, over))];
}

/// <summary>How many times sooner nets come to the first of the targets that all have, and to the end, in at most 14
/// words; null where not all of them come to the first sooner, which only the claim's own words can tell.</summary>
static string? SpeedTitle(Judgement judged, IReadOnlyList<Comparison> races)
{
    var effects = races.Zip(judged.Effects, (race, effect) => (race.To, Effect: effect)).ToLookup(one => one.To,
        one => one.Effect);
    var (ends, nets) = (effects[null].ToList(), effects[null].Count());
    // Surely sooner, also at neighbouring rates, and by a tenth; how much sooner must be known.
    bool Sooner(Effect effect) => double.IsFinite(effect.Interval.Estimate)
        && effect.Interval.Estimate > Math.Log10(1.1)
        && new[] { effect, effect.AtNeighbours ?? effect }.All(one => one.Interval is { Level: >= 0.95, Low: > 0 });
    string Times(IEnumerable<Effect> some)
    {
        var ratios = some.Select(effect => Math.Pow(10, judged.Deciding(effect).Interval.Estimate)).ToList();
        var (low, high) = (Format.Number(ratios.Min(), 2), Format.Number(ratios.Max(), 2));
        return $"{(low == high ? low : $"{low}–{high}")} times";
    }
    return effects.Where(one => one.Key is not null && one.Count() == nets).MinBy(one => one.Key) is not { } first
        || !first.All(Sooner) ? null
        : $"Batch normalization trains nets {Times(first)} sooner to {Format.Percent(first.Key!.Value)}, "
            + (ends.All(Sooner) ? $"{Times(ends)} to the end"
                : ends.All(effect => judged.Of(effect) == Verdict.Supported) ? "and to the end"
                : ends.Any(Sooner) ? "some also to the end"
                : !ends.All(effect => Claim.Refutes(judged.Of(effect))) ? "perhaps to the end"
                : ends.Any(effect => judged.Of(effect) == Verdict.Contradicted) ? "some later to the end"
                : "hardly sooner to the end");
}
