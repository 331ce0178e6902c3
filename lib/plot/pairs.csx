#nullable enable
// Pair charts: effects that two sides both have, one below the other.

public static class PairChart
{
    /// <summary>A row for each effect, and in it a mark with its interval for each of two sides, which the legend
    /// toggles. The axis is as wide as the marks and a few usual intervals need: wider intervals reach the edge.
    /// </summary>
    /// <param name="x">On a log axis the effects are in decades.</param>
    public static Figure Draw(string id, string title, Axis x, (string First, string Second) sides,
        IReadOnlyList<PairRow> rows)
    {
        var (low, high) = Range(rows);
        double OnAxis(double value) =>
            Math.Clamp(value, low, high) is var inside && x.Log ? Math.Pow(10, inside) : inside;
        var layout = Axes.FigureLayout(46 * rows.Count + 110);
        layout["margin"] = new { l = 22, r = 22, t = 44, b = 56 };
        layout["xaxis"] = Axes.Layout(x, [OnAxis(low), OnAxis(high)], pad: 0.02);
        layout["yaxis"] = Axes.RowsLayout(-0.6, rows.Count - 0.3);
        layout["shapes"] = new[] { Axes.VerticalLine(OnAxis(0), dotted: true) };
        layout["annotations"] = rows.Index().Select(row => new
        {
            text = Format.PlotText(row.Item.Label), x = 0, xref = "paper", xanchor = "left",
            y = rows.Count - 1 - row.Index + 0.42, yref = "y", showarrow = false,
            font = new { size = 12, color = Palette.Ink },
        });
        string InWords(PairRow row) => $"{row.Label}: {sides.First} {row.First?.Words ?? "nothing"}, {sides.Second} "
            + $"{row.Second?.Words ?? "nothing"}.";
        return new(id, title, "Marks: effects; bars: their 95% intervals, which go on where they reach the figure's "
            + "edge. Dotted: no effect.", Axes.Assemble(
            [
                Side(sides.First, Palette.FirstSide, 0.12, rows, row => row.First, OnAxis),
                Side(sides.Second, Palette.SecondSide, -0.12, rows, row => row.Second, OnAxis),
            ], layout), Format.Sentences([$"Pairs of effects: {x.Title}.", .. rows.Select(InWords)]));
    }

    static (double Low, double High) Range(IReadOnlyList<PairRow> rows)
    {
        var known = rows.SelectMany(row => new[] { row.First, row.Second }).OfType<(Interval Interval, string Words)>()
            .Select(side => side.Interval).ToList();
        var estimates = known.Select(one => one.Estimate).Where(double.IsFinite).Append(0).ToList();
        var widths = known.Select(one => one.High - one.Low).Where(double.IsFinite).DefaultIfEmpty(1);
        var pad = Math.Max(Median(widths), 0.1 * (estimates.Max() - estimates.Min()));
        return (estimates.Min() - pad, estimates.Max() + pad);
    }

    /// <param name="aside">How far above its row's middle this side is drawn.</param>
    static GenericChart Side(string name, ArmStyle style, double aside, IReadOnlyList<PairRow> rows,
        Func<PairRow, (Interval Interval, string Words)?> side, Func<double, double> onAxis)
    {
        var own = rows.Index().Where(row => side(row.Item) is { } one && !double.IsNaN(one.Interval.Estimate))
            .Select(row => (row.Item.Label, Lane: rows.Count - 1 - row.Index + aside, side(row.Item)!.Value.Interval,
                side(row.Item)!.Value.Words)).ToList();
        return Traces.Scatter(TraceMode.Markers, Format.PlotText(name),
            own.Select(row => onAxis(row.Interval.Estimate)), own.Select(row => (double?)row.Lane), new
            {
                legendgroup = name, showlegend = true,
                marker = new { color = style.Color, symbol = style.Symbol, size = 9 },
                error_x = new
                {
                    type = "data", symmetric = false, color = style.Color, thickness = 2, width = 4,
                    array = own.Select(row => onAxis(row.Interval.High) - onAxis(row.Interval.Estimate)),
                    arrayminus = own.Select(row => onAxis(row.Interval.Estimate) - onAxis(row.Interval.Low)),
                },
                hovertemplate = "%{hovertext}", hovertext = own.Select(row =>
                    $"<b>{Format.PlotText(row.Label)}</b>, {Format.PlotText(name)}<br>{Format.PlotText(row.Words)}"),
            });
    }
}
