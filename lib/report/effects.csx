#nullable enable
// A claim's effects, one below the other: what was claimed, and what was measured.

/// <summary>A row for each condition: the effect's interval as a bar, a mark for every seed, its verdict in words; what
/// the claim asserts is shaded. Beyond the ends stand intervals without a bound, and seeds beyond all others.</summary>
/// <param name="shaded">What is shaded, in words, where it is no claim.</param>
static Figure Effects(string id, string title, Judgement judged, string axis, string caption = "",
    string? shaded = null)
{
    var (claim, effects) = (judged.Claim, judged.Effects.Where(effect => effect.Differences.Count > 0).ToList());
    var log = claim.Unit == Unit.Ratio;
    double On(double value) => log ? Math.Pow(10, value) : claim.Unit == Unit.Points ? 100 * value : value;
    double[] known = [.. effects.SelectMany(effect => effect.Differences.Append(effect.Interval.Low)
        .Append(effect.Interval.High)).Append(claim.Region.Low).Append(claim.Region.High).Append(0)
        .Where(double.IsFinite)];
    var pad = 0.1 * Math.Max(known.Max() - known.Min(), 1e-3);
    var (low, high) = (known.Min() - pad, known.Max() + pad);
    double Inside(double value) => On(Math.Clamp(value, low, high));
    var (x, ends) = (new Axis(axis, log), (On(low), On(high)));
    string Name(Effect effect) => effect.Arm != "" ? effect.Arm : effect.Condition;
    var styles = Palette.Styles(effects.Select(Name)).ToDictionary(one => one.Arm, one => one.Style);
    var claimed = shaded is null;
    string InWords(Effect effect) => claim.Unit.Effect(effect.Interval.Estimate)
        + (claimed ? $": {Judgement.TextOf(judged.Of(effect))}" : "");

    var layout = Axes.FigureLayout(60 * Math.Max(1, effects.Count) + 84);
    layout["margin"] = new { l = 22, r = 22, t = 12, b = 56 };
    layout["xaxis"] = Axes.Layout(x, [ends.Item1, ends.Item2], pad: 0.03);
    layout["yaxis"] = Axes.RowsLayout(-0.4, Math.Max(1, effects.Count) - 0.4);
    layout["shapes"] = new object[]
    {
        new
        {
            type = "rect", x0 = Inside(claim.Region.Low), x1 = Inside(claim.Region.High), yref = "paper", y0 = 0,
            y1 = 1, layer = "below", fillcolor = Palette.Muted, opacity = 0.13, line = new { width = 0 },
        },
        Axes.VerticalLine(On(0), dotted: false),
    };
    shaded ??= $"what is claimed, {claim.Region.Words(claim.Unit)}";
    return new(id, title, Format.Sentences(caption, $"Shaded: {shaded}.",
            "Bars: 95% intervals; an arrow has no bound within the figure. Marks: seeds, counted where they coincide."),
        Axes.Assemble(effects.Index().SelectMany(one => RangeChart.Row(new(Name(one.Item), one.Item.Condition,
            Inside(one.Item.Interval.Low), Inside(one.Item.Interval.High),
            [.. one.Item.Differences.Select(Inside)], one.Item.Differences.Count), styles[Name(one.Item)], x, ends,
            effects.Count - 1 - one.Index, legend: false, InWords(one.Item))), layout),
        Format.Sentences([$"Effects: {claim.Outcome}.",
            .. effects.Select(effect => $"{effect.Condition}: {InWords(effect)}.")]));
}
