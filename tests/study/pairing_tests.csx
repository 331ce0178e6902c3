#nullable enable

Test("pairing: two cells are compared seed by seed, and a seed of one alone is left out", () =>
{
    Config none = new(), batch = new() { Norm = Norm.Batch };
    Trial[] trials = [Made(seed: 2, accuracy: 0.5), Made(seed: 1, accuracy: 0.6), Made(seed: 3, accuracy: 0.7),
        Made(lr: 1, seed: 1, accuracy: 0.9, norm: Norm.Batch), Made(lr: 1, seed: 2, accuracy: 0.95, norm: Norm.Batch)];
    var paired = trials.Paired(batch, none,
        (one, other) => Math.Round(one.ValidationAccuracy - other.ValidationAccuracy, 9));
    paired.Values.ShouldBe([0.3, 0.45]);
    paired.Cells.ShouldBe([batch.ToCell() with { Lr = 1 }, none.ToCell() with { Lr = 0.1 }]);
    var alone = trials.At(none).EachSeed(trial => trial.Seed);
    (string.Join(' ', alone.Values), alone.Cells.Single()).ShouldBe(("2 1 3", none.ToCell() with { Lr = 0.1 }));
    trials.At(none).Select(trial => trial.Seed).ShouldBe([2, 1, 3]);
    trials.AtRate(batch with { Lr = 1 }).Count.ShouldBe(2);
    trials.AtRate(batch with { Lr = 0.1 }).ShouldBeEmpty();
});
