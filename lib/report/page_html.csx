#nullable enable
// Pages as HTML: each is one file that carries plotly.js once and its figures as JSON, and fetches nothing (the content
// security policy forbids it). The same page gives the same bytes.
using Microsoft.Data.Analysis;

/// <summary>Writes a report in one piece: a reader sees the old file or the new one, never a part.</summary>
/// <exception cref="IOException">The folder cannot be written, or the disk is full; the old file stays.</exception>
public static void WritePage(string path, Page page) => PageHtml.Write(path, PageHtml.Report(page));

/// <summary>Writes the page that leads to all reports.</summary>
/// <inheritdoc cref="WritePage"/>
public static void WriteIndex(string path, IndexOfReports index) => PageHtml.Write(path, PageHtml.Index(index));

public static class PageHtml
{
    public static string Report(Page page) => Document(page.Title, [
        $"""<header><p class="name"><a href="../index.html">All experiments</a> / {Html(page.Name)}</p>""",
        page.Question == "" ? "" : $"""<p class="question">{Html(page.Question)}</p>""",
        $"<h1>{Sentence(page.Title)}</h1></header>", Notice(page.Notice),
        Numbers("verdicts", page.Numbers.Where(number => number.Verdict != "")),
        Numbers("others", page.Numbers.Where(number => number.Verdict == "")),
        .. page.Sections.Select(Render), Footer(page.Made)],
        page.Sections.OfType<FigureSection>().Any());

    // The answer comes first, and is what the heading says; what it is the answer to stands above it.
    public static string Index(IndexOfReports index) => Document(index.Title, [
        $"""<header><p class="question">{Html(index.Title)}</p><h1>{Sentence(index.Answer)}</h1></header>""",
        Notice(index.Notice),
        index.Findings.Count == 0 ? "" : $"""<ul class="findings">{string.Concat(index.Findings.Select(Line))}</ul>""",
        index.More.Count == 0 ? "" : $"""<p class="more">{string.Join(" ", index.More.Select(link =>
            $"""<a href="{Html(link.Href)}">{Html(link.Text)}</a>"""))}</p>""",
        .. index.Sections.Select(Render), Footer(index.Made)], index.Sections.OfType<FigureSection>().Any());

    static string Line(KeyFinding finding) => $"""
        <li><a href="{Html(finding.Href)}">{Sentence(finding.Sentence)}</a> {Badge(finding.Verdict)}</li>
        """;

    static string Card(IndexCard card) => $"""
        <li><a href="{Html(card.Href)}">{card.Picture}<span class="name">{Html(card.Name)}</span><strong>{
            Sentence(card.Title)}</strong><span>{Html(card.Sentence)}</span>{(card.Number is { } n ? $"""
        <span class="number"><b>{Html(n.Value)}</b> {Badge(n.Verdict)} {Html(n.Label)}{
            (n.Whole.Answer == "" ? "" : $"<br>{Html($"{n.Whole.Verdict}: {n.Whole.Answer}")}")}</span>
        """ : "")}{(card.Notice is { } notice ? $"""<span class="small-notice">{Html(notice)}</span>""" : "")}</a></li>
        """;

    static string Notice(string? notice) => notice is null or "" ? ""
        : $"""<p class="notice" role="note"><b>Please note.</b> {Html(notice)}</p>""";

    static string Numbers(string kind, IEnumerable<KeyNumber> numbers) => !numbers.Any() ? "" : $"""
        <div class="numbers {kind}">{string.Concat(numbers.Select(n => $"""
        <div><span class="label">{Html(n.Label)}</span>{Value(n)}{Conditions(n.Conditions)}
        <span class="detail">{Html(n.Detail)}</span></div>
        """))}</div>
        """;

