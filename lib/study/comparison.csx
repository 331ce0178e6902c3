#nullable enable
// Arms of one net compared, each at the rates that suit it: how soon they come to an accuracy, and how far they get.

/// <summary>An arm with its rate of fewest steps to the target and its rate of highest accuracy.</summary>
public sealed record TunedArm(TunedRate ForSpeed, TunedRate ForAccuracy)
{
    public string Name => ArmOf(ForSpeed.Cell);
}

/// <summary>A net after the first stage of tuning.</summary>
public sealed record Comparison(Net Net, Tuning Tuning)
{
    public string Name => Net.Name;

    /// <summary>The validation accuracy to come to; null: to the end.</summary>
    public double? To { get; init; }

    /// <summary>The accuracy to come to: at the end, where the first arm surely ends.</summary>
    public double Target => To ?? Tuning.FinalAccuracy(Net.Cells[0]);

    /// <summary>The condition, net and target: "LeNet to 90%", "LeNet to the end".</summary>
    public string Race => $"{Name} to {(To is { } accuracy ? Format.Percent(accuracy) : "the end")}";

    public IEnumerable<TunedArm> Arms => Net.Cells.Select(Tuned);

    public TunedArm this[string arm] => Tuned(Net[arm]);

    TunedArm Tuned(Config cell)
    {
        var target = Tuning.Trials.Exist ? Target : double.NaN;
        return new(Tuning.Best(cell, trial => Tuning.Speed(trial, target)),
            Tuning.Best(cell, ValidationAccuracy.Of));
    }

    /// <summary>Whether an arm, at its rate for that, comes to the target in at least half of its tuning seeds.
    /// </summary>
    public bool IsReached => Arms.Any(arm => Tuning.TrialsOf(arm.ForSpeed.Cell)
        .Where(trial => trial.Lr == arm.ForSpeed.Cell.Lr).Average(trial =>
            double.IsNaN(StepsToTarget(trial, Target)) ? 0 : 1.0) >= 0.5);

    /// <summary>Each arm at its rate of fewest steps to the target.</summary>
    public IEnumerable<Config> Fastest => Arms.Select(arm => arm.ForSpeed.Cell);

    /// <summary>Each arm at its rate of highest accuracy.</summary>
    public IEnumerable<Config> MostAccurate => Arms.Select(arm => arm.ForAccuracy.Cell);

    /// <summary>Each arm at both its rates.</summary>
    public IEnumerable<Config> Chosen => Arms.SelectMany(arm => new[] { arm.ForSpeed.Cell, arm.ForAccuracy.Cell });

    /// <summary>An arm's steps to the target over another's, as log10, seed by seed.</summary>
    /// <param name="trials">Each arm's at one rate.</param>
    /// <param name="condition">In place of the net's name.</param>
    public Effect Steps(IReadOnlyList<Trial> trials, string arm, string over, string? condition = null) =>
        Effect.From(condition ?? Name, trials.Paired(Net[arm], Net[over], (a, b) =>
            Effect.Ratio(StepsToTarget(a, Target), StepsToTarget(b, Target)))) with { Arm = arm };

    /// <summary>The same for each of several arms; conditions are named "arm, net".</summary>
    /// <inheritdoc cref="Steps"/>
    public IEnumerable<Effect> StepsOver(string over, IReadOnlyList<Trial> trials,
        params IReadOnlyList<string> arms) => arms.Select(arm => Steps(trials, arm, over, $"{arm}, {Name}"));

    /// <summary>An arm's test accuracy less another's, as a share of 1, seed by seed.</summary>
    /// <inheritdoc cref="Steps"/>
    public Effect Accuracy(IReadOnlyList<Trial> trials, string arm, string less) => Effect.From(Name, trials.Paired(
        Net[arm], Net[less], (a, b) => TestAccuracy.OrLost(a) - TestAccuracy.OrLost(b)));

    /// <summary>An arm at another one's rate of highest accuracy.</summary>
    public Config AtRateOf(string arm, string other) => Net[arm] with { Lr = this[other].ForAccuracy.Cell.Lr };

    /// <summary>An arm's test accuracy less another's, as a share of 1, seed by seed, both at the other one's rate of
    /// highest accuracy.</summary>
    /// <param name="trials">At any rates.</param>
    public Effect AccuracyAtRateOf(IReadOnlyList<Trial> trials, string arm, string less) => Effect.From(Name,
        trials.AtRate(AtRateOf(arm, less)).BySeed(trials.AtRate(this[less].ForAccuracy.Cell),
            (a, b) => TestAccuracy.OrLost(a[0]) - TestAccuracy.OrLost(b[0])));
}

/// <summary>By what rates are tuned that are compared by speed, to these accuracies or to the end, and by accuracy.
/// </summary>
static Func<Tuning, IReadOnlyList<Measure>> SpeedAndAccuracy(Levels levels) => tuning =>
    [SpeedTo(levels.Usable), SpeedTo(levels.Good), tuning.SpeedToTheEnd(), ValidationAccuracy];

/// <summary>What tables tell of evaluated trials that are compared so.</summary>
static IReadOnlyList<Measure> AccuracyAndSteps(Levels levels) =>
    [TestAccuracy, ValidationAccuracy, TrainLoss, .. StepsToTargets(levels.Usable, levels.Good)];

static Measure SpeedTo(double target) =>
    new($"speed to {Format.Percent(target)}", trial => Tuning.Speed(trial, target));

/// <summary>Each net of the first stage as a comparison of its arms.</summary>
static IReadOnlyList<Comparison> Compare(this Tuning tuning) =>
    [.. tuning.Nets.Select(net => new Comparison(net, tuning))];

/// <summary>Each net to each of these accuracies that one of its arms comes to, and to the end. A query: which these
/// are is known when the first stage has run, and until then it has all.</summary>
static IEnumerable<Comparison> To(this IReadOnlyList<Comparison> compared, params IReadOnlyList<double> accuracies) =>
    from one in compared
    from race in accuracies.Select(accuracy => one with { To = accuracy })
        .Where(race => !race.Tuning.Trials.Exist || race.IsReached).Append(one)
    select race;

/// <summary>Evaluated trials with each arm at its rate of fewest steps to its net's target.</summary>
static TunedRuns BySpeed(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated)
{
    var targets = (from one in compared from cell in one.Net.Cells select (Cell: cell.ToCell(), one.Target))
        .ToDictionary(one => one.Cell, one => one.Target);
    return compared[0].Tuning.At(new("speed", trial => Tuning.Speed(trial, targets[trial.ToCell()])),
        [.. evaluated.Where(trial => targets.ContainsKey(trial.ToCell()))]);
}

/// <summary>Evaluated trials with each arm at its rate of highest accuracy.</summary>
static TunedRuns ByAccuracy(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated) =>
    compared[0].Tuning.At(ValidationAccuracy, evaluated);

/// <summary>For each net and arm but BN, the arm's steps to the target over BN's, judged as if it were claimed that they
/// are as many, within ×1.5: what is drawn beside what is claimed.</summary>
static Judgement EveryArmOverBatch(this IReadOnlyList<Comparison> compared, IReadOnlyList<Trial> evaluated,
    Looks looks) => looks.At((Literature.ScalingAlone with { Region = Region.Within(Math.Log10(1.5)) }).Judge(
        compared.BySpeed(evaluated), trials => [.. compared.SelectMany(net => net.StepsOver("batch", trials,
            [.. net.Net.Cells.Select(ArmOf).Except(["batch"])]))]), evaluated);
