#nullable enable
// The digits that the program draws.

Test("data: digits are the same bytes everywhere", () =>
{
    SmallData.Digits.Value.Fingerprint.ShouldBe(Digits.Fingerprint);
    Digits.Arrays("train", 500).Concat(Digits.Arrays("test", 100)).Select(part => part.Sha256).ShouldBe([
        "5995bd30f226e454f2309f84836a8d9fc41f6e0a0e48c6c3a2481581f258bc3d",
        "bde4ad357699a14ba18483ec6974a34db9e632e59064a4c0cd6bf9709d386ae0",
        "7543fecda20a4200caf4cd501af1483896924a1005a2a11c8cccc25fbaa97a9d",
        "bbce991dbf0e5652ef68fd091402ead883600b51e30dcd79aa51664f8e4885d2"]);
});

Test("data: fewer digits are the first of more", () =>
{
    var (few, all) = (Digits.Arrays("train", 33), SmallData.Digits.Value.Train);
    few[0].Values.ShouldBe(all.Pixels[..few[0].Values.Length]);
    few[1].Values.ShouldBe(all.Labels[..33]);
});

Test("data: damaged digits in the cache are drawn again", () =>
{
    var whole = SmallData.Digits.Value.Fingerprint;
    var file = Path.Combine(SmallData.DigitsPlaces.Cache, $"digits-{Digits.Version}", IdxFiles.Names[3]);
    var bytes = File.ReadAllBytes(file);
    bytes[^1] ^= 1;
    File.WriteAllBytes(file, bytes);
    LoadDatasetFrom("digits", SmallData.DigitsPlaces).Fingerprint.ShouldBe(whole);
    SHA256.HashData(File.ReadAllBytes(file)).ShouldNotBe(SHA256.HashData(bytes));
});

Test("data: digits are balanced", () =>
{
    foreach (var (set, each) in new[] { (SmallData.Digits.Value.Train, 6_000), (SmallData.Digits.Value.Test, 1_000) })
    {
        (set.Height, set.Width, set.Pixels.Length).ShouldBe((28, 28, set.Count * 784));
        set.Labels.CountBy(label => label).OrderBy(c => c.Key).Select(c => (c.Key, c.Value))
            .ShouldBe(Enumerable.Range(0, 10).Select(label => ((byte)label, each)));
    }
});

Test("data: no digit is drawn twice, and none of the test set is in the training set", () =>
{
    var seen = new HashSet<UInt128>();
    foreach (var set in new[] { SmallData.Digits.Value.Train, SmallData.Digits.Value.Test })
        for (var i = 0; i < set.Count; i++)
            seen.Add(MemoryMarshal.Read<UInt128>(SHA256.HashData(set.Pixels.AsSpan(i * 784, 784))))
                .ShouldBeTrue($"digit {i}");
});

Test("data: digits are prepared as MNIST is: centred by mass, inked alike", () =>
{
    var set = SmallData.Digits.Value.Test;
    set.Pixels.Average(p => p / 255.0).ShouldBe(0.1307, 0.01);
    for (var i = 0; i < set.Count; i++)
    {
        var (mass, x, y) = (0.0, 0.0, 0.0);
        for (var at = 0; at < 784; at++)
        {
            var ink = set.Pixels[i * 784 + at];
            (mass, x, y) = (mass + ink, x + ink * (at % 28), y + ink * (at / 28));
        }
        mass.ShouldBeGreaterThan(255 * 15, $"digit {i}");
        (x / mass).ShouldBe(13.5, 2, $"digit {i}");
        (y / mass).ShouldBe(13.5, 2, $"digit {i}");
    }
});
