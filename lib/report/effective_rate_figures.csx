#nullable enable
// Rates and decay of the hidden layers' weights as figures and numbers.

/// <summary>What the worst of the hidden layers' rates costs with BN, beside what it costs without.</summary>
static KeyNumber HiddenRateNumber(IReadOnlyList<Trial> trials, Net net)
{
    var factors = trials.AtHiddenRates(net["batch"]).Select(trial => trial.LrHidden).Distinct().ToList();
    return HiddenRateCost(trials, net["batch"]).ToNumber(
        $"Best less worst accuracy over {Format.Number(Math.Log10(factors.Max() / factors.Min()), 2)} decades of the "
            + $"hidden rate, batch, {net.Name}", Unit.Points,
        $"Without BN {Unit.Points.Text(HiddenRateCost(trials, net["none"]).Interval.Estimate)}.");
}

/// <summary>The turn of a step that theory has once norms have settled, and what was measured.</summary>
static KeyNumber TurnNumber(IReadOnlyList<Trial> trials, Config settling, string net)
{
    var own = trials.At(settling).Where(IsOk).ToList();
    double Middle(Func<Trial, double> of) => own.Count == 0 ? double.NaN : Median(own.Select(of));
    string Number(double value) => double.IsNaN(value) ? Unit.TooFewData : Format.Number(value, 3);
    return new($"Turn of a step, {net}, decay {CsvText(settling.WeightDecay)}",
        $"{Number(Middle(trial => EffectiveRate.Settled(trial, "angle")))} radians",
        $"Theory says {Number(Middle(trial => EffectiveRate.EquilibriumAngle(trial)))}, the root of 2 rate decay. Norm "
            + $"over theory's: {Number(Middle(trial => EffectiveRate.Settled(trial, "norm_to_settled")))}. Second half "
            + "of training, root mean square, median over seeds.");
}

/// <summary>Accuracy against the hidden layers' rate; then turns and norms beside theory's, and how alike decay and the
/// rate that stands for it train.</summary>
static IReadOnlyList<Figure> EffectiveRateFigures(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, double decay,
    double settling, Judgement asRate) =>
[
    .. nets.Select(net => Band($"rates_{net.Id}", $"Accuracy against the rate of hidden weights alone, {net.Name}",
        [.. net.Cells.SelectMany(cell => trials.AtHiddenRates(cell))],
        new("Hidden rate over the others'", Log: true), trial => trial.LrHidden,
        new("Validation accuracy"), ValidationAccuracy, "All other parameters keep the arm's tuned rate.")),
    .. nets.Select(net => SettlingFigure(trials, net, settling)),
    .. nets.Select(net => AlikeFigure(trials, DecayWays.Of(net["batch"], decay), net)),
    Effects("decay", "Test accuracy with decay less that of the rate that stands for it", asRate,
        "Points of test accuracy", "Of all: gamma, beta and the last layer decay too, for which no rate can stand."),
];

static Figure SettlingFigure(IReadOnlyList<Trial> trials, Net net, double decay) =>
    CurveChart.Draw($"settling_{net.Id}", $"Turn of a step and norm of hidden weights, over theory's, {net.Name}",
        new("Optimizer step"), new("Measured over theory", Log: true),
        [
            .. from trial in trials.At(Settling(net["batch"], decay))
               from point in trial.Curve
               let turn = point.Own.GetValueOrDefault("angle", double.NaN) / EffectiveRate.EquilibriumAngle(trial)
               let norm = point.Own.GetValueOrDefault("norm_to_settled", double.NaN)
               from line in new[] { (Name: "turn", Value: turn), (Name: "norm", Value: norm) }
               where double.IsFinite(line.Value)
               select new Point(line.Name, $"{trial.Seed}", point.Step, line.Value),
        ], caption: "Dashed: theory, for norms that have settled: a step turns weights by the root of 2 rate decay, "
            + "and their norm to the fourth is rate E|g|² / (2 decay), g being the gradient at norm 1. Decay "
            + $"{CsvText(decay)} of the hidden layers' weights alone, at a constant rate.",
        guide: new("theory", [(1, 1), (trials.Select(trial => trial.Steps).DefaultIfEmpty(1).Max(), 1)]));

static Figure AlikeFigure(IReadOnlyList<Trial> trials, DecayWays ways, Net net) => CurveChart.Draw($"alike_{net.Id}",
    $"Decay {CsvText(ways.Hidden.WeightDecay)} and the rate that stands for it, {net.Name}",
    new("Optimizer step", Log: true), new("Training loss since the last point", Log: true),
    [
        .. from way in new[] { (Name: "no decay", Cell: ways.None), (Name: "of hidden weights", Cell: ways.Hidden),
               (Name: "growing rate", Cell: ways.AsRate), (Name: "of all", Cell: ways.All) }
           from trial in trials.At(way.Cell)
           from point in trial.Curve
           select new Point(way.Name, $"{trial.Seed}", point.Step, point.TrainLoss),
    ], caption: "Where decay of hidden weights lies on the growing rate, it is nothing but that.");
