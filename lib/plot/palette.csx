#nullable enable
// The colours and markers of figures.

/// <summary>Figures carry the colours for white paper; a dark page replaces each by its partner in Dark.</summary>
public static class Palette
{
    public const string Ink = "#1C2127", Muted = "#5B6470", Grid = "#E7E9EC", Paper = "#FFFFFE", Lost = "#C8102E";

    public static readonly IReadOnlyDictionary<string, string> Dark = new SortedDictionary<string, string>
    {
        [Ink] = "#E8EAED", [Muted] = "#9AA3AF", [Grid] = "#2A2F37", [Paper] = "#15181D", [Lost] = "#FF5C6C",
        ["#0072B2"] = "#2B94D6", ["#00446B"] = "#8CCBF2", ["#A05A00"] = "#C98A3A",
        ["#00704F"] = "#45C79A", ["#8A5A00"] = "#F2C14E", ["#B3122A"] = "#FF7A87",
    };

    /// <summary>Verdicts in words: those that answer come first, and of these those that say most for a claim.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, ArmStyle> Verdicts = new OrderedDictionary<string, ArmStyle>
    {
        ["supported"] = new("#00704F", "circle", "●"), ["depends"] = new("#8A5A00", "diamond-wide", "◆"),
        ["not supported"] = new("#8A5A00", "square-open", "□"), ["contradicted"] = new("#B3122A", "x", "✖"),
        ["open"] = new(Muted, "circle-open", "○"),
    };

    /// <summary>A verdict that this version knows; those that only earlier versions had say nothing that is sure.
    /// </summary>
    public static string Verdict(string verdict) => Verdicts.ContainsKey(verdict) ? verdict : "open";

    /// <summary>The scale of a map: cividis (Nuñez et al. 2018), which looks alike to readers with and without colour
    /// blindness.</summary>
    public static readonly IReadOnlyList<string> Sequential = ["#00204D", "#00336F", "#39486B", "#575C6D", "#707173",
        "#8A8779", "#A69D75", "#C4B56C", "#E4CF5B", "#FFEA46"];
    /// <summary>The scale of a map of differences: from the colour of none to the colour of batch.</summary>
    public static readonly object[][] Diverging = [[0, "#E69F00"], [0.5, "#F4F4F2"], [1, "#0072B2"]];

    /// <summary>The two sides of a pair chart: told apart on light and dark paper, and unlike none and batch.</summary>
    public static readonly ArmStyle FirstSide = new("#009E73", "triangle-up", "▲"),
        SecondSide = new("#D55E00", "triangle-down", "▼");

    // Okabe and Ito's palette. Olive (Tol 2021) replaces its yellow, which is hard to read on white; indigo, brown, ink
    // and grey complete the list. The pair that is compared most often has the two colours that are easiest to tell
    // apart.
    static readonly (string Arm, ArmStyle Style)[] known =
    [
        ("none", new("#E69F00", "circle", "●")), ("batch", new("#0072B2", "square", "■")),
        ("batch_no_gamma", new("#56B4E9", "diamond", "◆")), ("batch_no_beta", new("#4B3F92", "cross", "✚")),
        ("batch_no_affine", new("#009E73", "triangle-up", "▲")),
        ("seed", new("#CC79A7", "pentagon", "⬟")), ("layer", new("#D55E00", "triangle-down", "▼")),
        ("group", new("#999933", "star-diamond", "✦")), ("instance", new("#8B5E3C", "star", "★")),
        ("ghost", new(Ink, "triangle-right", "▶")), ("noisy", new("#8A8F98", "triangle-left", "◀")),
    ];

    // Variants of none and batch: a darker colour of the same family, and a hollow marker.
    static readonly ArmStyle otherNone = new("#A05A00", "circle-open", "○"),
        otherBatch = new("#00446B", "square-open", "□");
    static readonly (string Arm, ArmStyle Style)[] variants =
    [
        ("none_clipped", otherNone), ("none_input", otherNone), ("none_residual", otherNone),
        ("batch_after", otherBatch), ("batch_residual", otherBatch),
        ("batch_with_bias", new("#2F9C95", "square-cross-open", "⊞")),
    ];

    /// <summary>The arms of one figure with their styles, known arms first and in the order of the palette. The style
    /// of an unknown name is chosen by a hash of the name, so that it is the same in every run; where another arm of
    /// the figure has that style, the next free one is taken, and the styles of none and batch last.</summary>
    public static IReadOnlyList<(string Arm, ArmStyle Style)> Styles(IEnumerable<string> arms)
    {
        var names = arms.Distinct().Order(StringComparer.Ordinal).ToList();
        var styled = known.Concat(variants).Where(k => names.Contains(k.Arm)).ToList();
        foreach (var name in names.Except(styled.Select(k => k.Arm)).ToList())
        {
            var hash = name.Aggregate(7, (hash, letter) => (hash * 31 + letter) % 65_521);
            var others = known.Length - 2;
            var candidates = Enumerable.Range(hash, others).Select(i => known[2 + i % others].Style)
                .Concat(known.Take(2).Select(k => k.Style)).ToList();
            var free = candidates.FirstOrDefault(style => styled.All(s => s.Style.Color != style.Color));
            styled.Add((name, free ?? candidates[0] with { Symbol = $"{candidates[0].Symbol}-open" }));
        }
        return styled;
    }
}
