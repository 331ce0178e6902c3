#load "../lib/lab.csx"
#nullable enable
// Question: does batch normalization make training care less about the weights it starts from?
const string Question = "Does batch normalization make the initial weights matter less?";
const string Reason = "Standard deviations of the initial weights over six decades, two values a decade, so that a "
    + "range is known to half the margin; the usual schemes lie in the middle. CS231n's figure was made at one rate, "
    + "1e-3 for Adam, which suits one scale and one arm: so every cell is also given its own rate, selected on other "
    + "seeds from four decades (three were tried first, and BN's best stood at their upper end).";

var init = new Claim("init", "With BN, initialization needs less care", "Ioffe and Szegedy 2015; CS231n",
    "decades of usable weight scales, tuned, batch less none", Unit.Decades, Region.Above(0.5));

return Run(Args, "init_sweep", Question, lab =>
{
    lab.Study = new(["norm", "init_scale", "init", "activation"], ["lr"], Reason);
    const double Common = 1e-3;
    var scales = lab.Pick(LogGrid(1e-4, 1e2, 3), LogGrid(1e-4, 1e2, 13), LogGrid(1e-4, 1e2, 25));
    var rates = lab.Pick(LogGrid(1e-3, 1e-2, 2), LogGrid(1e-4, 1, 9), LogGrid(1e-4, 1, 17));
    var seeds = lab.Seeds(standard: 6).ToList();
    Scheme[] schemes = [Scheme.Zero, Scheme.LecunNormal, Scheme.GlorotUniform, Scheme.HeNormal, Scheme.Orthogonal];
    Norm[] arms = [Norm.None, Norm.Batch];
    Activation[] activations = [Activation.Sigmoid, Activation.Relu];

    var start = lab.Baseline with
    {
        Optimizer = Optimization.Adam, TrainSize = lab.Pick(6_000, 30_000, 50_000), Epochs = lab.Pick(1, 1, 5),
    };
    var scaled = (from activation in activations
                  from scale in scales
                  from norm in arms
                  select start with { Activation = activation, Init = Scheme.Normal, InitScale = scale, Norm = norm })
        .ToList();
    var named = (from activation in activations
                 from scheme in schemes
                 from norm in arms
                 select start with { Activation = activation, Init = scheme, Norm = norm }).ToList();
    var probe = TrainingAccuracy.Probe(images: 1_000, points: 8);

    var tuning = lab.Tune([.. scaled, .. named], rates, seeds: lab.Pick(1, 2, 5), probe);
    var best = tuning.Cells.Select(cell => tuning.Best(cell, ValidationAccuracy.Of)).ToList();
    IReadOnlyList<Trial> Evaluate(IEnumerable<Config> cells) =>
        lab.Sweep(from cell in cells from seed in seeds select cell with { Seed = seed }, probe);
    var fixedRate = Evaluate(tuning.Cells.Select(cell => cell with { Lr = Common }));
    var tuned = Evaluate(best.Select(rate => rate.Cell));

    // A seed's usable scales, in decades, in one arm.
    double Usable(IEnumerable<Trial> trials) =>
        trials.UsableRange(trial => trial.InitScale, BestValidationAccuracy).Decades();
    string Name(Activation activation) => activation == Activation.Relu ? "ReLU" : Snake(activation);
    IReadOnlyList<Trial> Scales(IReadOnlyList<Trial> trials, Activation activation, Norm norm) =>
        [.. trials.Where(trial => (trial.Init, trial.Activation, trial.Norm) == (Scheme.Normal, activation, norm))];
    Effect Gain(IReadOnlyList<Trial> trials, Activation activation) => Effect.Of(Name(activation),
        Scales(trials, activation, Norm.Batch).BySeed(Scales(trials, activation, Norm.None),
            (batch, none) => Usable(batch) - Usable(none)));
    var claim = init.Judge(tuned, all => [.. activations.Select(activation => Gain(all, activation))]);

    KeyNumber Usables(IReadOnlyList<Trial> trials, Activation activation, string at)
    {
        string Words(Norm norm) => Scales(trials, activation, norm).UsableRange(trial => trial.InitScale,
            BestValidationAccuracy) is var range && double.IsNaN(range.Low) ? $"{Snake(norm)} at none"
            : $"{Snake(norm)} {Format.Number(range.Low, 2)} to {Format.Number(range.High, 2)}";
        var gain = Gain(trials, activation).Interval;
        return new($"Usable scales, {Name(activation)}, {at}: batch less none", Unit.Decades.Text(gain.Estimate),
            $"95% interval {Unit.Decades.Range(gain.Low, gain.High)}, N = {gain.Count}; "
                + $"over all seeds {Words(Norm.None)}, {Words(Norm.Batch)}");
    }
    Axis weights = new("Standard deviation of the initial weights", Log: true);
    Figure Three(IReadOnlyList<Trial> trials, Activation activation, string id, string at) => Panels(
        $"{Snake(activation)}_{id}", $"{Name(activation)}, {at}", [.. trials.Where(trial => trial.Init == Scheme.Normal
            && trial.Activation == activation)], weights, trial => trial.InitScale,
        [
            (new("Best validation acc."), BestValidationAccuracy), (new("Best training acc."), BestTrainAccuracy),
            (new("Final training loss", Log: true), TrainLoss),
        ], "Best over the measured steps of each training, as in CS231n.");
    Figure Map(Activation activation) => Maps($"map_{Snake(activation)}",
        $"Learning rate against weight scale, {Name(activation)}", [.. tuning.Trials.Where(trial =>
            trial.Activation == activation && trial.Init == Scheme.Normal)], (Norm.None, Norm.Batch), weights,
        trial => trial.InitScale, new("Learning rate"), trial => trial.Lr, ValidationAccuracy, 0.1,
        "The tuning trials.");

    var all = tuning.Trials.Concat(fixedRate).Concat(tuned).DistinctBy(trial => trial.Id).ToList();
    lab.Report(claim.Said() is { } said ? $"At tuned rates the range of weight scales that train differs by {said} "
            + "with batch normalization" : Judgement.Unknown,
        all, tuned.Summarize(["activation", "init", "init_scale", "norm", "lr"], BestValidationAccuracy,
            BestTrainAccuracy, TestAccuracy, TrainLoss),
        numbers:
        [
            .. activations.Select(activation => Usables(fixedRate, activation, "Adam at 0.001")),
        ],
        figures:
        [
            .. from activation in activations
               from figure in new[]
               {
                   Three(tuned, activation, "tuned", "each cell at its tuned rate"),
                   Three(fixedRate, activation, "fixed", "every cell at Adam's 0.001"),
                   Map(activation),
               }
               select figure,
        ],
        caveats:
        [
            "Tuning and the common rate answer different questions: at 0.001 a scale can look unusable because the "
                + "rate does not suit it, which tuning repairs; the key numbers and figures stand side by side.",
            "Usable is within 2 points of the arm's own best scale: an arm that is good nowhere can have a wide range, "
                + "so look at the accuracies too.",
            "At the ends of the grid a range is what was tried and may reach further.",
            "One budget: a small net, one epoch of 30,000 images.",
        ],
        [claim],
        [
            new TableSection("Named schemes, tuned rates", tuned.Where(trial => trial.Init != Scheme.Normal).ToList()
                .Summarize(["activation", "init", "norm", "lr"], BestValidationAccuracy), "Medians over the evaluation "
                    + "seeds; zero gives every unit of a layer the same weights, which no gradient tells apart."),
            new TableSection("Named schemes, Adam at 0.001", fixedRate.Where(trial => trial.Init != Scheme.Normal)
                .ToList().Summarize(["activation", "init", "norm"], BestValidationAccuracy)),
            Method.Tuned(best, ["activation", "init", "init_scale", "norm"], "validation accuracy on the tuning seeds"),
        ]);
});
