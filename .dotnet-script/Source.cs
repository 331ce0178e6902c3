using System.Security.Cryptography;
using System.Text;

namespace StandIn;

/// <summary>
/// A script with every file it loads and what they refer to, found by a scan of lines: the warm path must know
/// whether anything changed without starting a compiler.
/// </summary>
sealed class Source
{
    readonly Dictionary<string, string> texts = [];
    readonly SortedSet<string> packages = new(StringComparer.OrdinalIgnoreCase);
    readonly List<string> libraries = [];

    public string Path { get; }

    /// <summary>Every file's text by its absolute path, read once: what is hashed is what is compiled.</summary>
    public IReadOnlyDictionary<string, string> Texts => texts;

    /// <summary>Each as "id, version".</summary>
    public IReadOnlyCollection<string> Packages => packages;

    /// <summary>The files of <c>#r "x.dll"</c> that exist. (Others name a framework assembly, or are errors.)</summary>
    public IReadOnlyList<string> Libraries => libraries;

    public Source(string path)
    {
        Path = System.IO.Path.GetFullPath(path);
        if (Program.IsStrict && path.Split('/').Contains(".."))
            throw new HostException($"Could not load file or assembly '{path}'");
        if (!File.Exists(Path)) throw new HostException($"Couldn't find file '{path}'");
        Visit(Path, []);
    }

    void Visit(string path, string[] above)
    {
        string[] here = [.. above, path];
        if (above.Contains(path)) throw new HostException($"error: cycle of #load: {string.Join(" -> ", here)}");
        // A loaded file that is missing is the compiler's to report, with file and line.
        if (texts.ContainsKey(path) || !File.Exists(path)) return;
        texts[path] = File.ReadAllText(path);
        foreach (var (kind, value) in Directives(texts[path]))
        {
            var file = System.IO.Path.GetFullPath(value, System.IO.Path.GetDirectoryName(path)!);
            if (kind == "load") Visit(file, here);
            else if (PackageOf(value) is { } package) packages.Add(package);
            else if (File.Exists(file)) libraries.Add(file);
        }
    }

    static IEnumerable<(string Kind, string Value)> Directives(string text) =>
        from line in text.Split('\n')
        let directive = line.AsSpan().TrimStart() is ['#', .. var rest] ? rest.Trim().ToString() : ""
        let kind = directive.StartsWith("load") ? "load" : directive.StartsWith('r') ? "r" : null
        where kind is not null
        let quoted = directive[kind.Length..].TrimStart().Split('"')
        where quoted is ["", _, ..]
        select (kind, quoted[1].Trim());

    /// <summary>"id, version" where <c>#r</c> names a package, else null.</summary>
    public static string? PackageOf(string reference) =>
        reference.StartsWith("nuget:", StringComparison.OrdinalIgnoreCase) ? reference["nuget:".Length..].Trim() : null;

    /// <summary>Without an exact version a package may be another tomorrow, so that nothing may be kept.</summary>
    public bool Pinned => packages.All(p =>
        p.Split(',') is [_, var version] && !version.Contains('*') && version.Split('.').Length >= 3);

    /// <summary>Names everything that the compiled script depends on.</summary>
    public string Key(bool release) => Hash([
        $"{Program.Version} {Program.IsStrict}", Environment.Version.ToString(), release ? "release" : "debug",
        .. texts.SelectMany(file => new[] { file.Key, file.Value }),
        .. libraries.SelectMany(file => new[] { file, File.GetLastWriteTimeUtc(file).Ticks.ToString() })]);

    public static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..32];
}
