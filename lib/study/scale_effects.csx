#nullable enable
// At which scales of its initial weights a net learns, with BN and without.

/// <summary>How many decades of scales BN adds to those from which a net comes to a validation accuracy (the scheme
/// `normal`), for nets that differ from one without normalizer in arm and scale alone. A seed that comes there from no
/// scale in either arm says nothing.</summary>
static Effect UsableScaleGain(IReadOnlyList<Trial> trials, double accuracy, Config none, string condition) =>
    ScaleGain(trials, none, condition, seed => UsableScales(seed, accuracy));

/// <summary>How many decades of scales are usable to one seed of one arm.</summary>
static double UsableScales(IEnumerable<Trial> seed, double accuracy) =>
    seed.DecadesFrom(accuracy, trial => trial.InitScale, ValidationAccuracy);

/// <summary>What is run to know the ends of a seed's usable scales to an eighth of a decade: each is between two scales
/// that were tried.</summary>
static IEnumerable<Config> BisectUsableScales(IReadOnlyList<Trial> trials, double accuracy)
{
    bool Works(Trial trial) => IsOk(trial) && trial.ValidationAccuracy >= accuracy;
    var seeds = trials.Where(trial => trial.Init == Scheme.Normal)
        .GroupBy(trial => (trial.ToCell() with { InitScale = 1 }, trial.Seed))
        .Select(seed => seed.OrderBy(trial => trial.InitScale).ToList());
    return seeds.SelectMany(seed => seed.Zip(seed.Skip(1))).Where(pair => Works(pair.First) != Works(pair.Second))
        .Select(pair => Works(pair.First) ? new Limit(pair.First, pair.Second) : new Limit(pair.Second, pair.First))
        .Halved(config => config.InitScale, (config, scale) => config with { InitScale = scale }, decades: 0.125);
}

/// <summary>The same of scales within 2 points of the arm's own best one: an arm that is good nowhere can have many.
/// </summary>
static Effect RelativeScaleGain(IReadOnlyList<Trial> trials, Config none, string condition) =>
    ScaleGain(trials, none, condition, seed =>
        seed.UsableRange(trial => trial.InitScale, ValidationAccuracy).Decades());

static Effect ScaleGain(IReadOnlyList<Trial> trials, Config none, string condition,
    Func<IReadOnlyList<Trial>, double> decades) =>
    Effect.From(condition, trials.AtScales(none, Norm.Batch).BySeed(trials.AtScales(none, Norm.None), (batch, plain) =>
        (decades(batch), decades(plain)) is var (with, without) && with + without > 0 ? with - without : double.NaN));

/// <summary>The trials of one arm of a net at all scales of its initial weights (the scheme `normal`).</summary>
static IReadOnlyList<Trial> AtScales(this IEnumerable<Trial> trials, Config none, Norm norm) =>
    [.. trials.Where(trial => (trial.Init, trial.Activation, trial.Norm) == (Scheme.Normal, none.Activation, norm))];
