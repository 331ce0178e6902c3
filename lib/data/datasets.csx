#nullable enable
// The data sets by name: mnist and fashion-mnist from files or the network, digits from the program itself.
using System.Runtime.ExceptionServices;

/// <summary>Ten classes of images. Fingerprint is part of every trial's identity: the hex SHA-256 of the SHA-256 hashes
/// of four arrays (training images and labels, test images and labels, each with its IDX header). Notice is null, or
/// says that this is not the data set that was asked for.</summary>
public sealed record Dataset(string Name, ImageSet Train, ImageSet Test, string Fingerprint, string? Notice)
{
    public const int Classes = 10;

    /// <summary>A data set of training images, training labels, test images and test labels, in this order.</summary>
    public static Dataset From(string name, IReadOnlyList<Idx> parts) => new(
        name, ImageSet.From(parts[0], parts[1]), ImageSet.From(parts[2], parts[3]),
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(parts.Select(p => p.Sha256))))),
        null);
}

/// <summary>A data set of four gzipped IDX files, in the order of Dataset.From. A checksum of 64 digits is the SHA-256
/// of the decompressed file. One of 32 digits is the MD5 of the gzipped file, so that a decompressed file is not
/// checked. </summary>
public sealed record Archive(string Name, string[] Mirrors, string[] Checksums)
{
    public static readonly string[] Files =
        ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

    public static readonly Archive Mnist = new(
        "mnist",
        ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
        ["ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"]);

    /// <summary>Xiao, Rasul and Vollgraf 2017.</summary>
    public static readonly Archive FashionMnist = new(
        "fashion-mnist",
        ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
         "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"],
        ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
         "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"]);

    /// <summary>The data set, from the first that has it: the given folder, the cache, the mirrors. Null if none has
    /// it. Throws BadInput for files that are found but are wrong.</summary>
    public Dataset? Find(DataPlaces places) =>
        (places.Given is { } given ? FromFolder(Path.Combine(given, Name), "put the original file there") : null)
        ?? FromFolder(Path.Combine(places.Cache, Name), Again)
        ?? Download(places);

    const string Again = "delete it, and it is downloaded again";

    Dataset? FromFolder(string folder, string remedy)
    {
        var paths = Files.Select(file => Path.Combine(folder, file))
            .Select(path => File.Exists(path) ? path : $"{path}.gz").ToArray();
        var missing = paths.Where(path => !File.Exists(path)).ToArray();
        return missing.Length == Files.Length || missing.Length > 0 && remedy == Again ? null
            : missing.Length > 0 ? throw new BadInput($"{missing[0]} is missing beside the others: {remedy}")
            : Check(paths, path => Idx.Open(path, remedy), remedy);
    }

    // The smallest file first, so that a mirror that cannot be reached costs one attempt.
    Dataset? Download(DataPlaces places)
    {
        foreach (var mirror in places.Mirrors?.Select(url => $"{url.TrimEnd('/')}/{Name}/") ?? Mirrors)
            try
            {
                Error.WriteLine($"downloading {Name} from {mirror}");
                // A mirror on this machine is reached without the user's proxy.
                using var handler = new HttpClientHandler { UseProxy = !new Uri(mirror).IsLoopback };
                using var client = new HttpClient(handler);
                var gz = new Dictionary<string, byte[]>();
                foreach (var file in Files.Reverse())
                    gz[file] = Get(client, $"{mirror}{file}.gz", places.Patience).GetAwaiter().GetResult();
                var data = Check(Files, file => new MemoryStream(gz[file]), "not from this mirror");
                foreach (var file in Files) Cache(Path.Combine(places.Cache, Name, $"{file}.gz"), gz[file]);
                return data;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or OperationCanceledException
                or UriFormatException or InvalidOperationException or NotSupportedException or BadInput) { }
        return null;
    }

    Dataset Check(string[] names, Func<string, Stream> open, string remedy)
    {
        var parts = new Idx[Files.Length];
        InParallel(parts.Length, i => parts[i] = Check(i, names[i], open, remedy));
        return Dataset.From(Name, parts);
    }

    Idx Check(int part, string name, Func<string, Stream> open, string remedy)
    {
        using var file = open(name);
        var idx = Idx.Read(file, name, Rank(part), remedy);
        if (Checksums[part].Length == 64) return idx.Sha256 == Checksums[part] ? idx : throw Other(idx);
        using var again = open(name);
        return !idx.Zipped || Convert.ToHexStringLower(MD5.HashData(again)) == Checksums[part] ? idx : throw Other(idx);
    }

    BadInput Other(Idx idx) => idx.Bad($"is not the file of {Name} (its checksum differs)");

    /// <summary>The number of dimensions of a part: images have three, labels one.</summary>
    public static int Rank(int part) => part % 2 == 0 ? 3 : 1;

    /// <summary>Runs the body for 0..count-1 in parallel. If some throw, the first exception is thrown unwrapped.
    /// </summary>
    public static void InParallel(int count, Action<int> body)
    {
        try
        {
            Parallel.For(0, count, body);
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }
    }

    static async Task<byte[]> Get(HttpClient client, string url, TimeSpan patience)
    {
        using var stop = new CancellationTokenSource(patience);
        using var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, stop.Token);
        response.EnsureSuccessStatusCode();
        using var body = await response.Content.ReadAsStreamAsync(stop.Token);
        var (all, block) = (new MemoryStream(), new byte[1 << 16]);
        while (true)
        {
            // A slow download may take long, but each part of it must arrive in this time.
            stop.CancelAfter(2 * patience);
            var count = await body.ReadAsync(block, stop.Token);
            if (count == 0) return all.ToArray();
            all.Write(block, 0, count);
            if (all.Length > 1 << 28) throw new IOException($"{url} does not end");
        }
    }

    /// <summary>Writes a file under a temporary name and renames it, so that no other process reads half a file. If the
    /// cache cannot be written, nothing is cached and there is no error.</summary>
    public static void Cache(string path, byte[] bytes)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            try { File.Delete(temporary); }
            catch (Exception left) when (left is IOException or UnauthorizedAccessException) { }
        }
    }
}

