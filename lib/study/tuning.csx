#nullable enable
// Tuning in two stages: the same rates for every cell on seeds of their own, then each cell's best on fresh ones.

/// <summary>A cell's rate by one criterion, and whether it stands at an end of the grid, beyond which a better one may
/// lie.</summary>
/// <param name="Cell">The configuration, at that rate.</param>
/// <param name="Score">Mean over the tuning seeds; −infinity where some seed was lost at every rate.</param>
public sealed record TunedRate(Config Cell, double Score, bool AtLowEnd, bool AtHighEnd)
{
    public string Flag => double.IsNegativeInfinity(Score) ? "lost at every rate"
        : AtLowEnd ? "at the grid's low end" : AtHighEnd ? "at the grid's high end" : "";
}

/// <summary>Stage 1: every cell at every rate, on the tuning seeds.</summary>
public sealed class Tuning(IReadOnlyList<Config> cells, IReadOnlyList<double> rates, IReadOnlyList<Trial> trials)
{
    /// <summary>The first tuning seed; evaluation seeds count from 1.</summary>
    public const int FirstSeed = 101;

    public IReadOnlyList<Config> Cells => cells;
    public IReadOnlyList<double> Rates => rates;
    public IReadOnlyList<Trial> Trials => trials;

    /// <summary>A cell's trials, rate by rate.</summary>
    public IReadOnlyList<Trial> Of(Config cell) =>
        trials.Chunk(trials.Count / cells.Count).ElementAt(cells.Index().First(pair => pair.Item == cell).Index);

    /// <summary>The rate with the highest mean score over the seeds, a lost seed scoring below all others; the lower of
    /// equals, and the middle of the grid where seeds were lost at every rate.</summary>
    public TunedRate Best(Config cell, Func<Trial, double> score) => Best(cell, Of(cell), score);

    /// <summary>The same for each tuning seed by itself, the first first; null where that seed was lost at every rate.
    /// </summary>
    public IReadOnlyList<TunedRate?> BestBySeed(Config cell, Func<Trial, double> score) =>
    [
        .. Of(cell).GroupBy(trial => trial.Seed).OrderBy(seed => seed.Key).Select(seed =>
            Best(cell, [.. seed], score) is var best && double.IsNegativeInfinity(best.Score) ? null : best),
    ];

    TunedRate Best(Config cell, IReadOnlyList<Trial> own, Func<Trial, double> score)
    {
        var scores = rates.Select(rate => own.Where(trial => trial.Lr == rate)
            .Average(trial => IsOk(trial) ? score(trial) : double.NegativeInfinity)).ToList();
        var at = scores.All(double.IsNegativeInfinity) ? rates.Count / 2 : scores.IndexOf(scores.Max());
        return new(cell with { Lr = rates[at] }, scores[at], at == 0, at == rates.Count - 1);
    }

    /// <summary>The rate's neighbours in the grid and the rate itself, from the lowest.</summary>
    public IEnumerable<double> Around(double rate) =>
        rates.Where((_, i) => Math.Abs(i - rates.Index().First(pair => pair.Item == rate).Index) <= 1);

    /// <summary>Where a cell's curves end at its best rate: their median over the tuning seeds; 1 if all were lost.
    /// </summary>
    public double Target(Config cell)
    {
        var ends = Of(cell).Where(trial => trial.Lr == Best(cell, ValidationAccuracy.Of).Cell.Lr && IsOk(trial))
            .Select(trial => trial.Curve.Count == 0 ? double.NaN : trial.Curve[^1].ValidationAccuracy).ToList();
        return ends.Count == 0 ? 1 : Median(ends);
    }

    /// <summary>Says fewer steps to a target are better; a trial that does not reach it scores below all that do, by
    /// its accuracy.</summary>
    public static double Speed(Trial trial, double target) => StepsToTarget(trial, target) is var steps
        && double.IsNaN(steps) ? -Math.Log(trial.Steps) - 2 + trial.ValidationAccuracy : -Math.Log(steps);
}
