#nullable enable
// Files that are damaged on purpose.

Test("data: plain and gzipped IDX files read the same", () =>
{
    using var folder = new DataFolder();
    for (var i = 0; i < 4; i++)
        foreach (var file in new[] { SmallData.Plain[i], SmallData.Zipped[i] })
        {
            var read = Idx.Read(folder.Put("file", file), IdxFiles.AreImages(i), "");
            read.Values.ShouldBe(SmallData.Parts[i].Values);
            read.Shape.ShouldBe(SmallData.Parts[i].Shape);
            read.Sha256.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(SmallData.Plain[i])));
        }
});

foreach (var (fault, says, spoil) in new (string, string, Func<byte[], byte[]>)[]
{
    ("nothing in it", "is no IDX file of images", b => []),
    ("cut in the magic", "is no IDX file of images", b => b[..3]),
    ("cut in the header", "has a damaged header", b => b[..9]),
    ("cut in the values", "is cut short: its header promises 36 bytes", b => b[..20]),
    ("one byte short", "is cut short: 35 of 36 bytes", b => b[..^1]),
    ("one byte long", "goes on after its 36 bytes", b => [.. b, 0]),
    ("a web page", "is no IDX file of images", b => Encoding.ASCII.GetBytes("<!DOCTYPE html><title>404</title>")),
    ("magic of floats", "is no IDX file of images", b => [0, 0, 13, .. b[3..]]),
    ("labels for images", "is no IDX file of images", b => SmallData.Plain[1]),
    ("no image", "has a damaged header", b => [.. b[..4], 0, 0, 0, 0, .. b[8..]]),
    ("a negative size", "has a damaged header", b => [.. b[..8], 255, .. b[9..]]),
    ("a size of 2^93", "is cut short: its header promises",
        b => [.. b[..4], .. Enumerable.Repeat((byte)127, 12), .. b[16..]]),
    ("gzip cut short", "cut short", b => SmallData.Zip(b)[..^20]),
    ("gzip damaged", "is a gzip file cut short or damaged", b => [.. SmallData.Zip(b)[..10], 255, 255, 255, 255]),
    ("gzip of a short file", "is cut short: 35 of 36 bytes", b => SmallData.Zip(b[..^1])),
    ("gzip of a long file", "goes on after its 36 bytes", b => SmallData.Zip([.. b, 0])),
})
    Test($"data: IDX fault, {fault}", () =>
    {
        using var folder = new DataFolder();
        var path = folder.Put("images", spoil(SmallData.Plain[0]));
        var message = Should.Throw<BadInput>(() => Idx.Read(path, images: true, "the remedy")).Message;
        message.ShouldStartWith(path);
        message.ShouldContain(says);
        message.ShouldEndWith(": the remedy");
        message.ShouldNotContain('\n');
    });

Test("data: IDX fault, no such file", () =>
    Should.Throw<BadInput>(() => Idx.Read("/no/such/file", images: true, "the remedy"))
        .Message.ShouldStartWith("/no/such/file cannot be read"));
