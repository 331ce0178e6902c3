#nullable enable

// Images of one multiset of pixels about 125, in steps of 5: a contrast of 0.2 is exact in bytes, and moves all of
// them by one affine map, which the first layer's batch statistics take out.
static Dataset EvenImages(int train, int validation)
{
    var random = new RandomStream(1, "even");
    int[] steps = [.. Enumerable.Range(0, 64).Select(i => i % 2 == 0 ? i / 4 : -(i / 4))];
    var pixels = new List<byte>();
    for (var image = 0; image < train + validation; image++)
    {
        random.Shuffle(steps);
        pixels.AddRange(steps.Select(step => (byte)(125 + 5 * step)));
    }
    byte[] labels = [.. Enumerable.Range(0, train + validation).Select(at => (byte)(pixels[at * 64] / 26))];
    ImageSet set = new([.. pixels], labels, 8, 8);
    return new("even", set, set, "", null) { ValidationImages = validation };
}

Test("robustness: contrast is repaired exactly by batch statistics, where the first layer is normalized", () =>
{
    var data = EvenImages(600, 400);
    var config = new Config { Width = 20, TrainSize = 600, Norm = Norm.Batch, Lr = 1, Epochs = 20,
        Activation = Activation.Relu };
    var probe = Robustness.Probe([20, 100], corrupted: 400, attacked: 50, epsilon: 0.05, pgdSteps: 2, points: 2);
    var (batch, none) = (Training.Run(config, data, probe), Training.Run(config with { Norm = Norm.None }, data,
        probe));
    var own = batch.Curve[^1].Own;
    own["clean_running"].ShouldBe(batch.ValidationAccuracy, 1e-9);
    own["clean_running"].ShouldBeGreaterThan(0.4);
    foreach (var column in new[] { "batch_20", "batch_100", "sorted" })
        own[$"contrast_{column}"].ShouldBe(own[$"clean_{column}"], 0.0051, column);
    own["contrast_running"].ShouldBeLessThan(own["clean_running"] - 0.1);
    // Without BN there are no statistics to choose from.
    var plain = none.Curve[^1].Own;
    foreach (var kind in Robustness.Kinds) plain[$"{kind}_batch_20"].ShouldBe(plain[$"{kind}_running"], 1e-9, kind);
    own["pgd"].ShouldBeLessThanOrEqualTo(own["clean_running"]);
    batch.Curve[0].Own.ShouldNotContainKey("clean_running");
});

Test("robustness: arms are compared under attack at the highest accuracy that both reach", () =>
{
    Trial Curve(int seed, params (double Clean, double Attacked)[] points) => Made(seed: seed) with
    {
        Curve = [.. points.Select((point, i) => new CurvePoint("", i + 1, 0, 0, 0, point.Clean) is var at
            && at.Own.TryAdd("fgsm", point.Attacked) ? at : throw new UnreachableException())],
    };
    var (one, other) = (Curve(1, (0.1, 0.1), (0.5, 0.4), (0.9, 0.6)), Curve(1, (0.1, 0.1), (0.7, 0.2)));
    Robustness.AtAccuracy(one, 0.7, "fgsm").ShouldBe(0.5, 1e-12);
    Robustness.Matched(one, other, "fgsm").ShouldBe(0.3, 1e-12);
    Robustness.Matched(other, one, "fgsm").ShouldBe(-0.3, 1e-12);
    Robustness.AtAccuracy(one, 0.95, "fgsm").ShouldBe(double.NaN);
    Robustness.Matched(one, other.JudgedAt(Divergence.Default) with { Status = Status.Diverged }, "fgsm")
        .ShouldBe(double.NaN);
});
