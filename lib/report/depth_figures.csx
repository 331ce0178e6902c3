#nullable enable
// Deep nets as figures.

/// <summary>Residual nets by depth and, where there are perceptrons: what trains by depth and batch size, the gradients
/// of the deepest nets at the start, and sigmoid nets by depth.</summary>
/// <param name="plain">ReLU nets, one for each batch size, one of them of the residual net's size; or none.</param>
/// <param name="sigmoids">One beside plain nets.</param>
static IReadOnlyList<Figure> DepthFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> plain, Net residual,
    IReadOnlyList<Net> sigmoids)
{
    const string Each = "Each cell at its tuned rate, after the same steps.";
    IReadOnlyList<Trial> Of(params IEnumerable<Net> nets) =>
        [.. nets.SelectMany(net => net.Cells.OrderBy(cell => cell.Norm)).SelectMany(cell => runs.At(cell))];
    Figure ByDepth(string id, string title, string layers, params IEnumerable<Net> nets) => Band(id, title, Of(nets),
        new(layers, Log: true), trial => trial.Depth, new("Validation accuracy"), ValidationAccuracy, Each);
    if (plain.Count == 0) return [ByDepth("residual", residual.Name, "Layers", residual)];
    var (size, deepest) = (residual.Cells[0].BatchSize, residual.Cells.Max(cell => cell.Depth));
    return
    [
        Maps("map", "What trains: depth against batch size, ReLU", Of(plain), (Norm.None, Norm.Batch),
            new("Batch size"), trial => trial.BatchSize, new("Hidden layers"), trial => trial.Depth, ValidationAccuracy,
            runs[0].Data.Chance, Each),
        GrowthFigure("gradients", $"Squared gradient of each layer's weights, ReLU, {deepest} layers", Of(plain)),
        ByDepth("residual", $"Residual nets beside plain ones, ReLU, batch of {size}", "Hidden layers",
            [.. plain.Where(net => net.Cells[0].BatchSize == size), residual]),
        ByDepth("sigmoid", "Sigmoid nets, batch of 16", "Hidden layers", sigmoids),
    ];
}
