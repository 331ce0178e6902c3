#nullable enable
// What a running sweep tells: a live picture on a terminal, elsewhere a line now and then, and a table at the end.
using Spectre.Console;
using Spectre.Console.Rendering;

/// <summary>Progress of a sweep. Workers report from any thread; nothing here ever throws, since a full pipe or a
/// closed terminal must not cost a trial.</summary>
public sealed class SweepProgress : IDisposable
{
    static readonly string[] Statuses = ["ok", "stuck", "diverged", "failed"];

    readonly Dictionary<(string Arm, string Status), int> counts = [];
    readonly Dictionary<string, (double Accuracy, double Rate)> best = [];
    readonly ManualResetEventSlim ended = new();
    readonly Lock gate = new();
    readonly IAnsiConsole console;
    readonly TimeProvider clock;
    readonly long started;
    readonly string name;
    readonly int total, reused;
    readonly double work;
    readonly Thread? painter;
    double worked;
    TimeSpan lastLine;
    int running, done, disposed, lastTenth;

    /// <summary>Starts to show. Reused trials count as done, and take no part in rate and time left. Work is the cost
    /// of all trials that are to run, in any unit, where trials differ in cost; without it each counts 1.</summary>
    public SweepProgress(string name, int total, int reused = 0, double? work = null, IAnsiConsole? console = null,
        TimeProvider? clock = null)
    {
        (this.name, this.total, this.reused, this.work) = (name, total, reused, work ?? total - reused);
        (this.console, this.clock) = (console ?? Terminal.Screen, clock ?? TimeProvider.System);
        (started, lastTenth) = (this.clock.GetTimestamp(), Tenth);
        if (total == reused) return;
        if (this.console.Profile.Capabilities is not { Interactive: true, Ansi: true })
        {
            Quietly(() => Line($"{total - reused} trials to run" + (reused > 0 ? $", {reused} kept" : "")));
            return;
        }
        painter = new Thread(() => Quietly(Paint)) { IsBackground = true, Name = "progress" };
        painter.Start();
    }

    /// <summary>A trial begins.</summary>
    public void Begin()
    {
        lock (gate) running++;
    }

    /// <summary>Counts one trial, which has ended.</summary>
    /// <param name="status">ok, stuck, diverged or failed.</param>
    /// <param name="accuracy">On validation images; NaN where there is none.</param>
    /// <param name="rate">Its learning rate.</param>
    public void Report(string arm, string status, double cost = 1, double accuracy = double.NaN,
        double rate = double.NaN)
    {
        lock (gate)
        {
            counts[(arm, status)] = counts.GetValueOrDefault((arm, status)) + 1;
            if (status == "ok" && accuracy > best.GetValueOrDefault(arm).Accuracy) best[arm] = (accuracy, rate);
            (done, worked) = (done + 1, worked + cost);
            if (painter is null && total > reused) TellNowAndThen();
            running--;
        }
    }

    // A tenth of a long sweep may take hours, and ten tenths of a short one are over at once.
    void TellNowAndThen()
    {
        var since = Elapsed - lastLine;
        if (since < TimeSpan.FromMinutes(5) && (Tenth == lastTenth || since < TimeSpan.FromSeconds(5))) return;
        (lastLine, lastTenth) = (Elapsed, Tenth);
        Quietly(() => Line($"{reused + done}/{total}, {Told()}"));
    }

    /// <summary>Ends the picture and shows what became of the trials. A second call does nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1) return;
        ended.Set();
        painter?.Join(2000);
        Quietly(Summarize);
    }

    void Paint()
    {
        while (!Turn.IsOn)
            if (ended.Wait(250)) return;
        console.Live(Picture()).AutoClear(true).Overflow(VerticalOverflow.Crop).Start(context =>
        {
            while (!ended.Wait(250)) context.UpdateTarget(Picture());
        });
    }

    IRenderable Picture()
    {
        lock (gate)
        {
            var share = (double)(reused + done) / total;
            var width = Math.Clamp(console.Profile.Width - name.Length - 24, 4, 40);
            var full = (int)(width * share);
            return new Rows(new Markup($"[bold]{Markup.Escape(name)}[/]  [blue]{new string('━', full)}[/][grey]"
                + $"{new string('━', width - full)}[/]  {reused + done}/{total}  {(int)(100 * share)}%"),
                new Markup(Told()), Table(), new Markup(""));
        }
    }

    void Summarize()
    {
        if (counts.Count == 0)
        {
            Line(total == reused ? $"nothing to run, {reused} trials kept" : "no trial has ended");
            return;
        }
        console.Write(Table());
        Line($"{done} trials in {Format.Span(Elapsed)}, {Rate()}" + (reused > 0 ? $"; {reused} kept" : "")
            + (reused + done < total ? $"; {total - reused - done} not run" : ""));
    }

    Table Table()
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("arm");
        var statuses = Statuses.Where(status => status != "failed" || Count(status) > 0).ToList();
        foreach (var status in statuses) table.AddColumn(new TableColumn(status).RightAligned());
        table.AddColumn("best accuracy at lr");
        foreach (var (arm, style) in Palette.Styles(counts.Keys.Select(key => key.Arm)))
            table.AddRow([$"[{style.Color}]{style.Glyph}[/] {Markup.Escape(arm)}", .. statuses.Select(status =>
                (status, counts.GetValueOrDefault((arm, status))) switch
                {
                    (_, 0) => "-",
                    ("ok", var n) => $"{n}",
                    (_, var n) => $"[red]{n}[/]",
                }), best.TryGetValue(arm, out var one)
                    ? $"{Format.Percent(one.Accuracy)} at {Format.Number(one.Rate)}" : "-"]);
        return table;
    }

    TimeSpan Elapsed => clock.GetElapsedTime(started);

    int Tenth => total == 0 ? 10 : 10 * (reused + done) / total;

    // "14.4 trials/s, 27 s left, 2 running, 8 stuck, 24 diverged".
    string Told()
    {
        // The core of a trial that has just ended goes to the next, if there is one.
        IEnumerable<(int, string)> counted = [(Math.Min(running, total - reused - done), "running"),
            .. Statuses.Skip(1).Select(status => (Count(status), status))];
        return string.Join(", ", new[] { Rate(), Left() }.Where(part => part != "")
            .Concat(counted.Where(one => one.Item1 > 0).Select(one => $"{one.Item1} {one.Item2}")));
    }

    string Rate() => done == 0 ? "" : done / Elapsed.TotalSeconds is var rate && rate >= 0.095
        ? FormattableString.Invariant($"{rate:0.0} trials/s")
        : FormattableString.Invariant($"{60 * rate:0.0} trials/min");

    string Left() => worked <= 0 ? "" : $"{Format.Span(Elapsed * (Math.Max(0, work - worked) / worked))} left";

    int Count(string status) => counts.Where(count => count.Key.Status == status).Sum(count => count.Value);

    // Not through the console's own writing, which would break lines at its width.
    void Line(string text) => console.Profile.Out.Writer.WriteLine($"{name}: {text}");

    static void Quietly(Action action)
    {
        try { action(); }
        catch (Exception) { }
    }
}
