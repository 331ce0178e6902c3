#nullable enable
// Several processes share an experiment's work: the part of each.

/// <summary>The part of every sweep that one of several processes does: each Count-th trial of the grid, so that cheap
/// and expensive cells are spread evenly.</summary>
public sealed record Shard(int Number, int Count)
{
    /// <summary>Whether the trial at a place of the grid belongs to this part.</summary>
    public bool Has(int place) => place % Count == Number - 1;

    public override string ToString() => $"{Number}/{Count}";

    /// <summary>In names of files.</summary>
    public string Suffix => $".{Number}-of-{Count}";

    /// <summary>Reads 2/5.</summary>
    /// <exception cref="BadInput">It is something else, or there is no such part.</exception>
    public static Shard Parse(string text) =>
        Regex.Match(text, @"^(\d{1,5})/(\d{1,5})$") is { Success: true } match
        && new Shard(int.Parse(match.Groups[1].Value), int.Parse(match.Groups[2].Value)) is var shard
        && shard.Number >= 1 && shard.Number <= shard.Count
            ? shard : throw new BadInput($"--shard is k/n, the k-th of n parts, such as 1/4, not '{text}'");

    /// <summary>The task of a Slurm job array that this process is; null where it is none.</summary>
    /// <exception cref="BadInput">The tasks' numbers are not evenly spaced, or there is only one task: it may be one of
    /// a larger array that is submitted again by itself.</exception>
    public static Shard? FromSlurm(Func<string, string?> variable)
    {
        int? Number(string name) => int.TryParse(variable($"SLURM_ARRAY_TASK_{name}"), out var number) ? number : null;
        if (Number("ID") is not { } id || Number("COUNT") is not { } count) return null;
        if (count < 2)
            throw new BadInput($"task {id} is alone in its job array: say which part it does, as --shard {id}/N where "
                + "the whole array had tasks 1 to N; --shard 1/1 does everything");
        var (place, left) = Math.DivRem(id - (Number("MIN") ?? 1), Number("STEP") is { } step and > 0 ? step : 1);
        return left == 0 && place >= 0 && place < count ? new(place + 1, count)
            : throw new BadInput("this job array's task numbers are not evenly spaced: say which part each task does "
                + "with --shard k/n");
    }
}
