#load "support/testing.csx"
#load "support/browser.csx"
#load "support/page_scripts.csx"
#nullable enable
// Opens every page of a results folder in Chromium, from file: with the network off, at two widths, light and dark, and
// uses it.
// Arguments: the browser, the folder, and a part of the names of the tests to run.
using PuppeteerSharp;
using PuppeteerSharp.Media;
using System.Collections.Concurrent;
using System.Text.RegularExpressions;

var (executable, folder, filter) = (Args[0], Path.GetFullPath(Args[1]), Args.ElementAtOrDefault(2) ?? "");
string[] pages = [.. Directory.GetFiles(folder, "*.html").Order(StringComparer.Ordinal),
    .. Directory.GetDirectories(folder)
    .Select(path => Path.Combine(path, "report.html")).Where(File.Exists).Order(StringComparer.Ordinal)];

var browser = Launch(executable);

// One with figures and a table of groups.
var report = pages.First(IsReport);

bool IsReport(string path) => Path.GetFileName(path) == "report.html";

string Name(string path) =>
    IsReport(path) ? Path.GetFileName(Path.GetDirectoryName(path)!) : Path.GetFileNameWithoutExtension(path);

foreach (var path in pages)
{
    Test($"browser: {Name(path)}", () => Do(() => Task.WhenAll(OnPhone(path), OnWideScreen(path))));
    Test($"browser: {Name(path)}, links and size", () =>
    {
        new FileInfo(path).Length.ShouldBeLessThan(6_000_000);
        var html = Regex.Replace(File.ReadAllText(path), "<script.*?</script>", "", RegexOptions.Singleline);
        Regex.Matches(html, "href=\"([^\"#]+)").Select(link => link.Groups[1].Value)
            .Where(link => !link.StartsWith("data:") && !link.StartsWith("https:"))
            .Where(link => !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, link))).ShouldBeEmpty();
    });
}

async Task OnPhone(string path)
{
    await using var view = await View.Of(browser, path, 390, dark: false);
    (await view.Look()).ShouldBeEmpty("on a phone");
}

// And in use.
async Task OnWideScreen(string path)
{
    await using var view = await View.Of(browser, path, 1440, dark: false);
    (await view.Look()).ShouldBeEmpty("on a wide screen");
    (await view.Toggles()).ShouldBeEmpty();
    (await view.Ask<string[]>(Scripts.Hover)).ShouldBeEmpty();
    (await view.Picks()).ShouldBeEmpty();
    if (IsReport(path))
    {
        var table = await view.Download("#groups .download");
        table.ShouldBe(File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, "summary.csv")));
        await view.Page.ClickAsync("#groups th:nth-child(1) button");
        await view.Page.ClickAsync("#groups th:nth-child(1) button");
        var sorted = (await view.Download("#groups .download")).Split('\n');
        sorted.Order().ShouldBe(table.Split('\n').Order());
        sorted[1].ShouldBe(await view.Ask<string>(Scripts.FirstRow));
    }
    (await view.Ask<string[]>(Scripts.Sorting)).ShouldBeEmpty();
    view.Faults.ShouldBeEmpty();
}

Test("browser: a page opens in the dark, and the button beside it is remembered", () => Do(async () =>
{
    await using var view = await View.Of(browser, report, 1440, dark: true);
    (await view.Ask<string[]>(Scripts.Faults, true)).ShouldBeEmpty();
    await view.Page.ClickAsync("#theme");
    (await view.Ask<string[]>(Scripts.Faults, false)).ShouldBeEmpty();
    await view.Page.ReloadAsync();
    (await view.Ask<string[]>(Scripts.Faults, false)).ShouldBeEmpty();
}));

// What stands on claims.html: every line of its table leads to a claim, whose table fits or scrolls in its box.
Test("browser: all claims stand side by side, each with its effects, on a phone too", () => Do(async () =>
{
    var path = pages.Single(page => Name(page) == "claims");
    File.ReadAllText(Path.Combine(folder, "index.html")).ShouldContain("href=\"claims.html\"");
    foreach (var width in new[] { 390, 1440 })
    {
        await using var view = await View.Of(browser, path, width, dark: false);
        (await view.Ask<string[]>(Scripts.Claims)).ShouldBeEmpty($"at {width}");
        view.Faults.ShouldBeEmpty();
    }
}));

