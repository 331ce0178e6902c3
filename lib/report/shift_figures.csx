#nullable enable
// Internal covariate shift as figures.

/// <summary>How far the medians of the last hidden layer's inputs go from an accuracy on, what that layer receives,
/// how far each layer's gradient keeps its direction, and the curves.</summary>
/// <param name="layers">Those whose gradients were measured, from the input on.</param>
/// <param name="images">On how many training images inputs were measured.</param>
static IReadOnlyList<Figure> ShiftFigures(this ShiftEffects shift, IReadOnlyList<Trial> runs,
    IReadOnlyList<int> layers, int images) =>
[
    CurveChart.Draw("path", "How far the inputs of the last hidden layer drift while the net learns",
        new("Validation accuracy"), new($"Path since {Format.Percent(shift.From)}, interquartile ranges"),
        [
            .. from trial in runs
               from percent in Enumerable.Range(0, 14)
               let level = Math.Round(shift.From + 0.05 * percent, 2)
               let path = level == shift.From ? 0 : shift.Path(trial, level)
               where double.IsFinite(path)
               select new Point(ArmOf(trial), $"{trial.Seed}", level, path, $"rate {CsvText(trial.Lr)}"),
        ],
        caption: $"Path of a unit's median input over {images:N0} training images, mean over the units."),
    InputPercentiles("unit", "What one unit of the last hidden layer receives", runs, "unit", "The paper's figure 1(b, "
        + $"c): the input of one unit (of a convnet, of one channel) over {
            images:N0} training images in training mode, seed 1."),
    InputPercentiles("layer", "What the whole last hidden layer receives", runs, "layer",
        "All of its units together."),
    .. layers.Reverse().Select(layer => ByStep($"cosine_{layer}", $"Gradient of layer {layer}: direction kept", runs,
        $"cosine_{layer}", "Cosine", "Cosine between the layer's gradient before and after the earlier layers take "
            + "their step, on the same batch: 1 is no shift.")),
    ByStep("change", "Gradient of the last layer: how much of it changes", runs, $"change_{layers[^1]}",
        "Change over norm", "Length of the change over that of the gradient."),
    AccuracyCurves("curves", "Training", runs),
];
