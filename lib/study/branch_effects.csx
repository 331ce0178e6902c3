#nullable enable
// Residual nets that do without a normalizer, beside those with BN.

/// <summary>For each net and each arm, the arm's test accuracy less that of BN; a lost trial is worse than any other.
/// </summary>
static IReadOnlyList<Effect> BranchEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    params IReadOnlyList<Norm> arms) =>
[
    .. from net in nets
       from arm in arms
       select Effect.From($"{Snake(arm)}, {net.Name}", trials.Paired(net.Cells.Single(cell => cell.Norm == arm),
           net.Cells.Single(cell => cell.Norm == Norm.Batch), (one, batch) =>
               TestAccuracy.OrLost(one) - TestAccuracy.OrLost(batch))),
];