Test("browser: without JavaScript each figure is a still picture", () => Do(async () =>
{
    await using var context = await browser.CreateBrowserContextAsync();
    var page = await context.NewPageAsync();
    await page.SetJavaScriptEnabledAsync(false);
    await page.SetViewportAsync(new() { Width = 1200, Height = 900 });
    foreach (var path in pages)
    {
        await page.GoToAsync($"file://{path}");
        (await page.EvaluateFunctionAsync<string[]>(Scripts.Still)).ShouldBeEmpty(Name(path));
    }
}));

// All words of a wide table are on paper, and on it whole: pdftotext leaves out what lies beyond the page's edge.
Test("browser: a table of 20 columns is printed whole", () => Do(async () =>
{
    if (!HasPdfToText()) Skip("no pdftotext here (poppler-utils)");
    var work = Directory.CreateTempSubdirectory("browser_tests");
    var path = Path.Combine(work.FullName, "report.html");
    string Cells(Func<int, string> cell) => string.Concat(Enumerable.Range(1, 20).Select(cell));
    var table = $"""
        <table><thead><tr>{Cells(i => $"<th scope=\"col\" class=\"n\"><button>validation accuracy c{i}</button></th>")}
        </tr></thead><tbody><tr>{Cells(i => i % 3 == 0 ? $"<td>batch_no_affine, r{i}</td>"
            : $"<td class=\"n\">{9000 + i}.123</td>")}</tr></tbody></table>
        """;
    File.WriteAllText(path, Regex.Replace(File.ReadAllText(report),
        """(?<=<div class="scroll"[^>]*>)<table>.*?</table>""", _ => table, RegexOptions.Singleline));
    foreach (var (format, script) in new[] { (PaperFormat.A4, true), (PaperFormat.Letter, false) })
    {
        await using var context = await browser.CreateBrowserContextAsync();
        var page = await context.NewPageAsync();
        await page.SetJavaScriptEnabledAsync(script);
        await page.GoToAsync($"file://{path}");
        await page.PdfAsync($"{path}.pdf", new()
            { Format = format, MarginOptions = new() { Top = "1cm", Bottom = "1cm", Left = "1cm", Right = "1cm" } });
        var words = PdfToText($"{path}.pdf").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        foreach (var i in Enumerable.Range(1, 20))
            foreach (var word in new[] { $"c{i}", i % 3 == 0 ? $"r{i}" : $"{9000 + i}.123" })
                words.ShouldContain(word, $"{format.Width} in wide");
        words.Count(word => word == "validation").ShouldBeGreaterThanOrEqualTo(20);
    }
    work.Delete(recursive: true);
}));

// What the tests see must be seen: a page with each fault.
Test("browser: faults are noticed", () => Do(async () =>
{
    var work = Directory.CreateTempSubdirectory("browser_tests");
    var path = Path.Combine(work.FullName, "report.html");
    File.WriteAllText(path, File.ReadAllText(report)
        .Replace("Content-Security-Policy", "none").Replace("aria-label", "none")
        .Replace("Plotly.react(chart, data,", "Plotly.react(chart, data.slice(1),")
        .Replace("</main>", "<p style='width:2000px'>wide</p><img src='https://example.com/x.png'></main>"
            + "<script>console.error('spoken'); nothing();</script>"));
    await using var view = await View.Of(browser, path, 390, dark: true);
    var faults = view.Faults.Concat(await view.Ask<string[]>(Scripts.Faults, false)).ToList();
    foreach (var fault in new[] { "spoken", "nothing is not defined", "asks for https://example.com/x.png",
        "no alternative text", "is wider than 390", "not in light", "traces drawn" })
        faults.Where(found => found.Contains(fault)).ShouldNotBeEmpty($"{fault} in {string.Join("; ", faults)}");
    work.Delete(recursive: true);
}));

static bool HasPdfToText() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
    .Any(folder => File.Exists(Path.Combine(folder, "pdftotext")));

static string PdfToText(string path)
{
    using var process = Process.Start(new ProcessStartInfo("pdftotext", [path, "-"])
        { RedirectStandardOutput = true })!;
    return process.StandardOutput.ReadToEnd();
}

try { return Tests.Run(filter); }
finally { Do(browser.CloseAsync); }

