#nullable enable
// Tuning in two stages: the same rates for every arm on seeds of their own, then each arm's best on fresh ones. The
// first goes in rounds, much as successive halving does (Jamieson and Talwalkar 2016): every rate has one seed, and
// others are for those that may be best.

/// <summary>An arm's rate by one criterion, and whether it stands at an end of the grid, beyond which a better one may
/// lie.</summary>
/// <param name="Cell">The configuration, at that rate; NaN while the first stage has not run.</param>
/// <param name="Score">Mean over the tuning seeds; −infinity where every rate lost a seed.</param>
public sealed record TunedRate(Config Cell, double Score, bool AtLowEnd, bool AtHighEnd)
{
    public string Flag => double.IsNegativeInfinity(Score) ? "lost at every rate"
        : AtLowEnd ? "at the grid's low end" : AtHighEnd ? "at the grid's high end" : "";
}

/// <summary>Evaluated trials that have each arm at one rate: at its tuned one; and, where the rates next to that were
/// evaluated too, at whichever of them does best.</summary>
/// <param name="Beside">The cells of which rates next to the tuned ones were evaluated; null: all.</param>
public sealed record TunedRuns(IReadOnlyList<Trial> Chosen, IReadOnlyList<Trial>? Neighbouring = null,
    IReadOnlyList<Config>? Beside = null)
{
    /// <summary>Whether a cell was evaluated at rates next to its tuned one.</summary>
    public bool HasNeighbours(Config cell) => Beside is null || Beside.Contains(cell.ToCell());

    /// <summary>The same trials, with divergence beginning at another multiple.</summary>
    public TunedRuns JudgedAt(double multiple) => this with
    {
        Chosen = [.. Chosen.Select(trial => trial.JudgedAt(multiple))],
        Neighbouring = Neighbouring?.Select(trial => trial.JudgedAt(multiple)).ToList(),
    };
}

/// <summary>The first stage: every arm of each net at the net's rates, on the tuning seeds. Before it has run, every
/// best rate is NaN.</summary>
/// <param name="measures">By what rates will be selected, which may depend on the trials so far; null: accuracy.
/// </param>
public sealed class Tuning(IReadOnlyList<Net> nets, Runs runs, Func<Tuning, IReadOnlyList<Measure>>? measures = null)
{
    /// <summary>The first tuning seed; evaluation seeds count from 1.</summary>
    public const int FirstSeed = 101;

    /// <summary>With how many seeds a rate next to the best one is compared with it; more are for those that are not
    /// worse on all of these.</summary>
    public const int EarlySeeds = 2;

    /// <summary>From how many evaluation seeds a rate next to the tuned one is run at least.</summary>
    public const int NeighbourSeeds = 3;

    readonly Lazy<ILookup<Config, Trial>> byCell = new(() => runs.ToLookup(trial => trial.ToCell()));

    // Asked for once the trials are there, which they may depend on.
    IReadOnlyList<Measure> Measures => field ??= measures?.Invoke(this) ?? [ValidationAccuracy];

    public IReadOnlyList<Net> Nets => nets;
    public Runs Trials => runs;

    /// <summary>An arm's trials, rate by rate.</summary>
    public IReadOnlyList<Trial> TrialsOf(Config cell) => [.. byCell.Value[cell.ToCell()]];

    /// <summary>Each arm at its best rate by a measure, net by net.</summary>
    public IEnumerable<TunedRate> Best(Measure by) =>
        nets.SelectMany(net => net.Cells).Select(cell => Best(cell, by.Of));

    /// <summary>The same as configurations.</summary>
    public IEnumerable<Config> BestCells(Measure by) => Best(by).Select(best => best.Cell);

    /// <summary>The rate with the highest mean score over the seeds, among those that have as many as any; a lost seed
    /// scores below all others. The lower of equals, and the middle of the grid where every rate lost a seed.
    /// </summary>
    public TunedRate Best(Config cell, Func<Trial, double> score) => !runs.Exist
        ? new(cell with { Lr = double.NaN }, double.NaN, false, false)
            : Best(cell, RatesOf(cell), TrialsOf(cell), score);

    /// <summary>The same for each tuning seed by itself, the first first, among the rates that it has; null where it
    /// was lost at all of these.</summary>
    public IReadOnlyList<TunedRate?> BestBySeed(Config cell, Func<Trial, double> score) =>
    [
        .. from seed in runs.Select(trial => trial.Seed).Distinct().Order()
           let best = Best(cell, RatesOf(cell), [.. TrialsOf(cell).Where(trial => trial.Seed == seed)], score)
           select double.IsNegativeInfinity(best.Score) ? null : best,
    ];

