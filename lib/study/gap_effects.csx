#nullable enable
// The gap to validation, compared between the arms of nets.

/// <summary>Training less validation accuracy at the end of training, as a share of 1.</summary>
static readonly Measure FinalGap = new("final_gap", trial =>
    trial.AtEnd("eval_train_accuracy") - trial.AtEnd("full_validation_accuracy"));

/// <summary>For each net, the gap of its first arm less that of its second, at the lowest training loss that both arms
/// of a seed reach.</summary>
static IReadOnlyList<Effect> GapEffects(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
    [.. nets.Select(net => Effect.From(net.Name, trials.Paired(net.Cells[0], net.Cells[1], Gap.Narrowed)))];
