#nullable enable
// Which processes may write to a results folder at the same time.

/// <summary>Another shard that is there, as k/n.</summary>
/// <param name="Awaits">It waits until so many trials, the first of all that are asked for, are there; null: it is at
/// work.</param>
public readonly record struct OtherShard(string Name, int? Awaits);

/// <summary>A lock on a results folder. A process that runs alone locks out all others; a shard locks out processes
/// that run alone, and a second process of the same shard. The system releases the lock when the process ends, however
/// it ends.</summary>
public sealed class FolderLock : IDisposable
{
    readonly string folder;
    readonly Shard? shard;
    readonly FileStream all;
    FileStream? own;

    /// <exception cref="BadInput">Another process has locked it.</exception>
    public FolderLock(string folder, Shard? shard)
    {
        (this.folder, this.shard) = (folder, shard);
        Directory.CreateDirectory(folder);
        all = (shard is null ? Files.Lock(Name) : OpenShared(Name)) ?? throw InUse("another run");
        if (shard is not null) Resume();
        // Left by shards that were killed.
        else foreach (var path in FilesOfShards) File.Delete(path);
    }

    string Name => Path.Combine(folder, "running");

    // running.2-of-4, and waiting.360.2-of-4 of one that waits.
    IEnumerable<string> FilesOfShards => Directory.GetFiles(folder, "running.*")
        .Concat(Directory.GetFiles(folder, "waiting.*")).Where(path => path != Name).Order(StringComparer.Ordinal);

    /// <summary>Until Resume, other shards know this one as waiting.</summary>
    /// <param name="awaits">See OtherShard.</param>
    public void Pause(int awaits) => Take($"waiting.{awaits}");

    /// <exception cref="BadInput">Another process has taken this shard.</exception>
    public void Resume() => Take("running");

    // A file of this shard under another name; the one before goes when it is there, so that others always see one.
    void Take(string name)
    {
        var (before, path) = (own, Path.Combine(folder, name + shard!.Suffix));
        own = null;
        // Another shard that checks whether this one is there has its file open for a moment.
        for (var attempt = 0; attempt < 10 && own is null; attempt++)
        {
            if (attempt > 0) Thread.Sleep(50);
            own = Files.Lock(path);
        }
        Release(before);
        if (own is not null) return;
        all.Dispose();
        throw InUse($"another run of shard {shard}");
    }

    /// <summary>Other shards that are running or waiting.</summary>
    public IReadOnlyList<OtherShard> Others() =>
    [
        .. from path in FilesOfShards
           where !path.EndsWith(shard?.Suffix ?? " ") && IsLocked(path)
           let parts = Path.GetFileName(path).Split('.')
           select new OtherShard(parts[^1].Replace("-of-", "/"), parts is [_, var awaits, _]
               ? int.Parse(awaits, CultureInfo.InvariantCulture) : null),
    ];

    public void Dispose()
    {
        Release(own);
        // Other shards may still have this file open.
        if (shard is null) Release(all);
        else all.Dispose();
    }

    static void Release(FileStream? file)
    {
        if (file is { CanWrite: true }) Files.Unlock(file);
    }

    BadInput InUse(string who) =>
        new($"{who} is at work in {folder}: wait for it, or give --out another folder");

    static bool IsLocked(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (FileNotFoundException) { return false; }
        catch (IOException e) when (Files.IsLocked(e)) { return true; }
    }

    // Null where another process has locked it.
    static FileStream? OpenShared(string path)
    {
        try { return new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, 1); }
        catch (IOException e) when (Files.IsLocked(e)) { return null; }
    }
}