    static TunedRate Best(Config cell, IReadOnlyList<double> rates, IReadOnlyList<Trial> own,
        Func<Trial, double> score)
    {
        var tried = rates.Select(rate => own.Where(trial => trial.Lr == rate).ToList()).ToList();
        var most = Math.Max(1, tried.Max(trials => trials.Count));
        var scores = tried.Select(trials => trials.Count < most ? double.NegativeInfinity
            : trials.Average(trial => OrLost(trial, score))).ToList();
        var at = scores.All(double.IsNegativeInfinity) ? rates.Count / 2 : scores.IndexOf(scores.Max());
        return new(cell with { Lr = rates[at] }, scores[at], at == 0, at == rates.Count - 1);
    }

    // What has no score cannot be best either.
    static double OrLost(Trial trial, Func<Trial, double> score) =>
        IsOk(trial) && score(trial) is var own && !double.IsNaN(own) ? own : double.NegativeInfinity;

    /// <summary>Whether this tuning has the cell.</summary>
    public bool Has(Config cell) => nets.Any(net => net.Cells.Any(own => own.ToCell() == cell.ToCell()));

    IReadOnlyList<double> RatesOf(Config cell) =>
        nets.First(net => net.Cells.Any(own => own.ToCell() == cell.ToCell())).Rates;

    /// <summary>What is run next, given the trials so far, of which each rate has one: what has been run may be among
    /// it. A rate that lost a seed cannot be chosen and gets no more.</summary>
    /// <param name="seeds">Of a rate that may be best.</param>
    /// <param name="early">Of rates next to the best one.</param>
    public IEnumerable<Config> NextRound(int seeds, int early) =>
        from cell in nets.SelectMany(net => net.Cells)
        from rate in NextRates(cell, Math.Min(early, seeds), seeds)
        from seed in Enumerable.Range(FirstSeed, rate.Seeds)
        select cell with { Lr = rate.Rate, Seed = seed, Role = Role.Tune };

    // First rates next to the best ones, until these have all neighbours; then those that are not worse on all seeds.
    IEnumerable<(double Rate, int Seeds)> NextRates(Config cell, int early, int seeds)
    {
        var lost = TrialsOf(cell).Where(trial => !IsOk(trial)).Select(trial => trial.Lr).ToHashSet();
        var (grid, trials) = (RatesOf(cell), TrialsOf(cell).Where(trial => !lost.Contains(trial.Lr))
            .ToLookup(trial => trial.Lr));
        var best = (from measure in Measures
                    let rate = Best(cell, grid, [.. trials.SelectMany(rate => rate)], measure.Of)
                    where rate.Score > double.NegativeInfinity
                    select (Measure: measure, rate.Cell.Lr)).ToList();
        if (best.Count == 0) return [];
        IEnumerable<double> Between(IEnumerable<double> some, int beside)
        {
            var places = some.Select(rate => grid.ToList().IndexOf(rate)).ToList();
            return grid.Where((rate, i) => places.Min() - beside <= i && i <= places.Max() + beside
                && trials.Contains(rate));
        }
        var near = Between(best.Select(one => one.Lr), beside: 1).ToList();
        var next = near.Select(rate => (rate, early));
        if (near.Any(rate => trials[rate].Count() < early)) return next;
        return next.Concat(Between(best.SelectMany(one => near.Where(rate =>
            MayBeBest(trials[rate], trials[one.Lr], one.Measure))), beside: 0).Select(rate => (rate, seeds)));
    }

    // Of trials at a rate none is lost, and on the seeds that both have they are not worse than those at another: not
    // all of them, and not in the mean by its 95% interval.
    static bool MayBeBest(IEnumerable<Trial> trials, IEnumerable<Trial> than, Measure by)
    {
        var gains = trials.Join(than, trial => trial.Seed, one => one.Seed,
            (trial, one) => by.OrLost(trial) - by.OrLost(one)).ToList();
        return trials.All(IsOk) && gains.Any(gain => !(gain < 0))
            && !(gains.All(double.IsFinite) && MeanInterval(gains).High < 0);
    }

    /// <summary>Whether a rate is worth more seeds beside the chosen one: none is lost, and by one of the measures by
    /// which rates are selected it is not worse on the seeds that both have, those of tuning among them: not on all,
    /// and not in the mean by its 95% interval.</summary>
    /// <param name="evaluated">At that rate.</param>
    /// <param name="chosen">At the chosen one.</param>
    public bool MayBeBest(IReadOnlyList<Trial> evaluated, IReadOnlyList<Trial> chosen) =>
        Measures.Any(measure => MayBeBest(WithTuning(evaluated), WithTuning(chosen), measure));

    // Trials of one cell at one rate, and what tuning has there.
    IReadOnlyList<Trial> WithTuning(IReadOnlyList<Trial> evaluated) =>
        [.. TrialsOf(evaluated[0]).AtRate(evaluated[0]), .. evaluated];

