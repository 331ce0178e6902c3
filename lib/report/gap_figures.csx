#nullable enable
// The gap between training and validation as figures.

/// <summary>Effects of BN and of the controls, the gap while training loss falls on each size of training set, and how
/// the smallest set's accuracy depends on the rate.</summary>
/// <param name="sizes">Numbers of training images.</param>
static IReadOnlyList<Figure> GapFigures(Judgement claim, Judgement control, IReadOnlyList<int> sizes, int smallest,
    Tuning tuning, IReadOnlyList<Trial> runs) =>
[
    Effects("effects", "How much batch normalization narrows the gap", claim, "Gap of none less batch's, points",
        "Each seed's two arms at the lowest training loss that both reach; to the right BN regularizes."),
    Effects("controls", "How much what is meant to regularize narrows it", control,
        "Gap of none less the control's, points", shaded: "where a control should be"),
    .. sizes.Select(size => GapFigure($"course_{size}", $"Gap while the training loss falls, {size:N0} images",
        [.. runs.Where(trial => trial.TrainSize == size && trial.BatchSize == 60)])),
    Band("rates", $"Validation accuracy at the end against the rate, {smallest} images",
        [.. tuning.Trials.Where(trial => trial.TrainSize == smallest)], new("Learning rate", Log: true),
        trial => trial.Lr, new("Validation accuracy"), ValidationAccuracy, "The tuning trials; all that ended well fit "
            + "nearly every training image."),
];
