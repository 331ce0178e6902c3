#nullable enable
// What the rate and the decay of the hidden layers' weights do, with BN and without.

/// <summary>The trials of an arm without decay, at all rates of its hidden layers' weights.</summary>
static IReadOnlyList<Trial> AtHiddenRates(this IEnumerable<Trial> trials, Config arm) =>
    [.. trials.Where(trial => (trial.WeightDecay, trial.Schedule) == (0, Schedule.Constant)
        && trial.ToCell() with { LrHidden = 1 } == arm.ToCell())];

/// <summary>How many decades of the hidden layers' rate are usable with BN, less how many without it.</summary>
static Effect HiddenRateGain(IReadOnlyList<Trial> trials, Net net)
{
    double Usable(IEnumerable<Trial> seed) => seed.UsableRange(trial => trial.LrHidden, ValidationAccuracy).Decades();
    return Effect.From(net.Name, trials.AtHiddenRates(net["batch"]).BySeed(trials.AtHiddenRates(net["none"]),
        (batch, none) => Usable(batch) - Usable(none)));
}

/// <summary>By how much the worst rate of the hidden layers falls behind the best, as a share of 1; a lost trial has
/// the accuracy of chance.</summary>
static Effect HiddenRateCost(IReadOnlyList<Trial> trials, Config arm)
{
    double Accuracy(Trial trial) => IsOk(trial) ? trial.ValidationAccuracy : trial.Data.Chance;
    return Effect.From("", trials.AtHiddenRates(arm).GroupBy(trial => trial.Seed).Select(seed =>
        seed.Max(Accuracy) - seed.Min(Accuracy)));
}

/// <summary>One strength of decay, by a rate that falls linearly to 0: of the hidden layers' weights, as the growing
/// rate that stands for that, of all parameters, and none.</summary>
public sealed record DecayWays(Config Hidden, Config AsRate, Config All, Config None)
{
    public static DecayWays Of(Config arm, double decay)
    {
        var none = arm with { Schedule = Schedule.Linear };
        var hidden = none with { WeightDecay = decay, Decayed = Decayed.Hidden };
        return new(hidden, hidden with { Decay = Decay.AsRate }, none with { WeightDecay = decay }, none);
    }

    public IEnumerable<Config> Cells => [Hidden, AsRate, All, None];

    /// <summary>Test accuracy with either decay less that with the growing rate.</summary>
    public IEnumerable<Effect> Effects(IReadOnlyList<Trial> trials, string net) =>
        [Less(trials, Hidden, $"{net}, of hidden weights"), Less(trials, All, $"{net}, of all parameters")];

    Effect Less(IReadOnlyList<Trial> trials, Config cell, string condition) => Effect.From(condition, trials.Paired(
        cell, AsRate, (one, rate) => !IsOk(one) && !IsOk(rate) ? double.NaN
            : TestAccuracy.OrLost(one) - TestAccuracy.OrLost(rate)));
}

/// <summary>An arm whose hidden layers' weights decay at a constant rate, so that their norm can settle.</summary>
static Config Settling(Config arm, double decay) => arm with { WeightDecay = decay, Decayed = Decayed.Hidden };

/// <summary>A column of the settling weights over the second half of training; NaN of other trials.</summary>
static Measure SettledMeasure(string column) => new(column, trial => EffectiveRate.Settled(trial, column));