    /// <summary>The rate's neighbours in the grid and the rate itself, from the lowest.</summary>
    /// <param name="tuned">A cell at its best rate.</param>
    public IEnumerable<double> Neighbours(Config tuned)
    {
        if (double.IsNaN(tuned.Lr)) return [tuned.Lr, tuned.Lr, tuned.Lr];
        var rates = RatesOf(tuned).ToList();
        var at = rates.IndexOf(tuned.Lr);
        return rates.Where((_, i) => Math.Abs(i - at) <= 1);
    }

    /// <summary>Of evaluated trials those that have each arm at its best rate by a measure on the tuning seeds, among
    /// the rates that were evaluated; beside it those that have it at the best of that rate and its neighbours on the
    /// evaluation seeds, if any of these were run: the error of tuning, which is in no interval, shows in the
    /// difference. Cells that were not tuned stay as they are.</summary>
    public TunedRuns At(Measure by, IReadOnlyList<Trial> evaluated)
    {
        var cells = evaluated.GroupBy(trial => trial.ToCell()).Select(cell => (Own: cell.ToList(),
            Tuned: byCell.Value.Contains(cell.Key) ? Best(cell.Key, [.. RatesOf(cell.Key).Where(rate =>
                cell.Any(trial => trial.Lr == rate))], TrialsOf(cell.Key), by.Of) : null)).ToList();
        IReadOnlyList<Trial> EachAt(Func<TunedRate, IReadOnlyList<Trial>, double> rate) =>
        [
            .. cells.SelectMany(cell => cell.Tuned is not { } tuned ? cell.Own
                : cell.Own.Where(trial => trial.Lr == rate(tuned, cell.Own))),
        ];
        // At the tuned rate and its neighbours, from the seeds of the tuned one: at rates that have all of these.
        IReadOnlyList<Trial> Near(TunedRate tuned, IReadOnlyList<Trial> own)
        {
            var seeds = own.Where(trial => trial.Lr == tuned.Cell.Lr).Select(trial => trial.Seed).ToHashSet();
            return [.. own.Where(trial => seeds.Contains(trial.Seed)).GroupBy(trial => trial.Lr)
                .Where(rate => rate.Count() == seeds.Count && Neighbours(tuned.Cell).Contains(rate.Key))
                .SelectMany(rate => rate)];
        }
        double BestOf(TunedRate tuned, IReadOnlyList<Trial> own) => Near(tuned, own) is var near
            && Best(tuned.Cell, RatesOf(tuned.Cell), near, by.Of) is { Score: > double.NegativeInfinity } best
                ? best.Cell.Lr : tuned.Cell.Lr;
        // A neighbour that is worse on all of its seeds needs no more.
        bool IsBeside(TunedRate tuned, IReadOnlyList<Trial> own) =>
            Near(tuned, own).Any(trial => trial.Lr != tuned.Cell.Lr)
            || Neighbours(tuned.Cell).Any(rate => own.Where(trial => trial.Lr == rate).ToList() is { Count: > 0 } there
                && !MayBeBest(WithTuning(there),
                    WithTuning([.. own.Where(trial => trial.Lr == tuned.Cell.Lr)]), by));
        List<Config> beside =
        [
            .. from cell in cells
               where cell.Tuned is { } tuned && IsBeside(tuned, cell.Own)
               select cell.Own[0].ToCell(),
        ];
        return new(EachAt((tuned, _) => tuned.Cell.Lr), beside.Count == 0 ? null : EachAt(BestOf), beside);
    }

    /// <summary>The accuracy that an arm surely ends at, at its best rate: the lowest end of its curves over the tuning
    /// seeds; 1 if all were lost. Their median would be missed by half of the arm's own seeds, so that their ratios of
    /// steps would have no median.</summary>
    public double FinalAccuracy(Config cell)
    {
        var rate = Best(cell, ValidationAccuracy.Of).Cell.Lr;
        return TrialsOf(cell).Where(trial => trial.Lr == rate && IsOk(trial))
            .Select(trial => trial.Curve.Count == 0 ? double.NaN : trial.Curve[^1].ValidationAccuracy)
            .DefaultIfEmpty(1).Min();
    }

    /// <summary>Speed to where the first arm of each net surely ends.</summary>
    public Measure SpeedToTheEnd()
    {
        var ends = (from net in nets
                    let end = FinalAccuracy(net.Cells[0])
                    from cell in net.Cells
                    select (Cell: cell.ToCell(), end)).DistinctBy(one => one.Cell).ToDictionary();
        return new("speed to the end", trial => Speed(trial, ends[trial.ToCell()]));
    }

    /// <summary>A score that is higher for fewer steps to a target; a trial that does not reach it scores below all
    /// that do, by its accuracy.</summary>
    public static double Speed(Trial trial, double target)
    {
        var steps = StepsToTarget(trial, target);
        return double.IsNaN(steps) ? -Math.Log(trial.Steps) - 2 + trial.ValidationAccuracy : -Math.Log(steps);
    }
}
