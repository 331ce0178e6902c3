#nullable enable
// What becomes of the signal on its way through a net, as figures.

/// <summary>How alike examples become from layer to layer before the first step, beside theory, and which units are
/// lost in training.</summary>
/// <param name="deep">Nets of the layers that were measured: ReLU nets of some batch sizes, the largest first, then
/// others.</param>
/// <param name="trained">Nets whose units were watched.</param>
static IReadOnlyList<Figure> SignalFigures(IReadOnlyList<Trial> starts, IReadOnlyList<Net> deep,
    IReadOnlyList<int> layers, IReadOnlyList<Trial> runs, IReadOnlyList<Net> trained)
{
    IEnumerable<Point> Points(IEnumerable<Trial> trials, string column, Func<Trial, string> name) =>
        from trial in trials
        from layer in layers
        let value = Signal.AtStart(trial, $"{column}_{layer}")
        where double.IsFinite(value)
        select new Point(name(trial), $"{trial.Seed}", layer, value);
    IReadOnlyList<Trial> Of(IEnumerable<Net> nets) => [.. nets.SelectMany(net => net.Cells).SelectMany(starts.At)];
    string Named(Net net, Trial trial) => $"{ArmOf(trial)}, {net.Name}";
    Axis layer = new("Hidden layer (0: images)");
    var (first, last) = (deep[0], layers[^1]);
    var images = Of([first]).Select(trial => Signal.AtStart(trial, "cosine_0")).Where(double.IsFinite).ToList();
    return
    [
        CurveChart.Draw("cosine", $"How alike examples become: {first.Name}", layer, new("Mean cosine of two examples"),
            [.. Points(Of([first]), "cosine", ArmOf)],
            caption: "Outputs of each layer before the first step, on the first batch; 1: all examples point the same "
                + "way. Dashed: theory for wide layers, from the images' cosine on without BN; with BN, where it tends "
                + "to from any images.",
            guide: images.Count == 0 ? null : new("theory",
            [
                .. Enumerable.Range(0, last + 1).Select(at => ((double)at, Collapse.AfterRelu(Median(images), at))),
                (last, double.NaN), (1, Collapse.WithBatchNorm(first.Cells[0].BatchSize)),
                (last, Collapse.WithBatchNorm(first.Cells[0].BatchSize)),
            ])),
        CurveChart.Draw("rank", "Effective rank of a batch's representations", layer, new("Effective rank", Log: true),
            [
                .. from net in deep
                   where net.Cells[0].BatchSize == first.Cells[0].BatchSize
                   from point in Points(Of([net]), "rank", trial => Named(net, trial))
                   select point,
            ], caption: "e to the entropy of the singular values: how many directions the "
                + $"{first.Cells[0].BatchSize} examples of a batch take up. Before the first step."),
        .. trained.Select(net => ByStep($"lost_{net.Id}", $"Units lost while training: {net.Name}",
            [.. net.Cells.SelectMany(runs.At)], "lost", "Share of units",
            "Each arm at its tuned rate. Mean over the hidden layers, on the same training images.")),
        CurveChart.Draw("lost_by_layer", "Units lost at the end, by layer", new("Hidden layer"), new("Share of units"),
        [
            .. from net in trained
               where net.Cells[0].Depth == trained.Max(one => one.Cells[0].Depth)
               from trial in net.Cells.SelectMany(runs.At)
               where double.IsFinite(LostUnits.Of(trial))
               from at in Enumerable.Range(1, trial.Depth)
               select new Point(Named(net, trial), $"{trial.Seed}", at, trial.Curve[^1].Own[$"lost_{at}"]),
        ]),
    ];
}

/// <summary>The mean cosine of two examples at a layer of ReLU nets, measured, beside what theory says of wide ones.
/// </summary>
static IEnumerable<KeyNumber> CosineNumbers(IReadOnlyList<Trial> starts, IReadOnlyList<Net> relu, int layer)
{
    KeyNumber Number(string label, Config cell, Func<double, double> theory)
    {
        var own = starts.At(cell).Where(trial => double.IsFinite(Signal.AtStart(trial, $"cosine_{layer}"))).ToList();
        double Middle(int at) => own.Count == 0 ? double.NaN
            : Median(own.Select(trial => Signal.AtStart(trial, $"cosine_{at}")));
        return new($"Cosine of two examples at layer {layer}: {label}", Format.Number(Middle(layer)),
            $"Theory says {Format.Number(theory(Middle(0)))}. Median of {own.Count} seeds, before the first step.");
    }
    return [Number("ReLU without BN", relu[0].Cells[0], images => Collapse.AfterRelu(images, layer)),
        .. relu.Select(net => Number($"with BN, {net.Name}", net.Cells[1],
            _ => Collapse.WithBatchNorm(net.Cells[1].BatchSize)))];
}
