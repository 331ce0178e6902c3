#nullable enable
// Scales of the initial weights as figures and tables.

/// <summary>By how many decades BN widens the usable scales, and how many each arm has, for the head of a report.
/// </summary>
/// <param name="at">At which learning rates, in words.</param>
static KeyNumber UsableScalesNumber(IReadOnlyList<Trial> trials, double accuracy, Config none, string name,
    string at)
{
    string Middle(Norm norm) => Format.Number(
        Median(trials.AtScales(none, norm).GroupBy(trial => trial.Seed)
            .Select(seed => UsableScales(seed, accuracy))), 2);
    return UsableScaleGain(trials, accuracy, none, name).ToNumber(
        $"Usable scales, {name}, {at}: batch less none", Unit.Decades,
        $"Medians over seeds: {Middle(Norm.None)} decades without, {Middle(Norm.Batch)} with.");
}

/// <summary>Accuracies and loss against the scale, as in CS231n's figure.</summary>
static Figure ByWeightScale(string id, string title, IReadOnlyList<Trial> trials, Config none) => Panels(id, title,
    [.. new[] { Norm.None, Norm.Batch }.SelectMany(norm => trials.AtScales(none, norm))], weightScale,
    trial => trial.InitScale,
    [
        (new("Best validation acc."), BestValidationAccuracy), (new("Best training acc."), BestTrainAccuracy),
        (new("Final training loss", Log: true), TrainLoss),
    ], "Best over the measured steps of each training, as in CS231n.");

/// <summary>Learning rate against scale: maps of both arms and of their difference.</summary>
static Figure ScaleMap(string id, string title, IReadOnlyList<Trial> trials, Config none) => Maps(id, title,
    [.. new[] { Norm.None, Norm.Batch }.SelectMany(norm => trials.AtScales(none, norm))], (Norm.None, Norm.Batch),
    weightScale, trial => trial.InitScale, new("Learning rate"), trial => trial.Lr, ValidationAccuracy,
    trials[0].Data.Chance, "The tuning trials.");

/// <summary>The table of the usual schemes.</summary>
static TableSection NamedSchemes(string title, IReadOnlyList<Trial> trials, IReadOnlyList<string> by) => new(title,
    trials.Where(trial => trial.Init != Scheme.Normal).Summarize(by, BestValidationAccuracy), "Medians over the "
        + "evaluation seeds; zero gives every unit of a layer the same weights, which no gradient tells apart.");

static readonly Axis weightScale = new("Standard deviation of the initial weights", Log: true);
