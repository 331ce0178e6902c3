#nullable enable

Test("init: BN's usable scales less those without, by seed; a seed that both arms lose says nothing", () =>
{
    IEnumerable<Trial> Of(Norm norm, int seed, params double[] accuracies) => accuracies.Select((accuracy, i) =>
        Made(seed: seed, accuracy: accuracy, norm: norm,
            with: config => config with { Init = Scheme.Normal, InitScale = Math.Pow(10, i) }));
    Trial[] trials =
    [
        .. Of(Norm.None, 1, 0.8, 0.91, 0.91, 0.8), .. Of(Norm.Batch, 1, 0.92, 0.92, 0.92, 0.95),
        .. Of(Norm.None, 2, 0.5, 0.6, 0.7, 0.5), .. Of(Norm.Batch, 2, 0.8, 0.8, 0.8, 0.8),
        // Another scheme is no scale.
        Made(seed: 3, accuracy: 0.95), Made(seed: 3, accuracy: 0.95, norm: Norm.Batch),
    ];
    var gain = UsableScaleGain(trials, 0.9, new Config(), "sigmoid");
    gain.Differences.Single().ShouldBe(3 - (1 + 2 * 0.01 / 0.11), 1e-9);
    gain.LeftOut.ShouldBe(1);
    UsableScales(trials.AtScales(new Config(), Norm.Batch).Where(trial => trial.Seed == 1), 0.9).ShouldBe(3, 1e-12);
    // Within 2 points of the own best: only from where it comes near 95%, but all of what is 80% everywhere.
    var own = RelativeScaleGain(trials, new Config(), "sigmoid").Differences;
    own[0].ShouldBe(2.0 / 3 - (1 + 2 * 0.02 / 0.11), 1e-9);
    own[1].ShouldBe(3 - 0.2 - 0.1, 1e-9);
});
