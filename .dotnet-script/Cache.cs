namespace StandIn;

/// <summary>
/// A folder of compiled scripts. Every entry is one file, written under another name and renamed, so that
/// processes that start at once see it whole or not at all. A cache that cannot be written costs time, nothing else.
/// </summary>
sealed class Cache(Options options)
{
    const int KeptPerFolder = 20;

    readonly string root = Path.Combine(Path.GetFullPath(options.CachePath ?? UserFolder()), "dotnet-script-stand-in");

    /// <summary>Where a script's entries lie: by its path, so that old versions of it are found and removed.</summary>
    public static string FolderOf(string script) => Path.Combine("scripts", Path.GetRelativePath("/", script));

    static string UserFolder()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return new[] { "DOTNET_SCRIPT_CACHE_LOCATION", "XDG_CACHE_HOME" }.Select(Environment.GetEnvironmentVariable)
                .FirstOrDefault(folder => !string.IsNullOrEmpty(folder))
            ?? (OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache"));
    }

    public byte[]? Read(string name)
    {
        try
        {
            return options.NoCache ? null : File.ReadAllBytes(Path.Combine(root, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Until it is disposed, this process alone compiles the script of that folder. Where another does, a
    /// strict host (see Program.IsStrict) ends as dotnet-script 2.0.0 does, by SIGBUS and without a word.</summary>
    public IDisposable? Compile(string folder)
    {
        if (!Program.IsStrict) return null;
        try
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(root, folder)).FullName, "compiling");
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            const int BusError = 128 + 7;
            Environment.Exit(BusError);
            throw;
        }
    }

    public void Write(string name, byte[] content)
    {
        if (options.NoCache) return;
        try
        {
            var file = Path.Combine(root, name);
            var folder = Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var draft = $"{file}.{Environment.ProcessId}";
            File.WriteAllBytes(draft, content);
            File.Move(draft, file, overwrite: true);
            var newestFirst = folder.GetFiles().OrderByDescending(f => f.LastWriteTimeUtc);
            foreach (var old in newestFirst.Skip(KeptPerFolder)) old.Delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
