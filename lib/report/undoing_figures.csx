#nullable enable
// What gamma and beta do, as figures.

/// <summary>How far gamma and beta moved against the weights, as a number for the head of a report.</summary>
static KeyNumber UndoingMoved(IReadOnlyList<Trial> runs, Config sigmoid, Config relu)
{
    string Middle(Config cell, string column) => runs.At(cell).Select(trial => trial.AtEnd(column))
        .Where(double.IsFinite).ToList() is { Count: > 0 } values ? Format.Percent(Median(values)) : Unit.TooFewData;
    string Both(Config cell) => $"{Middle(cell, "moved_affine")} against {Middle(cell, "moved_weights")}";
    return new("Moved, gamma and beta against weights", Both(sigmoid), "Distance from the start over the norm there, "
        + $"all learned, medians over seeds. ReLU: {Both(relu)}.");
}

/// <summary>Gamma and beta beside what would undo the normalization, their progress towards it, accuracy without one of
/// them, and what the two do alone.</summary>
/// <param name="trials">Of the net whose layers are shown.</param>
/// <param name="nets">Each with BN whole and without its parts.</param>
static IReadOnlyList<Figure> UndoingFigures(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, Tuning tuning,
    Judgement alone) =>
[
    UndoingFigure("scale", "Scale: gamma beside the deviation that would undo the normalization", trials, "gamma",
        "sigma"),
    UndoingFigure("shift", "Shift: beta beside the mean that would undo the normalization", trials, "beta", "mu"),
    ByStep("way", "How near gamma and beta come to undoing the normalization, sigmoid", trials,
        [("batch", "way"), ("chance", "way_by_chance")], new("Share of the way"), "0: as far from it as at the start. "
            + "1: undone. Chance: with the deviation and mean of the layer's other units. Means over the hidden "
            + "layers."),
    .. nets.Select(net => Band($"arms_{net.Id}", $"Accuracy without gamma or beta, {net.Name}",
        [.. net.Cells.SelectMany(tuning.TrialsOf)], new("Learning rate", Log: true), trial => trial.Lr,
        new("Validation accuracy"), ValidationAccuracy, "The tuning trials.")),
    Effects("alone", "Gamma and beta alone, against all weights", alone, "Points of test accuracy",
        "Each at its tuned rate. Where gamma and beta alone are learned all weights stay as they were drawn."),
];
