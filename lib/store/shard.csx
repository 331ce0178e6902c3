#nullable enable
// Several processes on one results folder: which part of a sweep each does, and who is at work.

/// <summary>The part of every sweep that one of several processes does: each Of-th trial of the grid, so that cheap and
/// dear cells are spread evenly.</summary>
public sealed record Shard(int Number, int Of)
{
    public bool Has(int place) => place % Of == Number - 1;

    public override string ToString() => $"{Number}/{Of}";

    /// <summary>In names of files.</summary>
    public string Suffix => $".{Number}-of-{Of}";

    /// <summary>Reads 2/5.</summary>
    /// <exception cref="BadInput">It is something else, or there is no such part.</exception>
    public static Shard Parse(string text) =>
        Regex.Match(text, @"^(\d{1,5})/(\d{1,5})$") is { Success: true } match
        && new Shard(int.Parse(match.Groups[1].Value), int.Parse(match.Groups[2].Value)) is var shard
        && shard.Number >= 1 && shard.Number <= shard.Of
            ? shard : throw new BadInput($"--shard is k/n, the k-th of n parts, such as 1/4, not '{text}'");

    /// <summary>The task of a Slurm job array that this process is; null where it is none, or the only one.</summary>
    /// <exception cref="BadInput">The tasks' numbers are not evenly spaced.</exception>
    public static Shard? OfSlurm(Func<string, string?> variable)
    {
        int? Number(string name) => int.TryParse(variable($"SLURM_ARRAY_TASK_{name}"), out var number) ? number : null;
        if (Number("ID") is not { } id || Number("COUNT") is not { } count || count < 2) return null;
        var (place, left) = Math.DivRem(id - (Number("MIN") ?? 1), Number("STEP") is { } step and > 0 ? step : 1);
        return left == 0 && place >= 0 && place < count ? new(place + 1, count)
            : throw new BadInput("this job array's task numbers are not evenly spaced: say which part each task does "
                + "with --shard k/n");
    }
}

/// <summary>Keeps others out of a results folder: a process by itself keeps out all, a shard those that are by
/// themselves and its own double. The system lets go of it when the process ends, however it ends.</summary>
public sealed class Hold : IDisposable
{
    readonly string folder;
    readonly Shard? shard;
    readonly FileStream all;
    FileStream? own;

    /// <exception cref="BadInput">Another process is at work there.</exception>
    public Hold(string folder, Shard? shard)
    {
        (this.folder, this.shard) = (folder, shard);
        Directory.CreateDirectory(folder);
        all = Lock(Name, alone: shard is null) ?? throw Busy("another run");
        if (shard is not null) Resume();
        // Left by shards that were killed.
        else foreach (var path in OfShards) File.Delete(path);
    }

    string Name => Path.Combine(folder, "running");

    // The pattern running.* matches running too.
    IEnumerable<string> OfShards =>
        Directory.GetFiles(folder, "running*").Where(path => path != Name).Order(StringComparer.Ordinal);

    /// <summary>Until Resume, other shards see this one as having done its part.</summary>
    public void Pause() => Free(own);

    /// <exception cref="BadInput">Another process has taken this shard.</exception>
    public void Resume()
    {
        // A shard that looks whether this one is at work holds its file for a moment.
        for (var attempt = 0; attempt < 10; attempt++, Thread.Sleep(50))
            if ((own = Lock(Name + shard!.Suffix, alone: true)) is not null) return;
        all.Dispose();
        throw Busy($"another run of shard {shard}");
    }

    /// <summary>Shards other than this one that are at work, as k/n.</summary>
    public IReadOnlyList<string> Others() =>
    [
        .. from path in OfShards
           where path != Name + shard?.Suffix && IsHeld(path)
           select path[(Name.Length + 1)..].Replace("-of-", "/"),
    ];

    public void Dispose()
    {
        Free(own);
        // Who shares the file leaves it there for the others.
        if (shard is null) Free(all);
        else all.Dispose();
    }

    // Not by FileOptions.DeleteOnClose, which deletes also where another process has the file and this one got nothing.
    static void Free(FileStream? file)
    {
        if (file is not { CanWrite: true }) return;
        File.Delete(file.Name);
        file.Dispose();
    }

    BadInput Busy(string who) =>
        new($"{who} is at work in {folder}: wait for it, or give --out another folder");

    static bool IsHeld(string path)
    {
        try
        {
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (FileNotFoundException) { return false; }
        catch (IOException e) when (Tables.IsHeld(e)) { return true; }
    }

    // Null where another process holds it.
    static FileStream? Lock(string path, bool alone)
    {
        try
        {
            return alone
                ? new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1)
                : new(path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.Read, 1);
        }
        catch (IOException e) when (Tables.IsHeld(e)) { return null; }
    }
}
