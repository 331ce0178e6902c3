#nullable enable
// How deep nets may be, and how gradients grow through them, with BN and without.

/// <summary>For each net, the largest depth up to which every depth trains, one arm over another, as log10; known to a
/// step of the depths. Where one arm trains at the deepest that was tried, its limit may lie farther, and the interval
/// has no end on that side. A seed says nothing whose both arms train at the deepest, or neither at any.</summary>
/// <param name="nets">Each with cells of all depths in either arm.</param>
static IReadOnlyList<Effect> DepthRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    IReadOnlyList<int> depths, Norm norm, Norm over)
{
    var resolution = depths.Zip(depths.Skip(1), (a, b) => Math.Log10((double)b / a)).Max();
    double Deepest(IEnumerable<Trial> seed) => LargestWorking(seed, trial => trial.Depth);
    bool AtEnd(IEnumerable<Trial> seed) => Deepest(seed) == depths[^1];
    IReadOnlyList<Trial> Arm(Net net, Norm norm) =>
        [.. net.Cells.Where(cell => cell.Norm == norm).SelectMany(cell => trials.At(cell))];
    Effect Ratio(string condition, IReadOnlyList<Trial> first, IReadOnlyList<Trial> second)
    {
        bool Any(Func<bool, bool, bool> ends) =>
            first.BySeed(second, (one, other) => ends(AtEnd(one), AtEnd(other)) ? 1 : 0).Values.Contains(1);
        return (Effect.From(condition, first.BySeed(second, (one, other) => AtEnd(one) && AtEnd(other) ? double.NaN
            : Math.Log10(Deepest(one)) - Math.Log10(Deepest(other))), resolution) with
        {
            Censored = (Any((one, other) => other && !one), Any((one, other) => one && !other)),
        }).AtLevel(0.95);
    }
    return [.. nets.Select(net => Ratio(net.Name, Arm(net, norm), Arm(net, over)))];
}

/// <summary>For each net, the growth of the squared gradient a layer with BN at one depth, as log10.</summary>
static IReadOnlyList<Effect> GrowthEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, int depth) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.At(net.Cells.Single(cell => cell.Norm == Norm.Batch
        && cell.Depth == depth)).Select(trial => Math.Log10(Growth.PerLayer(trial)))))];
