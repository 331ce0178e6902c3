#nullable enable
// Damaged files and bad servers are made here, small, with checksums of their own.
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;

/// <summary>A folder that goes with the test.</summary>
public sealed class DataFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("bn-lab-data-").FullName;

    public string Put(string name, byte[] bytes)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void PutAll(byte[][] files, string ending)
    {
        for (var i = 0; i < 4; i++) Put($"small/{IdxFiles.Names[i]}{ending}", files[i]);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

/// <summary>A mirror on this machine that answers by file name; null means that it never answers. It sends the rest of
/// a file where it is asked for that.</summary>
public sealed class DataServer : IDisposable
{
    readonly HttpListener listener = new();
    readonly Func<string, byte[]?> answer;
    readonly bool cut;
    public bool Resumes { get; init; } = true;
    public string Url { get; }
    public List<string> Asked { get; } = [];

    /// <summary>The first bytes that were asked for.</summary>
    public List<long> From { get; } = [];

    public DataServer(Func<string, byte[]?> answer, bool cut = false)
    {
        (this.answer, this.cut, Url) = (answer, cut, $"http://127.0.0.1:{FreePort()}/");
        listener.Prefixes.Add(Url);
        listener.Start();
        listener.BeginGetContext(Serve, null);
    }

    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    void Serve(IAsyncResult result)
    {
        try
        {
            var context = listener.EndGetContext(result);
            listener.BeginGetContext(Serve, null);
            var file = context.Request.Url!.AbsolutePath;
            lock (Asked) Asked.Add(file);
            if (answer(Path.GetFileName(file)) is not { } bytes) return;
            var from = context.Request.Headers["Range"] is { } range ? int.Parse(range.Split('=', '-')[1]) : 0;
            lock (Asked) From.Add(from);
            if (from > 0 && Resumes)
            {
                context.Response.StatusCode = 206;
                context.Response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
                bytes = bytes[from..];
            }
            context.Response.ContentLength64 = bytes.Length;
            context.Response.OutputStream.Write(bytes, 0, cut ? bytes.Length / 2 : bytes.Length);
            context.Response.OutputStream.Flush();
            // What was sent must have been read: a connection that breaks may drop it.
            if (cut) Thread.Sleep(100);
            if (cut) context.Response.Abort(); else context.Response.Close();
        }
        catch (Exception error) when (error is ObjectDisposedException or HttpListenerException) { }
    }

    public void Dispose() => listener.Close();
}

/// <summary>A data set of 6 and 4 images of 2 by 3, all digits drawn, and the real files where they are.</summary>
public static class SmallData
{
    public static readonly Idx[] Parts = [Images(6), Labels(6), Images(4), Labels(4)];
    public static readonly byte[][] Plain = [.. Parts.Select(p => p.ToBytes())], Zipped = [.. Plain.Select(Zip)];
    public static readonly Archive Archive = new("small", [], [.. Parts.Select(p => p.Sha256)]);

    static readonly DataFolder drawn = new();

    /// <summary>With the digits in the cache, and no mirror that answers.</summary>
    public static readonly DataPlaces DigitsPlaces =
        Places(drawn.Path, $"http://127.0.0.1:{DataServer.FreePort()}/");

    /// <summary>All 70,000 digits, drawn once for all tests.</summary>
    public static readonly Lazy<Dataset> Digits = new(() =>
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) => drawn.Dispose();
        return LoadDatasetFrom("digits", DigitsPlaces);
    });

    public static DataPlaces Places(string cache, params string[] mirrors) =>
        new(null, cache, mirrors, TimeSpan.FromSeconds(0.5));

    public static Idx Images(int count) =>
        new("images", [count, 2, 3], [.. Enumerable.Range(0, count * 6).Select(i => (byte)(7 * i))]);

    public static Idx Labels(int count) => new("labels", [count], [.. Enumerable.Range(0, count).Select(i => (byte)i)]);

    public static byte[] Zip(byte[] bytes)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>Answers with a zipped file.</summary>
    public static byte[]? Serve(string file) => Zipped[IdxFiles.Names.ToList().IndexOf(file.Replace(".gz", ""))];

}

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
