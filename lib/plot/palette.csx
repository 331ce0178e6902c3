#nullable enable
// How figures look: one colour and one marker for each arm, verdict and map.

/// <summary>An arm's look in every figure: colour as #rrggbb, marker by Plotly's name and as a character.</summary>
public sealed record ArmStyle(string Color, string Symbol, string Glyph);

/// <summary>Colours. Charts carry the colours for white paper; a dark page swaps each for its
/// partner in Dark.</summary>
public static class Palette
{
    public const string Ink = "#1C2127", Muted = "#5B6470", Grid = "#E7E9EC", Paper = "#FFFFFE", Lost = "#C8102E";

    public static readonly IReadOnlyDictionary<string, string> Dark = new SortedDictionary<string, string>
    {
        [Ink] = "#E8EAED", [Muted] = "#9AA3AF", [Grid] = "#2A2F37", [Paper] = "#15181D", [Lost] = "#FF5C6C",
        ["#0072B2"] = "#2B94D6", ["#00446B"] = "#8CCBF2", ["#A05A00"] = "#C98A3A",
        ["#00704F"] = "#45C79A", ["#8A5A00"] = "#F2C14E", ["#B3122A"] = "#FF7A87",
    };

    /// <summary>Verdicts as pages write them, those that say most for a claim first.</summary>
    public static readonly IReadOnlyDictionary<string, ArmStyle> Verdicts = new OrderedDictionary<string, ArmStyle>
    {
        ["supported"] = new("#00704F", "circle", "●"), ["mixed"] = new("#8A5A00", "diamond-wide", "◆"),
        ["too few data"] = new(Muted, "circle-open", "○"), ["not supported"] = new("#8A5A00", "square-open", "□"),
        ["contradicted"] = new("#B3122A", "x", "✖"),
    };

    /// <summary>Colours of maps: cividis (Nuñez et al. 2018), which everybody sees alike, and from the one arm's colour
    /// to the other's.</summary>
    public static readonly IReadOnlyList<string> Sequential = ["#00204D", "#00336F", "#39486B", "#575C6D", "#707173",
        "#8A8779", "#A69D75", "#C4B56C", "#E4CF5B", "#FFEA46"];
    public static readonly object[][] Diverging = [[0, "#E69F00"], [0.5, "#F4F4F2"], [1, "#0072B2"]];

    // Okabe and Ito's palette. Olive (Tol 2021) stands in for its yellow, unreadable on white; grey and brown complete
    // the ten. The comparison drawn most often gets the pair that everybody tells apart.
    static readonly (string Arm, ArmStyle Style)[] Known =
    [
        ("none", new("#E69F00", "circle", "●")), ("batch", new("#0072B2", "square", "■")),
        ("batch_no_gamma", new("#56B4E9", "diamond", "◆")), ("batch_no_beta", new("#4B3F92", "cross", "✚")),
        ("batch_no_affine", new("#009E73", "triangle-up", "▲")),
        ("seed", new("#CC79A7", "pentagon", "⬟")), ("layer", new("#D55E00", "triangle-down", "▼")),
        ("group", new("#999933", "star-diamond", "✦")), ("instance", new("#8B5E3C", "star", "★")),
        ("ghost", new(Ink, "triangle-right", "▶")), ("noisy", new("#8A8F98", "triangle-left", "◀")),
    ];

    // The same with something else beside it: a darker colour of the same family, and a hollow marker.
    static readonly ArmStyle OtherNone = new("#A05A00", "circle-open", "○"),
        OtherBatch = new("#00446B", "square-open", "□");
    static readonly (string Arm, ArmStyle Style)[] Variants =
    [
        ("none_clipped", OtherNone), ("none_input", OtherNone), ("none_residual", OtherNone),
        ("batch_after", OtherBatch), ("batch_residual", OtherBatch),
        ("batch_with_bias", new("#2F9C95", "square-cross-open", "⊞")),
    ];

    /// <summary>The arms of one figure in the lab's order, with their looks. A name that the lab does not know takes
    /// the look that its letters choose, or the next one free, so that it keeps it from run to run; that of none or
    /// batch, which it could be taken for, last.</summary>
    public static IReadOnlyList<(string Arm, ArmStyle Style)> Of(IEnumerable<string> arms)
    {
        var names = arms.Distinct().Order(StringComparer.Ordinal).ToList();
        var styled = Known.Concat(Variants).Where(k => names.Contains(k.Arm)).ToList();
        foreach (var name in names.Except(styled.Select(k => k.Arm)).ToList())
        {
            var start = name.Aggregate(7, (hash, letter) => (hash * 31 + letter) % 65_521);
            var turned = Enumerable.Range(start, Known.Length - 2).Select(i => 2 + i % (Known.Length - 2))
                .Concat([0, 1]).Select(i => Known[i].Style).ToList();
            var free = turned.FirstOrDefault(t => styled.All(s => s.Style.Color != t.Color));
            styled.Add((name, free ?? turned[0] with { Symbol = $"{turned[0].Symbol}-open" }));
        }
        return styled;
    }
}
