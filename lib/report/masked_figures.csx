#nullable enable
// Nets that learn some of their numbers, as figures.

/// <summary>What of a net is learned, in words.</summary>
static string LearnedInWords(Config cell) => cell.Learned switch
{
    Learned.Affine => "gamma and beta",
    Learned.Random => "as many random weights",
    _ => "all weights",
};

/// <summary>Test accuracy of gamma and beta alone, beside that of random weights and of all.</summary>
static KeyNumber MaskedNumber(IReadOnlyList<Trial> trials, Net net)
{
    string Accuracy(Learned learned) => trials.At(net.Cells.Single(cell => cell.Learned == learned)).Where(IsOk)
        .Select(trial => trial.TestAccuracy).ToList() is { Count: > 0 } known ? Format.Percent(Median(known))
        : "lost";
    return new($"Gamma and beta alone, {net.Name}", Accuracy(Learned.Affine), $"As many random weights "
        + $"{Accuracy(Learned.Random)}, all weights {Accuracy(Learned.All)}; median test accuracies.");
}

/// <summary>Test accuracy against the width by what is learned, the effects, and the rates that each was chosen from.
/// </summary>
/// <param name="byWidth">Nets that differ in width alone.</param>
static IReadOnlyList<Figure> MaskedFigures(IReadOnlyList<Trial> trials, Tuning tuning, IReadOnlyList<Net> byWidth,
    IReadOnlyList<Net> nets, Judgement judged) =>
[
    ByLearned("widths", "Test accuracy against width, by what is learned", new("Units in each hidden layer", Log: true),
        trial => trial.Width, [.. byWidth.SelectMany(net => net.Cells).SelectMany(cell => trials.At(cell))],
        new("Test accuracy"), TestAccuracy, "ReLU, each at its tuned rate; what is not learned stays as it was drawn."),
    Effects("effects", "Gamma and beta less as many random weights", judged, "Points of test accuracy"),
    .. nets.Select(net => ByLearned($"rates_{net.Id}", $"Accuracy against the rate, {net.Name}",
        new("Learning rate", Log: true), trial => trial.Lr, [.. net.Cells.SelectMany(tuning.TrialsOf)],
        new("Validation accuracy"), ValidationAccuracy, "The tuning trials.")),
];

static Figure ByLearned(string id, string title, Axis x, Func<Trial, double> at, IReadOnlyList<Trial> trials, Axis y,
    Measure measure, string caption) => BandChart.Draw(id, title, x, y,
    [
        .. trials.Where(IsOk).Select(trial => new Point(LearnedInWords(trial), $"{trial.Seed}", at(trial),
            measure.Of(trial), $"rate {CsvText(trial.Lr)}")),
    ],
    [
        .. trials.GroupBy(trial => (Arm: LearnedInWords(trial), At: at(trial))).Select(group => new Lost(group.Key.Arm,
            group.Key.At, Share(group, Status.Diverged), Share(group, Status.Stuck), group.Count())),
    ], caption);
