#nullable enable
// Forest charts: the effects of many claims in one figure. Effects of different units share one axis, because each is
// divided by the margin of its claim, the least effect that the claim asks for.

public static class ForestChart
{
    // Heights in pixels.
    const int Heading = 30, Line = 19, Between = 10;

    /// <summary>A block for each claim, by verdict in the order of Palette.Verdicts: the claim's verdict, and under
    /// each condition the effect with its interval. What the claim asserts is shaded. Beyond one margin the axis goes
    /// by powers of ten.</summary>
    /// <exception cref="ArgumentException">A claim without a margin.</exception>
    public static Figure Draw(string id, string title, IReadOnlyList<ForestClaim> claims)
    {
        var order = Palette.Verdicts.Keys.ToList();
        var blocks = Blocks([.. claims.OrderBy(claim => order.IndexOf(claim.Verdict))]);
        var marks = blocks.SelectMany(block => block.Marks).ToList();
        var ends = marks.SelectMany(mark => new[] { mark.Low, mark.Effect, mark.High }).Where(double.IsFinite)
            .Append(OnAxis(-3)).Append(OnAxis(30)).ToList();
        var range = (Low: ends.Min() - 0.4, High: ends.Max() + 0.4);
        var bottom = blocks.Count == 0 ? 0 : blocks[^1].Bottom + Between;
        return new(id, title, "Each claim declares, before it is run, the least effect that it asks for: its margin. "
            + "Here 0 is no effect, and what is claimed is shaded (to the right of 1, or of 0 where any effect counts, "
            + "or between −1 and 1 where the claim is that nothing changes). Beyond 1 the axis goes by powers of ten. "
            + "Bars: 95% intervals; an arrow has no bound within the figure. A claim depends where some conditions "
            + "support it and some refute it; it is open where they do not tell.",
            Axes.Assemble(Palette.Verdicts.SelectMany(style => VerdictMarks(style.Key, style.Value,
                [.. marks.Where(mark => mark.Row.Verdict == style.Key)], range)), Layout(blocks, range, bottom)),
            Format.Sentences(["All claims.",
                .. blocks.Select(block => $"{block.Claim.Title}: {block.Claim.Verdict}.")]));
    }

    /// <summary>A claim on the figure. Top, Bottom and a mark's Y count pixels from the figure's top; a mark's other
    /// numbers are places on the x axis.</summary>
    sealed record Block(ForestClaim Claim, int Top, int Bottom, IReadOnlyList<Mark> Marks);

    sealed record Mark(ForestClaim Claim, ForestRow Row, double Y, double Low, double Effect, double High)
    {
        // A NaN stays NaN.
        public Mark Within((double Low, double High) range) => this with
        {
            Low = Math.Clamp(Low, range.Low, range.High), Effect = Math.Clamp(Effect, range.Low, range.High),
            High = Math.Clamp(High, range.Low, range.High),
        };
    }

    static IReadOnlyList<Block> Blocks(IReadOnlyList<ForestClaim> claims)
    {
        List<Block> blocks = [];
        foreach (var claim in claims)
        {
            var top = blocks.Count == 0 ? 0 : blocks[^1].Bottom + Between;
            var margin = Margin(claim);
            blocks.Add(new(claim, top, top + Heading + Line * claim.Rows.Count, [.. claim.Rows.Select((row, i) =>
                new Mark(claim, row, top + Heading + Line * i + Line / 2.0, OnAxis(row.Low / margin),
                    OnAxis(row.Effect / margin), OnAxis(row.High / margin)))]));
        }
        return blocks;
    }

    static double Margin(ForestClaim claim) => claim.Margin > 0 ? claim.Margin
        : throw new ArgumentException($"the claim '{claim.Title}' has no margin");

    // Linear near 0, and logarithmic far from it.
    static double OnAxis(double margins) => Math.Asinh(2 * margins);

    static Dictionary<string, object> Layout(IReadOnlyList<Block> blocks, (double Low, double High) range, int bottom)
    {
        var layout = Axes.FigureLayout(bottom + 110);
        double[] ticks = [-1000, -100, -10, -1, 0, 1, 10, 100, 1000];
        layout["xaxis"] = new
        {
            title = new { text = "Effect, in margins of the claim", standoff = 12 },
            range = new[] { range.Low, range.High },
            tickvals = ticks.Select(OnAxis), ticktext = ticks.Select(tick => Format.Number(tick)), zeroline = false,
            gridcolor = Palette.Grid, linecolor = Palette.Muted, showline = true, fixedrange = true,
        };
        layout["yaxis"] = Axes.RowsLayout(bottom, 0);
        layout["margin"] = new { l = 14, r = 14, t = 44, b = 56 };
        layout["shapes"] = blocks.Select(block => Shading(block, range)).Append(Axes.VerticalLine(0, dotted: false));
        layout["annotations"] = blocks.SelectMany(block =>
            Title(block).Concat(block.Marks.Select(mark => RowWords(mark.Row, mark.Within(range), range))));
        return layout;
    }