    // Under several conditions no number stands for all: the answer does.
    static string Value(KeyNumber n) => n.Conditions.Count == 0
        ? $"""<span class="value">{Html(n.Value)} {Badge(n.Verdict)}</span>"""
        : $"""<span class="answer">{Badge(n.Whole.Verdict)} {Html(n.Whole.Answer)}</span>""";

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
            VerdictTable table => Verdicts(table),
            ClaimSection { Claims: var claims } => string.Concat(claims.Select(Claim)),
            CardSection { Cards: var cards } => $"""<ul class="index">{string.Concat(cards.Select(Card))}</ul>""",
            Explanation { Formula: var formula, Lines: var lines } => $"""<p class="formula">{Html(formula)}</p>{
                string.Concat(lines.Select(line => $"<p>{Html(line)}</p>"))}""",
            Notes { Items: var items } => $"<ul>{string.Concat(items.Select(i => $"<li>{Html(i)}</li>"))}</ul>",
            Command command => $"<pre tabindex=\"0\"><code>{Html(command.Line)}</code></pre>" + Small(command.Note),
            Links { Items: var items } => $"<ul class=\"links\">{string.Concat(items.Select(i =>
                $"<li><a href=\"{Html(i.Href)}\">{Html(i.Text)}</a> {Html(i.Note)}</li>"))}</ul>",
            _ => throw new ArgumentException($"no page knows a section of type {section.GetType().Name}"),
        }}</section>
        """;

    static string Verdicts(VerdictTable table) => Small(table.Note) + (table.Groups.Count == 0 ? "" : Scrolling(
        table.Title, ["claim", .. table.Datasets], table.Groups.SelectMany(group => group.Lines.Select(line => $"""
        <td class="words"><a href="{Html(line.Href)}">{Html(line.Claim)}</a></td>{
            string.Concat(line.Answers.Select(answer => answer is { } known
                ? $"<td{(known.Words == "" ? "" : " class=\"words\"")}>{
                    Format.Sentences(Badge(known.Verdict), Html(known.Words))}</td>"
                : "<td>not measured</td>"))}
        """).Prepend(group.Heading == "" ? "" : $"""
        <th scope="rowgroup" colspan="{1 + table.Datasets.Count}">{Html(group.Heading)}</th>
        """))));

    // Columns that are empty in all rows are left out.
    static string Claim(ClaimEntry claim)
    {
        (string Head, Func<EffectLine, string> Cell, bool Wraps)[] all =
        [
            ("condition", line => Html(line.Condition), true), ("data", line => Html(line.Dataset), false),
            ("verdict", line => Badge(line.Verdict), false), ("", line => line.Bar, false),
            ("effect and 95% interval", line => Html(line.Effect), false), ("N", line => Html(line.N), false),
            ("seeds until decided", line => Html(line.Looks), true),
        ];
        var columns = all.Where(column => claim.Effects.Any(line => column.Cell(line) != "")).ToList();
        return $"""
            <div class="claim" id="{Html(claim.Id)}"><h3>{Html(claim.Text)}</h3>{string.Concat(claim.Answers.Select(
                line => $"""
            <p>{Format.Sentences(line.Dataset == "" ? "" : $"<b>{Html(line.Dataset)}</b>", Badge(line.Verdict),
                Html(line.Sentence),
                line.Href == "" ? "" : $"""<a href="{Html(line.Href)}">{Html(line.Report)}</a>""")}</p>
            """))}{Small(claim.About)}{Scrolling(claim.Text, columns.Select(column => column.Head),
                claim.Effects.Select(line => string.Concat(columns.Select(column =>
                    $"<td{(column.Wraps ? " class=\"words\"" : "")}>{column.Cell(line)}</td>"))))}
            </div>
            """;
    }

    // A table in a box of its own, which scrolls where the screen is narrower.
    static string Scrolling(string title, IEnumerable<string> heads, IEnumerable<string> rows) => $"""
        <div class="scroll whole" tabindex="0" role="region" aria-label="{Html(title)}"><table>
        <thead><tr>{string.Concat(heads.Select(head => $"<th scope=\"col\">{Html(head)}</th>"))}</tr></thead>
        <tbody>{string.Join("\n", rows.Where(row => row != "").Select(row => $"<tr>{row}</tr>"))}</tbody></table></div>
        """;

    static string Small(string text) => text == "" ? "" : $"""<p class="caption">{Html(text)}</p>""";

    static string Figure(Figure figure) => $"""
        <figure><div class="chart" role="img" aria-label="{Html(figure.Alt)}" data-chart="{Html(figure.Id)}"
        style="min-height:{GenericChart.tryGetLayoutSize(figure.Chart).Item2?.Value ?? 450}px"></div>
        <noscript>{Picture.DrawAll(figure)}<p class="caption">This picture shows the figure without words and numbers.
        The full figure needs JavaScript.</p></noscript>
        <figcaption>{Html(figure.Caption)}</figcaption>
        <script type="application/json">{Json(figure.Chart)}</script></figure>
        """;

    // In JSON a < stands only inside strings, where it may be written so; a script element then cannot end early.
    static string Json(GenericChart chart) => GenericChart.toFigureJson(chart).Replace("<", "\\u003c");

    static string Table(TableSection table)
    {
        var columns = table.Frame.Columns
            .Select(c => (Column: c, Numeric: c.IsNumericColumn(), Text: NumberFormat(c))).ToList();
        var head = columns.Select(c => $"""
            <th scope="col"{(c.Numeric ? " class=\"n\"" : "")} data-v="{Html(c.Column.Name)}">
            <button>{Html(c.Column.Name.Replace('_', ' '))}</button></th>
            """);
        var rows = Enumerable.Range(0, (int)table.Frame.Rows.Count).Select(r => $"<tr>{string.Concat(columns.Select(c =>
            c.Numeric ? $"<td class=\"n\" data-v=\"{AllDigits(c.Column[r])}\">{Html(c.Text(c.Column[r]))}</td>"
                : $"<td>{Html(AllDigits(c.Column[r]))}</td>"))}</tr>");
        return $"""
            <div class="above">{Small(table.Note)}<button class="download">Download as CSV</button></div>
            <div class="scroll" tabindex="0" role="region" aria-label="{Html(table.Title)}"><table>
            <thead><tr>{string.Concat(head)}</tr></thead><tbody>{string.Join("\n", rows)}</tbody></table></div>
            """;
    }

    static string AllDigits(object? value) => value is null or double.NaN or float.NaN ? ""
        : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    // A column of fractions has the same number of decimals in all rows, and no more than it needs, so that its numbers
    // can be compared by eye; in a column over many decades (rates) each number has four digits instead.
    static Func<object?, string> NumberFormat(DataFrameColumn column)
    {
        var sizes = column.Cast<object?>().Where(v => v is double or float && AllDigits(v) != "")
            .Select(v => Math.Abs(Convert.ToDouble(v))).Where(v => v > 0 && double.IsFinite(v)).ToList();
        if (sizes.Count == 0) return value => AllDigits(value) is "" ? "–" : AllDigits(value);
        if (sizes.Max() / sizes.Min() >= 1000)
            return value => AllDigits(value) == "" ? "–" : Format.Number(Convert.ToDouble(value), 4);
        var most = Math.Clamp(3 - (int)Math.Floor(Math.Log10(sizes.Max())), 0, 9);
        var decimals = Enumerable.Range(0, most + 1).First(few => few == most || sizes.All(size =>
            Math.Round(size, few) == Math.Round(size, most)));
        return value => AllDigits(value) == "" ? "–"
            : Convert.ToDouble(value).ToString($"F{decimals}", CultureInfo.InvariantCulture).Replace('-', '−');
    }

    static string Footer(string made) => $"<footer>{Html(made)}</footer>";

    static string Html(string text) => Format.Html(text);

    // What was found. A range of numbers in it, as 2.5–3, stays on one line.
    static string Sentence(string text) =>
        Regex.Replace(Html(text), @"\d[\d.,]*–[\d.,]*\d", """<span class="range">$0</span>""");

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
        <noscript><style>{PageStyle.WithoutScript}</style></noscript>
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
        var name = assembly.GetManifestResourceNames().Single(n => n.EndsWith(".min.js", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    public static void Write(string path, string html)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Tables.Replace(path, writer => writer.Write(html));
    }
}
