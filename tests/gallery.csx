#load "support/browser.csx"
#nullable enable
// The pictures of the README. Arguments: the browser, a results folder, the folder of the pictures.
using PuppeteerSharp;
using PuppeteerSharp.Media;

var browser = Launch(Args[0]);
try
{
    // The top of the index, and of a report down to the end of its main figure.
    Take("index", "index.html", 1200, "main > section:nth-of-type(2)", fromTop: true);
    Take("lr_sweep", "lr_sweep/report.html", 1200, "figure", fromTop: true);
    Take("claims", "claims.html", 1100, "main > section:has(.claim)");
    Take("init_map", "init_sweep/report.html", 1000, "#map_relu figure .chart");
}
finally { Do(browser.CloseAsync); }

void Take(string name, string page, int width, string element, bool fromTop = false) => Do(async () =>
{
    await using var view = await browser.NewPageAsync();
    await view.SetViewportAsync(new() { Width = width, Height = 900 });
    await view.EmulateMediaFeaturesAsync([new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = "light" }]);
    await view.GoToAsync($"file://{Path.GetFullPath(Path.Combine(Args[1], page))}");
    await view.AddStyleTagAsync(new AddTagOptions { Content = "#theme, .modebar { display:none !important; }" });
    var box = await (await view.QuerySelectorAsync(element)).BoundingBoxAsync();
    var path = Path.Combine(Args[2], $"{name}.png");
    await view.ScreenshotAsync(path, new()
    {
        Clip = fromTop ? new() { X = 0, Y = 0, Width = width, Height = box.Y + box.Height + 24 }
            : new() { X = box.X, Y = box.Y, Width = box.Width, Height = box.Height },
        CaptureBeyondViewport = true,
    });
    WriteLine($"{path}, {new FileInfo(path).Length / 1000} kB");
});
