#nullable enable
// Files that are missing or differ, and servers that fail.

Test("data: labels above 9 and counts that differ are refused", () =>
{
    Should.Throw<BadInput>(() => ImageSet.From(SmallData.Images(3), new("labels", [3], [1, 10, 2]), 10)).Message
        .ShouldStartWith("labels has 10 for label 1, and 9 is the largest");
    Should.Throw<BadInput>(() => ImageSet.From(SmallData.Images(3), SmallData.Labels(4), 10)).Message
        .ShouldStartWith("labels holds 4 labels for 3 images");
});

Test("data: the given folder comes before the cache, plain files before gzipped", () =>
{
    using var given = new DataFolder();
    using var cache = new DataFolder();
    cache.PutAll([[1], [1], [1], [1]], ".gz");
    var places = SmallData.Places(cache.Path) with { Given = given.Path };
    given.PutAll(SmallData.Plain, "");
    given.Put($"small/{IdxFiles.Names[0]}.gz", [1]);
    var data = SmallData.Archive.Find(places).ShouldNotBeNull();
    (data.Name, data.Train.Count, data.Test.Count, data.Train.Height, data.Train.Width).ShouldBe(("small", 6, 4, 2, 3));
    data.Train.Pixels.ShouldBe(SmallData.Parts[0].Values);
    data.Test.Labels.ShouldBe(SmallData.Parts[3].Values);
    data.Fingerprint.ShouldBe(Dataset.From("small", SmallData.Parts).Fingerprint);
});

Test("data: a wrong checksum names the file and the remedy", () =>
{
    using var folder = new DataFolder();
    var other = SmallData.Plain[0].ToArray();
    other[^1]++;
    folder.PutAll([other, .. SmallData.Plain[1..]], "");
    var file = Path.Combine(folder.Path, "small", IdxFiles.Names[0]);
    Should.Throw<BadInput>(() => SmallData.Archive.Find(SmallData.Places("/no") with { Given = folder.Path }))
        .Message.ShouldBe($"{file} is not the file of small (its checksum differs): put the original file there, or "
            + "name the folder by --data as data of your own");
    Should.Throw<BadInput>(() => SmallData.Archive.Find(SmallData.Places(folder.Path)))
        .Message.ShouldEndWith(": delete it, and it is downloaded again");
});

Test("data: the MD5 of a gzipped file is checked", () =>
{
    using var folder = new DataFolder();
    folder.PutAll(SmallData.Zipped, ".gz");
    string[] sums = [.. SmallData.Zipped.Select(b => Convert.ToHexStringLower(MD5.HashData(b)))];
    var places = SmallData.Places(folder.Path);
    (SmallData.Archive with { Checksums = sums }).Find(places).ShouldNotBeNull();
    Should.Throw<BadInput>(() => (SmallData.Archive with { Checksums = [.. sums[1..], sums[0]] }).Find(places));
});

Test("data: a missing file is an error where the user gave the folder", () =>
{
    using var folder = new DataFolder();
    folder.PutAll(SmallData.Plain, "");
    File.Delete(Path.Combine(folder.Path, "small", IdxFiles.Names[2]));
    Should.Throw<BadInput>(() => SmallData.Archive.Find(SmallData.Places("/no") with { Given = folder.Path }))
        .Message.ShouldContain($"{IdxFiles.Names[2]}.gz is missing beside the others");
});

Test("data: a download is checked, kept, and not repeated", () =>
{
    using var cache = new DataFolder();
    using var server = new DataServer(SmallData.Serve);
    // What an interrupted download left behind does not stand in the way.
    cache.Put($"small/{IdxFiles.Names[1]}.gz", SmallData.Zipped[1]);
    for (var time = 0; time < 2; time++)
    {
        var data = SmallData.Archive.Find(SmallData.Places(cache.Path, server.Url)).ShouldNotBeNull();
        data.Train.Pixels.ShouldBe(SmallData.Parts[0].Values);
        server.Asked.Count.ShouldBe(4);
    }
    server.Asked.ShouldAllBe(file => file.StartsWith("/small/") && file.EndsWith("-ubyte.gz"));
    Directory.GetFiles(Path.Combine(cache.Path, "small")).Select(f => Path.GetFileName(f)!).Order()
        .ShouldBe(IdxFiles.Names.Select(f => $"{f}.gz").Order());
});

