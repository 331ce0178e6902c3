#nullable enable
// One self-contained HTML file per experiment: plotly.js once inside it, the figures as JSON, and nothing fetched from
// anywhere (the content security policy forbids it). The same page gives the same bytes.
using Microsoft.Data.Analysis;

/// <summary>A number that a reader should take home. Verdict: supported, contradicted, not supported, mixed, too few
/// data, or empty. Conditions: the same under each of several.</summary>
public sealed record KeyNumber(string Label, string Value, string Detail = "", string Verdict = "",
    params IReadOnlyList<(string Condition, string Value, string Verdict)> Conditions)
{
    /// <summary>What stands in place of a number that too few seeds have.</summary>
    public const string TooFewData = "too few data";
    public bool IsNumber => Value != TooFewData;
}

/// <summary>A part of a page, in the order given. All texts are plain.</summary>
public abstract record Section(string Title);
public sealed record FigureSection(Figure Figure) : Section(Figure.Title);
/// <summary>How it was done: terms and what they were.</summary>
public sealed record Definitions(string Title, IReadOnlyList<(string Term, string Text)> Items) : Section(Title);
/// <summary>A table that sorts by click and comes down as CSV, in the order shown, numbers in full. Formats gives a
/// column's .NET number format; others get four significant digits. Missing numbers are dashes, and sort last.
/// </summary>
public sealed record TableSection(string Title, DataFrame Frame, string Note = "",
    IReadOnlyDictionary<string, string>? Formats = null) : Section(Title);
public sealed record Notes(string Title, IReadOnlyList<string> Items) : Section(Title);
public sealed record Command(string Title, string Line, string Note = "") : Section(Title);
public sealed record Links(string Title, IReadOnlyList<(string Text, string Href, string Note)> Items) : Section(Title);

/// <summary>A report. Name is the experiment's, Title says what was found, Notice is what a reader must know first (a
/// dataset that took another's place), Made says when and on which machine.</summary>
public sealed record Page(string Name, string Title, string Question, IReadOnlyList<KeyNumber> Numbers,
    IReadOnlyList<Section> Sections, string? Notice = null, string Made = "");

/// <summary>An experiment's card on the index. Picture: an SVG element.</summary>
public sealed record IndexCard(string Name, string Title, string Sentence, string Href, KeyNumber? Number = null,
    string? Notice = null, string Picture = "");

/// <summary>Writes a report; a reader of the old file never sees half of the new one.</summary>
/// <exception cref="IOException">The folder cannot be written, or the disk is full; the old file stays.</exception>
public static void WritePage(string path, Page page) => PageHtml.Write(path, PageHtml.Of(page));

/// <summary>Writes the page that leads to all reports.</summary>
/// <inheritdoc cref="WritePage"/>
public static void WriteIndex(string path, string title, string introduction, IReadOnlyList<IndexCard> cards,
    IReadOnlyList<Section>? sections = null, string? notice = null, string made = "") =>
    PageHtml.Write(path, PageHtml.Index(title, introduction, cards, sections ?? [], notice, made));

public static class PageHtml
{
    public static string Of(Page page) => Document(page.Title, [
        $"""<header><p class="name"><a href="../index.html">All experiments</a> / {Html(page.Name)}</p>""",
        page.Question == "" ? "" : $"""<p class="question">{Html(page.Question)}</p>""", $"<h1>{Html(page.Title)}</h1>",
        "</header>", Notice(page.Notice), Numbers("verdicts", page.Numbers.Where(number => number.Verdict != "")),
        Numbers("others", page.Numbers.Where(number => number.Verdict == "")),
        .. page.Sections.Select(Render), Footer(page.Made)],
        page.Sections.OfType<FigureSection>().Any());

    public static string Index(string title, string introduction, IReadOnlyList<IndexCard> cards,
        IReadOnlyList<Section> sections, string? notice, string made) => Document(title, [
        $"""<header><h1>{Html(title)}</h1><p class="question">{Html(introduction)}</p></header>""", Notice(notice),
        """<ul class="index">""", .. cards.Select(Card), "</ul>", .. sections.Select(Render), Footer(made)],
        sections.OfType<FigureSection>().Any());

    static string Card(IndexCard card) => $"""
        <li><a href="{Html(card.Href)}">{card.Picture}<span class="name">{Html(card.Name)}</span><strong>{
            Html(card.Title)}</strong><span>{Html(card.Sentence)}</span>{(card.Number is { } n ? $"""
        <span class="number"><b>{Html(n.Value)}</b> {Badge(n.Verdict)}<br>{Html(n.Label)}</span>
        """ : "")}{(card.Notice is { } notice ? $"""<span class="small-notice">{Html(notice)}</span>""" : "")}</a></li>
        """;

    static string Notice(string? notice) => notice is null or "" ? ""
        : $"""<p class="notice" role="note"><b>Please note.</b> {Html(notice)}</p>""";

    static string Numbers(string kind, IEnumerable<KeyNumber> numbers) => !numbers.Any() ? "" : $"""
        <div class="numbers {kind}">{string.Concat(numbers.Select(n => $"""
        <div><span class="label">{Html(n.Label)}</span><span class="value">{Html(n.Value)} {Badge(n.Verdict)}</span>
        <span class="detail">{Html(n.Detail)}</span>{Conditions(n.Conditions)}</div>
        """))}</div>
        """;

    static string Conditions(IReadOnlyList<(string Condition, string Value, string Verdict)> all) => all.Count == 0 ? ""
        : $"""
        <table class="conditions">{string.Concat(all.Select(one => $"""
        <tr><td>{Html(one.Condition)}</td><td>{Html(one.Value)}</td><td>{Badge(one.Verdict)}</td></tr>
        """))}</table>
        """;

