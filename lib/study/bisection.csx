#nullable enable
// Limits of a swept number, found for each seed: how far training works.

/// <summary>Between which two trials of one seed a limit lies: the last at which training works and the next one, at
/// which it does not. Last is null where it does not work at the first; Next is null where it works to the end.
/// </summary>
public sealed record Limit(Trial? Last, Trial? Next)
{
    /// <param name="inOrder">From where training works best toward the limit.</param>
    public static Limit Of(IEnumerable<Trial> inOrder, Func<Trial, bool> works)
    {
        var trials = inOrder.ToList();
        var count = trials.TakeWhile(works).Count();
        return new(trials.ElementAtOrDefault(count - 1), trials.ElementAtOrDefault(count));
    }
}

/// <summary>What is run to know limits better: for each that lies between two trials, the value halfway by logarithm,
/// at the learning rate of the trial that works; nothing more where the two are as near as that.</summary>
/// <param name="swept">The number of which a limit is asked for.</param>
/// <param name="at">A configuration with that number, which may be rounded.</param>
/// <param name="decades">How well a limit is to be known.</param>
static IEnumerable<Config> Halved(this IEnumerable<Limit> limits, Func<Config, double> swept,
    Func<Config, double, Config> at, double decades = 0.1) =>
    from limit in limits
    where limit is { Last: not null, Next: not null }
    let ends = (Last: swept(limit.Last!), Next: swept(limit.Next!))
    // Values of two or three digits lie a little off.
    where Math.Abs(Math.Log10(ends.Next / ends.Last)) > 1.01 * decades
    let middle = Math.Sqrt(ends.Last * ends.Next)
    let next = at(limit.Last!.ToCell() with
    {
        Lr = limit.Last!.Lr, Seed = limit.Last!.Seed, Role = limit.Last!.Role,
    }, LogGrid(middle, middle, 1, digits: 3)[0])
    where swept(next) != ends.Last && swept(next) != ends.Next
    select next;