foreach (var (fault, answer, cut) in new (string, Func<string, byte[]?>, bool)[]
{
    ("hangs", _ => null, false),
    ("serves a web page", _ => Encoding.ASCII.GetBytes("<!DOCTYPE html><title>Sign in</title>"), false),
    ("breaks off midway", SmallData.Serve, true),
    ("serves other data",
        f => SmallData.Zip((f.Contains("images") ? SmallData.Images(5) : SmallData.Labels(5)).ToBytes()), false),
    ("fails on the last file", f => f == $"{IdxFiles.Names[0]}.gz" ? [] : SmallData.Serve(f), false),
})
    Test($"data: when a mirror {fault}, the next one serves, and nothing bad is kept", () =>
    {
        using var cache = new DataFolder();
        using var bad = new DataServer(answer, cut);
        using var good = new DataServer(SmallData.Serve);
        SmallData.Archive.Find(SmallData.Places(cache.Path, bad.Url)).ShouldBeNull();
        Directory.GetFileSystemEntries(cache.Path).ShouldBeEmpty();
        SmallData.Archive.Find(SmallData.Places(cache.Path, bad.Url, good.Url)).ShouldNotBeNull();
    });

Test("data: a mirror that does not answer is asked once, and given up soon", () =>
{
    using var silent = new DataServer(_ => null);
    var clock = Stopwatch.StartNew();
    SmallData.Archive.Find(SmallData.Places("/no", silent.Url)).ShouldBeNull();
    silent.Asked.Count.ShouldBe(1);
    clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
});

Test("data: a cache that cannot be written is done without", () =>
{
    using var folder = new DataFolder();
    using var server = new DataServer(SmallData.Serve);
    var blocked = folder.Put("file", [1]);
    SmallData.Archive.Find(SmallData.Places(Path.Combine(blocked, "cache"), server.Url)).ShouldNotBeNull();
    Downloads.Cache(Path.Combine(blocked, "cache", "x"), [1]);
});

Test("data: an unknown name lists the names", () =>
    Should.Throw<BadInput>(() => LoadDatasetFrom("cifar", SmallData.Places("/no")))
        .Message.ShouldBe("there is no data set 'cifar': choose mnist, fashion-mnist, cifar-10, digits, or the folder "
            + "of your own data (./cifar where it is in this one)"));

Test("data: mnist asked for and not to be had is an error, by default it is digits with a notice", () =>
{
    SmallData.Digits.Value.Notice.ShouldBeNull();
    foreach (var name in new[] { "mnist", "fashion-mnist" })
        Should.Throw<BadInput>(() => LoadDatasetFrom(name, SmallData.DigitsPlaces))
            .Message.ShouldStartWith($"{name} is not here and could not be downloaded");
    var data = LoadDatasetFrom(null, SmallData.DigitsPlaces);
    data.Name.ShouldBe("digits");
    data.Notice.ShouldNotBeNull().ShouldStartWith("NOT MNIST");
});

Test("data: real MNIST", () =>
{
    if (Environment.GetEnvironmentVariable("LAB_DATA") is not { Length: > 0 } given
        || !Directory.Exists(Path.Combine(given, "mnist")))
        Skip("LAB_DATA has no mnist/");
    var data = LoadDatasetFrom("mnist", DataPlaces.FromEnvironment() with { Mirrors = [] });
    (data.Train.Count, data.Test.Count, data.Train.Height, data.Train.Width).ShouldBe((60_000, 10_000, 28, 28));
    data.Train.Labels[..10].ShouldBe(new byte[] { 5, 0, 4, 1, 9, 2, 1, 3, 1, 4 });
    data.Test.Labels.Count(label => label == 0).ShouldBe(980);
    data.Train.Pixels.Average(p => p / 255.0).ShouldBe(0.1307, 0.0001);
    data.Fingerprint.ShouldBe("c65580678af93f1ea48c2c0d01d543ec89307c6b8a0eb7ca542d7c18c5f4c681");
});
