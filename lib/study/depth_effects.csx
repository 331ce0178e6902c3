#nullable enable
// How deep nets may be, and how gradients grow through them, with BN and without.

/// <summary>The limit of a seed's depths: the last before the first at which its net does not come to a validation
/// accuracy.</summary>
static Limit DepthLimit(IEnumerable<Trial> seed, double trained) => Limit.Of(seed.OrderBy(trial => trial.Depth),
    trial => IsOk(trial) && trial.ValidationAccuracy >= trained);

/// <summary>What is run to know each seed's largest trainable depth to a tenth of a decade, to one layer, or to one
/// block of each stage.</summary>
static IEnumerable<Config> BisectDepths(IReadOnlyList<Trial> trials, double trained) => trials
    .GroupBy(trial => (trial.ToCell() with { Depth = 1 }, trial.Seed))
    .Select(seed => DepthLimit(seed, trained))
    .Halved(config => config.Depth, (config, depth) => config with { Depth = Buildable(config, depth) });

// Residual convnets have 6 n + 2 layers.
static int Buildable(Config config, double depth) => config.IsConvnet ? 6 * (int)Math.Round((depth - 2) / 6) + 2
    : (int)Math.Round(depth);

/// <summary>For each net, the largest depth up to which every depth trains, one arm over another, as log10; known to a
/// tenth of a decade, of residual convnets to what lies between 8 layers and 14.</summary>
/// <param name="nets">Each with cells of all depths in either arm.</param>
/// <param name="trained">The validation accuracy from which on a net counts as trained.</param>
static IReadOnlyList<Effect> DepthRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, double trained,
    Norm norm, Norm over)
{
    IReadOnlyList<Trial> Arm(Net net, Norm norm)
    {
        var cell = net.Cells.First(cell => cell.Norm == norm).ToCell() with { Depth = 1 };
        return [.. trials.Where(trial => trial.ToCell() with { Depth = 1 } == cell)];
    }
    return [.. nets.Select(net => LimitRatio(net.Name, Arm(net, norm), Arm(net, over),
        seed => DepthLimit(seed, trained), trial => trial.Depth,
        resolution: net.Cells[0].IsConvnet ? Math.Log10(14 / 8.0) : 0.1))];
}

/// <summary>For each net, the growth of the squared gradient a layer with BN at one depth, as log10.</summary>
static IReadOnlyList<Effect> GrowthEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, int depth) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.At(net.Cells.Single(cell => cell.Norm == Norm.Batch
        && cell.Depth == depth)).EachSeed(trial => Math.Log10(Growth.PerLayer(trial)))))];
