#load "../lib/lab.csx"
#nullable enable
// Question: how much sooner does a net with batch normalization reach what the net without it reaches in the end, each
// at the learning rate that suits it?
const string Question = "How much faster does a net train with batch normalization, each arm at its own rate?";
const string Reason = "The rate is tuned for each arm by the outcome that is compared, over four decades, two values a "
    + "decade, on seeds of their own: a gain in speed at one common rate would be a gain of the rate. Three nets, "
    + "since the paper's, with its sigmoids, is one of the past.";

var faster = new Claim("faster", "BN trains faster", "Ioffe and Szegedy 2015, figures 1a and 3",
    "steps to the final accuracy of the arm without BN, none over batch", Unit.Ratio, Region.Above(Math.Log10(1.5)),
    ("very strong improvement", Math.Log10(3)));
var better = new Claim("better", "BN reaches better final performance", "the program that this lab grew from",
    "test accuracy at each arm's best rate, batch less none", Unit.Points, Region.Above(0.002));

return Run(Args, "training_speed", Question, lab =>
{
    lab.Study = new(["norm", "model", "activation"], ["lr"], Reason, Net.Dependent);
    var seeds = lab.Seeds(standard: 6).ToList();
    var nets = Net.Three(lab, epochs: lab.Pick(1, 3, 20), lenetEpochs: lab.Pick(1, 1, 10));
    var probe = new Probe([], config => Training.MeasuredSteps(config.Steps, 24), _ => []);

    var tuned = nets.Select(net => Tuned.Of(net, lab.Tune([net.None, net.Batch], net.Rates, lab.Pick(1, 2, 5), probe)))
        .ToList();
    var evaluated = lab.Sweep((from net in tuned
                               from cell in net.ToEvaluate
                               from seed in seeds
                               select cell with { Seed = seed }).Distinct(), probe);

    double Steps(Tuned net, Trial trial) => StepsToTarget(trial, net.Target);
    IEnumerable<double> Pairs(IReadOnlyList<Trial> all, Config first, Config second, Func<Trial, Trial, double> of) =>
        all.AtRate(first).BySeed(all.AtRate(second), (a, b) => of(a[0], b[0]));
    Judgement[] claims =
    [
        faster.Judge(evaluated, all => [.. tuned.Select(net => Effect.Of(net.Name, Pairs(all, net.None.ForSpeed.Cell,
            net.Batch.ForSpeed.Cell, (none, batch) => Effect.Ratio(Steps(net, none), Steps(net, batch)))))]),
        better.Judge(evaluated, all => [.. tuned.Select(net => Effect.Of(net.Name, Pairs(all,
            net.Batch.ForAccuracy.Cell, net.None.ForAccuracy.Cell, (batch, none) =>
                Effect.Apart(TestAccuracy.OrLost(batch), TestAccuracy.OrLost(none)))))]),
    ];
    Figure Curves(Tuned net) => CurvesAt(Look.Anchor(net.Name),
        $"{net.Name}: accuracy while it trains", [.. net.Arms.SelectMany(arm => evaluated.AtRate(arm.ForSpeed.Cell))],
        net.Arms.ToDictionary(arm => arm.ForSpeed.Cell.Norm, arm => arm.ForSpeed.Cell.Lr),
        string.Join(", ", net.Arms.Select(arm => arm.ForSpeed.Cell)
            .Select(cell => $"{Snake(cell.Norm)} at {Store.Text(cell.Lr)}")) + $". Target: {Look.Percent(net.Target)}, "
            + "where the arm without BN ends at its best rate on the tuning seeds.",
        net.Target);

    lab.Report("Each arm at its own rate, batch normalization divides the steps to the baseline's final accuracy by "
            + string.Join(", ", claims[0].Effects.Select(effect => string.Create(CultureInfo.InvariantCulture,
                $"{Math.Pow(10, effect.Interval.Estimate):F1} ({effect.Condition})"))),
        [.. tuned.SelectMany(net => net.Stage.Trials), .. evaluated],
        evaluated.Summarize(["model", "activation", "norm", "lr"],
            [TestAccuracy, ValidationAccuracy, TrainLoss, .. new[] { 0.90, 0.95, 0.97 }.Select(target =>
                new Measure($"steps_to_{100 * target:F0}", trial => StepsToTarget(trial, target)))]),
        numbers: [],
        figures: [.. tuned.Select(Curves)],
        caveats:
        [
            "The target is where the arm without BN ends, so by its making about half of that arm's seeds miss it: "
                + "such a seed is beyond the budget, its ratio beyond all others, and the interval is the median's.",
            "Steps are not seconds: with BN a step costs more, here about a tenth (compare the column seconds of "
                + "trials.csv).",
            "On MNIST the gain in final accuracy is about the size of the noise: at 98% an accuracy on 10,000 images "
                + "has a standard error of 0.14 points.",
            "Budgets are short (three epochs, one for LeNet): with more, both arms end closer together.",
        ],
        claims,
        [
            StepsTable(tuned, evaluated),
            Method.Tuned([.. from net in tuned
                             from arm in net.Arms
                             from rate in new[] { arm.ForSpeed, arm.ForAccuracy }
                             select rate],
                ["model", "activation", "norm"], "steps to the target (first of two rows) and final validation "
                    + "accuracy (second), on the tuning seeds"),
        ]);
});

