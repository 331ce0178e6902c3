#nullable enable
// Words that several figures share: sentences of captions, alternative texts, and hover texts.

public static class Captions
{
    /// <summary>What the line and the band are, with the true level of the band.</summary>
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

    /// <summary>What the lanes of lost seeds show.</summary>
    /// <param name="stuck">What a seed did that has no number and did not diverge.</param>
    public static string Lost(IReadOnlyList<Lost> lost, string stuck) => lost.Count == 0 ? ""
        : lost.All(l => l.Missing == 0) ? $"No seed is lost: none diverged or {stuck}."
        : $"Lower panel: seeds that diverged or {stuck}, of those that ran. They enter no median; a hollow marker is "
            + "the median of the seeds that were left.";

    /// <summary>The alternative text of a figure of points: each arm with its range of y.</summary>
    public static string Alt(string what, Axis x, Axis y, IEnumerable<string> arms, IReadOnlyList<Point> points) =>
        Format.Sentences([$"{what}: {y.Title} against {x.Title}.", .. arms.Select(arm =>
            points.Where(p => p.Arm == arm).Select(p => p.Y).ToList() is { Count: > 0 } ys
                ? $"{arm}: {Format.Number(ys.Min())} to {Format.Number(ys.Max())}." : $"{arm}: every seed was lost.")]);
}

/// <summary>Hover texts in Plotly's HTML.</summary>
public static class HoverText
{
    /// <summary>An arm's name and the place on the x axis.</summary>
    public static string ArmAt(string arm, Axis x, double at) =>
        $"<b>{Format.PlotText(arm)}</b>, {Format.PlotText(x.Title)} {Format.Number(at)}";

    /// <summary>A seed and its own text.</summary>
    public static string Seed(Point p) => $"<b>{Format.PlotText(p.Arm)}</b>, seed {Format.PlotText(p.Seed)}"
        + (p.Hover == "" ? "" : "<br>" + Format.PlotText(p.Hover).Replace("\n", "<br>"));

    /// <summary>A seed with its exact x, for dots that are drawn beside it.</summary>
    public static string SeedAt(Point p, Axis x) => $"{Seed(p)}<br>{Format.PlotText(x.Title)} {Format.Number(p.X)}";
}
