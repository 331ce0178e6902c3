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
