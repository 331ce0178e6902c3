#nullable enable
// What batch statistics repair, and what sorted batches and attacks cost.

/// <summary>For each corruption, the accuracy by the statistics of test batches of a size less that by running ones.
/// </summary>
static IReadOnlyList<Effect> RepairEffects(IReadOnlyList<Trial> trials, Config cell, int size) =>
    [.. Corruption.All.Select(one => Effect.From(one.Name.Replace('_', ' '), trials.At(cell).EachSeed(trial =>
        trial.AtEnd($"{one.Name}_batch_{size}") - trial.AtEnd($"{one.Name}_running"))))];

/// <summary>The accuracy on images of low contrast less that on the same images as they are, both by the statistics of
/// test batches. Where all images have one mean, low contrast is one affine map, and the statistics of a first layer
/// with BN take it out: 0.</summary>
static Effect RepairedContrast(IReadOnlyList<Trial> trials, Config cell, int size) => Effect.From("",
    trials.At(cell).EachSeed(trial => trial.AtEnd($"contrast_batch_{size}") - trial.AtEnd($"clean_batch_{size}")));

/// <summary>The test accuracy of an arm that is trained in batches drawn at random less that of the same arm trained in
/// batches of few classes; a lost trial is worse than any other.</summary>
static Effect SortingCost(IReadOnlyList<Trial> trials, Config drawn, int classes) =>
    Effect.From("", trials.Paired(drawn, drawn with { BatchClasses = classes }, (random, sorted) =>
        TestAccuracy.OrLost(random) - TestAccuracy.OrLost(sorted)));

/// <summary>For each attack, the accuracy under it of one arm less another's, at the highest clean accuracy that both
/// reach.</summary>
static IReadOnlyList<Effect> AttackEffects(IReadOnlyList<Trial> trials, Config one, Config less) =>
    [.. Robustness.Attacks.Select(attack => Effect.From(attack.ToUpperInvariant(),
        trials.Paired(one, less, (first, second) => Robustness.Matched(first, second, attack))))];
