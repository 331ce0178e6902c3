#r "nuget: PuppeteerSharp, 25.15.0"
#nullable enable
// A Chromium that is on this machine, driven through its debugging protocol.
using PuppeteerSharp;

// Waited for on the caller's thread, never awaited there: what follows an await would run on the browser's own.
static T Wait<T>(Func<Task<T>> task) => Task.Run(task).GetAwaiter().GetResult();

static void Do(Func<Task> task) => Wait(async () => { await task(); return true; });

static IBrowser Launch(string executable) => Wait(() => Puppeteer.LaunchAsync(new LaunchOptions
{
    Headless = true, ExecutablePath = executable, ProtocolTimeout = 30_000,
    // Containers have no namespaces for the sandbox; the pages are our own. No name resolves, should a page ask.
    Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=\"MAP * ~NOTFOUND\""],
}));
