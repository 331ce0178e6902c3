#load "../lib/lab.csx"
#nullable enable
// Question: how much higher a learning rate does batch normalization allow, and over how wide a range does training
// work?
const string Question = "How much higher a learning rate does batch normalization allow?";
const string Reason = "Three rates a decade: a ratio of rates is known to one step of the grid, which must be less "
    + "than the half decade that the claim asks for. Five decades, so that both arms fail at the upper end; those in "
    + "which each optimizer's steps have like size (momentum 0.9 makes them ten times longer, Adam's do not scale with "
    + "the gradient).";

var higher = new Claim("higher-lr", "BN allows much higher learning rates", "Ioffe and Szegedy 2015",
    "largest stable rate, batch over none", Unit.Ratio, Region.Above(0.5));
var stable = new Claim("stable", "BN makes training more stable", "the program that this lab grew from",
    "share of trials over the grid that diverge or are stuck, none less batch", Unit.Share, Region.Above(0.2));

return Run(Args, "lr_sweep", Question, lab =>
{
    lab.Study = new(["norm", "lr", "optimizer", "momentum"], [], Reason, "epochs", "lr_end");
    var count = lab.Pick(smoke: 6, standard: 16, full: 31);
    var seeds = lab.Seeds(standard: 6).ToList();
    var adam = lab.Baseline with { Optimizer = Optimization.Adam };
    Condition[] conditions =
    [
        new("SGD", lab.Baseline, LogGrid(1e-2, 1e3, count)),
        new("momentum", lab.Baseline with { Momentum = 0.9 }, LogGrid(1e-3, 1e2, count)),
        new("Adam", adam, LogGrid(1e-4, 1e1, count)),
    ];
    var trials = lab.Sweep(from condition in conditions
                           from rate in condition.Rates
                           from arm in condition.Arms
                           from seed in seeds
                           select arm with { Lr = rate, Seed = seed }, RangeTest.Probe);
    var tests = lab.Sweep(from condition in conditions
                          from arm in condition.Arms
                          from seed in seeds
                          select RangeTest.Configure(arm with { Seed = seed }, condition.Rates[0], condition.Rates[^1]),
        RangeTest.Probe);

    IReadOnlyList<Effect> Effects(IReadOnlyList<Trial> all,
        Func<IReadOnlyList<Trial>, IReadOnlyList<Trial>, double> of, double resolution = 0) =>
        [.. conditions.Select(condition => Effect.Of(condition.Name,
            all.At(condition.Batch).BySeed(all.At(condition.None), of), resolution))];
    var step = Math.Log10(conditions[0].Rates[1] / conditions[0].Rates[0]);
    Judgement[] claims =
    [
        higher.Judge(trials, all => Effects(all,
            (batch, none) => Math.Log10(LargestStableRate(batch) / LargestStableRate(none)), step)),
        stable.Judge(trials, all => Effects(all, (batch, none) => LostShare(none) - LostShare(batch))),
    ];

    var arms = (from condition in conditions
                from cell in condition.Arms
                select new Measured(condition.Name, cell, trials.At(cell),
                    tests.At(RangeTest.Configure(cell, condition.Rates[0], condition.Rates[^1])))).ToList();
    string Name(Measured arm) => $"{Snake(arm.Cell.Norm)}, {arm.Condition}";
    Axis lr = new("Learning rate", Log: true), accuracy = new("Validation accuracy");
    Figure Sweep(Condition condition) => Band(Format.Anchor(condition.Name),
        $"Accuracy against learning rate, {condition.Name}",
        [.. condition.Arms.SelectMany(cell => trials.At(cell))], lr, trial => trial.Lr, accuracy, ValidationAccuracy);

    lab.Report(
        $"With {conditions[0].Name}, {arms[1].Usable.Decades():F1} decades of usable learning rates with batch "
            + $"normalization and {arms[0].Usable.Decades():F1} without",
        trials, trials.Summarize(["optimizer", "momentum", "norm", "lr"], ValidationAccuracy, TestAccuracy, TrainLoss,
            Volatility),
        numbers:
        [
            .. arms.Take(2).Select(arm => new KeyNumber($"Usable rates, {Name(arm)}",
                $"{arm.Usable.Decades():F1} decades", arm.Words)),
        ],
        figures:
        [
            Sweep(conditions[0]),
            CurvesAt("curves", "Training at each arm's best rate, SGD",
                [.. conditions[0].Arms.SelectMany(cell => trials.At(cell))],
                arms.Take(2).ToDictionary(arm => arm.Cell.Norm, arm => arm.Usable.Best)),
            Sweep(conditions[1]), Sweep(conditions[2]),
            Ranges("ranges", "Usable rates and largest stable rates", lr,
                [
                    .. arms.Select(arm => new RangeRow(Snake(arm.Cell.Norm), Name(arm), arm.Usable.Low, arm.Usable.High,
                        [.. arm.Largest.Where(double.IsFinite)], arm.Largest.Count)),
                ],
                (conditions.Min(c => c.Rates[0]), conditions.Max(c => c.Rates[^1])), "Bars: rates whose median is "
                    + "within 2 points of the arm's best. Marks: each seed's largest stable rate."),
            Band("volatility", "How much the loss jumps, SGD",
                [.. conditions[0].Arms.SelectMany(cell => trials.At(cell))], lr, trial => trial.Lr,
                new("Volatility of the loss", Log: true), Volatility, "Deviation of the mini-batch losses in the "
                    + "second half of training, by successive differences, over their mean."),
        ],
        caveats:
        [
            "Each arm's best rate is read off the same seeds that draw its curves, so both best accuracies are a "
                + "little too good; the ranges of rates hardly notice.",
            "A share of trials lost depends on the grid: here it counts rates too low to learn within the budget as "
                + "well as rates too high, evenly in their logarithm.",
            "One model, one dataset, a budget of two epochs: which rates are usable depends on all three.",
            "The range test trains one net through all rates in 200 steps: it tends to put the limit higher than the "
                + "sweep does, since no rate lasts.",
        ],
        claims, [Measured.Table(arms)]);
});

