#nullable enable
// Range charts: horizontal ranges on one axis, a row each.

public static class RangeChart
{
    /// <summary>A row for each range, with a mark for every seed. A range that touches an end of the grid that was
    /// tried ends in an arrow there: it may reach further.</summary>
    /// <exception cref="ArgumentException">A number that is not finite, or one of 0 or below on a log axis.</exception>
    public static Figure Draw(string id, string title, Axis x, IReadOnlyList<RangeRow> rows,
        (double Low, double High) grid, string caption = "")
    {
        var styles = Palette.Styles(rows.Select(r => r.Arm)).ToDictionary(a => a.Arm, a => a.Style);
        var legend = styles.Count < rows.Count;
        var charts = rows.Index().SelectMany(r => Row(r.Item, styles[r.Item.Arm], x, grid, rows.Count - 1 - r.Index,
            legend && rows.Take(r.Index).All(before => before.Arm != r.Item.Arm)));
        var layout = Axes.FigureLayout(66 * rows.Count + (legend ? 110 : 84));
        if (!legend) layout["margin"] = new { l = 22, r = 22, t = 12, b = 56 };
        layout["xaxis"] = Axes.Layout(x, [grid.Low, grid.High, .. rows.SelectMany(r => r.Marks)], pad: 0.05);
        layout["yaxis"] = Axes.RowsLayout(-0.4, rows.Count - 0.4);
        layout["shapes"] = new[] { grid.Low, grid.High }.Select(at => Axes.VerticalLine(at, dotted: true));
        return new(id, title, Format.Sentences(caption, "Dotted lines: the ends of the grid that was tried; an arrow "
            + "marks a range that touches one and may reach further."), Axes.Assemble(charts, layout),
            Format.Sentences([$"Ranges of {x.Title}.",
                .. rows.Select(r => $"{r.Label}: {Words(r, grid, x.Log)}, N = {r.Count}.")]));
    }

    /// <summary>One row: its words, the bar with arrows at the grid's ends, and the seeds' marks, counted where they
    /// coincide.</summary>
    /// <param name="lane">The row's height on the y axis.</param>
    /// <param name="words">In place of the range in words.</param>
    public static IEnumerable<GenericChart> Row(RangeRow row, ArmStyle style, Axis x, (double Low, double High) grid,
        int lane, bool legend, string? words = null)
    {
        if (row.Low <= row.High) yield return Bar(row, style, x, grid, lane);
        yield return SeedMarks(row, style, x, lane, legend);
        yield return Traces.Scatter(TraceMode.Text, row.Arm, [grid.Low], [lane + 0.4], new
        {
            text = new[]
            {
                $"{style.ColoredGlyph} <b>{Format.PlotText(row.Label)}</b>   {words ?? Words(row, grid, x.Log)}  "
                    + $"(N = {row.Count})",
            },
            textposition = "middle right", hoverinfo = "skip", cliponaxis = false,
            textfont = new { size = 12, color = Palette.Ink },
        });
    }

    /// <summary>"0.01 to ≥ 1000, 5 decades".</summary>
    public static string Words(RangeRow row, (double Low, double High) grid, bool log) => row.Low > row.High
        || double.IsNaN(row.Low + row.High) ? "none"
        : $"{(row.Low <= grid.Low ? "≤ " : "")}{Format.Number(row.Low)} to "
        + $"{(row.High >= grid.High ? "≥ " : "")}{Format.Number(row.High)}"
        + (log ? $", {Format.Number(Math.Log10(row.High / row.Low), 2)} decades" : "");

    static GenericChart Bar(RangeRow row, ArmStyle style, Axis x, (double Low, double High) grid, int lane)
    {
        // Arrows stand a little outside the grid, so that a seed's mark at its end does not cover them.
        var outside = x.Log ? Math.Pow(grid.High / grid.Low, 0.03) : 0.03 * (grid.High - grid.Low);
        double Out(double end, int way) => x.Log ? end * Math.Pow(outside, way) : end + way * outside;
        (double X, string Shape)[] ends =
        [
            row.Low <= grid.Low ? (Out(row.Low, -1), "triangle-left") : (row.Low, "line-ns"),
            row.High >= grid.High ? (Out(row.High, 1), "triangle-right") : (row.High, "line-ns"),
        ];
        return Traces.Scatter(TraceMode.Lines_Markers, row.Arm, ends.Select(e => e.X), [lane, lane], new
        {
            line = new { color = style.Color + "66", width = 9 }, hoverinfo = "skip", cliponaxis = false,
            marker = new
            {
                symbol = ends.Select(e => e.Shape), size = 15, color = style.Color,
                line = new { width = 3, color = style.Color },
            },
        });
    }

    static GenericChart SeedMarks(RangeRow row, ArmStyle style, Axis x, int lane, bool legend)
    {
        var marks = row.Marks.CountBy(m => m).OrderBy(m => m.Key).ToList();
        return Traces.Scatter(TraceMode.Markers_Text, Format.PlotText(row.Arm), marks.Select(m => m.Key),
            marks.Select(_ => (double?)lane), new
            {
                legendgroup = row.Arm, showlegend = legend, cliponaxis = false, marker = new
                {
                    size = marks.Select(m => m.Value > 1 ? 19 : 11), color = Palette.Paper, opacity = 1,
                    line = new { color = style.Color, width = 2 },
                },
                text = marks.Select(m => m.Value > 1 ? $"{m.Value}" : ""),
                textfont = new { size = 11, color = Palette.Ink }, hovertemplate = "%{hovertext}",
                hovertext = marks.Select(m =>
                    $"{HoverText.ArmAt(row.Label, x, m.Key)}<br>{m.Value} of {row.Count} seeds"),
            });
    }
}
