#nullable enable
// Which learning rates an arm can use, from a sweep of them.

/// <summary>The learning rates that one arm of a net can use.</summary>
/// <param name="Trials">At all rates of the grid.</param>
public sealed record RateLimits(Net Net, Config Cell, IReadOnlyList<Trial> Trials)
{
    /// <summary>The arm, and under which condition: "batch, Adam".</summary>
    public string Label => $"{ArmOf(Cell)}, {Net.Name}";

    /// <summary>Rates whose median over the seeds is within 2 points of the arm's best.</summary>
    public (double Low, double High, double Best) Usable { get; } =
        Trials.UsableRange(trial => trial.Lr, ValidationAccuracy);

    /// <summary>Each seed's largest stable rate; NaN where it learns at none.</summary>
    public IReadOnlyList<double> LargestStable { get; } =
        [.. Trials.GroupBy(trial => trial.Seed).Select(LargestStableRate)];

    /// <summary>Of every arm of every net.</summary>
    public static IReadOnlyList<RateLimits> Of(IReadOnlyList<Net> nets, IReadOnlyList<Trial> trials) =>
        [.. from net in nets from cell in net.Cells select new RateLimits(net, cell, trials.At(cell))];
}

/// <summary>For each net, which share of its grid's rates is lost to a seed above its best one, none less batch; known to
/// one rate of the grid.</summary>
static IReadOnlyList<Effect> LostAboveBest(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
    LostRates(trials, nets, shares => shares.Above);

/// <summary>The same below its best rate, where training is too slow for its budget.</summary>
static IReadOnlyList<Effect> LostBelowBest(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
    LostRates(trials, nets, shares => shares.Below);

static IReadOnlyList<Effect> LostRates(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    Func<(double Above, double Below), double> side) =>
[
    .. nets.Select(net => Effect.From(net.Name, trials.At(net["batch"]).BySeed(trials.At(net["none"]), (batch, none) =>
        side(none.LostShares(net.Rates)) - side(batch.LostShares(net.Rates))), resolution: 1.0 / net.Rates.Count)),
];