/// <summary>An optimizer with its rates, for both arms.</summary>
record Condition(string Name, Config None, IReadOnlyList<double> Rates)
{
    public Config Batch => None with { Norm = Norm.Batch };
    public Config[] Arms => [None, Batch];
}

/// <summary>What was measured of one arm under one optimizer.</summary>
record Measured(string Condition, Config Cell, IReadOnlyList<Trial> Trials, IReadOnlyList<Trial> Tests)
{
    public (double Low, double High, double Best) Usable { get; } =
        Trials.UsableRange(trial => trial.Lr, ValidationAccuracy);
    public IReadOnlyList<double> Largest { get; } =
        [.. Trials.GroupBy(trial => trial.Seed).Select(LargestStableRate)];

    public string Words => double.IsNaN(Usable.Low) ? "no rate works" : string.Create(CultureInfo.InvariantCulture,
        $"{Usable.Low:G2} to {Usable.High:G2}: within 2 points of the arm's best, at {Usable.Best}");

    public static TableSection Table(IReadOnlyList<Measured> all) => new("By optimizer and arm", TableOf(all,
        ("optimizer", one => one.Condition), ("norm", one => Snake(one.Cell.Norm)),
        ("usable_decades", one => one.Usable.Decades()), ("usable_low", one => one.Usable.Low),
        ("usable_high", one => one.Usable.High), ("best_lr", one => one.Usable.Best),
        ("largest_stable_lr", one => MedianOf(one.Largest)),
        ("range_test_lr", one => MedianOf(one.Tests.Select(RangeTest.LostAt))),
        ("diverged", one => Share(one.Trials, Status.Diverged)), ("stuck", one => Share(one.Trials, Status.Stuck)),
        ("volatility_at_best", one => MedianOf(one.Trials.Where(trial => trial.Lr == one.Usable.Best)
            .Select(trial => trial.LossVolatility)))),
        "Rates: medians over seeds. Range test: the rate at which one short training with a rising rate loses its "
            + "loss. Diverged and stuck: shares of the arm's trials over its grid.");

    static double MedianOf(IEnumerable<double> values) =>
        values.Where(double.IsFinite).ToList() is { Count: > 0 } known ? Median(known) : double.NaN;
}
