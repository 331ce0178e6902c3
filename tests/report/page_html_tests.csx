#nullable enable
using Microsoft.Data.Analysis;

static Page SamplePage(params Section[] sections) => new("lr_sweep", "Title <b>", "Why & how?", [new("a", "1 < 2")],
    sections, Notice: "\"digits\" <script>alert(1)</script>");

Test("report: the same data gives the same bytes, and one plotly.js in less than 6 MB", () =>
{
    string Once() =>
        PageHtml.Report(SamplePage(new FigureSection(SampleBand()), new FigureSection(SampleBand("layer"))));
    var html = Once();
    Once().ShouldBe(html);
    Regex.Count(html, @"plotly\.js v\d").ShouldBe(1);
    Encoding.UTF8.GetByteCount(html).ShouldBeLessThan(6_000_000);
    PageHtml.Report(SamplePage()).ShouldNotContain("plotly.js v");
});

Test("report: a range of numbers in what was found is not broken across lines", () =>
    PageHtml.Report(SamplePage() with { Title = "BN trains ReLU nets 2.5–3 times faster" })
        .ShouldContain("""<h1>BN trains ReLU nets <span class="range">2.5–3</span> times faster</h1>"""));

Test("report: nothing is fetched", () =>
{
    var html = PageHtml.Report(SamplePage(new FigureSection(SampleBand())));
    Regex.IsMatch(html, """<(script|img|link|iframe)[^>]*(src|href)=["']?(https?:)?//""").ShouldBeFalse();
    html.ShouldContain("default-src 'none'");
    html.ShouldNotContain("@import");
});

Test("report: texts are escaped, in HTML and in the figures' JSON", () =>
{
    var figure = SampleBand("</script><b>");
    var html = PageHtml.Report(SamplePage(new FigureSection(figure), new Definitions("D", [("<i>", "&")]),
        new Links("L", [("a", "x.csv\" onclick=\"y", "")])));
    html.ShouldContain("<h1>Title &lt;b&gt;</h1>");
    html.ShouldContain("Why &amp; how?");
    html.ShouldContain("<dt>&lt;i&gt;</dt><dd>&amp;</dd>");
    html.ShouldNotContain("<script>alert");
    html.ShouldNotContain("\" onclick=\"");
    var json = Regex.Match(html, """application/json">(.*?)</script>""").Groups[1].Value;
    json.ShouldNotContain("<");
    JsonDocument.Parse(json).RootElement.GetProperty("data").GetArrayLength().ShouldBe(TracesOf(figure).Length);
});

Test("report: tables format a column alike and say what is missing", () =>
{
    var frame = new DataFrame(new StringDataFrameColumn("norm", ["none", "<b>"]),
        new DoubleDataFrameColumn("lr", [1e-3, 1e3]), new DoubleDataFrameColumn("loss", [0.25, double.NaN]),
        new Int32DataFrameColumn("seeds", [6, 5]));
    var html = PageHtml.Report(SamplePage(new TableSection("T", frame)));
    html.ShouldContain("""<td>none</td><td class="n" data-v="0.001">0.001</td><td class="n" data-v="0.25">0.25</td>""");
    html.ShouldContain("""<td>&lt;b&gt;</td><td class="n" data-v="1000">1000</td><td class="n" data-v="">–</td>""");
});

Test("report: a page is written whole, over an old one, into a new folder", () =>
{
    var folder = Directory.CreateTempSubdirectory("report_tests");
    var path = Path.Combine(folder.FullName, "new", "report.html");
    WritePage(path, SamplePage());
    WriteIndex(path, new("All", "2 hold & 1 fails.", [new("A < B", "supported", "a/report.html")],
        [new CardSection("Rates", [new("lr_sweep", "T < U", "S", "lr_sweep/report.html")]),
            new Explanation("What is it?", "y = x", ["Nothing."])]) { More = [("What < it", "#what_is_it_")] });
    var index = File.ReadAllText(path);
    index.ShouldContain("<h1>2 hold &amp; 1 fails.</h1>");
    index.ShouldContain("""<a href="a/report.html">A &lt; B</a> <span class="badge supported">supported</span></li>""");
    index.ShouldContain("""<a href="#what_is_it_">What &lt; it</a>""");
    index.ShouldContain("""<section id="what_is_it_">""");
    File.ReadAllText(path).ShouldContain("""<a href="lr_sweep/report.html"><span class="name">lr_sweep</span>""");
    Directory.GetFiles(Path.GetDirectoryName(path)!).ShouldBe([path]);
    folder.Delete(recursive: true);
});

Test("report: verdicts and claims are tables that scroll in a box of their own, without empty columns", () =>
{
    var folder = Directory.CreateTempSubdirectory("report_tests");
    var path = Path.Combine(folder.FullName, "claims.html");
    WriteIndex(path, new("All", "A.", [], [
        new VerdictTable("Verdicts", ["a", "b"],
            [("Theme", [new("X < Y", "#x", [("depends", "yes with <i>"), null])])]),
        new VerdictTable("None", ["a"], [], "Nothing differs."),
        new ClaimSection("Theme", [new("x", "X < Y", "Said & done.", [new("a", "open", "Who knows.", "r.html", "r")],
            [new("<b>", "", "open", "<svg></svg>", "+1", "6", "")])])]));
    var html = File.ReadAllText(path);
    html.ShouldContain("""<th scope="rowgroup" colspan="3">Theme</th>""");
    html.ShouldContain("""<td class="words"><a href="#x">X &lt; Y</a></td>""");
    html.ShouldContain("depends</span> yes with &lt;i&gt;</td><td>not measured</td>");
    html.ShouldContain("""<div class="claim" id="x"><h3>X &lt; Y</h3>""");
    html.ShouldContain("""<p><b>a</b> <span class="badge open">open</span> Who knows. <a href="r.html">r</a></p>""");
    html.ShouldContain("""<td class="words">&lt;b&gt;</td><td><span class="badge open">open</span></td><td>"""
        + "<svg></svg></td>");
    Regex.Matches(html, "<th scope=\"col\">([^<]*)").Select(head => head.Groups[1].Value)
        .ShouldBe(["claim", "a", "b", "condition", "verdict", "", "effect and 95% interval", "N"]);
    Regex.Count(html, """<div class="scroll whole" tabindex="0" role="region" """).ShouldBe(2);
    folder.Delete(recursive: true);
});
