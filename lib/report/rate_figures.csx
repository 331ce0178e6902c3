#nullable enable
// Usable learning rates as figures and tables.

/// <summary>Usable and largest stable rates, a row for each arm.</summary>
static Figure RateRanges(this IReadOnlyList<RateLimits> all, string id, string title) => RangeChart.Draw(id, title,
    new("Learning rate", Log: true),
    [
        .. all.Select(one => new RangeRow(ArmOf(one.Cell), one.Label, one.Usable.Low, one.Usable.High,
            [.. one.LargestStable.Where(double.IsFinite)], one.LargestStable.Count)),
    ],
    (all.Min(one => one.Net.Rates[0]), all.Max(one => one.Net.Rates[^1])), "Bars: rates whose median is within 2 "
        + "points of the arm's best. Marks: each seed's largest stable rate.");

/// <summary>The decades of usable rates as a number for the head of a report.</summary>
static KeyNumber UsableDecades(this RateLimits one) => new($"Usable rates, {one.Label}",
    string.Create(CultureInfo.InvariantCulture, $"{one.Usable.Decades():F1} decades"),
    double.IsNaN(one.Usable.Low) ? "no rate works" : $"{Format.Number(one.Usable.Low, 2)} to {
        Format.Number(one.Usable.High, 2)}: within 2 points of the arm's best, at {Format.Number(one.Usable.Best)}");

/// <summary>A row for each arm: usable and largest stable rates, what a range test says, and what was lost.</summary>
/// <param name="rangeTests">Trials of range tests; each belongs to the arm that it differs from in its rates.</param>
static TableSection RateLimitsTable(this IReadOnlyList<RateLimits> all, IReadOnlyList<Trial> rangeTests)
{
    double MedianOf(IEnumerable<double> values) =>
        values.Where(double.IsFinite).ToList() is { Count: > 0 } known ? Median(known) : double.NaN;
    double ShareOver(RateLimits one, Status status) =>
        one.Trials.GroupBy(trial => trial.Lr).Average(rate => Share([.. rate], status));
    return new("By optimizer and arm", TableOf(all,
        ("optimizer", one => one.Net.Name), ("norm", one => Snake(one.Cell.Norm)),
        ("usable_decades", one => one.Usable.Decades()), ("usable_low", one => one.Usable.Low),
        ("usable_high", one => one.Usable.High), ("best_lr", one => one.Usable.Best),
        ("largest_stable_lr", one => MedianOf(one.LargestStable)),
        ("range_test_lr", one => MedianOf(rangeTests.At(RangeTest.Configure(one.Cell, one.Net.Rates[0],
            one.Net.Rates[^1])).Select(RangeTest.LostAt))),
        ("diverged", one => ShareOver(one, Status.Diverged)), ("stuck", one => ShareOver(one, Status.Stuck)),
        ("volatility_at_best", one => MedianOf(one.Trials.Where(trial => trial.Lr == one.Usable.Best)
            .Select(trial => trial.LossVolatility)))),
        "Rates: medians over seeds. Range test: the rate at which one short training with a rising rate is lost. "
            + "Diverged and stuck: the share of seeds, in the mean over the arm's grid.");
}

/// <summary>Validation accuracy against the learning rate, the arms of one net.</summary>
static Figure AccuracyByRate(Net net, IReadOnlyList<Trial> trials) => Band(net.Id,
    $"Accuracy against learning rate, {net.Name}", trials.OnGrid(net),
    new("Learning rate", Log: true), trial => trial.Lr, new("Validation accuracy"), ValidationAccuracy);

/// <summary>The training curves of each arm of one net at its best rate.</summary>
static Figure CurvesAtBest(string id, Net net, IReadOnlyList<RateLimits> limits) => AccuracyCurves(id,
    $"Training at each arm's best rate, {net.Name}", [.. limits.Where(one => one.Net == net).SelectMany(one =>
        one.Trials.Where(trial => trial.Lr == one.Usable.Best))]);
