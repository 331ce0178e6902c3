#nullable enable

Test("study: usable range and largest stable rate", () =>
{
    Trial[] trials = [Made(0.01, accuracy: 0.5), Made(0.1, accuracy: 0.94), Made(1, accuracy: 0.95),
        Made(10, accuracy: 0.91), Made(100, accuracy: 0.1), Made(1000, accuracy: 0.9)];
    var (low, high, best) = trials.UsableRange(trial => trial.Lr, ValidationAccuracy);
    best.ShouldBe(1);
    low.ShouldBe(0.1 * Math.Pow(10, -0.01 / 0.44), 1e-9);
    high.ShouldBe(Math.Pow(10, 0.02 / 0.04), 1e-9);
    LargestStableRate(trials).ShouldBe(10);
    new[] { Made(accuracy: 0.1) }.UsableRange(trial => trial.Lr, ValidationAccuracy).Decades().ShouldBe(0);
    LargestStableRate([Made(accuracy: 0.1)]).ShouldBe(double.NaN);
});

Test("study: decades from a level on are interpolated, need not join, and count a lost trial as 0", () =>
{
    double Decades(params (double At, double Accuracy)[] trials) => trials.Select(one =>
        Made(accuracy: one.Accuracy, with: config => config with { InitScale = one.At }))
        .DecadesFrom(0.9, trial => trial.InitScale, ValidationAccuracy);
    Decades((1, 0.95), (0.01, 0.92), (0.1, 0.9)).ShouldBe(2, 1e-12);
    Decades((0.1, 0.8), (1, 0.92)).ShouldBe(0.02 / 0.12, 1e-12);
    Decades((1, 0.92), (10, 0.8)).ShouldBe(0.02 / 0.12, 1e-12);
    // 0.05 is stuck.
    Decades((1, 0.95), (10, 0.05), (100, 0.95)).ShouldBe(2 * 0.05 / 0.95, 1e-12);
    Decades((1, 0.8), (10, 0.85)).ShouldBe(0);
    Decades((1, 0.95)).ShouldBe(0);
});

Test("study: rates lost above a seed's best one and below it are told apart, on the grid alone", () =>
{
    double[] grid = [0.01, 0.1, 1, 10, 100];
    Trial[] trials = [Made(0.01, accuracy: 0.1), Made(0.1, accuracy: 0.7), Made(1, accuracy: 0.95),
        Made(10, accuracy: 0.1), Made(100, excess: 5), Made(5, accuracy: 0.1)];
    var (above, below) = trials.LostShares(grid);
    (above, below).ShouldBe((0.4, 0.2));
    // Rates that were not tried: as good as lost above a lost one, not known below or above others.
    trials[1..4].LostShares(grid).ShouldBe((0.4, double.NaN));
    trials[..3].LostShares(grid).ShouldBe((double.NaN, 0.2));
    new[] { Made(0.01, accuracy: 0.1) }.LostShares(grid).ShouldBe((double.NaN, double.NaN));
});
