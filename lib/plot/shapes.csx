#nullable enable
// What figures are made of: plain numbers and words, by arm and seed. Nothing here knows a trial or a claim.
global using GenericChart = Plotly.NET.GenericChart;
global using TraceMode = Plotly.NET.StyleParam.Mode;

/// <summary>A figure of a page.</summary>
/// <param name="Id">The figure's anchor in the page.</param>
/// <param name="Caption">What is drawn, and of how many seeds.</param>
/// <param name="Alt">The alternative text, for readers who cannot see the figure.</param>
public sealed record Figure(string Id, string Title, string Caption, GenericChart Chart, string Alt);

/// <summary>How an arm looks in every figure: colour as #rrggbb, marker by Plotly's name, and the same marker as a
/// character.</summary>
public sealed record ArmStyle(string Color, string Symbol, string Glyph)
{
    /// <summary>The marker as a character in its colour, as Plotly's HTML.</summary>
    public string ColoredGlyph => $"<span style=\"color:{Color}\">{Glyph}</span>";
}

/// <summary>An axis. The title names the unit; the range comes from the data.</summary>
public sealed record Axis(string Title, bool Log = false);

/// <summary>The number Y that one seed of an arm has at X. Hover is plain text of one or more lines.</summary>
public sealed record Point(string Arm, string Seed, double X, double Y, string Hover = "");

/// <summary>The seeds of an arm that have no number at X: Diverged and Stuck are shares (0 to 1) of the Count seeds
/// that ran. A record with both shares 0 shows that X was tried.</summary>
public sealed record Lost(string Arm, double X, double Diverged, double Stuck, int Count)
{
    public int Seeds(double share) => (int)Math.Round(share * Count);
    public int Missing => Seeds(Diverged + Stuck);
}

/// <summary>The seeds of one arm at X: their median (null where no seed is left), and the seeds that were lost (null
/// where these are not counted).</summary>
public sealed record Group(double X, Interval? Median, Lost? Lost = null);

/// <summary>One of several panels over the same x axis.</summary>
public sealed record Panel(Axis Y, IReadOnlyList<Point> Points);

/// <summary>A dashed line through given points, for a prediction of theory, with its name in the legend. Where Y is
/// NaN there is a gap.</summary>
public sealed record Guide(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>One row of a range chart: an arm's range from Low to High (both NaN where there is none), and one mark for
/// each of Count seeds that has a number.</summary>
public sealed record RangeRow(string Arm, string Label, double Low, double High, IReadOnlyList<double> Marks,
    int Count);

/// <summary>A cell of a map: the median of the seeds that ended well (null where none did), and how many of the Count
/// seeds were lost.</summary>
public sealed record Cell(double X, double Y, double? Value, int Diverged, int Stuck, int Count)
{
    /// <summary>More than half of the seeds were lost, so that the cell is hatched.</summary>
    public bool IsLost => Value is null || 2 * (Diverged + Stuck) > Count;
}

/// <summary>The 15th, 50th and 85th percentile of an arm's numbers at X.</summary>
public sealed record Percentiles(string Arm, double X, double Low, double Middle, double High);

/// <summary>One panel of a river chart, usually of one arm.</summary>
public sealed record RiverPanel(string Title, Axis Y, IReadOnlyList<Percentiles> Points);

/// <summary>The effect that a claim has under one condition, with its interval. NaN is an unknown effect or bound, an
/// infinite bound an interval that is open there. An effect between ClaimedLow and ClaimedHigh agrees with the claim.</summary>
/// <param name="Margin">The least effect that counts, by which all are divided; NaN: not known.</param>
/// <param name="Verdict">Under this condition: one of the keys of Palette.Verdicts.</param>
public sealed record ForestRow(double Effect, double Low, double High, double ClaimedLow, double ClaimedHigh,
    double Margin, string Verdict);

/// <summary>One row of a pair chart: an effect on either side, each with its interval and in words (null where a side
/// lacks it).</summary>
public sealed record PairRow(string Label, (Interval Interval, string Words)? First,
    (Interval Interval, string Words)? Second);
