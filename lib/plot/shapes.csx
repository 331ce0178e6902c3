#nullable enable
// What figures are made of: plain numbers, by arm and seed.
global using GenericChart = Plotly.NET.GenericChart;

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
