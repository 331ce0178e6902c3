#load "workloads.csx"
#nullable enable
using System.ComponentModel;

/// <summary>An engine at one workload: processes that train when told to, for as long as they are told. The lab's
/// models share a process, as in a sweep; the peers' have one each.</summary>
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
        Engine Python(string name) => new(name, Together, Together, [python, "tests/bench/peers.py", name, .. task]);
        Engine Sharp(string name) => new(name, Together, Together, ["dotnet", TorchSharp.Program, name, .. task])
        {
            Missing = TorchSharp.Missing,
        };
        IEnumerable<Engine> others = !peers ? [] : !workload.HasConvolutions
            ? [Python("numpy"), Python("numpy_in_place"), Python("pytorch")]
            : [Python("pytorch"), Python("pytorch_nhwc"), Sharp("torchsharp"), Sharp("torchsharp_nhwc")];
        return [Lab(Together), .. others, Lab(1)];
    }

    public void Start()
    {
        if (Missing is not null) return;
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

/// <summary>The program of tests/bench/torchsharp, built when it is first asked for.</summary>
public static class TorchSharp
{
    const string Project = "tests/bench/torchsharp", Built = $"{Project}/bin";
    public const string Program = $"{Built}/peer.dll";

    static readonly Lazy<string?> missing = new(Build);

    /// <summary>Why it cannot be had, where it cannot.</summary>
    public static string? Missing => missing.Value;

    static string? Build()
    {
        const string Mark = ": error ";
        if (!File.Exists(Path.Combine(Folders.Project, Program)))
            Error.WriteLine("restoring and building TorchSharp, once");
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", Project, "-c", "Release", "-o", Built,
            "--nologo", "-v", "quiet", "--disable-build-servers"])
        {
            WorkingDirectory = Folders.Project, RedirectStandardOutput = true,
        })!;
        var lines = build.StandardOutput.ReadToEnd().Split('\n');
        build.WaitForExit();
        if (build.ExitCode != 0)
            return lines.FirstOrDefault(line => line.Contains(Mark))?.Split(Mark)[1] ?? "its program cannot be built";
        TakeOlderStandardLibrary(Path.Combine(Folders.Project, Built, "libLibTorchSharp.so"));
        return null;
    }

    // TorchSharp's library wants libstdc++ to have version GLIBCXX_3.4.32, of GCC 13, for a symbol that it never uses.
    // With that want marked as weak (Elf64_Vernaux: hash of the name, flags) it is loaded beside an older one too.
    static void TakeOlderStandardLibrary(string library)
    {
        const byte Weak = 2;
        ReadOnlySpan<byte> version = [0x42, 0xf8, 0x97, 0x02];
        if (!File.Exists(library)) return;
        var bytes = File.ReadAllBytes(library);
        if (bytes.AsSpan().IndexOf(version) is not (> 0 and var at)) return;
        bytes[at + version.Length] = Weak;
        // What stands there is a link to the package's.
        File.Delete(library);
        File.WriteAllBytes(library, bytes);
    }
}