// The paper's table (figure 3): steps to the baseline's final accuracy, and the best that each arm reaches.
static TableSection StepsTable(IReadOnlyList<Tuned> tuned, IReadOnlyList<Trial> evaluated)
{
    var rows = (from net in tuned from arm in net.Arms select (net, arm, trials: evaluated.AtRate(arm.ForSpeed.Cell),
        best: evaluated.AtRate(arm.ForAccuracy.Cell))).ToList();
    string Steps(IReadOnlyList<Trial> trials, double target)
    {
        string Text(double steps) => double.IsInfinity(steps) ? "beyond" : $"{steps:F0}";
        var steps = CensoredMedianInterval(trials.Select(trial => StepsToTarget(trial, target) is var steps
            && double.IsNaN(steps) ? double.PositiveInfinity : steps));
        return $"{Text(steps.Estimate)} ({Text(steps.Low)} to {Text(steps.High)})";
    }
    return new("Steps to each target", TableOf(rows, ("net", row => row.net.Name),
        ("norm", row => Snake(row.arm.ForSpeed.Cell.Norm)), ("lr", row => row.arm.ForSpeed.Cell.Lr),
        ("none's end", row => Steps(row.trials, row.net.Target)), ("90%", row => Steps(row.trials, 0.90)),
        ("95%", row => Steps(row.trials, 0.95)), ("97%", row => Steps(row.trials, 0.97)), ("best test accuracy", row =>
            row.best.Where(IsOk).Select(TestAccuracy.Of).DefaultIfEmpty(double.NaN).Average())),
        "Median steps with its interval by order statistics (lowest to highest of six seeds), at the rate tuned for "
            + "speed; mean test accuracy at the rate tuned for accuracy.");
}

/// <summary>A net after the first stage: the target, and each arm's rates.</summary>
record Tuned(string Name, Tuning Stage, double Target, Tuned.Arm None, Tuned.Arm Batch)
{
    public record Arm(TunedRate ForSpeed, TunedRate ForAccuracy);
    public Arm[] Arms => [None, Batch];

    /// <summary>Both arms at both rates, and at the neighbours of the faster one.</summary>
    public IEnumerable<Config> ToEvaluate => Arms.SelectMany(arm => Stage.Around(arm.ForSpeed.Cell.Lr)
        .Append(arm.ForAccuracy.Cell.Lr).Select(lr => arm.ForSpeed.Cell with { Lr = lr }));

    public static Tuned Of(Net net, Tuning stage)
    {
        double End(Trial trial) => trial.Curve.Count == 0 ? double.NaN : trial.Curve[^1].ValidationAccuracy;
        var best = stage.Best(net.None, ValidationAccuracy.Of);
        var ends = stage.Of(net.None).Where(trial => trial.Lr == best.Cell.Lr && IsOk(trial)).Select(End).ToList();
        var target = ends.Count == 0 ? 1 : Median(ends);
        Arm Of(Config cell) => new(stage.Best(cell, trial => Tuning.Speed(trial, target)),
            stage.Best(cell, ValidationAccuracy.Of));
        return new(net.Name, stage, target, Of(net.None), Of(net.Batch));
    }
}
