#nullable enable
// Which learning rates an arm can use, from a sweep of them.

/// <summary>The learning rates that one arm of a net can use.</summary>
/// <param name="All">At all rates of the grid, and between those where limits were searched.</param>
public sealed record RateLimits(Net Net, Config Cell, IReadOnlyList<Trial> All)
{
    /// <summary>At the grid's rates.</summary>
    public IReadOnlyList<Trial> Trials { get; } = All.OnGrid(Net);

    /// <summary>The arm, and under which condition: "batch, Adam".</summary>
    public string Label => $"{ArmOf(Cell)}, {Net.Name}";

    /// <summary>Rates whose median over the seeds is within 2 points of the arm's best.</summary>
    public (double Low, double High, double Best) Usable { get; } =
        All.OnGrid(Net).UsableRange(trial => trial.Lr, ValidationAccuracy);

    /// <summary>Each seed's largest stable rate; NaN where it learns at none.</summary>
    public IReadOnlyList<double> LargestStable { get; } =
        [.. All.GroupBy(trial => trial.Seed).Select(LargestStableRate)];

    /// <summary>Of every arm of every net.</summary>
    public static IReadOnlyList<RateLimits> Of(IReadOnlyList<Net> nets, IReadOnlyList<Trial> trials) =>
        [.. from net in nets from cell in net.Cells select new RateLimits(net, cell, trials.At(cell))];
}

/// <summary>The trials of a net at the rates of its grid.</summary>
static IReadOnlyList<Trial> OnGrid(this IEnumerable<Trial> trials, Net net)
{
    var (cells, rates) = (net.Cells.Select(cell => cell.ToCell()).ToHashSet(), net.Rates.ToHashSet());
    return [.. trials.Where(trial => rates.Contains(trial.Lr) && cells.Contains(trial.ToCell()))];
}

/// <summary>What is run to know each seed's largest stable rate to a tenth of a decade.</summary>
static IEnumerable<Config> BisectStableRates(IReadOnlyList<Trial> trials) =>
    trials.GroupBy(trial => (trial.ToCell(), trial.Seed)).Select(StableRateLimit)
        .Halved(config => config.Lr, (config, rate) => config with { Lr = rate });

/// <summary>The grid's rates that seeds after the scouts are run at: for each arm, from one below the lowest best rate
/// of the seeds so far to one above the highest at which one of them is lost. Below, none of them is at its best, and
/// above, all are lost; a seed that differs widens the range for all.</summary>
static Func<Config, bool> NearLimits(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets)
{
    var near = (from net in nets
                from cell in net.Cells
                from rate in NearLimits(trials.OnGrid(net).At(cell), net.Rates)
                select (cell.ToCell(), rate)).ToHashSet();
    return config => near.Contains((config.ToCell(), config.Lr));
}

static IEnumerable<double> NearLimits(IReadOnlyList<Trial> trials, IReadOnlyList<double> rates)
{
    var seeds = trials.GroupBy(trial => trial.Seed).Select(seed =>
        (Best: seed.Where(IsOk).MaxBy(trial => trial.ValidationAccuracy)?.Lr ?? rates[0],
            Lost: StableRateLimit(seed).Next?.Lr ?? rates[^1])).ToList();
    var (low, high) = (seeds.Min(seed => seed.Best), seeds.Max(seed => seed.Lost));
    return rates.Where((_, i) => rates[Math.Min(i + 1, rates.Count - 1)] >= low && rates[Math.Max(i - 1, 0)] <= high);
}

/// <summary>For each net, the largest stable rate with BN over that without, as log10; known to a tenth of a decade.
/// </summary>
static IReadOnlyList<Effect> StableRateRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
    [.. nets.Select(net => LimitRatio(net.Name, trials.At(net["batch"]), trials.At(net["none"]), StableRateLimit,
        trial => trial.Lr, resolution: 0.1))];

/// <summary>For each net, which share of its grid's rates is lost to a seed above its best one, none less batch; known
/// to one rate of the grid.</summary>
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
