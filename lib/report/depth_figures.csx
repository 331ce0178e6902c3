#nullable enable
// Deep nets as figures.

/// <summary>What trains by depth and batch size, the gradients of the deepest nets at the start, and residual and
/// sigmoid nets by depth; of residual convnets no map, since plain nets are not trained beside them.</summary>
/// <param name="sigmoid">Null beside convnets.</param>
/// <param name="plain">ReLU nets, one for each batch size, one of them of the residual net's size.</param>
static IReadOnlyList<Figure> DepthFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> plain, Net residual,
    Net? sigmoid, int deepest)
{
    const string Each = "Each cell at its tuned rate, after the same steps.";
    IReadOnlyList<Trial> Of(params IEnumerable<Net> nets) =>
        [.. nets.SelectMany(net => net.Cells.OrderBy(cell => cell.Norm)).SelectMany(cell => runs.At(cell))];
    Figure ByDepth(string id, string title, params IEnumerable<Net> nets) => Band(id, title, Of(nets),
        new(sigmoid is null ? "Layers" : "Hidden layers", Log: true), trial => trial.Depth, new("Validation accuracy"),
        ValidationAccuracy, Each);
    var gradients = GrowthFigure("gradients", $"Squared gradient of each layer's weights, ReLU, {deepest} layers",
        Of(plain));
    if (sigmoid is null) return [ByDepth("residual", residual.Name, residual), gradients];
    var size = residual.Cells[0].BatchSize;
    return
    [
        Maps("map", "What trains: depth against batch size, ReLU", Of(plain), (Norm.None, Norm.Batch),
            new("Batch size"), trial => trial.BatchSize, new("Hidden layers"), trial => trial.Depth, ValidationAccuracy,
            0.1, Each),
        gradients,
        ByDepth("residual", $"Residual nets beside plain ones, ReLU, batch of {size}",
            [.. plain.Where(net => net.Cells[0].BatchSize == size), residual]),
        ByDepth("sigmoid", "Sigmoid nets, batch of 16", sigmoid),
    ];
}
