#nullable enable
// Arms of one net compared, each at the rates that suit it: how soon they come to where the first of them ends, and how
// far they get.

/// <summary>An arm with its rate of fewest steps to the target and its rate of highest accuracy.</summary>
public sealed record TunedArm(TunedRate ForSpeed, TunedRate ForAccuracy)
{
    public string Name => ArmOf(ForSpeed.Cell);
}

/// <summary>A net after the first stage of tuning.</summary>
public sealed record Comparison(Net Net, Tuning Tuning)
{
    public string Name => Net.Name;

    /// <summary>The accuracy at which the first arm ends at its best rate, on the tuning seeds.</summary>
    public double Target => Tuning.FinalAccuracy(Net.Cells[0]);

    public IEnumerable<TunedArm> Arms => Net.Cells.Select(Tuned);

    public TunedArm this[string arm] => Tuned(Net[arm]);

    TunedArm Tuned(Config cell)
    {
        var target = Tuning.Trials.Exist ? Target : double.NaN;
        return new(Tuning.Best(cell, trial => Tuning.Speed(trial, target)),
            Tuning.Best(cell, ValidationAccuracy.Of));
    }

    /// <summary>Each arm at both its rates.</summary>
    /// <param name="neighbours">And at those next to the faster one.</param>
    public IEnumerable<Config> Chosen(bool neighbours = false) => Arms.SelectMany(arm =>
        (neighbours ? Tuning.Neighbours(arm.ForSpeed.Cell) : [arm.ForSpeed.Cell.Lr]).Append(arm.ForAccuracy.Cell.Lr)
        .Select(lr => arm.ForSpeed.Cell with { Lr = lr }));

    /// <summary>An arm's steps to the target over another's, as log10, seed by seed.</summary>
    /// <param name="trials">Each arm's at one rate.</param>
    /// <param name="condition">In place of the net's name.</param>
    public Effect Steps(IReadOnlyList<Trial> trials, string arm, string over, string? condition = null) =>
        Effect.From(condition ?? Name, trials.Paired(Net[arm], Net[over], (a, b) =>
            Effect.Ratio(StepsToTarget(a, Target), StepsToTarget(b, Target)))) with { Arm = arm };

    /// <summary>An arm's test accuracy less another's, as a share of 1, seed by seed.</summary>
    /// <inheritdoc cref="Steps"/>
    public Effect Accuracy(IReadOnlyList<Trial> trials, string arm, string less) => Effect.From(Name, trials.Paired(
        Net[arm], Net[less], (a, b) => TestAccuracy.OrLost(a) - TestAccuracy.OrLost(b)));
}

/// <summary>Each net of the first stage as a comparison of its arms.</summary>
static IReadOnlyList<Comparison> Compare(this Tuning tuning) =>
    [.. tuning.Nets.Select(net => new Comparison(net, tuning))];

/// <summary>Evaluated trials with each arm at its rate of fewest steps to its net's target.</summary>
static TunedRuns BySpeed(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated) =>
    compared[0].Tuning.At(new("speed", trial => Tuning.Speed(trial, compared.First(one =>
        one.Net.Cells.Any(cell => cell.ToCell() == trial.ToCell())).Target)), evaluated);

/// <summary>Evaluated trials with each arm at its rate of highest accuracy.</summary>
static TunedRuns ByAccuracy(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated) =>
    compared[0].Tuning.At(ValidationAccuracy, evaluated);

/// <summary>For each net and arm, the arm's steps to the target over those of one arm; conditions are named "arm, net".
/// </summary>
static IReadOnlyList<Effect> StepsOver(this IReadOnlyList<Comparison> compared, string over,
    IReadOnlyList<Trial> trials, params IReadOnlyList<string> arms) =>
    [.. from net in compared from arm in arms select net.Steps(trials, arm, over, $"{arm}, {net.Name}")];
