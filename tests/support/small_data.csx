#nullable enable
// Data sets for tests: small ones made here with checksums of their own, folders and servers that hold them, and all
// digits drawn.
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
