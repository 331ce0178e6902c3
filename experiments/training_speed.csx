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
    var probe = Probe.Curves(24);

    var compared = nets.Select(net => Comparison.Of(net, lab.Tune(net.Arms, net.Rates, lab.Pick(1, 2, 5), probe)))
        .ToList();
    var evaluated = lab.Sweep(from one in compared
                               from cell in one.ToEvaluate(neighbours: true)
                               from seed in seeds
                               select cell with { Seed = seed }, probe);

    Judgement[] claims =
    [
        faster.Judge(evaluated, all => [.. compared.Select(one => one.Steps(one.Name, all, one.Arms[0], one.Arms[1]))]),
        better.Judge(evaluated,
            all => [.. compared.Select(one => one.Accuracy(one.Name, all, one.Arms[1], one.Arms[0]))]),
    ];

    lab.Report(claims[0].Said() is { } said ? $"Each arm at its own rate, a net needs {said} as many steps to the "
            + "baseline's final accuracy without batch normalization as with it" : Judgement.Unknown,
        [.. compared.SelectMany(one => one.Stage.Trials), .. evaluated],
        evaluated.Summarize(["model", "activation", "norm", "lr"],
            [TestAccuracy, ValidationAccuracy, TrainLoss, .. new[] { 0.90, 0.95, 0.97 }.Select(target =>
                new Measure($"steps_to_{100 * target:F0}", trial => StepsToTarget(trial, target)))]),
        numbers: [],
        figures: [.. compared.Select(one => one.Curves(evaluated))],
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
        [Comparison.Table(compared, evaluated), Comparison.Rates(compared, ["model", "activation", "norm"])]);
});
