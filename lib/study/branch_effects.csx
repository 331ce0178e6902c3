#nullable enable
// Residual nets that do without a normalizer, beside those with BN.

/// <summary>For each net and each arm, the arm's test accuracy less that of BN; a lost trial is worse than any other.
/// </summary>
static IReadOnlyList<Effect> BranchEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets,
    IReadOnlyList<string> arms) =>
[
    .. from net in nets
       from arm in arms
       select Effect.From($"{arm}, {net.Name}", trials.Paired(net[arm], net["batch"], (one, batch) =>
           TestAccuracy.OrLost(one) - TestAccuracy.OrLost(batch))),
];
