#nullable enable
// What a trial depends on, as short hashes: its configuration and data, and the code that determines results.

public static class Fingerprint
{
    /// <summary>The folders of lib/ that determine a trial's numbers: all below the words and the figures.</summary>
    public static IReadOnlyList<string> HashedFolders { get; } =
        ["numerics", "autograd", "nn", "data", "training", "probes"];

    /// <summary>Hash of all code that can change a trial's numbers.</summary>
    public static string Code { get; } = CodeOf(Path.Combine(Folders.Project, "lib"));

    /// <summary>The same for trials that a probe measures: its version is part of it.</summary>
    public static string CodeWith(Probe? probe) =>
        probe is null or { Version: 1 } ? Code : Hash([Code, $"probe {probe.Version}"]);

    /// <summary>Hash of the files in the hashed folders of a lib folder, names included.</summary>
    public static string CodeOf(string lib) => Hash(HashedFolders.SelectMany(folder =>
        Directory.GetFiles(Path.Combine(lib, folder), "*.csx").Order(StringComparer.Ordinal)
            .SelectMany(file => new[] { $"{folder}/{Path.GetFileName(file)}", File.ReadAllText(file) })));

    /// <summary>Hash of everything that a trial depends on except the code: configuration and dataset's bytes.
    /// </summary>
    public static string OfTrial(Config config, string fingerprint) =>
        Hash([.. columns.Texts(config), fingerprint, .. Hyperparameters.ExtrasSet(config)
            .Select(one => $"{one.Name} {one.Text}")]);

    /// <summary>The first 12 hex digits of the SHA-256 of the parts, a line each.</summary>
    public static string Hash(IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts))))[..12];

    static readonly Columns<Config> columns = new(["dataset", .. Hyperparameters.Common, "seed", "role"]);
}
