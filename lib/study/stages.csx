#nullable enable
// What the stages of an experiment can be: a sweep, a tuning, an evaluation of what was tuned.

/// <summary>A stage that runs a grid.</summary>
/// <param name="grid">A query, so that it can be evaluated anew once rates have been chosen.</param>
static Plan<Runs> Sweep(IEnumerable<Config> grid, Probe? probe = null)
{
    var runs = new Runs();
    return new([new(grid, probe, runs)], () => runs);
}

/// <summary>A stage that runs each of the configurations from every seed.</summary>
static Plan<Runs> Evaluate(IEnumerable<Config> cells, IReadOnlyList<int> seeds, Probe? probe = null) =>
    Sweep(from cell in cells.EachOnce()
          from seed in seeds
          select cell with { Seed = seed, Role = Role.Evaluate }, probe);

/// <summary>Trials that were run until their claims were decided, and these.</summary>
public sealed class JudgedRuns(Runs trials, Func<IReadOnlyList<Judgement>> judge)
{
    readonly Lazy<IReadOnlyList<Judgement>> claims = new(judge);

    public IReadOnlyList<Trial> Trials => trials;

    /// <summary>To be read when the stage has run.</summary>
    public IReadOnlyList<Judgement> Claims => claims.Value;
}

/// <summary>A stage that runs each of the configurations from the seeds of the first look, and those of conditions that
/// are still open from the seeds of the next.</summary>
/// <param name="judge">The claims, from the trials of this stage.</param>
/// <param name="neighbours">Tunings of which the rates next to the chosen ones are run too, once a condition is decided
/// at the chosen ones, since its verdict must hold there as well. A neighbour has a few seeds first, and all seeds of
/// the chosen rate only where it may be better: see Tuning.MayBeBest.</param>
/// <param name="refine">What is run beside, given the trials so far, before the claims are judged: see Stage.Next.
/// </param>
/// <param name="later">Which of the cells are run from more seeds than the scouts, given the trials so far. Null: all.
/// </param>
/// <param name="scouts">From how many seeds all cells are run where not all are run from more.</param>
static Plan<JudgedRuns> Evaluate(IEnumerable<Config> cells, Looks looks,
    Func<IReadOnlyList<Trial>, IReadOnlyList<Judgement>> judge, Probe? probe = null,
    Func<IReadOnlyList<Trial>, IEnumerable<Config>>? refine = null, Role role = Role.Evaluate,
    IReadOnlyList<Tuning>? neighbours = null, Func<IReadOnlyList<Trial>, Func<Config, bool>>? later = null,
    int scouts = 3)
{
    var runs = new Runs();
    var own = from cell in cells.EachOnce() select cell with { Role = role };
    Tuning? TuningOf(Config cell) => neighbours?.FirstOrDefault(tuning => tuning.Has(cell));
    IEnumerable<Config> Around(Config cell) => TuningOf(cell) is not { } tuning ? [cell]
        : from rate in tuning.Neighbours(cell) select cell with { Lr = rate };
    // What is run beside has not all seeds.
    IReadOnlyList<Judgement> Judged(IReadOnlyList<Trial> trials)
    {
        var cells = own.Select(cell => cell.ToCell()).ToHashSet();
        var counted = trials.Where(trial => cells.Contains(trial.ToCell())).ToList();
        return [.. judge(trials).Select(one => looks.At(one, counted))];
    }
    IEnumerable<Config> At(IEnumerable<Config> some, int seeds) => from cell in some
                                                                   from seed in Enumerable.Range(1, seeds)
                                                                   select cell with { Seed = seed };
    IEnumerable<Config> Next(IReadOnlyList<Trial> trials)
    {
        var run = trials.ToLookup(AtItsRate);
        IReadOnlyList<Trial> Run(Config config) => [.. run[config.AtItsRate()]];
        bool IsNew(Config config) => run[config.AtItsRate()].All(trial => trial.Seed != config.Seed);
        var some = own.Where(later?.Invoke(trials) ?? (_ => true)).ToList();
        var first = At(some, looks.Counts[0]).ToList();
        if (first.Any(IsNew)) return first;
        if (refine?.Invoke(trials).ToList() is { Count: > 0 } finer) return finer;
        var judged = Judged(trials);
        var open = looks.Next(judged, some).ToList();
        if (open.Any(IsNew)) return open;
        var decided = Looks.Decided(judged).ToHashSet();
        var few = Math.Min(Tuning.NeighbourSeeds, looks.Counts[0]);
        bool HasFew(Config near) => !At([near], few).Any(IsNew);
        return from cell in own
               where decided.Contains(cell.AtItsRate())
               from near in Around(cell)
               let all = HasFew(near) && TuningOf(cell)?.MayBeBest(Run(near), Run(cell)) != false
               from trial in Run(cell)
               where all || trial.Seed <= few
               select near with { Seed = trial.Seed };
    }
    var stage = new Stage(At(own, later is null ? looks.Counts[0] : Math.Min(scouts, looks.Counts[0])), probe, runs)
    {
        AtMost = At(own.SelectMany(Around).EachOnce(), looks.Counts[^1]), Next = Next,
    };
    return new([stage], () => new(runs, () => Judged(runs)));
}

// Two cells whose rates have not been chosen yet may come to differ.
static IEnumerable<Config> EachOnce(this IEnumerable<Config> cells) =>
    cells.Where(cell => double.IsNaN(cell.Lr)).Concat(cells.Where(cell => !double.IsNaN(cell.Lr)).Distinct());

/// <summary>The first stage of tuning: every arm of the nets at each of the net's rates on one seed; those that may be
/// best on more, which are asked for in rounds.</summary>
/// <param name="seeds">How many, of their own, for rates that may be best.</param>
/// <param name="measures">By what rates will be selected, given the trials so far; null: accuracy.</param>
/// <param name="early">How many for all rates next to the best: as many as seeds where each seed's own best is asked
/// for.</param>
static Plan<Tuning> Tune(IReadOnlyList<Net> nets, int seeds, Probe? probe = null,
    Func<Tuning, IReadOnlyList<Measure>>? measures = null, int early = Tuning.EarlySeeds)
{
    var runs = new Runs();
    IEnumerable<Config> At(int count) => from net in nets
                                         from cell in net.Cells
                                         from rate in net.Rates
                                         from seed in Enumerable.Range(Tuning.FirstSeed, count)
                                         select cell with { Lr = rate, Seed = seed, Role = Role.Tune };
    var stage = new Stage(At(1), probe, runs)
    {
        AtMost = At(seeds),
        Next = trials => new Tuning(nets, Runs.Of(trials), measures).NextRound(seeds, early),
    };
    return new([stage], () => new(nets, runs, measures));
}
