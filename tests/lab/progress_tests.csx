#nullable enable
using Spectre.Console;

static (SweepProgress Progress, StringWriter Text) Piped(int total, int reused, TimeProvider? clock = null)
{
    var text = new StringWriter();
    var console = AnsiConsole.Create(new AnsiConsoleSettings
        { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(text) });
    return (new("sweep", total, reused, console: console, clock: clock), text);
}

sealed class HandClock : TimeProvider
{
    public long Seconds { get; set; }
    public override long TimestampFrequency => 1;
    public override long GetTimestamp() => Seconds;
}

Test("report: progress counts from many threads, and ends with a table", () =>
{
    var (progress, text) = Piped(1000, 200);
    Parallel.For(0, 800, i => progress.Report(i % 2 == 0 ? "none" : "[batch]", i % 8 == 0 ? "diverged" : "ok", 1,
        i % 2 == 0 ? double.NaN : i / 1000.0, 0.001 * i));
    progress.Dispose();
    progress.Dispose();
    var lines = text.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    lines[0].ShouldBe("sweep: 800 trials to run, 200 kept");
    lines.ShouldContain(l => Regex.IsMatch(l, @"\[batch\] +400 +- +- +79.9% at 0.799$"));
    lines.ShouldContain(l => Regex.IsMatch(l, @"none +300 +- +100 +-$"));
    lines[^1].ShouldMatch("^sweep: 800 trials in .*; 200 kept$");
    text.ToString().ShouldNotContain("\u001b");
    text.ToString().ShouldNotContain("failed");
});

Test("report: progress without a terminal is a line now and then, with rate, time left and what runs", () =>
{
    var clock = new HandClock();
    var (progress, text) = Piped(100, 20, clock);
    for (var i = 0; i < 2; i++) progress.Begin();
    for (var i = 1; i <= 70; i++)
    {
        progress.Begin();
        clock.Seconds = i <= 40 ? i / 20 : i;
        progress.Report("batch", i % 10 == 0 ? "stuck" : "ok");
    }
    // Nothing for a long while: a line all the same.
    clock.Seconds += 300;
    progress.Begin();
    progress.Report("batch", "failed");
    progress.Dispose();
    text.ToString().Split('\n').Where(line => line.Contains("/100")).ShouldBe(
    [
        "sweep: 61/100, 1.0 trials/s, 39.0 s left, 3 running, 4 stuck",
        "sweep: 70/100, 1.0 trials/s, 30.0 s left, 3 running, 5 stuck",
        "sweep: 80/100, 1.0 trials/s, 20.0 s left, 3 running, 6 stuck",
        "sweep: 90/100, 1.0 trials/s, 10.0 s left, 3 running, 7 stuck",
        "sweep: 91/100, 0.2 trials/s, 46.9 s left, 3 running, 7 stuck, 1 failed",
    ]);
    text.ToString().ShouldContain("; 20 kept; 9 not run");
});

Test("report: progress never throws", () =>
{
    var closed = new StringWriter();
    closed.Dispose();
    var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(closed) });
    using var progress = new SweepProgress("sweep", 1, console: console);
    progress.Report("none", "no such status", cost: double.NaN);
    progress.Report("none", "ok");
    progress.Dispose();
});
