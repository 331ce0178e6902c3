#nullable enable
// Numbers seed by seed: of trials of one arm, or of two that are paired.

/// <summary>The trials of a cell: those that differ from it in learning rate, seed and role alone.</summary>
static IReadOnlyList<Trial> At(this IEnumerable<Trial> trials, Config cell)
{
    var wanted = cell.ToCell();
    return [.. trials.Where(trial => trial.ToCell() == wanted)];
}

/// <summary>The trials of a cell at its learning rate.</summary>
static IReadOnlyList<Trial> AtRate(this IEnumerable<Trial> trials, Config cell) =>
    [.. trials.At(cell).Where(trial => trial.Lr == cell.Lr)];

/// <summary>A configuration's cell at its learning rate: what seeds repeat.</summary>
static Config AtItsRate(this Config config) => config.ToCell() with { Lr = config.Lr };

/// <summary>A number for each seed, and the cells whose trials it was taken from, at their rates.</summary>
public sealed record PerSeed(IReadOnlyList<double> Values, IReadOnlyList<Config> Cells);

/// <summary>A number of each trial of one cell, which has one for a seed.</summary>
static PerSeed EachSeed(this IReadOnlyList<Trial> trials, Func<Trial, double> of) =>
    new([.. trials.Select(of)], trials.Cells());

/// <summary>A number of two groups of trials, seed by seed.</summary>
/// <param name="of">Takes a seed's trials of either group, one or more.</param>
static PerSeed BySeed(this IReadOnlyList<Trial> first, IReadOnlyList<Trial> second,
    Func<IReadOnlyList<Trial>, IReadOnlyList<Trial>, double> of) =>
    new([.. from one in first.GroupBy(trial => trial.Seed)
            join other in second.GroupBy(trial => trial.Seed) on one.Key equals other.Key
            select of([.. one], [.. other])], first.Concat(second).Cells());

/// <summary>A number of two cells, seed by seed: each cell has one trial for a seed.</summary>
static PerSeed Paired(this IReadOnlyList<Trial> trials, Config first, Config second, Func<Trial, Trial, double> of) =>
    trials.At(first).BySeed(trials.At(second), (a, b) => of(a[0], b[0]));

static IReadOnlyList<Config> Cells(this IEnumerable<Trial> trials) =>
    [.. trials.Select(AtItsRate).Distinct()];
