#nullable enable
// Representations that collapse and units that are lost, compared between the arms of nets.

/// <summary>For each net, the effective rank of a layer's outputs before the first step, its second arm over its first,
/// as log10. Whether the trials end well has no part in it.</summary>
static IReadOnlyList<Effect> RankRatios(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, int layer) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.Paired(net.Cells[1], net.Cells[0], (batch, none) =>
        Math.Log10(Signal.AtStart(batch, $"rank_{layer}") / Signal.AtStart(none, $"rank_{layer}")))))];

/// <summary>The share of units that are saturated or dead at the end of training; NaN for a trial that diverged or
/// failed. One that is stuck has a number: lost units may be why.</summary>
static readonly Measure LostUnits = new("lost_units", trial =>
    trial.Status is Status.Ok or Status.Stuck && trial.Curve.Count > 0 ? trial.Curve[^1].Own["lost"] : double.NaN);

/// <summary>For each net, the same of its first arm less that of its second.</summary>
static IReadOnlyList<Effect> LostUnitEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.Paired(net.Cells[0], net.Cells[1], (none, batch) =>
        LostUnits.Of(none) - LostUnits.Of(batch))))];