    static object Shading(Block block, (double Low, double High) range)
    {
        double Place(double bound) => Math.Clamp(OnAxis(bound / Margin(block.Claim)), range.Low, range.High);
        return new
        {
            type = "rect", x0 = Place(block.Claim.ClaimedLow), x1 = Place(block.Claim.ClaimedHigh),
            y0 = block.Top + Heading, y1 = block.Bottom, layer = "below", fillcolor = Palette.Muted, opacity = 0.13,
            line = new { width = 0 },
        };
    }

    static IEnumerable<object> Title(Block block)
    {
        var (claim, y, style) = (block.Claim, block.Top + Heading / 2 + 2, Palette.Verdicts[block.Claim.Verdict]);
        yield return Words($"{style.ColoredGlyph} <a href=\"{claim.Href}\">{Format.PlotText(claim.Title)}</a>", "paper",
            0, y, "left", 13, Palette.Ink);
        yield return Words(claim.Verdict, "paper", 1, y, "right", 13, style.Color, name: "wide");
    }

    // Beside the bar, or beside its mark where the bar fills the figure. A phone has no room for these words.
    static object RowWords(ForestRow row, Mark at, (double Low, double High) range)
    {
        var bar = Math.Max(range.High - at.High, at.Low - range.Low) > 0.3 * (range.High - range.Low);
        var (left, right) = bar ? (at.Low, at.High) : double.IsNaN(at.Effect) ? (0, 0) : (at.Effect, at.Effect);
        var toRight = range.High - right > left - range.Low;
        return Words(Format.PlotText(Format.Sentences(row.Condition, row.Words)), "x", toRight ? right : left, at.Y,
            toRight ? "left" : "right", 11, Palette.Muted, toRight ? 9 : -9, "wide");
    }

    // The page's script leaves out words by the name "wide" on a narrow screen.
    static object Words(string text, string xref, double x, double y, string anchor, int size, string color,
        int shift = 0, string name = "") => new
    {
        text, xref, x, yref = "y", y, xanchor = anchor, yanchor = "middle", xshift = shift, showarrow = false, name,
        font = new { size, color },
    };

    static string Hover(Mark mark) =>
        $"<b>{Format.PlotText(Format.Sentences(mark.Claim.Title, mark.Row.Condition))}</b>"
        + $"<br>{mark.Row.Verdict}: {Format.PlotText(mark.Row.Words)}"
        + string.Concat(mark.Row.Details.Select(line => $"<br>{Format.PlotText(line)}"));

    // Effects of one verdict: intervals as bars, arrows where one reaches an end, estimates, and the legend entry.
    static IEnumerable<GenericChart> VerdictMarks(string verdict, ArmStyle style, IReadOnlyList<Mark> all,
        (double Low, double High) range)
    {
        if (all.Count == 0) yield break;
        var marks = all.Select(mark => mark.Within(range)).ToList();
        var open = marks.SelectMany(mark => new[] { (X: mark.Low, mark.Y, Shape: "triangle-left", At: range.Low),
            (X: mark.High, mark.Y, Shape: "triangle-right", At: range.High) }).Where(end => end.X == end.At).ToList();
        var known = marks.Where(mark => double.IsFinite(mark.Effect)).ToList();
        yield return Traces.Scatter(TraceMode.Lines, verdict, marks.SelectMany(mark =>
            new[] { mark.Low, mark.High, mark.High }), marks.SelectMany(mark => new double?[] { mark.Y, mark.Y, null }),
            new
            {
                line = new { color = style.Color, width = 3 }, opacity = 0.55, connectgaps = false, hoverinfo = "skip",
            });
        yield return Traces.Scatter(TraceMode.Markers, verdict, open.Select(end => end.X),
            open.Select(end => (double?)end.Y), new
            {
                marker = new { symbol = open.Select(end => end.Shape), size = 9, color = style.Color, opacity = 0.55 },
                hoverinfo = "skip", cliponaxis = false,
            });
        yield return Traces.Scatter(TraceMode.Markers, verdict, known.Select(mark => mark.Effect),
            known.Select(mark => (double?)mark.Y), new
            {
                marker = new
                {
                    symbol = style.Symbol, size = 10, color = style.Color,
                    line = new { width = 1.5, color = style.Color },
                },
                hovertext = known.Select(Hover), hovertemplate = "%{hovertext}", cliponaxis = false,
            });
        yield return Traces.Scatter(TraceMode.Markers, verdict, [0], [null], new
        {
            showlegend = true, marker = new { symbol = style.Symbol, size = 10, color = style.Color },
        });
    }
}
