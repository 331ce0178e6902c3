#nullable enable
// What dropout costs where it stands before BN.

/// <summary>A net with dropout of each hidden layer's outputs and of the last one's alone, and without, each with BN
/// and without a normalizer.</summary>
static Net DropoutNet(Config none, double share, IReadOnlyList<double> rates)
{
    var dropped = none with { Dropout = share };
    return new($"dropout of {CsvText(share)}",
    [
        .. from one in new[] { none, dropped, dropped with { DropoutPlace = DropoutPlace.Last } }
           from norm in new[] { Norm.None, Norm.Batch }
           select one with { Norm = norm },
    ], rates);
}

/// <summary>For each net, how much more test accuracy dropout of each hidden layer's outputs costs than that of the
/// last one's alone, with BN less without; a lost trial is worse than any other.</summary>
static IReadOnlyList<Effect> PlaceCosts(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets)
{
    double Cost(IReadOnlyList<Trial> seed) => seed.Sum(trial =>
        (trial.DropoutPlace == DropoutPlace.Last ? 1 : -1) * TestAccuracy.OrLost(trial));
    IReadOnlyList<Trial> Dropped(Net net, Norm norm) =>
        [.. net.Cells.Where(cell => cell.Dropout > 0 && cell.Norm == norm).SelectMany(trials.At)];
    return
    [
        .. nets.Select(net => Effect.From(net.Name, Dropped(net, Norm.Batch).BySeed(Dropped(net, Norm.None),
            (batch, none) => Cost(batch) - Cost(none)))),
    ];
}

/// <summary>For each net, the test accuracy of one arm less that of another, as a share of 1; a lost trial is worse
/// than any other.</summary>
static IReadOnlyList<Effect> TestAccuracyGains(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets, string arm,
    string less) => [.. nets.Select(net => ErrorGap(trials, net[less], net[arm], net.Name))];

/// <summary>For each net with dropout before BN, validation accuracy by statistics measured without dropout less by
/// running ones.</summary>
static IReadOnlyList<Effect> RegainedAccuracy(IReadOnlyList<Trial> trials, IReadOnlyList<Net> nets) =>
[
    .. nets.Select(net => Effect.From(net.Name, trials.At(net["batch_dropout"]).EachSeed(trial =>
        trial.AtEnd("accuracy_by_own") - trial.AtEnd("accuracy_by_running")))),
];
