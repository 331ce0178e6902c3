#nullable enable
// Residual branches as figures.

/// <summary>The signal by block before the first step, beside theory; accuracy by depth; and training.</summary>
/// <param name="nets">From the shallowest.</param>
/// <param name="blocks">Those at which the signal was measured.</param>
static IReadOnlyList<Figure> BranchFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> nets,
    IReadOnlyList<int> blocks)
{
    var deepest = nets[^1];
    var (first, last) = (FirstMoment(runs, deepest), blocks[^1]);
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
            caption: "Before the first step, over units and the first batch. Dashed: theory for wide nets. Without a "
                + "normalizer each block doubles it; with BN each adds 1, so that later branches are small beside what "
                + "they are added to.",
            guide: double.IsNaN(first) ? null : new("theory",
                [.. Line(BranchSignal.WithoutNorm), (last, double.NaN), .. Line(BranchSignal.WithBatchNorm)])),
        Band("accuracy", "Test error by depth", [.. nets.SelectMany(net => net.Cells).SelectMany(runs.At)],
            new("Residual blocks", Log: true), trial => trial.Depth, new("Test error", Log: true),
            new("test_error", trial => 1 - trial.TestAccuracy), "Each cell at its tuned rate, after the same steps."),
        .. nets.Select(net => AccuracyCurves($"curves_{net.Id}", $"Training: {net.Name}",
            [.. net.Cells.SelectMany(runs.At)])),
    ];
}

/// <summary>The mean square of the deepest net's signal at its end, measured, beside what theory says.</summary>
static IEnumerable<KeyNumber> BranchNumbers(IReadOnlyList<Trial> runs, Net deepest, int blocks)
{
    KeyNumber Number(string arm, string label, Func<double, int, double> theory)
    {
        var own = runs.At(deepest[arm]).Select(trial => Signal.AtStart(trial, $"moment_{blocks}"))
            .Where(double.IsFinite).ToList();
        return new($"Mean square of the signal after {blocks} blocks: {label}",
            Format.Number(own.Count == 0 ? double.NaN : Median(own)),
            $"Theory says {Format.Number(theory(FirstMoment(runs, deepest), blocks))}. Median of {own.Count} seeds, "
                + "before the first step.");
    }
    return [Number("batch", "with BN", BranchSignal.WithBatchNorm), Number("none", "without", BranchSignal.WithoutNorm)];
}

static double FirstMoment(IReadOnlyList<Trial> runs, Net net) => runs.At(net["none"])
    .Select(trial => Signal.AtStart(trial, "moment_0")).Where(double.IsFinite).ToList() is { Count: > 0 } known
        ? Median(known) : double.NaN;
