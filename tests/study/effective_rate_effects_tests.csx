#nullable enable

// A net of BN and none at three rates of its hidden weights: (accuracies of none), (accuracies of batch).
static IReadOnlyList<Trial> AtThreeRates(double[] none, double[] batch) =>
[
    .. from arm in new[] { (Norm: Norm.None, Accuracies: none), (Norm: Norm.Batch, Accuracies: batch) }
       from one in arm.Accuracies.Index()
       from seed in new[] { 1, 2 }
       select Made(seed: seed, accuracy: one.Item, norm: arm.Norm,
           with: config => config with { LrHidden = Math.Pow(10, one.Index - 1) }),
];

Test("effective rate: usable rates of hidden weights, and what the worst costs", () =>
{
    var (net, trials) = (new Net("net", new Config(), [0.1]), AtThreeRates([0.5, 0.9, 0.5], [0.9, 0.9, 0.85]));
    // Two points are 1/20 of the way down to the next rate with none; with batch one whole decade and 2/5 of another.
    HiddenRateGain(trials, net).Interval.Estimate.ShouldBe(1.4 - 0.1, 1e-9);
    HiddenRateGain(trials, net).Cells.Count.ShouldBe(6);
    HiddenRateCost(trials, net["batch"]).Differences.ShouldBe([0.05, 0.05], 1e-12);
    HiddenRateCost([.. trials, Made(seed: 1, accuracy: 0.1, norm: Norm.Batch, with: config => config with
        { LrHidden = 100 })], net["batch"]).Differences.ShouldBe([0.8, 0.05], 1e-12);
    // Trials that decay, or whose rate falls, are others.
    HiddenRateGain([.. trials, Made(norm: Norm.Batch, accuracy: 0.99, with: config => config with
        { WeightDecay = 1e-3 }), Made(norm: Norm.Batch, accuracy: 0.99, with: config => config with
        { Schedule = Schedule.Linear })], net).Interval.Estimate.ShouldBe(1.3, 1e-9);
});

Test("effective rate: either decay against the rate that stands for it, seed by seed", () =>
{
    var arm = new Config { Norm = Norm.Batch };
    var ways = DecayWays.Of(arm, 1e-3);
    ways.Cells.Distinct().Count().ShouldBe(4);
    ways.Cells.ShouldAllBe(cell => cell.Schedule == Schedule.Linear && cell.Norm == Norm.Batch);
    IReadOnlyList<Trial> trials =
    [
        .. from cell in ways.Cells
           from seed in new[] { 1, 2, 3 }
           select Made(seed: seed, accuracy: cell == ways.AsRate ? 0.9 : cell == ways.Hidden ? 0.9 + 0.01 * seed
               : seed == 1 ? 0.1 : 0.8 + 0.01 * seed, norm: Norm.Batch, with: _ => cell with { Seed = seed }),
    ];
    var effects = ways.Effects(trials, "net").ToList();
    effects[0].Differences.ShouldBe([0.01, 0.02, 0.03], 1e-12);
    effects[1].Differences[0].ShouldBe(double.NegativeInfinity);
    effects[1].Differences.Skip(1).ShouldBe([-0.08, -0.07], 1e-12);
    effects.Select(effect => effect.Cells.Count).ShouldBe([2, 2]);
    (Settling(arm, 1e-2).Decay, Settling(arm, 1e-2).Schedule).ShouldBe((Decay.Coupled, Schedule.Constant));
});
