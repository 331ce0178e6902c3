#load "../../lib/lab.csx"
#nullable enable

/// <summary>Seconds from Enter to the first trained step, one after another: until the Release process has the script
/// compiled and loaded, of which Debug is what the user's command spends on being compiled in Debug and starting
/// again; until options are read; until data is there; until the first step is done, of which Jit is spent on
/// compiling to machine code.</summary>
public sealed record StartUp(double Debug, double Release, double Options, double Data, double Step, double Jit)
{
    public double Total => Debug + Release + Options + Data + Step;
}

/// <summary>Start-up through the command that a user types: compiled in Debug, started again in Release.</summary>
public static class FirstStep
{
    /// <summary>With compiled scripts in the cache, and with packages and data alone.</summary>
    public static (List<StartUp> Warm, List<StartUp> Cold) Measure(int warm, int cold)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var usual = Path.GetDirectoryName(Folders.Cache)!;
            Run(usual, folder);
            List<StartUp> warmly = [.. Enumerable.Range(0, warm).Select(_ => Run(usual, usual, folder))];
            return (warmly, [.. Enumerable.Range(0, cold).Select(i => Run(Empty(Path.Combine(folder, $"cache{i}a")),
                Empty(Path.Combine(folder, $"cache{i}b")), folder))]);
        }
        finally { Directory.Delete(folder, true); }
    }

    // A cache without compiled scripts.
    static string Empty(string cache)
    {
        var own = Directory.CreateDirectory(Path.Combine(cache, Path.GetFileName(Folders.Cache))).FullName;
        foreach (var name in Directory.GetFileSystemEntries(Folders.Cache).Select(entry => Path.GetFileName(entry)))
            if (name != "scripts") File.CreateSymbolicLink(Path.Combine(own, name), Path.Combine(Folders.Cache, name));
        return cache;
    }

    // As a user starts it, and once more in Release at once: the difference is what Debug costs.
    static StartUp Run(string cache, string other, string folder)
    {
        var (at, release) = (Run(cache, folder), Run(other, folder, "-c", "release", "-p",
            Path.Combine(other, Path.GetFileName(Folders.Cache), "scripts")));
        return new(at["loaded"].Seconds - release["loaded"].Seconds, release["loaded"].Seconds,
            at["options"].Seconds - at["loaded"].Seconds, at["data"].Seconds - at["options"].Seconds,
            at["step"].Seconds - at["data"].Seconds, at["step"].Jit - at["data"].Jit);
    }

    // When each milestone was last passed before the first step, and what the JIT had taken until then.
    static Dictionary<string, (double Seconds, double Jit)> Run(string cache, string folder, params string[] mode)
    {
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo("dotnet", ["script", .. mode, "tests/bench/first_step.csx", "--", "--fresh",
            "--out", Path.Combine(folder, "out")])
        {
            WorkingDirectory = Folders.Project, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = cache;
        start.Environment.Remove("DOTNET_SCRIPT_CACHE_LOCATION");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var passed = new Dictionary<string, (double, double)>();
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.Split(' ') is [var milestone, var jit] && milestone is "loaded" or "options" or "data" or "step"
                && !passed.ContainsKey("step"))
                passed[milestone] = (clock.Elapsed.TotalSeconds, double.Parse(jit));
        return passed.ContainsKey("step") ? passed
            : throw new InvalidOperationException($"first_step.csx: {errors.Result}");
    }
}
