#nullable enable
// Files from the network: small ones at once, large ones in a way that can be interrupted and resumed.
using System.Net;
using System.Net.Http.Headers;

public static class Downloads
{
    /// <summary>A client for a mirror; one on this machine is reached without the user's proxy.</summary>
    public static HttpClient Client(string mirror) =>
        new(new HttpClientHandler { UseProxy = !new Uri(mirror).IsLoopback }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Whether an error means that this mirror does not serve: another one may.</summary>
    public static bool IsFailure(Exception error) => error is HttpRequestException or IOException
        or OperationCanceledException or UriFormatException or InvalidOperationException or NotSupportedException
        or BadInput;

    /// <summary>A file of at most 256 MB. The server must answer in the time given, and each further part of the file
    /// must come within twice that time.</summary>
    public static async Task<byte[]> Get(HttpClient client, string url, TimeSpan patience)
    {
        var all = new MemoryStream();
        await Append(client, url, all, 1 << 28, patience);
        return all.ToArray();
    }

    /// <summary>Downloads a large file. What has come so far is kept beside `path`, as path.part, and a later call asks
    /// the server for the rest alone (RFC 9110, section 14). A connection that breaks after it brought something is
    /// made again. Of two processes that download the same file the second waits for the first.</summary>
    /// <param name="size">Bytes of the whole file.</param>
    /// <param name="isRight">Checks the whole file; it is deleted if this is false.</param>
    /// <exception cref="IOException">The file is not the right one, or cannot be written.</exception>
    public static void Fetch(string url, string path, long size, Func<Stream, bool> isRight, TimeSpan patience)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var turn = Await(path);
        try
        {
            // The process that this one waited for may have it.
            if (!File.Exists(path)) FetchAlone(url, path, size, isRight, patience);
        }
        finally { Files.Unlock(turn); }
    }

    static FileStream Await(string path)
    {
        for (var waited = false; ; waited = true)
        {
            if (Files.Lock($"{path}.lock") is { } turn) return turn;
            if (!waited) Error.WriteLine($"another process downloads {path}: waiting for it");
            Thread.Sleep(100);
        }
    }

    static void FetchAlone(string url, string path, long size, Func<Stream, bool> isRight, TimeSpan patience)
    {
        var part = $"{path}.part";
        bool isWhole;
        using (var file = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite))
        {
            using var client = Client(url);
            Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"downloading {url}, {size / 1e6:0.#} MB")
                + (file.Length > 0 ? string.Create(CultureInfo.InvariantCulture,
                    $", of which {file.Length / 1e6:0.#} MB are here") : ""));
            while (file.Length < size)
            {
                var before = file.Length;
                try { Append(client, url, file, size, patience).GetAwaiter().GetResult(); }
                catch (Exception error) when (IsFailure(error) && file.Length > before) { continue; }
                if (file.Length < size) throw new IOException($"{url} ends after {file.Length} of {size} bytes");
            }
            file.Flush(flushToDisk: true);
            file.Position = 0;
            isWhole = isRight(file);
        }
        if (isWhole) File.Move(part, path, overwrite: true);
        else
        {
            File.Delete(part);
            throw new IOException($"{url} is not the original: its checksum differs");
        }
    }

    // Appends what the file lacks, or all of it where the server does not resume.
    static async Task Append(HttpClient client, string url, Stream file, long size, TimeSpan patience)
    {
        using var stop = new CancellationTokenSource(patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (file.Length > 0) request.Headers.Range = new RangeHeaderValue(file.Length, null);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        response.EnsureSuccessStatusCode();
        if (response.StatusCode != HttpStatusCode.PartialContent) file.SetLength(0);
        else if (response.Content.Headers.ContentRange?.From != file.Length)
            throw new IOException($"{url} was asked for the rest of the file, and answered with another part");
        file.Position = file.Length;
        using var body = await response.Content.ReadAsStreamAsync(stop.Token);
        var block = new byte[1 << 16];
        while (true)
        {
            // A slow download may take long, but each part of it must arrive in this time.
            stop.CancelAfter(2 * patience);
            var count = await body.ReadAsync(block, stop.Token);
            if (count == 0) return;
            if (file.Length + count > size)
            {
                file.SetLength(0);
                throw new IOException($"{url} does not end after {size} bytes");
            }
            file.Write(block, 0, count);
        }
    }

    /// <summary>Keeps a file in the cache. If that cannot be written, nothing is kept and there is no error.</summary>
    public static void Cache(string path, byte[] bytes)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Files.Replace(path, file => file.Write(bytes));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }
    }
}
