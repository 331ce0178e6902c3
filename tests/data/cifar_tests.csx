#nullable enable
// CIFAR-10 from an archive: a small one, made here in the form of the original, with a checksum of its own.
using System.Formats.Tar;

static class SmallCifar
{
    public const int Records = 4;
    public static readonly string[] Files =
        ["data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin",
            "test_batch.bin"];

    /// <summary>Records of labels 0, 1, ... and pixels that tell their file, record and plane.</summary>
    public static byte[] Batch(int file) => [.. Enumerable.Range(0, Records).SelectMany(record =>
        Enumerable.Range(0, 3072).Select(at => (byte)(file * 40 + record * 10 + at / 1024))
            .Prepend((byte)((file + record) % 10)))];

    public static byte[] Archive(IEnumerable<(string Name, byte[] Bytes)> files)
    {
        var packed = new MemoryStream();
        using (var tar = new TarWriter(packed, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "cifar-10-batches-bin/"));
            foreach (var (name, bytes) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"cifar-10-batches-bin/{name}")
                {
                    DataStream = new MemoryStream(bytes),
                });
        }
        return SmallData.Zip(packed.ToArray());
    }

    public static IEnumerable<(string, byte[])> Batches => Files.Select((name, i) => (name, Batch(i)));

    public static readonly byte[] Whole = Archive([("readme.html", [1, 2]), .. Batches.Reverse()]);

    public static CifarArchive Of(byte[] archive) =>
        new([], Convert.ToHexStringLower(MD5.HashData(archive)), archive.Length, Records);

    /// <summary>Mirrors that may take their time.</summary>
    public static DataPlaces Places(string cache, params string[] mirrors) =>
        SmallData.Places(cache, mirrors) with { Patience = TimeSpan.FromSeconds(20) };

    /// <summary>With the archive in the given folder.</summary>
    public static Dataset Read(byte[] archive)
    {
        using var folder = new DataFolder();
        folder.Put("cifar-10/cifar-10-binary.tar.gz", archive);
        return Of(archive).Find(SmallData.Places("/no") with { Given = folder.Path });
    }
}

Test("cifar: the archive is read into images of three planes, training files in order, then the test file", () =>
{
    var data = SmallCifar.Read(SmallCifar.Whole);
    (data.Name, data.Classes, data.Train.Count, data.Test.Count, data.Train.Channels, data.Train.Height,
        data.Train.Width).ShouldBe(("cifar-10", 10, 20, 4, 3, 32, 32));
    data.Notice.ShouldBeNull();
    data.Train.Labels.ShouldBe([.. Enumerable.Range(0, 20).Select(i => (byte)((i / 4 + i % 4) % 10))]);
    data.Test.Labels.ShouldBe(new byte[] { 5, 6, 7, 8 });
    for (var image = 0; image < 20; image++)
        for (var plane = 0; plane < 3; plane++)
            data.Train.Pixels.AsSpan(image * 3072 + plane * 1024, 1024)
                .ContainsAnyExcept((byte)(image / 4 * 40 + image % 4 * 10 + plane)).ShouldBeFalse();
    CifarArchive.Original.ShouldSatisfyAllConditions(
        original => original.Md5.ShouldBe("c32a1d4ab5d03f1284b67883e8d87530"),
        original => (original.Bytes, original.Records).ShouldBe((170_052_171, 10_000)));
});

foreach (var (fault, says, files) in new (string, string, IEnumerable<(string, byte[])>)[]
{
    ("a file is missing", "has no data_batch_3.bin", SmallCifar.Batches.Where((_, i) => i != 2)),
    ("a record is missing", "data_batch_2.bin has 9219 bytes, not 4 records of 3073",
        SmallCifar.Batches.Select((file, i) => i == 1 ? (file.Item1, file.Item2[..^3073]) : file)),
    ("a label is above 9", "test_batch.bin has the label 10, and 9 is the largest",
        SmallCifar.Batches.Select((file, i) => i == 5 ? (file.Item1, [10, .. file.Item2[1..]]) : file)),
})
    Test($"cifar: refused where {fault}", () =>
    {
        var message = Should.Throw<BadInput>(() => SmallCifar.Read(SmallCifar.Archive(files))).Message;
        message.ShouldContain($"cifar-10-binary.tar.gz: {says}: put the original there");
    });

Test("cifar: refused where the archive is damaged or another one", () =>
{
    Should.Throw<BadInput>(() => SmallCifar.Read(SmallCifar.Whole[..^40])).Message.ShouldContain("is damaged");
    using var folder = new DataFolder();
    byte[] other = [.. SmallCifar.Whole];
    other[^30] ^= 1;
    folder.Put("cifar-10-binary.tar.gz", other);
    var places = SmallData.Places("/no") with { Given = folder.Path };
    Should.Throw<BadInput>(() => SmallCifar.Of(SmallCifar.Whole).Find(places)).Message
        .ShouldContain("is not the archive of cifar-10 (its checksum differs): put the original there");
});

