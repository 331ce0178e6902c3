#nullable enable
// The data sets of four IDX files that are known by name, from files or the network.
using System.Runtime.ExceptionServices;

/// <summary>A data set of four IDX files, in the order of Dataset.From. A checksum of 64 digits is the SHA-256 of the
/// decompressed file. One of 32 digits is the MD5 of the gzipped file: of a file that is not gzipped, sizes and numbers
/// of labels are checked.</summary>
/// <param name="Torchvision">The name of its folder there, which holds the files in raw/.</param>
public sealed record Archive(string Name, string[] Mirrors, string[] Checksums, string? Torchvision = null)
{
    public static readonly Archive Mnist = new(
        "mnist",
        ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
        ["ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"], "MNIST");

    /// <summary>Xiao, Rasul and Vollgraf 2017.</summary>
    public static readonly Archive FashionMnist = new(
        "fashion-mnist",
        ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
         "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"],
        ["8d4fb7e6c68d591d4c3dfef9ec88bf0d", "25c81989df183df01b3e8a0aad5dffbe",
         "bef4ecab320f06d8554ea6380940ec79", "bb300cfdad3c16e7a12a480ee83cd310"], "FashionMNIST");

    /// <summary>Of training and test images, of which each class has a tenth; checked where checksums cannot be.
    /// </summary>
    public (int Images, int Side)[] Sizes { get; init; } = [(60_000, 28), (10_000, 28)];

    /// <summary>The data set, from the first that has it: the given folder, the cache, the mirrors. Null if none has
    /// it. Throws BadInput for files that are found but are wrong.</summary>
    public Dataset? Find(DataPlaces places) =>
        (places.Given is { } given ? FoldersIn(given).Select(folder => FromFolder(folder, Mend))
            .FirstOrDefault(data => data is not null) : null)
        ?? FromFolder(Path.Combine(places.Cache, Name), Again)
        ?? Download(places);

    /// <summary>What Find looks for in the folder that the user gave, in words.</summary>
    public string Wanted => $"{Name}/{(Torchvision is null ? "" : $", {Torchvision}/raw/")} or the four files "
        + "themselves (train-images-idx3-ubyte and so on)";

    const string Again = "delete it, and it is downloaded again",
        Mend = "put the original file there, or name the folder by --data as data of your own";

    // As the lab has it, as torchvision has it, and the folder itself.
    IEnumerable<string> FoldersIn(string given) =>
        new[] { Name, Torchvision is null ? null : $"{Torchvision}/raw", Torchvision, $"{Name}/raw", "" }
            .OfType<string>().Select(name => Path.Combine(given, name));

    Dataset? FromFolder(string folder, string remedy)
    {
        var paths = Enumerable.Range(0, 4).Select(part => IdxFiles.Of(folder, part, 3).FirstOrDefault()).ToArray();
        var missing = Array.IndexOf(paths, null);
        return paths.All(path => path is null) || missing >= 0 && remedy == Again ? null
            : missing >= 0 ? throw new BadInput(
                $"{Path.Combine(folder, IdxFiles.Names[missing])}.gz is missing beside the others: {remedy}")
            : Check(paths!, path => Idx.Open(path, remedy), remedy);
    }

    // The smallest file first, so that a mirror that cannot be reached costs one attempt.
    Dataset? Download(DataPlaces places)
    {
        foreach (var mirror in places.MirrorsOf(Name, Mirrors))
            try
            {
                Error.WriteLine($"downloading {Name} from {mirror}");
                using var client = Downloads.Client(mirror);
                var gz = new Dictionary<string, byte[]>();
                foreach (var file in IdxFiles.Names.Reverse())
                    gz[file] = Downloads.Get(client, $"{mirror}{file}.gz", places.Patience).GetAwaiter().GetResult();
                var data = Check([.. IdxFiles.Names], file => new MemoryStream(gz[file]), "not from this mirror");
                foreach (var file in IdxFiles.Names)
                    Downloads.Cache(Path.Combine(places.Cache, Name, $"{file}.gz"), gz[file]);
                return data;
            }
            catch (Exception error) when (Downloads.IsFailure(error)) { }
        return null;
    }

    Dataset Check(string[] names, Func<string, Stream> open, string remedy)
    {
        var parts = new (Idx Idx, bool Checked)[4];
        InParallel(parts.Length, i => parts[i] = Check(i, names[i], open, remedy));
        return Dataset.From(Name, [.. parts.Select(part => part.Idx)]) with
        {
            Notice = parts.All(part => part.Checked) ? null : $"{Name} is unchecked: its files are not gzipped, and "
                + "only checksums of the gzipped files are known; sizes and numbers of labels are right",
        };
    }

    (Idx Idx, bool Checked) Check(int part, string name, Func<string, Stream> open, string remedy)
    {
        using var file = open(name);
        var idx = Idx.Read(file, name, IdxFiles.AreImages(part), remedy);
        if (Checksums[part].Length == 64) return idx.Sha256 == Checksums[part] ? (idx, true) : throw Other(idx);
        if (!idx.Zipped) return (CheckSizes(idx, part), false);
        using var again = open(name);
        return Convert.ToHexStringLower(MD5.HashData(again)) == Checksums[part] ? (idx, true) : throw Other(idx);
    }

    Idx CheckSizes(Idx idx, int part)
    {
        var (images, side) = Sizes[part / 2];
        int[] shape = IdxFiles.AreImages(part) ? [images, side, side] : [images];
        if (!idx.Shape.SequenceEqual(shape))
            throw idx.Bad($"is not the file of {Name} (it holds {string.Join(" x ", idx.Shape)} values, not "
                + $"{string.Join(" x ", shape)})");
        if (Mnist.Checksums.Contains(idx.Sha256)) throw idx.Bad($"is the file of mnist, not of {Name}");
        if (!IdxFiles.AreImages(part)
            && idx.Values.CountBy(label => label).Any(one => one.Key > 9 || one.Value != images / 10))
            throw idx.Bad($"is not the file of {Name} (each of ten labels should stand there {images / 10} times)");
        return idx;
    }

    BadInput Other(Idx idx) => idx.Bad($"is not the file of {Name} (its checksum differs)");

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
}
