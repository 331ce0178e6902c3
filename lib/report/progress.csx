#load "../prelude.csx"
#nullable enable
// What a running sweep tells: a live bar on a terminal, a plain line now and then elsewhere, and a table at the end.
using Spectre.Console;

/// <summary>Progress of a sweep. Workers report from any thread; nothing here ever throws, since a full pipe or a
/// closed terminal must not cost a trial. Colour follows NO_COLOR.</summary>
public sealed class SweepProgress : IDisposable
{
    static readonly string[] Statuses = ["ok", "stuck", "diverged", "failed"];

    readonly ConcurrentDictionary<(string Arm, string Status), int> counts = new();
    readonly Stopwatch clock = Stopwatch.StartNew();
    readonly ManualResetEventSlim ended = new();
    readonly Lock gate = new();
    readonly IAnsiConsole console;
    readonly string name;
    readonly int total, reused;
    readonly double work;
    readonly Thread? painter;
    double worked, nextLine = 5;
    int done, disposed, nextTenth;

    /// <summary>Starts to show. Reused trials count as done, and take no part in rate and time left. Work is the cost
    /// of all trials that are to run, in any unit, where trials differ in cost; without it each counts 1.</summary>
    public SweepProgress(string name, int total, int reused = 0, double? work = null, IAnsiConsole? console = null)
    {
        (this.name, this.total, this.reused, this.work) = (name, total, reused, work ?? total - reused);
        nextTenth = Tenth + 1;
        this.console = console ?? Ansi();
        var terminal = this.console.Profile.Capabilities is { Interactive: true, Ansi: true }
            && (console is not null || !Console.IsOutputRedirected);
        if (total == reused) return;
        if (!terminal)
        {
            Quietly(() => Line($"{total - reused} trials to run" + (reused > 0 ? $", {reused} kept" : "")));
            return;
        }
        painter = new Thread(() => Quietly(Paint)) { IsBackground = true, Name = "progress" };
        painter.Start();
    }

    /// <summary>Counts one trial: status is ok, stuck, diverged or failed.</summary>
    public void Report(string arm, string status, double cost = 1)
    {
        counts.AddOrUpdate((arm, status), 1, (_, before) => before + 1);
        lock (gate)
        {
            (done, worked) = (done + 1, worked + cost);
            if (painter is not null || total == reused) return;
            if (clock.Elapsed.TotalSeconds < nextLine && Tenth < nextTenth) return;
            (nextLine, nextTenth) = (clock.Elapsed.TotalSeconds + 5, Tenth + 1);
            Quietly(() => Line($"{reused + done}/{total}  {Rate()}  {Left()}{Troubles()}"));
        }
    }

    /// <summary>Ends the bar and shows the table of what became of the trials. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        ended.Set();
        painter?.Join(2000);
        Quietly(Summarize);
    }

    void Paint() => console.Progress().AutoClear(true).HideCompleted(false)
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 30 },
            new PercentageColumn())
        .Start(context =>
        {
            var task = context.AddTask(Markup.Escape(name), maxValue: total);
            do
            {
                lock (gate)
                {
                    task.Value = reused + done;
                    task.Description = $"[bold]{Markup.Escape(name)}[/] {reused + done}/{total}  {Rate()}  {Left()}"
                        + (Count("diverged") + Count("stuck") + Count("failed") == 0 ? "" : $"[red]{Troubles()}[/]");
                }
                context.Refresh();
            }
            while (!ended.Wait(250));
        });

    void Summarize()
    {
        if (counts.IsEmpty)
        {
            Line($"nothing to run, {reused} trials kept");
            return;
        }
        var table = new Table().Border(TableBorder.Simple).AddColumn("arm");
        foreach (var status in Statuses) table.AddColumn(new TableColumn(status).RightAligned());
        foreach (var arm in counts.Keys.Select(k => k.Arm).Distinct().Order(StringComparer.Ordinal))
            table.AddRow([Markup.Escape(arm), .. Statuses.Select(s => (s, counts.GetValueOrDefault((arm, s))) switch
            {
                (_, 0) => "-",
                ("ok", var n) => $"{n}",
                (_, var n) => $"[red]{n}[/]",
            })]);
        console.Write(table);
        Line($"{done} trials in {Span(clock.Elapsed)}, {Rate()}" + (reused > 0 ? $"; {reused} kept" : "")
            + (reused + done < total ? $"; {total - reused - done} not run" : ""));
    }

    int Tenth => total == 0 ? 10 : 10 * (reused + done) / total;

    string Rate() => done == 0 ? "-" : done / clock.Elapsed.TotalSeconds is var rate && rate >= 0.095
        ? FormattableString.Invariant($"{rate:0.0} trials/s")
        : FormattableString.Invariant($"{60 * rate:0.0} trials/min");

    string Left() => worked <= 0 ? "" : $"{Span(clock.Elapsed * (Math.Max(0, work - worked) / worked))} left";

    string Troubles() => string.Concat(Statuses.Skip(1).Where(s => Count(s) > 0).Select(s => $"  {Count(s)} {s}"));

    int Count(string status) => counts.Where(c => c.Key.Status == status).Sum(c => c.Value);

    // Not through the console's own writing, which would break lines at the width it guesses for a pipe.
    void Line(string text) => console.Profile.Out.Writer.WriteLine($"{name}: {text}");

    static string Span(TimeSpan time) => time.TotalHours >= 1 ? $"{(int)time.TotalHours} h {time.Minutes:00} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:00} s"
        : FormattableString.Invariant($"{time.TotalSeconds:0.0} s");

    static IAnsiConsole Ansi()
    {
        var console = AnsiConsole.Console;
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
            console.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
        return console;
    }

    static void Quietly(Action action)
    {
        try { action(); }
        catch (Exception) { }
    }
}
