#nullable enable

Test("probes: evaluation trials are measured, tuning trials only where a probe says so", () =>
{
    var tune = Watchable with { Role = Role.Tune };
    Trial Run(Config config, Probe probe) => Training.Run(config, NoiseOf(600), probe);
    Run(tune, Gap.Probe(points: 4, firstStep: 5)).Curve.ShouldAllBe(point => point.Own.Count == 0 && point.Step >= 5);
    Run(Watchable, Gap.Probe(points: 4, firstStep: 5)).Curve.ShouldAllBe(point => point.Own.Count == 4);
    var accuracy = TrainingAccuracy.Probe(images: 100, points: 4) with { WhileTuning = true };
    Run(tune, accuracy).Curve.ShouldAllBe(point => point.Own.ContainsKey("train_accuracy"));
    Run(tune, Undoing.Probe).Curve.ShouldAllBe(point => point.Own.Count == 0);
    Run(tune, Probe.Curves()).Curve.Select(point => point.Step).ShouldBe(LogSpacedSteps(20));
    var epochs = Run(Watchable with { ShortBatch = true }, Epochs.Probe);
    epochs.Curve.Where(point => point.Own.ContainsKey("epoch")).Select(point => (point.Step, point.Own["epoch"]))
        .ShouldBe([(10, 1), (20, 2)]);
    epochs.Curve[^1].Own["test_accuracy"].ShouldBe(epochs.TestAccuracy, 1e-12);
});

foreach (var (columns, name) in new (string[], string)[]
{
    (["drift", "loss", "drift"], "drift"), (["train_loss"], "train_loss"), (["trial"], "trial"), (["step"], "step"),
})
    Test($"probes: columns {string.Join(", ", columns)} are refused", () =>
        Should.Throw<ArgumentException>(() => new Probe(columns, _ => [1], _ => [])).Message.ShouldContain($" {name}"));
