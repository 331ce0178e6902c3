#nullable enable
// Figures of what probes measured.

/// <summary>Each trial's gap between training and validation accuracy while its training loss falls.</summary>
static Figure GapFigure(string id, string title, IReadOnlyList<Trial> trials) => CurveChart.Draw(id, title,
    new("Training loss (falls from right to left)", Log: true), new("Training less validation accuracy, points"),
    [
        .. from trial in trials
           from loss in LogGrid(1e-4, 2, 30, digits: 2)
           let gap = Gap.At(trial, loss)
           where double.IsFinite(gap)
           select new Point(ArmOf(trial), $"{trial.Seed}", loss, 100 * gap),
    ]);

/// <summary>Each layer's squared gradient over that of the last hidden layer but two, from which growth is measured,
/// beside the growth of large batches.</summary>
static Figure GrowthFigure(string id, string title, IReadOnlyList<Trial> trials)
{
    var known = trials.Where(trial => double.IsFinite(Growth.PerLayer(trial))).ToList();
    var depth = known.Select(trial => trial.Depth).DefaultIfEmpty(0).Max();
    return CurveChart.Draw(id, title, new("Hidden layer"), new("Squared gradient, relative", Log: true),
        [
            .. from trial in known
               let squares = Growth.MeasuredSquares(trial)
               from square in squares.Index()
               select new Point($"{ArmOf(trial)}, batch of {trial.BatchSize}", $"{trial.Seed}", square.Index + 1,
                   square.Item / squares[^3]),
        ],
        caption: $"Before the first step, on the first batch, relative to layer {depth - 2}. Dashed: growth by pi "
            + "/ (pi − 1) a layer, as theory has it for large batches.",
        guide: depth == 0 ? null
            : new("theory, large batches", [(3, Math.Pow(Growth.LargeBatches, depth - 5)), (depth - 2, 1)]));
}

/// <summary>A panel for each hidden layer: percentiles over its units of what is learned, beside what would undo the
/// normalization.</summary>
static Figure UndoingFigure(string id, string title, IReadOnlyList<Trial> trials, string learned, string undoing) =>
    Rivers(id, title, trials,
        [
            .. Enumerable.Range(1, Undoing.HiddenLayers).Select(layer => ($"Hidden layer {layer}",
                $"{learned}, {undoing}",
                new[] { ("learned", $"{learned}_{layer}"), ("would undo", $"{undoing}_{layer}") })),
        ], "Percentiles over the units of a layer, each the median over the seeds.");