/// <summary>A page that was opened, and what went wrong with it.</summary>
public sealed class View(IBrowserContext context, IPage page, string work) : IAsyncDisposable
{
    readonly ConcurrentQueue<string> faults = [];

    public IPage Page => page;
    public IReadOnlyList<string> Faults => [.. faults];

    public static async Task<View> Of(IBrowser browser, string path, int width, bool dark)
    {
        // A context of its own: what a page remembers of its reader ends with it.
        var context = await browser.CreateBrowserContextAsync();
        var page = await context.NewPageAsync();
        var view = new View(context, page, Directory.CreateTempSubdirectory("browser_tests").FullName);
        page.Console += (_, e) =>
        {
            if (e.Message.Type is ConsoleType.Error or ConsoleType.Warning)
                view.faults.Enqueue($"console: {e.Message.Text}");
        };
        page.PageError += (_, e) => view.faults.Enqueue($"error: {e.Message}");
        page.Request += (_, e) =>
        {
            if (!Regex.IsMatch(e.Request.Url, "^(file|data|blob):"))
                view.faults.Enqueue($"asks for {e.Request.Url}");
        };
        await page.SetOfflineModeAsync(true);
        await page.SetViewportAsync(new() { Width = width, Height = 900 });
        await view.Theme(dark);
        await page.GoToAsync($"file://{path}");
        return view;
    }

    // A page hears of the change with the next frame.
    async Task Theme(bool dark)
    {
        await page.EmulateMediaFeaturesAsync(
            [new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = dark ? "dark" : "light" }]);
        await page.EvaluateExpressionAsync(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
    }

    /// <summary>What is wrong in light, and after a change to dark.</summary>
    public async Task<IReadOnlyList<string>> Look()
    {
        var light = await Ask<string[]>(Scripts.Faults, false);
        await Theme(dark: true);
        var dark = await Ask<string[]>(Scripts.Faults, true);
        return [.. faults, .. light, .. dark.Select(fault => $"dark: {fault}")];
    }

    public Task<T> Ask<T>(string script, params object[] arguments) =>
        page.EvaluateFunctionAsync<T>(script, arguments);

    // The faults that are left in the end: Plotly waits for a second click before it takes the first.
    static async Task<string[]> Soon(Func<Task<string[]>> ask)
    {
        for (var asked = 0; ; asked++, await Task.Delay(50))
            if (await ask() is var left && (left.Length == 0 || asked == 100)) return left;
    }

    /// <summary>Clicks each figure's first legend entry: all traces of that arm go and no others, in all panels. A
    /// second click brings them back.</summary>
    public async Task<IReadOnlyList<string>> Toggles()
    {
        async Task Click()
        {
            foreach (var chart in await page.QuerySelectorAllAsync("[data-chart]"))
                if (await chart.QuerySelectorAsync(".legendtoggle") is { } entry) await entry.ClickAsync();
        }
        await Click();
        var off = await Soon(() => Ask<string[]>(Scripts.Toggled, true));
        await Click();
        return [.. off, .. await Soon(() => Ask<string[]>(Scripts.Toggled, false))];
    }

    /// <summary>Clicks a marker that is linked to curves: these are shown, and no others.</summary>
    public async Task<IReadOnlyList<string>> Picks()
    {
        List<string> faults = [];
        foreach (var chart in await Ask<string[]>(Scripts.Linked))
        {
            var at = await Ask<double[]>(Scripts.Marker, chart);
            await page.Mouse.MoveAsync((decimal)at[0], (decimal)at[1]);
            await Task.Delay(100);
            await page.Mouse.ClickAsync((decimal)at[0], (decimal)at[1]);
            faults.AddRange(await Soon(() => Ask<string[]>(Scripts.Picked, chart)));
        }
        return faults;
    }

    /// <summary>The text of the file that a click makes the page give.</summary>
    public async Task<string> Download(string button)
    {
        await page.Client.SendAsync("Browser.setDownloadBehavior",
            new { behavior = "allow", downloadPath = work, browserContextId = context.Id });
        await page.ClickAsync(button);
        for (var waited = 0; waited < 100; waited++, await Task.Delay(50))
            if (Directory.GetFiles(work, "*.csv") is [var file] && new FileInfo(file).Length > 0)
            {
                var text = File.ReadAllText(file);
                File.Delete(file);
                return text;
            }
        return "nothing came";
    }

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        Directory.Delete(work, recursive: true);
    }
}