    static string Badge(string verdict) => verdict == "" ? ""
        : $"""<span class="badge {Html(verdict.Replace(' ', '-'))}">{Html(verdict)}</span>""";

    static string Render(Section section) => $"""
        <section id="{Html(section is FigureSection f ? f.Figure.Id : Format.Anchor(section.Title))}"><h2>{
        Html(section.Title)}</h2>{
        section switch
        {
            FigureSection { Figure: var figure } => Figure(figure),
            Definitions { Items: var items } => $"<dl>{string.Concat(items.Select(i =>
                $"<dt>{Html(i.Term)}</dt><dd>{Html(i.Text)}</dd>"))}</dl>",
            TableSection table => Table(table),
            Notes { Items: var items } => $"<ul>{string.Concat(items.Select(i => $"<li>{Html(i)}</li>"))}</ul>",
            Command command => $"<pre tabindex=\"0\"><code>{Html(command.Line)}</code></pre>" + Small(command.Note),
            Links { Items: var items } => $"<ul class=\"links\">{string.Concat(items.Select(i =>
                $"<li><a href=\"{Html(i.Href)}\">{Html(i.Text)}</a> {Html(i.Note)}</li>"))}</ul>",
            _ => throw new ArgumentException($"no page knows a section of type {section.GetType().Name}"),
        }}</section>
        """;

    static string Small(string text) => text == "" ? "" : $"""<p class="caption">{Html(text)}</p>""";

    static string Figure(Figure figure) => $"""
        <figure><div class="chart" role="img" aria-label="{Html(figure.Alt)}" data-chart="{Html(figure.Id)}"
        style="min-height:{GenericChart.tryGetLayoutSize(figure.Chart).Item2?.Value ?? 450}px"></div>
        <figcaption>{Html(figure.Caption)}</figcaption>
        <script type="application/json">{Json(figure.Chart)}</script></figure>
        """;

    // In JSON a < stands only inside strings, where it may be written so; a script element then cannot end early.
    static string Json(GenericChart chart) => GenericChart.toFigureJson(chart).Replace("<", "\\u003c");

    static string Table(TableSection table)
    {
        var columns = table.Frame.Columns
            .Select(c => (Column: c, Numeric: c.IsNumericColumn(), Format: Formatter(c, table))).ToList();
        var head = columns.Select(c => $"""
            <th scope="col"{(c.Numeric ? " class=\"n\"" : "")} data-v="{Html(c.Column.Name)}">
            <button>{Html(c.Column.Name.Replace('_', ' '))}</button></th>
            """);
        var rows = Enumerable.Range(0, (int)table.Frame.Rows.Count).Select(r => $"<tr>{string.Concat(columns.Select(c =>
            c.Numeric ? $"<td class=\"n\" data-v=\"{Raw(c.Column[r])}\">{Html(c.Format(c.Column[r]))}</td>"
                : $"<td>{Html($"{c.Column[r]}")}</td>"))}</tr>");
        return $"""
            <div class="above">{Small(table.Note)}<button class="download">Download as CSV</button></div>
            <div class="scroll" tabindex="0" role="region" aria-label="{Html(table.Title)}"><table>
            <thead><tr>{string.Concat(head)}</tr></thead><tbody>{string.Join("\n", rows)}</tbody></table></div>
            """;
    }

    static string Raw(object? value) => value is null or double.NaN or float.NaN ? ""
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    // One count of decimals down a column, no more than it needs, so that its numbers can be compared by eye; a column
    // over many decades (rates) has each number to four digits instead.
    static Func<object?, string> Formatter(DataFrameColumn column, TableSection table)
    {
        var format = table.Formats?.GetValueOrDefault(column.Name);
        var sizes = column.Cast<object?>().Where(v => format is null && v is double or float && Raw(v) != "")
            .Select(v => Math.Abs(Convert.ToDouble(v))).Where(v => v > 0 && double.IsFinite(v)).ToList();
        var wide = sizes.Count > 0 && sizes.Max() / sizes.Min() >= 1000;
        if (sizes.Count > 0 && !wide)
        {
            var most = Math.Clamp(3 - (int)Math.Floor(Math.Log10(sizes.Max())), 0, 9);
            format = $"F{Enumerable.Range(0, most + 1).First(few => few == most || sizes.All(size =>
                Math.Round(size, few) == Math.Round(size, most)))}";
        }
        return value => Raw(value) == "" ? "–" : wide ? Format.Number(Convert.ToDouble(value), 4)
            : format is null ? Raw(value)
            : ((IFormattable)value!).ToString(format, CultureInfo.InvariantCulture).Replace('-', '−');
    }

    static string Footer(string made) => $"<footer>{Html(made)}</footer>";

    static string Html(string text) => Format.Html(text);

    static string Document(string title, IEnumerable<string> body, bool charts) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src
        'unsafe-inline'; img-src data: blob:">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>{Html(title)}</title>
        <style>{PageStyle.Css}
        {Picture.DarkColors}</style>
        <script>{PageStyle.Theme}</script>
        </head>
        <body>
        <button id="theme" aria-label="Switch between light and dark">◐</button>
        <main>
        {string.Join("\n", body.Where(part => part != ""))}
        </main>
        {(charts ? $"<script>{Plotly()}</script>" : "")}
        <script>const swaps = {JsonSerializer.Serialize(Palette.Dark)};
        {PageStyle.Script}</script>
        </body>
        </html>

        """.ReplaceLineEndings("\n");

    static string Plotly()
    {
        var assembly = typeof(Plotly.NET.Layout).Assembly;
        var name = assembly.GetManifestResourceNames().Single(n => n.EndsWith(".min.js"));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    public static void Write(string path, string html)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Tables.Replace(path, writer => writer.Write(html));
    }
}
