#nullable enable
// The edge of stability as figures and numbers.

/// <summary>Sharpness times rate while training at each rate, beside the limit, and the effects.</summary>
static IReadOnlyList<Figure> EdgeFigures(IReadOnlyList<Trial> trials, IReadOnlyList<double> rates,
    IReadOnlyList<Judgement> judged)
{
    Figure Each(string id, string title, double rate, Axis y, Func<Trial, CurvePoint, double> of, string caption,
        double? limit = null)
    {
        var own = trials.Where(trial => trial.Lr == rate).ToList();
        List<Point> points =
        [
            .. from trial in own
               from point in trial.Curve
               let value = of(trial, point)
               where value > 0 && double.IsFinite(value)
               select new Point(ArmOf(trial), $"{trial.Seed}", point.Step, value),
        ];
        return CurveChart.Draw($"{id}_{Format.Anchor(CsvText(rate))}", $"{title}, rate {CsvText(rate)}",
            new("Step of gradient descent", Log: true), y, points, caption: caption,
            guide: limit is not { } level || points.Count == 0 ? null
                : new("theory", [(points.Min(point => point.X), level), (points.Max(point => point.X), level)]));
    }
    return
    [
        .. rates.Select(rate => Each("edge", "Sharpness times rate", rate, new("Sharpness times rate", Log: true),
            (trial, point) => trial.Lr * EdgeOfStability.Sharpness(point), "The largest eigenvalue of the Hessian of "
                + "the loss of all training images. Dashed: 2, beyond which gradient descent diverges on a quadratic.",
            EdgeOfStability.Limit)),
        Effects("effects", "Largest sharpness times rate over 2, with BN", judged[0], "Over the edge of stability"),
        Effects("outliers", "Largest eigenvalue over the first of the bulk, none over batch", judged[1],
            "Outlier without BN over with it"),
        .. rates.Select(rate => Each("outlier", "Largest eigenvalue over the first of the bulk", rate,
            new("Ratio of eigenvalues", Log: true), (_, point) => EdgeOfStability.Outlier(point),
            "The first of the bulk is the next one after as many as there are classes.")),
        .. rates.Select(rate => Each("loss", "Training loss", rate, new("Loss since the last point", Log: true),
            (_, point) => point.TrainLoss, "")),
    ];
}

/// <summary>The largest sharpness times rate without BN, beside theory's.</summary>
static IEnumerable<KeyNumber> EdgeNumbers(IReadOnlyList<Trial> trials, IReadOnlyList<double> rates, Config none) =>
    from rate in rates
    let own = trials.AtRate(none with { Lr = rate }).Where(IsOk).Select(EdgeOfStability.Peak).Where(double.IsFinite)
        .ToList()
    select new KeyNumber($"Sharpness times rate without BN, rate {CsvText(rate)}",
        own.Count == 0 ? Unit.TooFewData : Format.Number(Median(own), 3),
        $"Theory says {EdgeOfStability.Limit}, once the sharpness has risen so far. The largest once the loss is below {
            EdgeOfStability.FirstLoss}, median of {own.Count} seeds.");
