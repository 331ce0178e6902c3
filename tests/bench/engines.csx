#load "workloads.csx"
#nullable enable
using System.ComponentModel;

/// <summary>An engine at one workload: processes that train when told to, for as long as they are told. The lab's
/// models share a process, as in a sweep; Python's have one each.</summary>
public sealed class Engine(string name, int models, int processes, params IReadOnlyList<string> command) : IDisposable
{
    const int Together = 2;

    readonly List<Process> workers = [];

    public string Name => name;
    public int Models => models;

    /// <summary>Why it cannot be measured, where it cannot.</summary>
    public string? Missing { get; private set; }

    /// <summary>The lab first, one model of it last.</summary>
    public static List<Engine> For(Workload workload, bool bn, bool peers)
    {
        string[] task = [workload.Name, bn ? "1" : "0"];
        var python = Environment.GetEnvironmentVariable("PYTHON") is { Length: > 0 } given ? given : "/usr/bin/python3";
        Engine Lab(int models) => new("lab", models, 1, ["dotnet", "script", "-c", "release", "-p",
            Path.Combine(Folders.Cache, "scripts"), "tests/bench/bench.csx", "--", "--work", .. task, $"{models}"]);
        Engine Peer(string name) => new(name, Together, Together, [python, "tests/bench/peers.py", name, .. task]);
        string[] names = !peers ? [] : workload.HasConvolutions ? ["pytorch", "pytorch_nhwc"]
            : ["numpy", "numpy_in_place", "pytorch"];
        return [Lab(Together), .. names.Select(Peer), Lab(1)];
    }

    public void Start()
    {
        try
        {
            for (var i = 0; i < processes; i++)
                workers.Add(Process.Start(new ProcessStartInfo(command[0], command.Skip(1))
                {
                    WorkingDirectory = Folders.Project, RedirectStandardInput = true, RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!);
        }
        catch (Win32Exception) { Missing = $"{command[0]} cannot be started"; }
    }

    /// <summary>Waits until all workers are warm; false where one has ended instead.</summary>
    public bool IsReady()
    {
        foreach (var worker in workers)
            if (worker.StandardOutput.ReadLine() != "ready")
                Missing ??= worker.StandardError.ReadToEnd().Trim().Split('\n')[^1];
        return Missing is null;
    }

    /// <summary>All workers at once, and all their models together.</summary>
    public Answer Train(double seconds)
    {
        foreach (var worker in workers)
            worker.StandardInput.WriteLine(seconds.ToString(CultureInfo.InvariantCulture));
        List<Answer> answers = [.. workers.Select(worker => worker.StandardOutput.ReadLine() is { } line
            ? JsonSerializer.Deserialize<Answer>(line, Worker.Json)!
            : throw new InvalidOperationException($"{name} ended: {worker.StandardError.ReadToEnd().Trim()}"))];
        return new(answers.Sum(answer => answer.Steps), answers.Average(answer => answer.Seconds),
            answers.Sum(answer => answer.Cpu), answers.Sum(answer => answer.Rss),
            answers[0].Allocated is null ? null : answers.Sum(answer => answer.Allocated));
    }

    public void Dispose()
    {
        foreach (var worker in workers)
        {
            // A worker ends with its input.
            worker.StandardInput.Close();
            worker.WaitForExit();
            worker.Dispose();
        }
    }
}
