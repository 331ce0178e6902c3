#nullable enable
// Where data is looked for, and what stands there.

/// <summary>Where data is looked for: the folder that the user gave, the cache, and mirrors in place of the public
/// ones; and how long a mirror may take to answer.</summary>
public sealed record DataPlaces(string? Given, string Cache, string[]? Mirrors, TimeSpan Patience)
{
    /// <summary>From LAB_DATA (a folder that holds mnist/, fashion-mnist/ or cifar-10/), the user's cache folder, and
    /// LAB_MIRROR (URLs separated by spaces, under which there are such folders). Offline, the attempt to reach both
    /// public mirrors takes 5 seconds. Throws BadInput if LAB_DATA is not a folder.</summary>
    public static DataPlaces FromEnvironment() => new(
        Variable("LAB_DATA") is not { } given ? null
            : Directory.Exists(given) ? Path.GetFullPath(given)
            : throw new BadInput($"LAB_DATA={given} is no folder: set it to the folder that holds mnist/, or unset it"),
        Folders.Cache, Variable("LAB_MIRROR")?.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        TimeSpan.FromSeconds(2.5));

    /// <summary>The URLs under which a data set is asked for.</summary>
    public IEnumerable<string> MirrorsOf(string name, IEnumerable<string> publicOnes) =>
        Mirrors?.Select(url => $"{url.TrimEnd('/')}/{name}/") ?? publicOnes;

    /// <summary>What the given folder holds, in words, where a data set was not found there: "; LAB_DATA=... holds ...
    /// but not ...". Images that lie deeper in it, under another name, are named. Empty if no folder was given.
    /// </summary>
    /// <param name="wanted">What was looked for.</param>
    public string Lacking(string wanted)
    {
        if (Given is null) return "";
        var deep = new EnumerationOptions
        {
            RecurseSubdirectories = true, MaxRecursionDepth = 3, IgnoreInaccessible = true,
        };
        var images = Directory.EnumerateFiles(Given, "*train-images*", deep).Order(StringComparer.Ordinal)
            .FirstOrDefault();
        return $"; LAB_DATA={Given} holds {IdxFiles.Contents(Given)}, but not {wanted}" + (images is null ? ""
            : $"; there is {Path.GetRelativePath(Given, images)}: if this is what you mean, rename its folder, or give "
                + "--data its path");
    }

    static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>The four files of an IDX data set, as the world names them: with a dash or a dot before `idx`, gzipped or
/// not.</summary>
public static class IdxFiles
{
    /// <summary>Training images and labels, test images and labels, by their first names.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    public static bool AreImages(int part) => part % 2 == 0;

    /// <summary>The files that a folder has of a part, plain before gzipped, a dash before a dot.</summary>
    /// <param name="ranks">Digits that may stand behind `idx` in images' names.</param>
    public static IEnumerable<string> Of(string folder, int part, params IEnumerable<int> ranks) =>
        from rank in AreImages(part) ? ranks : [1]
        from ending in new[] { "", ".gz" }
        from mark in new[] { "-", "." }
        let path = Path.Combine(folder, Regex.Replace(Names[part], "-idx.", $"{mark}idx{rank}") + ending)
        where File.Exists(path)
        select path;

    /// <summary>The first entries of a folder, in words.</summary>
    public static string Contents(string folder)
    {
        const int listed = 5;
        var names = Directory.EnumerateFileSystemEntries(folder)
            .Select(path => Path.GetFileName(path) + (Directory.Exists(path) ? "/" : ""))
            .Order(StringComparer.Ordinal).ToList();
        return names.Count == 0 ? "nothing" : string.Join(", ", names.Take(listed))
            + (names.Count > listed ? $" and {names.Count - listed} more" : "");
    }
}
