#nullable enable
// Sentences that captions of several figures share.

public static class Captions
{
    /// <summary>What line and band are, with the true level of the band.</summary>
    public static string Band(IEnumerable<Interval> medians, string seeds)
    {
        var levels = medians.Where(m => m.Count > 1).Select(m => m.Level).Distinct().Order().ToList();
        var few = levels.Where(l => l < 0.95).ToList();
        var enough = levels.Except(few).Select(Format.Percent).ToList();
        var exact = $"Band: interval of the median by order statistics, true level {string.Join(" or ", enough)}";
        return Format.Sentences("Line: median.", (enough.Count, few.Count) switch
        {
            (0, 0) => "",
            (0, 1) => $"Band: lowest to highest seed, an interval of the median at {Format.Percent(few[0])}.",
            (0, _) => $"Band: lowest to highest seed, an interval of the median at {Format.Percent(few[0])} or more.",
            (_, 0) => $"{exact}.",
            _ => $"{exact}; lowest to highest seed where fewer than 6 are left.",
        }, seeds);
    }

    /// <param name="stuck">What became of seeds that are not numbers and did not diverge.</param>
    public static string Lost(IReadOnlyList<Lost> lost, string stuck) => lost.Count == 0 ? ""
        : lost.All(l => l.Missing == 0) ? $"No seed diverged or {stuck}."
        : $"Lower panel: seeds that diverged or {stuck}, of those that ran. They enter no median; a hollow marker is "
            + "the median of the seeds that were left.";
}
