#nullable enable
// Maps: a measure over two swept numbers, arm beside arm.

/// <summary>A cell of a map: the median of the seeds that ended well (null: none did), and how many of Count were lost.
/// </summary>
public sealed record Cell(double X, double Y, double? Value, int Diverged, int Stuck, int Count)
{
    /// <summary>More than half of the seeds were lost: the cell is hatched.</summary>
    public bool IsLost => Value is null || 2 * (Diverged + Stuck) > Count;
}

/// <summary>Two maps on one scale of colours and the map of their difference, second less first, one above the other.
/// Cells that lost more than half of their seeds are hatched, one way where more diverged, the other where more stuck;
/// in the difference a lost cell counts as chance, and is hatched with whichever arm lost it.</summary>
public static Figure Maps(string id, string title, Axis x, Axis y, (string Arm, IReadOnlyList<Cell> Cells) first,
    (string Arm, IReadOnlyList<Cell> Cells) second, string measure, double chance, string caption = "")
{
    var (xs, ys) = (Values(cell => cell.X), Values(cell => cell.Y));
    double[] Values(Func<Cell, double> of) =>
        [.. first.Cells.Concat(second.Cells).Select(of).Distinct().Order()];
    var values = first.Cells.Concat(second.Cells).Where(cell => !cell.IsLost).Select(cell => cell.Value!.Value)
        .DefaultIfEmpty(chance).ToList();
    var (a, b) = (first.Cells.ToDictionary(c => (c.X, c.Y)), second.Cells.ToDictionary(c => (c.X, c.Y)));
    double Worth(Cell cell) => cell.IsLost ? chance : cell.Value!.Value;
    List<Cell> difference =
    [
        .. from at in a.Keys
           where b.ContainsKey(at)
           let pair = (A: a[at], B: b[at])
           select pair.A with
           {
               Value = pair.A.IsLost && pair.B.IsLost ? null : Worth(pair.B) - Worth(pair.A),
               Diverged = Math.Max(pair.A.Diverged, pair.B.Diverged), Stuck = Math.Max(pair.A.Stuck, pair.B.Stuck),
           },
    ];
    var span = difference.Select(cell => Math.Abs(cell.Value ?? 0)).Append(1e-6).Max();
    var each = 26 * ys.Length + 40;
    double height = 3 * each + 2 * 46;
    var layout = Axes.Frame((int)height + 110);
    layout["coloraxis"] = Axes.Colors(values.Min(), values.Max(), Palette.Sequential.Index()
        .Select(color => new object[] { color.Index / (Palette.Sequential.Count - 1.0), color.Item }), measure, 1, 0.62);
    layout["coloraxis2"] = Axes.Colors(-span, span, Palette.Diverging, "difference", 0, 0.3);
    List<GenericChart> charts = [];
    List<object> titles = [];
    foreach (var (place, (name, cells)) in new[] { first, second, ($"{second.Arm} less {first.Arm}", difference) }
        .Index())
    {
        var axis = place == 0 ? "" : $"{place + 1}";
        var bottom = (2 - place) * (each + 46);
        charts.AddRange(Axes.On($"y{axis}", Marks.Map(name, x, y, xs, ys, cells,
            place == 2 ? "coloraxis2" : "coloraxis")));
        layout[$"yaxis{axis}"] = Axes.Categories(y, ys, (bottom / height, (bottom + each) / height));
        titles.Add(Axes.Heading(name, (bottom + each) / height));
    }
    layout["xaxis"] = Axes.Categories(x, xs, null);
    ((Dictionary<string, object>)layout["xaxis"])["anchor"] = "y3";
    layout["annotations"] = titles;
    layout["margin"] = new { l = 58, r = 14, t = 40, b = 60 };
    return new(id, title, Format.Sentences(caption, "Colour: median of the seeds that ended well, one scale for both arms. "
        + "Hatched ╱ cells lost more than half of their seeds to divergence, hatched ╲ cells to being stuck; in the "
        + "difference they count as chance."), Axes.Assemble(charts, layout),
        $"Maps of {measure} over {x.Title} and {y.Title} for {first.Arm} and {second.Arm}, and of their difference: "
            + $"{first.Cells.Count(cell => cell.IsLost)} and {second.Cells.Count(cell => cell.IsLost)} of "
            + $"{first.Cells.Count} cells were lost.");
}
