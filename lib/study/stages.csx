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
/// at the chosen ones, since its verdict must hold there as well.</param>
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
    var rounds = new LookByLook(from cell in cells.EachOnce() select cell with { Role = role }, looks, judge)
    {
        Neighbours = neighbours, Refine = refine, Later = later,
    };
    var first = later is null ? looks.Counts[0] : Math.Min(scouts, looks.Counts[0]);
    var stage = new Stage(rounds.First(first), probe, runs) { AtMost = rounds.AtMost, Next = rounds.Next };
    return new([stage], () => new(runs, () => rounds.Judged(runs)));
}

/// <summary>Which trials are run, round after round, until the claims on some cells are decided.</summary>
/// <param name="cells">A query: evaluated anew in each round, since rates are chosen by trials.</param>
public sealed class LookByLook(IEnumerable<Config> cells, Looks looks,
    Func<IReadOnlyList<Trial>, IReadOnlyList<Judgement>> judge)
{
    // As in Evaluate.
    public IReadOnlyList<Tuning>? Neighbours { get; init; }
    public Func<IReadOnlyList<Trial>, IEnumerable<Config>>? Refine { get; init; }
    public Func<IReadOnlyList<Trial>, Func<Config, bool>>? Later { get; init; }

    /// <summary>The first round, of so many seeds.</summary>
    public IEnumerable<Config> First(int seeds) => At(cells, seeds);

    /// <summary>All that can be asked for, but for what is run beside.</summary>
    public IEnumerable<Config> AtMost => At(cells.SelectMany(Around).EachOnce(), looks.Counts[^1]);

    /// <summary>The claims at the looks that the cells have come to. What is run beside has not all seeds, and does not
    /// count toward a look. A trial that failed, by an error of the program, is judged as if it had not been run.
    /// </summary>
    public IReadOnlyList<Judgement> Judged(IReadOnlyList<Trial> trials)
    {
        var own = cells.Select(cell => cell.ToCell()).ToHashSet();
        var counted = trials.Where(trial => own.Contains(trial.ToCell())).ToList();
        return [.. judge([.. trials.Where(trial => trial.Status != Status.Failed)])
            .Select(one => looks.At(one, counted))];
    }

    /// <summary>The next round: the first look's seeds, where some are missing; else what is run beside; else the next
    /// look of open conditions; last, where conditions are decided, the neighbouring rates.</summary>
    public IEnumerable<Config> Next(IReadOnlyList<Trial> trials)
    {
        var run = trials.ToLookup(AtItsRate);
        bool IsNew(Config config) => run[config.AtItsRate()].All(trial => trial.Seed != config.Seed);
        var some = cells.Where(Later?.Invoke(trials) ?? (_ => true)).ToList();
        var first = At(some, looks.Counts[0]).ToList();
        if (first.Any(IsNew)) return first;
        if (Refine?.Invoke(trials).ToList() is { Count: > 0 } finer) return finer;
        var judged = Judged(trials);
        var open = looks.Next(judged, some).ToList();
        return open.Any(IsNew) ? open : Beside(Looks.Decided(judged).ToHashSet(), run);
    }

    // At rates next to the chosen ones: a few seeds first, and all of the chosen one's where the rate may be better.
    IEnumerable<Config> Beside(HashSet<Config> decided, ILookup<Config, Trial> run)
    {
        var few = Math.Min(Tuning.NeighbourSeeds, looks.Counts[0]);
        IReadOnlyList<Trial> Run(Config config) => [.. run[config.AtItsRate()]];
        bool IsWorthAll(Config near, Config cell) => Run(near).Count(trial => trial.Seed <= few) == few
            && TuningOf(cell)?.MayBeBest(Run(near), Run(cell)) != false;
        return from cell in cells
               where decided.Contains(cell.AtItsRate())
               from near in Around(cell)
               let all = IsWorthAll(near, cell)
               from trial in Run(cell)
               where all || trial.Seed <= few
               select near with { Seed = trial.Seed };
    }

    Tuning? TuningOf(Config cell) => Neighbours?.FirstOrDefault(tuning => tuning.Has(cell));

    // A cell at its chosen rate and those next to it.
    IEnumerable<Config> Around(Config cell) => TuningOf(cell) is not { } tuning ? [cell]
        : from rate in tuning.Neighbours(cell) select cell with { Lr = rate };

    static IEnumerable<Config> At(IEnumerable<Config> some, int seeds) => from cell in some
                                                                          from seed in Enumerable.Range(1, seeds)
                                                                          select cell with { Seed = seed };
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
