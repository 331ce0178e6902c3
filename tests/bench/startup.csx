#load "../../lib/lab.csx"
#nullable enable

/// <summary>Start-up through the command that a user types: compiled in Debug, started again in Release.</summary>
public static class FirstStep
{
    /// <summary>Seconds until first_step.csx has trained its first step: with compiled scripts in the cache, and with
    /// packages and data alone.</summary>
    public static (List<double> Warm, List<double> Cold) Measure(int warm, int cold)
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            var usual = Path.GetDirectoryName(Folders.Cache)!;
            Run(usual, folder);
            List<double> warmly = [.. Enumerable.Range(0, warm).Select(_ => Run(usual, folder))];
            var empty = Enumerable.Range(0, cold).Select(i => Empty(Path.Combine(folder, $"cache{i}"))).ToList();
            return (warmly, [.. empty.Select(cache => Run(cache, folder))]);
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

    static double Run(string cache, string folder)
    {
        var clock = Stopwatch.StartNew();
        var start = new ProcessStartInfo("dotnet",
            ["script", "tests/bench/first_step.csx", "--", "--fresh", "--out", Path.Combine(folder, "out")])
        {
            WorkingDirectory = Source.Root, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = cache;
        start.Environment.Remove("DOTNET_SCRIPT_CACHE_LOCATION");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        double? seconds = null;
        while (process.StandardOutput.ReadLine() is { } line)
            if (line == "first step") seconds ??= clock.Elapsed.TotalSeconds;
        return seconds ?? throw new InvalidOperationException($"first_step.csx: {errors.Result}");
    }
}
