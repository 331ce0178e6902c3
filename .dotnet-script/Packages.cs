using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using System.Text.Json;

namespace StandIn;

/// <summary>The files that a script needs besides the framework, as absolute paths.</summary>
sealed record Assets(IReadOnlyList<string> Assemblies, IReadOnlyList<string> Natives)
{
    public bool Exist => Assemblies.Concat(Natives).All(File.Exists);

    // One path a line; a native library's begins with '!'.
    public byte[] ToBytes() =>
        Encoding.UTF8.GetBytes(string.Join('\n', [.. Assemblies, .. Natives.Select(n => "!" + n)]));

    public static Assets From(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToLookup(line => line[0] == '!');
        return new([.. lines[false]], [.. lines[true].Select(line => line[1..])]);
    }
}

/// <summary>Turns <c>#r "nuget: id, version"</c> into files, by restoring a project that refers to the same.</summary>
static class Packages
{
    public static Assets Resolve(Source script, Options options, Cache cache)
    {
        if (script.Packages.Count == 0) return new([], []);
        // Scripts with the same packages share one restore.
        var name = $"packages-{Source.Hash([Framework, Rid, .. script.Packages])}.txt";
        if (script.Pinned && cache.Read(name) is { } list && Assets.From(list) is { Exist: true } known) return known;
        var assets = Restore(script, options);
        if (script.Pinned) cache.Write(name, assets.ToBytes());
        return assets;
    }

    static string Framework => $"net{Environment.Version.Major}.{Environment.Version.Minor}";
    static string Rid => RuntimeInformation.RuntimeIdentifier;
    static string Dotnet =>
        Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    static Assets Restore(Source script, Options options)
    {
        // A folder of its own, so that scripts started at once cannot disturb each other.
        var folder = Directory.CreateTempSubdirectory("dotnet-script-").FullName;
        try
        {
            var project = Path.Combine(folder, "script.csproj");
            File.WriteAllText(project, Project(script));
            string[] sources = [.. options.Sources.SelectMany(s => new[] { "--source", s })];
            // A build server would outlive the restore and hold its output open.
            string[] arguments = ["restore", project, "--disable-build-servers", .. sources];
            using var restore = Process.Start(new ProcessStartInfo(Dotnet, arguments)
            {
                WorkingDirectory = folder, RedirectStandardOutput = true
            })!;
            var output = restore.StandardOutput.ReadToEnd();
            restore.WaitForExit();
            if (restore.ExitCode == 0) return Read(Path.Combine(folder, "obj", "project.assets.json"));
            var lines = output.Split('\n', StringSplitOptions.TrimEntries);
            var errors = lines.Where(line => line.Contains("error")).Distinct();
            throw new HostException($"{script.Path}: packages could not be restored\n{string.Join('\n', errors)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Settings are looked for from the script's folder upwards; build files that happen to lie above are not.
    static string Project(Source script) => $"""
        <Project>
          <PropertyGroup>
            <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>
            <ImportDirectoryBuildTargets>false</ImportDirectoryBuildTargets>
            <ImportDirectoryPackagesProps>false</ImportDirectoryPackagesProps>
          </PropertyGroup>
          <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
          <PropertyGroup>
            <TargetFramework>{Framework}</TargetFramework>
            <RuntimeIdentifier>{Rid}</RuntimeIdentifier>
            <SelfContained>false</SelfContained>
            <UseAppHost>false</UseAppHost>
            <RestoreRootConfigDirectory>{Escape(Path.GetDirectoryName(script.Path)!)}</RestoreRootConfigDirectory>
          </PropertyGroup>
          <ItemGroup>
            {string.Join("\n    ", script.Packages.Select(Reference))}
          </ItemGroup>
          <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
        </Project>
        """;

    static string Reference(string package)
    {
        var parts = package.Split(',', StringSplitOptions.TrimEntries);
        var version = parts.Length > 1 ? parts[1] : "*";
        return $"""<PackageReference Include="{Escape(parts[0])}" Version="{Escape(version)}" />""";
    }

    static string Escape(string text) => SecurityElement.Escape(text);

    /// <summary>The restore's own account: each package's files that apply to this framework and platform.</summary>
    static Assets Read(string assetsFile)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(assetsFile));
        var root = json.RootElement;
        var folders = root.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name).ToArray();
        var target = root.GetProperty("targets").EnumerateObject().Single(t => t.Name == $"{Framework}/{Rid}").Value;
        string[] Files(string kind) => [..
            from package in target.EnumerateObject()
            where package.Value.TryGetProperty(kind, out _)
            let place = root.GetProperty("libraries").GetProperty(package.Name).GetProperty("path").GetString()!
            from file in package.Value.GetProperty(kind).EnumerateObject()
            where Path.GetFileName(file.Name) != "_._"
            select folders.Select(f => Path.Combine(f, place, file.Name)).First(File.Exists)];
        return new(Files("runtime"), Files("native"));
    }
}