/// <summary>Where data is looked for: the folder that the user gave, the cache, and mirrors in place of the public
/// ones; and how long a mirror may take to answer.</summary>
public sealed record DataPlaces(string? Given, string Cache, string[]? Mirrors, TimeSpan Patience)
{
    /// <summary>From LAB_DATA (a folder that holds mnist/ or fashion-mnist/), the user's cache folder, and LAB_MIRROR
    /// (URLs separated by spaces, under which there are mnist/ and fashion-mnist/). Offline, the attempt to reach both
    /// public mirrors takes 5 seconds. Throws BadInput if LAB_DATA is not a folder.</summary>
    public static DataPlaces FromEnvironment() => new(
        Variable("LAB_DATA") is not { } given ? null
            : Directory.Exists(given) ? Path.GetFullPath(given)
            : throw new BadInput($"LAB_DATA={given} is no folder: set it to the folder that holds mnist/, or unset it"),
        Folders.Cache, Variable("LAB_MIRROR")?.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        TimeSpan.FromSeconds(2.5));

    static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

/// <summary>The data set of that name: mnist, fashion-mnist or digits. For null it is mnist or, if that cannot be had,
/// digits with a notice. Throws BadInput for another name, and for data that cannot be had or is damaged.</summary>
static Dataset LoadDataset(string? name) => LoadDatasetFrom(name, DataPlaces.FromEnvironment());

static Dataset LoadDatasetFrom(string? name, DataPlaces places) => name switch
{
    null => Archive.Mnist.Find(places) ?? LoadDigits(places.Cache) with
    {
        Notice = "NOT MNIST: it is not here and could not be downloaded, so every number comes from digits that the "
            + "program drew itself; connect to the network or set LAB_DATA for MNIST",
    },
    "mnist" => Archive.Mnist.Find(places) ?? throw NoDataset(name),
    "fashion-mnist" => Archive.FashionMnist.Find(places) ?? throw NoDataset(name),
    "digits" => LoadDigits(places.Cache),
    _ => throw new BadInput($"there is no data set '{name}': choose mnist, fashion-mnist or digits"),
};

static BadInput NoDataset(string name) => new($"{name} is not here and could not be downloaded: connect to the "
    + $"network, set LAB_DATA to a folder that holds {name}/ with its four files, or choose --data digits");

// Digits from the cache, or drawn anew if the cache does not hold the right bytes.
static Dataset LoadDigits(string cache)
{
    var folder = Path.Combine(cache, $"digits-{Digits.Version}");
    var paths = Archive.Files.Select(file => Path.Combine(folder, file)).ToArray();
    try
    {
        var cached = new Idx[paths.Length];
        Archive.InParallel(paths.Length, i => cached[i] = Idx.Read(paths[i], Archive.Rank(i), ""));
        var data = Dataset.From("digits", cached);
        if (data.Fingerprint == Digits.Fingerprint) return data;
    }
    catch (BadInput) { }
    Idx[] parts = [.. Digits.Arrays("train", Digits.Training), .. Digits.Arrays("test", Digits.Testing)];
    var drawn = Dataset.From("digits", parts);
    // Bytes with another fingerprint are not cached, because no run would accept them.
    if (drawn.Fingerprint == Digits.Fingerprint)
        for (var i = 0; i < parts.Length; i++) Archive.Cache(paths[i], parts[i].ToBytes());
    return drawn;
}
