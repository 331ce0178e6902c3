#r "nuget: CsvHelper, 33.0.1"
#r "nuget: MathNet.Numerics, 5.0.0"
#r "nuget: Microsoft.Data.Analysis, 0.23.1"
#r "nuget: Plotly.NET.CSharp, 0.14.0"
#r "nuget: Spectre.Console, 0.57.2"
#r "nuget: System.CommandLine, 2.0.15"
#r "nuget: System.Numerics.Tensors, 10.0.12"
#nullable enable
// Packages and usings for every file of the lab, its folders, files that processes share, and the restart in Release.
// Each package is pinned here and only here.
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

    /// <summary>A path as one types it in the working directory: relative where it lies below, else absolute, and
    /// without `..`, which dotnet-script 2.0.0 does not understand in a script's path.</summary>
    public static string FromHere(string path) =>
        Path.GetRelativePath(".", path) is var relative && relative.Split('/')[0] != ".." ? relative
        : Path.GetFullPath(path);

    /// <summary>The folder of lib itself, where another project has a link to it.</summary>
    public static string Lib { get; } = new DirectoryInfo(Path.GetDirectoryName(Here())!) is var lib
        && lib.ResolveLinkTarget(returnFinalTarget: true) is { } target ? target.FullName : lib.FullName;

    static string Here([CallerFilePath] string path = "") => path;
}

/// <summary>Files that several processes read and write.</summary>
public static class Files
{
    /// <summary>Writes a file whole or not at all: under a name of its own, synced to disk, then renamed. Nobody reads
    /// half of it, and of two that write it at the same time the later one stays.</summary>
    /// <exception cref="IOException">There is no room, or no such folder; what was there stays.</exception>
    public static void Replace(string path, Action<Stream> write)
    {
        var partial = $"{path}.{Guid.NewGuid():N}";
        try
        {
            // A lock on an open file goes with it to its new name: it is closed before, or readers could be refused.
            using (var file = new FileStream(partial, FileMode.CreateNew, FileAccess.Write))
            {
                write(file);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Opens a file that nobody else has open, so that others are locked out; null where somebody has. The
    /// system ends the lock when the process ends, however it ends.</summary>
    public static FileStream? Lock(string path)
    {
        try { return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1); }
        catch (IOException e) when (IsLocked(e)) { return null; }
    }

    /// <summary>Deletes a file that Lock has opened, and ends the lock.</summary>
    public static void Unlock(FileStream file)
    {
        // FileOptions.DeleteOnClose would delete a file that another process has locked, even where opening it failed.
        File.Delete(file.Name);
        file.Dispose();
    }

    /// <summary>Whether a file could not be opened since somebody has locked it: EAGAIN, 11 on Linux and 35 on macOS.
    /// </summary>
    public static bool IsLocked(IOException e) => e.HResult is 11 or 35;
}

/// <summary>Training compiled in Debug runs at a tenth of the speed, and Debug is what `dotnet script x.csx` compiles:
/// so a script that finds itself in Debug starts itself again in Release, in the same process, with the same input,
/// output and signals. Under a debugger, or where LAB_DEBUG is set, it stays as it is.</summary>
public static class Release
{
    const string Restarted = "LAB_RESTARTED";

    public static bool IsOptimized { get; } =
        Assembly.GetExecutingAssembly().GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled != true;

    public static void Ensure(IEnumerable<string> args)
    {
        if (IsOptimized || Debugger.IsAttached || OperatingSystem.IsWindows()) return;
        var asked = Environment.GetEnvironmentVariable("LAB_DEBUG") is { Length: > 0 };
        if (!asked && Environment.GetEnvironmentVariable(Restarted) is null) Restart(args);
        Error.WriteLine(asked ? "note: compiled in Debug, since LAB_DEBUG is set: training is slow"
            : "note: could not restart in Release; training will be slow");
    }

    // By .dotnet-script/script, with the same host. Returns only where it failed.
    static void Restart(IEnumerable<string> args)
    {
        var launcher = Path.Combine(Folders.Lib, "..", ".dotnet-script", "script");
        if (Environment.ProcessPath is not { } process || !File.Exists(launcher)) return;
        var command = Environment.GetCommandLineArgs();
        if (command.TakeWhile(arg => arg != "--").FirstOrDefault(arg => arg.EndsWith(".csx")) is not { } script) return;

        Out.Flush();
        var isTool = Path.GetFileNameWithoutExtension(process) == "dotnet";
        setenv("LAB_HOST", isTool ? Path.GetFullPath(command[0]) : process, 1);
        if (isTool) setenv("DOTNET_HOST_PATH", process, 1);
        setenv(Restarted, "1", 1);
        execv("/usr/bin/env",
            ["env", "bash", Path.GetFullPath(launcher), Path.GetFullPath(script), "--", .. args, null]);
    }

    /// <summary>Tells .dotnet-script/script, where that waits for it, that this script is compiled and has begun.
    /// </summary>
    public static void Begun()
    {
        const string Stamp = "LAB_BEGUN_STAMP", Key = "LAB_BEGUN_KEY";
        if (Environment.GetEnvironmentVariable(Stamp) is not { Length: > 0 } stamp) return;
        try { File.WriteAllText(stamp, Environment.GetEnvironmentVariable(Key) + "\n"); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { }
        const int Lock = 9, Unlock = 8;
        flock(Lock, Unlock);
        foreach (var name in new[] { Stamp, Key }) Environment.SetEnvironmentVariable(name, null);
    }

    [DllImport("libc", SetLastError = true)]
    static extern int execv(string path, string?[] arguments);

    [DllImport("libc", SetLastError = true)]
    static extern int setenv(string name, string value, int overwrite);

    [DllImport("libc", SetLastError = true)]
    static extern int flock(int descriptor, int operation);
}

// Every number that is written has a decimal point, wherever the machine stands.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
// Its threads would fill and sum a long vector in an order of their own, so that results differed from run to run; and
// trials have the cores already.
MathNet.Numerics.Control.UseSingleThread();
Release.Begun();
Release.Ensure(Args);
