#nullable enable
// How deep nets may be, and how gradients grow through them, with BN and without.

/// <summary>For each net, the largest depth up to which every depth trains, BN over none, as log10; known to a step of
/// the depths.</summary>
/// <param name="nets">Each with cells of all depths, with and without BN.</param>
static IReadOnlyList<Effect> DepthRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    IReadOnlyList<int> depths)
{
    var resolution = depths.Zip(depths.Skip(1), (a, b) => Math.Log10((double)b / a)).Max();
    double LogDeepest(IEnumerable<Trial> seed) => Math.Log10(LargestWorking(seed, trial => trial.Depth));
    IReadOnlyList<Trial> Arm(Net net, Norm norm) =>
        [.. net.Cells.Where(cell => cell.Norm == norm).SelectMany(cell => trials.At(cell))];
    return [.. nets.Select(net => Effect.From(net.Name, Arm(net, Norm.Batch).BySeed(Arm(net, Norm.None),
        (batch, none) => Effect.Difference(LogDeepest(batch), LogDeepest(none))), resolution))];
}

/// <summary>For each net, the growth of the squared gradient a layer with BN at one depth, as log10.</summary>
static IReadOnlyList<Effect> GrowthEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, int depth) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.At(net.Cells.Single(cell => cell.Norm == Norm.Batch
        && cell.Depth == depth)).Select(trial => Math.Log10(Growth.PerLayer(trial)))))];
