#nullable enable
// Effects as two folders of results have them, one below the other.
using TraceMode = Plotly.NET.StyleParam.Mode;

/// <summary>A row of Pairs: an effect with its interval on either side (null: not there), each in words too.</summary>
public sealed record PairRow(string Label, (Interval Interval, string Words)? First,
    (Interval Interval, string Words)? Second);

/// <summary>A row for each effect, and in it a mark with its interval for each of two sides, which the legend toggles.
/// The axis reaches as far as the marks and a few usual intervals: wider ones go on beyond its ends.</summary>
/// <param name="x">On a log axis the effects are in decades.</param>
static Figure Pairs(string id, string title, Axis x, (string First, string Second) sides, IReadOnlyList<PairRow> rows)
{
    var known = rows.SelectMany(row => new[] { row.First, row.Second }).OfType<(Interval Interval, string Words)>()
        .Select(side => side.Interval).ToList();
    var estimates = known.Select(one => one.Estimate).Where(double.IsFinite).Append(0).ToList();
    var usual = known.Select(one => one.High - one.Low).Where(double.IsFinite).DefaultIfEmpty(1).ToList();
    var pad = Math.Max(Median(usual), 0.1 * (estimates.Max() - estimates.Min()));
    var (low, high) = (estimates.Min() - pad, estimates.Max() + pad);
    double On(double value) => Math.Clamp(value, low, high) is var inside && x.Log ? Math.Pow(10, inside) : inside;

    GenericChart Side(string name, ArmStyle style, double aside, Func<PairRow, (Interval Interval, string Words)?> of)
    {
        var own = rows.Index().Where(row => of(row.Item) is { } side && !double.IsNaN(side.Interval.Estimate))
            .Select(row => (row.Item.Label, Lane: rows.Count - 1 - row.Index + aside, Side: of(row.Item)!.Value))
            .ToList();
        return Marks.Trace(TraceMode.Markers, Format.PlotText(name), own.Select(row => On(row.Side.Interval.Estimate)),
            own.Select(row => (double?)row.Lane), new
            {
                legendgroup = name, showlegend = true,
                marker = new { color = style.Color, symbol = style.Symbol, size = 9 },
                error_x = new
                {
                    type = "data", symmetric = false, color = style.Color, thickness = 2, width = 4,
                    array = own.Select(row => On(row.Side.Interval.High) - On(row.Side.Interval.Estimate)),
                    arrayminus = own.Select(row => On(row.Side.Interval.Estimate) - On(row.Side.Interval.Low)),
                },
                hovertemplate = "%{hovertext}", hovertext = own.Select(row =>
                    $"<b>{Format.PlotText(row.Label)}</b>, {Format.PlotText(name)}<br>{Format.PlotText(row.Side.Words)}"),
            });
    }

    // Looks of arms that are told apart on light and dark, and are not taken for those of none and batch.
    var styles = Palette.Of(["batch_no_affine", "layer"]);
    var layout = Axes.Frame(46 * rows.Count + 110);
    layout["margin"] = new { l = 22, r = 22, t = 44, b = 56 };
    layout["xaxis"] = Axes.Of(x, [On(low), On(high)], pad: 0.02);
    layout["yaxis"] = new { range = new[] { -0.6, rows.Count - 0.3 }, visible = false, fixedrange = true };
    layout["shapes"] = new[]
    {
        new
        {
            type = "line", x0 = On(0), x1 = On(0), yref = "paper", y0 = 0, y1 = 1, layer = "below",
            line = new { color = Palette.Muted, width = 1, dash = "dot" },
        },
    };
    layout["annotations"] = rows.Index().Select(row => new
    {
        text = Format.PlotText(row.Item.Label), x = 0, xref = "paper", xanchor = "left",
        y = rows.Count - 1 - row.Index + 0.42, yref = "y", showarrow = false,
        font = new { size = 12, color = Palette.Ink },
    });
    string Said(PairRow row) => $"{row.Label}: {sides.First} {row.First?.Words ?? "nothing"}, {sides.Second} "
        + $"{row.Second?.Words ?? "nothing"}.";
    return new(id, title, "Marks: effects; bars: their 95% intervals, which go on where they reach the figure's edge. "
        + "Dotted: no effect.", Axes.Assemble(
        [
            Side(sides.First, styles[0].Style, 0.12, row => row.First),
            Side(sides.Second, styles[1].Style, -0.12, row => row.Second),
        ], layout), Format.Sentences([$"Pairs of effects: {x.Title}.", .. rows.Select(Said)]));
}
