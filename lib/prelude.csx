#r "nuget: CsvHelper, 33.0.1"
#r "nuget: MathNet.Numerics, 5.0.0"
#r "nuget: Microsoft.Data.Analysis, 0.23.1"
#r "nuget: Plotly.NET.CSharp, 0.14.0"
#r "nuget: Spectre.Console, 0.57.2"
#r "nuget: System.CommandLine, 2.0.15"
#r "nuget: System.Numerics.Tensors, 10.0.12"
#nullable enable
// Packages and usings for every file of the lab, and the restart in Release. Each package is pinned here and only here.
global using System.Collections.Concurrent;
global using System.Collections.Immutable;
global using System.Globalization;
global using System.Net.Http;
global using System.Numerics;
global using System.Numerics.Tensors;
global using System.Reflection;
global using System.Runtime.CompilerServices;
global using System.Runtime.InteropServices;
global using System.Runtime.Intrinsics;
global using System.Security.Cryptography;
global using System.Text.Json;
global using System.Text.RegularExpressions;
global using System.Threading;

/// <summary>Something the user gave is wrong: one line that names the thing and the remedy, and exit code 2.</summary>
public sealed class BadInput(string message) : Exception(message);

/// <summary>Folders that do not depend on what is run.</summary>
public static class Folders
{
    /// <summary>The project's folder.</summary>
    public static string Project { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, ".."));

    /// <summary>The lab's folder in the user's cache: data sets and compiled scripts. It can be deleted at any time.
    /// </summary>
    public static string Cache { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache ? cache
        : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".cache")
        : Path.GetTempPath(), "bn-lab");

    static string Here([CallerFilePath] string path = "") => path;
}

/// <summary>Training compiled in Debug runs at a tenth of the speed, and Debug is what `dotnet script x.csx` compiles:
/// so a script that finds itself in Debug starts itself again in Release, in the same process, with the same input,
/// output and signals. Under a debugger it stays as it is.</summary>
public static class Release
{
    const string Restarted = "LAB_RESTARTED";

    public static bool IsOptimized { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled != true;

    public static void Ensure(IEnumerable<string> args)
    {
        if (IsOptimized || Debugger.IsAttached || OperatingSystem.IsWindows()) return;
        if (Environment.GetEnvironmentVariable(Restarted) is null) Restart(args);
        Error.WriteLine("note: could not restart in Release; training will be slow");
    }

    // Returns only where it failed.
    static void Restart(IEnumerable<string> args)
    {
        if (Environment.ProcessPath is not { } process) return;
        var command = Environment.GetCommandLineArgs();
        if (command.TakeWhile(arg => arg != "--").FirstOrDefault(arg => arg.EndsWith(".csx")) is not { } script) return;

        // A cache of its own: a script has one cache entry, which Debug and Release would keep taking from each other.
        string[] tool = Path.GetFileNameWithoutExtension(process) == "dotnet"
            ? [process, "exec", command[0]] : [process];
        string?[] arguments = [.. tool, "-c", "release", "-p", Path.Combine(Folders.Cache, "scripts"), script, "--",
            .. args, null];
        Out.Flush();
        setenv(Restarted, "1", 1);
        execv(process, arguments);
    }

    [DllImport("libc", SetLastError = true)]
    static extern int execv(string path, string?[] arguments);

    [DllImport("libc", SetLastError = true)]
    static extern int setenv(string name, string value, int overwrite);
}

Release.Ensure(Args);
