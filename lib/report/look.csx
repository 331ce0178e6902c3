#load "../prelude.csx"
#nullable enable
// How figures look and what their words sound like: one colour and marker per arm, one way to write a number.
global using GenericChart = Plotly.NET.GenericChart;
using System.Net;

/// <summary>What one seed of an arm measured at x. Hover is plain text; \n parts its lines.</summary>
public sealed record Point(string Arm, string Seed, double X, double Y, string Hover = "");

/// <summary>How many seeds of an arm gave no number at x: shares (0 to 1) of the Count that ran. Zeros are welcome:
/// they show what was tried.</summary>
public sealed record Lost(string Arm, double X, double Diverged, double Stuck, int Count)
{
    public int Seeds(double share) => (int)Math.Round(share * Count);
    public int Missing => Seeds(Diverged + Stuck);
}

/// <summary>A row of Ranges: an arm holds from Low to High (NaN: nowhere), and each seed has its mark.</summary>
public sealed record RangeRow(string Arm, string Label, double Low, double High, IReadOnlyList<double> Marks,
    int Count);

/// <summary>An axis, the unit in its title. Bounds left out come from the data.</summary>
public sealed record Axis(string Title, bool Log = false, double? Low = null, double? High = null);

/// <summary>An arm's look in every figure: colour as #rrggbb, marker by Plotly's name and as a character.</summary>
public sealed record ArmStyle(string Color, string Symbol, string Glyph);

/// <summary>Colours, and numbers in words. Charts carry the colours for white paper; a dark page swaps each for its
/// partner in Dark.</summary>
public static class Look
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

    /// <summary>A number for people: so many significant digits, no trailing zeros, powers of ten only where plain
    /// digits would be hard to count. Not a number is a dash.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        var magnitude = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var text = magnitude is < -4 or > 6
            ? value.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture)
            : Math.Round((decimal)value, Math.Clamp(digits - 1 - magnitude, 0, 12))
                .ToString("0.############", CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    public static string Percent(double share) => $"{Number(100 * share)}%";

    /// <summary>"6", or "4 to 6" where groups differ.</summary>
    public static string Counts(IEnumerable<int> counts) => counts.DefaultIfEmpty(0).Min() is var low
        && counts.DefaultIfEmpty(0).Max() is var high && low == high ? $"{low}" : $"{low} to {high}";

    /// <summary>A name as a figure's id: "MLP, ReLU" is mlp_relu.</summary>
    public static string Anchor(string name) => Regex.Replace(name.ToLowerInvariant(), @"\W+", "_");

    public static string Html(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Text for Plotly, which reads a little HTML but not every entity.</summary>
    public static string Text(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>Sentences that are there, one after another.</summary>
    public static string Say(params IEnumerable<string> sentences) => string.Join(" ", sentences.Where(s => s != ""));

    /// <summary>What line and band are, with the true level of the band.</summary>
    public static string BandWords(IEnumerable<Interval> medians, string seeds)
    {
        var levels = medians.Where(m => m.Count > 1).Select(m => m.Level).Distinct().Order().ToList();
        var few = levels.Where(l => l < 0.95).ToList();
        var enough = levels.Except(few).Select(Percent).ToList();
        var exact = $"Band: interval of the median by order statistics, true level {string.Join(" or ", enough)}";
        return Say("Line: median.", (enough.Count, few.Count) switch
        {
            (0, 0) => "",
            (0, 1) => $"Band: lowest to highest seed, an interval of the median at {Percent(few[0])}.",
            (0, _) => $"Band: lowest to highest seed, an interval of the median at {Percent(few[0])} or more.",
            (_, 0) => $"{exact}.",
            _ => $"{exact}; lowest to highest seed where fewer than 6 are left.",
        }, seeds);
    }

    /// <param name="stuck">What became of seeds that are not numbers and did not diverge.</param>
    public static string LostWords(IReadOnlyList<Lost> lost, string stuck) => lost.Count == 0 ? ""
        : lost.All(l => l.Missing == 0) ? $"No seed diverged or {stuck}."
        : $"Lower panel: seeds that diverged or {stuck}, of those that ran. They enter no median; a hollow marker is "
            + "the median of the seeds that were left.";
}
