#nullable enable
// How deep nets may be, and how gradients grow through them, with BN and without.

/// <summary>For each net, the largest depth up to which every depth trains, one arm over another, as log10; known to a
/// step of the depths. A seed says nothing whose both arms train at the deepest, or neither at any.</summary>
/// <param name="nets">Each with cells of all depths in either arm.</param>
static IReadOnlyList<Effect> DepthRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    IReadOnlyList<int> depths, Norm norm, Norm over)
{
    var resolution = depths.Zip(depths.Skip(1), (a, b) => Math.Log10((double)b / a)).Max();
    double LogDeepest(IEnumerable<Trial> seed) => Math.Log10(LargestWorking(seed, trial => trial.Depth));
    IReadOnlyList<Trial> Arm(Net net, Norm norm) =>
        [.. net.Cells.Where(cell => cell.Norm == norm).SelectMany(cell => trials.At(cell))];
    return [.. nets.Select(net => Effect.From(net.Name, Arm(net, norm).BySeed(Arm(net, over),
        (one, other) => (LogDeepest(one), LogDeepest(other)) is var (first, second)
            && Math.Min(first, second) == Math.Log10(depths[^1]) ? double.NaN : first - second), resolution))];
}

/// <summary>For each net, the growth of the squared gradient a layer with BN at one depth, as log10.</summary>
static IReadOnlyList<Effect> GrowthEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, int depth) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.At(net.Cells.Single(cell => cell.Norm == Norm.Batch
        && cell.Depth == depth)).Select(trial => Math.Log10(Growth.PerLayer(trial)))))];
