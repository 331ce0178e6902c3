#nullable enable
// Dropout before BN as figures and numbers.

/// <summary>The effects, accuracy against the share dropped, the change of variance beside theory's, and training.
/// </summary>
static IReadOnlyList<Figure> DropoutFigures(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    IReadOnlyList<Judgement> judged)
{
    Axis share = new("Share dropped");
    return
    [
        BandChart.Draw("shares", "Test accuracy against the share dropped", share, new("Test accuracy"),
            [
                .. from place in Enum.GetValues<DropoutPlace>()
                   from trial in OfPlace(trials, nets, place)
                   where IsOk(trial)
                   select new Point(DropoutArm(trial, place), $"{trial.Seed}", trial.Dropout, trial.TestAccuracy,
                       $"rate {CsvText(trial.Lr)}"),
            ],
            [
                .. from place in Enum.GetValues<DropoutPlace>()
                   from cell in OfPlace(trials, nets, place).GroupBy(trial => trial.ToCell())
                   select new Lost(DropoutArm(cell.First(), place), cell.Key.Dropout, Share(cell, Status.Diverged),
                       Share(cell, Status.Stuck), cell.Count()),
            ], "Each at its tuned rate. Dropout of each hidden layer's outputs comes before the next layer's BN, that "
                + "of the last layer's behind all BN."),
        Effects("effects", "What dropout before BN costs, beyond what it costs without BN", judged[0],
            "Points of test accuracy"),
        Effects("statistics", "What statistics without dropout regain", judged[1], "Points of validation accuracy"),
        BandChart.Draw("variance", "Variance that BN meets in evaluation, over that in training", share,
            new("Ratio of variances"),
            [
                .. from net in nets
                   from trial in trials.At(net["batch_dropout"])
                   from at in new[] { (Name: "before training", Ratio: Signal.AtStart(trial, "variance_ratio")),
                       (Name: "after training", Ratio: trial.AtEnd("variance_ratio")) }
                   where double.IsFinite(at.Ratio)
                   select new Point(at.Name, $"{trial.Seed}", trial.Dropout, at.Ratio),
            ], [], "Of the inputs of all BN layers behind dropout: without dropout over with it, on 1,000 training "
                + "images. Dashed: theory, v / ((v + m²) / keep − m²), for ReLU of normal numbers.",
            guide: new("theory", [.. Enumerable.Range(0, 15).Select(i => 0.05 * i).Select(drop =>
                (drop, DropoutShift.VarianceRatioOfRelu(1 - drop)))])),
        .. nets.Select(net => AccuracyCurves($"curves_{net.Id}", $"Training: {net.Name}",
            [.. net.Cells.SelectMany(trials.At)])),
    ];
}

// Trials of one place; those without dropout belong to each.
static IEnumerable<Trial> OfPlace(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, DropoutPlace place) =>
    nets.SelectMany(net => net.Cells).Distinct().Where(cell => cell.Dropout == 0 || cell.DropoutPlace == place)
        .SelectMany(trials.At);

static string DropoutArm(Trial trial, DropoutPlace place) => (trial.Norm, place) switch
{
    (Norm.None, DropoutPlace.Each) => "no BN, each layer",
    (Norm.None, _) => "no BN, last layer",
    (_, DropoutPlace.Each) => "before BN",
    _ => "after all BN",
};

/// <summary>The change of variance beside theory's, and what the place of dropout is worth with BN and without.
/// </summary>
static IEnumerable<KeyNumber> DropoutNumbers(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets)
{
    IEnumerable<KeyNumber> Each(string arm, string label) =>
        TestAccuracyGains(trials, nets, $"{arm}_dropout_last", less: $"{arm}_dropout").Select(effect =>
            effect.ToNumber($"{effect.Condition}: {label}", Unit.Points, "Test accuracy."));
    string Middle(Net net, Func<Trial, double> of) => trials.At(net["batch_dropout"]).Select(of)
        .Where(double.IsFinite).ToList() is { Count: > 0 } own ? Format.Number(Median(own), 3) : Unit.TooFewData;
    return
    [
        .. nets.Select(net => new KeyNumber($"Ratio of variances behind {net.Name}",
            Middle(net, trial => Signal.AtStart(trial, "variance_ratio")), $"Theory says {
                Format.Number(DropoutShift.VarianceRatioOfRelu(1 - net["batch_dropout"].Dropout), 3)
                }. Evaluation over training, before the first step; after the last {
                Middle(net, trial => trial.AtEnd("variance_ratio"))}. Medians over seeds.")),
        .. Each("batch", "last layer less each, with BN"), .. Each("none", "last layer less each, without BN"),
    ];
}