Test("cifar: files that were unpacked are read, and called unchecked", () =>
{
    using var folder = new DataFolder();
    foreach (var (name, bytes) in SmallCifar.Batches) folder.Put($"cifar-10-batches-bin/{name}", bytes);
    var data = SmallCifar.Of(SmallCifar.Whole).Find(SmallData.Places("/no") with { Given = folder.Path });
    data.Fingerprint.ShouldBe(SmallCifar.Read(SmallCifar.Whole).Fingerprint);
    data.Notice.ShouldNotBeNull().ShouldStartWith("cifar-10 is unchecked");
});

Test("cifar: a download is kept, and not repeated", () =>
{
    using var cache = new DataFolder();
    using var server = new DataServer(_ => SmallCifar.Whole);
    for (var time = 0; time < 2; time++)
        SmallCifar.Of(SmallCifar.Whole).Find(SmallCifar.Places(cache.Path, server.Url)).Train.Count.ShouldBe(20);
    server.Asked.ShouldBe(["/cifar-10/cifar-10-binary.tar.gz"]);
    Directory.GetFiles(Path.Combine(cache.Path, "cifar-10")).Select(path => Path.GetFileName(path))
        .ShouldBe(["cifar-10-binary.tar.gz"]);
});

Test("cifar: a download that broke off goes on from there, in the same run or in a later one", () =>
{
    using var cache = new DataFolder();
    var size = SmallCifar.Whole.Length;
    // The first part is from an earlier run; each answer breaks off half way.
    cache.Put("cifar-10/cifar-10-binary.tar.gz.part", SmallCifar.Whole[..(size / 2)]);
    using var server = new DataServer(_ => SmallCifar.Whole, cut: true);
    using var whole = new DataServer(_ => SmallCifar.Whole);
    var archive = SmallCifar.Of(SmallCifar.Whole);
    archive.Find(SmallCifar.Places(cache.Path, server.Url, whole.Url)).Train.Count.ShouldBe(20);
    var from = server.From.Concat(whole.From).ToList();
    from[0].ShouldBe(size / 2);
    from.Count.ShouldBeGreaterThan(2);
    from.ShouldBeInOrder();
    // The last answer of the first mirror brought nothing: there the second one goes on.
    server.From.ShouldBeUnique();
    whole.From.ShouldBe([server.From[^1]]);
});

Test("cifar: a server that does not resume sends the whole file again", () =>
{
    using var cache = new DataFolder();
    cache.Put("cifar-10/cifar-10-binary.tar.gz.part", [1, 2, 3]);
    using var server = new DataServer(_ => SmallCifar.Whole) { Resumes = false };
    SmallCifar.Of(SmallCifar.Whole).Find(SmallCifar.Places(cache.Path, server.Url)).Train.Count.ShouldBe(20);
});

foreach (var (fault, answer, says) in new (string, Func<byte[], byte[]?>, string)[]
{
    ("a byte differs", whole => [.. whole[..50], (byte)(whole[50] ^ 1), .. whole[51..]],
        "is not the original: its checksum differs"),
    ("it ends early", whole => whole[..^10], "ends after"),
    ("it does not end", whole => [.. whole, 0], "does not end after"),
    ("the server says nothing", _ => null, "does not answer"),
})
    Test($"cifar: a download is refused, and nothing wrong is kept, where {fault}", () =>
    {
        using var cache = new DataFolder();
        using var server = new DataServer(_ => answer(SmallCifar.Whole));
        var places = SmallCifar.Places(cache.Path, server.Url);
        if (says == "does not answer") places = places with { Patience = TimeSpan.FromSeconds(0.5) };
        var message = Should.Throw<BadInput>(() => SmallCifar.Of(SmallCifar.Whole).Find(places)).Message;
        message.ShouldStartWith("cifar-10 is not here and could not be downloaded (http://");
        message.ShouldContain(says);
        File.Exists(Path.Combine(cache.Path, "cifar-10/cifar-10-binary.tar.gz")).ShouldBeFalse();
        using var good = new DataServer(_ => SmallCifar.Whole);
        SmallCifar.Of(SmallCifar.Whole).Find(SmallCifar.Places(cache.Path, good.Url)).Train.Count.ShouldBe(20);
    });

Test("cifar: of many that want it at once one downloads, and all read it", () =>
{
    for (var round = 0; round < 20; round++)
    {
        using var cache = new DataFolder();
        using var server = new DataServer(_ => SmallCifar.Whole);
        var path = Path.Combine(cache.Path, "cifar-10", CifarArchive.FileName);
        List<Task<int>> readers = [.. Enumerable.Range(0, 4).Select(i => Task.Factory.StartNew(() =>
        {
            // Two come when the file has just got its name, which is where one could be refused.
            if (i > 1) SpinWait.SpinUntil(() => File.Exists(path));
            return SmallCifar.Of(SmallCifar.Whole).Find(SmallCifar.Places(cache.Path, server.Url)).Train.Count;
        }, TaskCreationOptions.LongRunning))];
        Task.WhenAll(readers).GetAwaiter().GetResult().ShouldBe([20, 20, 20, 20]);
        server.Asked.Count.ShouldBe(1);
        Directory.GetFiles(cache.Path, "*.lock", SearchOption.AllDirectories).ShouldBeEmpty();
    }
});
