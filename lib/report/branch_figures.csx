#nullable enable
// Residual branches as figures.

/// <summary>The signal by block before the first step, of perceptrons beside theory; accuracy by depth; and training.
/// </summary>
/// <param name="nets">From the shallowest.</param>
/// <param name="blocks">Those at which the signal was measured.</param>
static IReadOnlyList<Figure> BranchFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> nets,
    IReadOnlyList<int> blocks)
{
    var deepest = nets[^1];
    var (first, last, convnets) = (FirstMoment(runs, deepest), blocks[^1], deepest.Cells[0].IsConvnet);
    IEnumerable<(double, double)> Line(Func<double, int, double> theory) =>
        Enumerable.Range(0, last + 1).Select(block => ((double)block, theory(first, block)));
    return
    [
        CurveChart.Draw("signal", $"The signal on its way: {deepest.Name}", new("Blocks passed"),
            new("Mean square", Log: true),
            [
                .. from cell in deepest.Cells
                   from trial in runs.At(cell)
                   from block in blocks
                   let moment = Signal.AtStart(trial, $"moment_{block}")
                   where moment > 0 && double.IsFinite(moment)
                   select new Point(ArmOf(trial), $"{trial.Seed}", block, moment),
            ],
            caption: "Before the first step, over units and the first batch. " + (convnets
                ? "After each block's sum, before its activation."
                : "Dashed: theory for wide nets. Without a normalizer each block doubles it; with BN each adds 1, so "
                    + "that later branches are small beside what they are added to."),
            guide: double.IsNaN(first) || convnets ? null : new("theory",
                [.. Line(BranchSignal.WithoutNorm), (last, double.NaN), .. Line(BranchSignal.WithBatchNorm)])),
        Band("accuracy", "Test error by depth", [.. nets.SelectMany(net => net.Cells).SelectMany(runs.At)],
            new(convnets ? "Layers" : "Residual blocks", Log: true), trial => trial.Depth, new("Test error", Log: true),
            new("test_error", trial => 1 - trial.TestAccuracy), "Each cell at its tuned rate, after the same steps."),
        .. nets.Select(net => AccuracyCurves($"curves_{net.Id}", $"Training: {net.Name}",
            [.. net.Cells.SelectMany(runs.At)])),
    ];
}

/// <summary>The mean square of the deepest net's signal at its end, measured, beside what theory says.</summary>
static IEnumerable<KeyNumber> BranchNumbers(IReadOnlyList<Trial> runs, Net deepest, int blocks)
{
    KeyNumber Number(Norm norm, string label, Func<double, int, double> theory)
    {
        var own = MomentsAfter(blocks, runs, deepest, norm);
        return new($"Mean square of the signal after {blocks} blocks: {label}",
            Format.Number(own.Count == 0 ? double.NaN : Median(own)),
            $"Theory says {Format.Number(theory(FirstMoment(runs, deepest), blocks))}. Median of {own.Count} seeds, "
                + "before the first step.");
    }
    return
    [
        Number(Norm.Batch, "with BN", BranchSignal.WithBatchNorm),
        Number(Norm.None, "without", BranchSignal.WithoutNorm),
    ];
}

static double FirstMoment(IReadOnlyList<Trial> runs, Net net) =>
    MomentsAfter(0, runs, net, Norm.None) is { Count: > 0 } known ? Median(known) : double.NaN;

static IReadOnlyList<double> MomentsAfter(int blocks, IReadOnlyList<Trial> runs, Net net, Norm norm) =>
[
    .. runs.At(net.Cells.Single(cell => cell.Norm == norm))
        .Select(trial => Signal.AtStart(trial, $"moment_{blocks}")).Where(double.IsFinite),
];
