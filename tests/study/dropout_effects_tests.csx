#nullable enable

Test("dropout: arms of a share by place, with BN and without, and gains of one arm over another", () =>
{
    var net = DropoutNet(new Config { Activation = Activation.Relu }, 0.2, [0.1]);
    net.Name.ShouldBe("dropout of 0.2");
    net.Cells.Select(ArmOf).ShouldBe(["none", "batch", "none_dropout", "batch_dropout", "none_dropout_last",
        "batch_dropout_last"]);
    Trial At(string arm, double accuracy, double regained = 0) => Made(accuracy: accuracy, with: _ => net[arm]) with
    {
        Curve = [new("", 1, 60, 2, 2, 0.1)
            { Own = { ["accuracy_by_running"] = 0.5, ["accuracy_by_own"] = 0.5 + regained } }],
    };
    Trial[] trials = [At("batch_dropout", 0.8, 0.04), At("batch_dropout_last", 0.9)];
    var gain = TestAccuracyGains(trials, [net], "batch_dropout_last", less: "batch_dropout").Single();
    (gain.Condition, Math.Round(gain.Differences.Single(), 12)).ShouldBe(("dropout of 0.2", 0.1));
    gain.Cells.Count.ShouldBe(2);
    // With BN the place costs 0.1, without 0.03.
    var cost = PlaceCosts([.. trials, At("none_dropout", 0.7), At("none_dropout_last", 0.73)], [net]).Single();
    cost.Differences.Single().ShouldBe(0.07, 1e-12);
    cost.Cells.Count.ShouldBe(4);
    RegainedAccuracy(trials, [net]).Single().Differences.Single().ShouldBe(0.04, 1e-12);
});
