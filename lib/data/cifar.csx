#nullable enable
// CIFAR-10 (Krizhevsky 2009) in its binary version: an archive of six files of records, each a label byte and 3,072
// pixel bytes, plane by plane (red, green, blue).
using System.Formats.Tar;
using System.IO.Compression;

/// <summary>An archive of that form. Records is the number of images in each of its files.</summary>
/// <param name="Md5">Of the archive.</param>
/// <param name="Bytes">Of the archive.</param>
public sealed record CifarArchive(string[] Mirrors, string Md5, long Bytes, int Records)
{
    public static readonly CifarArchive Original = new(["https://www.cs.toronto.edu/~kriz/"],
        "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171, 10_000);

    public const string Name = "cifar-10", FileName = "cifar-10-binary.tar.gz";
    const string Folder = "cifar-10-batches-bin";
    const int Side = 32, Channels = 3, Pixels = Channels * Side * Side;

    static readonly string[] files = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin"), "test_batch.bin"];

    /// <summary>The data set, from the first that has it: the archive or its files in the given folder, the archive in
    /// the cache, the mirrors.</summary>
    /// <exception cref="BadInput">None has it, or files are wrong; it names what is wrong.</exception>
    public Dataset Find(DataPlaces places) =>
        (places.Given is { } given ? FromGiven(given) : null)
        ?? FromArchive(Path.Combine(places.Cache, Name, FileName), "delete it, and it is downloaded again")
        ?? Download(places);

    Dataset? FromGiven(string given)
    {
        const string remedy = "put the original there";
        return new[] { Name, "" }.Select(name => FromArchive(Path.Combine(given, name, FileName), remedy))
                .FirstOrDefault(data => data is not null)
            ?? new[] { Path.Combine(Name, Folder), Name, Folder, "" }
                .Select(name => FromFolder(Path.Combine(given, name), remedy))
                .FirstOrDefault(data => data is not null);
    }

    Dataset Download(DataPlaces places)
    {
        var (path, reason) = (Path.Combine(places.Cache, Name, FileName), "there is no mirror");
        foreach (var mirror in places.MirrorsOf(Name, Mirrors))
            try
            {
                Downloads.Fetch($"{mirror}{FileName}", path, Bytes, IsOriginal, places.Patience);
                return FromArchive(path, "")!;
            }
            catch (Exception error) when (Downloads.IsFailure(error) || error is UnauthorizedAccessException)
            {
                reason = error is OperationCanceledException ? $"{mirror} does not answer" : error.Message.TrimEnd('.');
            }
        throw new BadInput($"{Name} is not here and could not be downloaded ({reason}): connect to the network, or set "
            + $"LAB_DATA to a folder that holds {Name}/{FileName}{places.Lacking($"{Name}/{FileName}")}");
    }

    bool IsOriginal(Stream archive) =>
        archive.Length == Bytes && Convert.ToHexStringLower(MD5.HashData(archive)) == Md5;

    Dataset? FromArchive(string path, string remedy)
    {
        if (!File.Exists(path)) return null;
        using var file = Idx.Open(path, remedy);
        if (!IsOriginal(file))
            throw new BadInput($"{path} is not the archive of {Name} (its checksum differs): {remedy}");
        file.Position = 0;
        var images = new Reader(this, path, remedy);
        try
        {
            using var archive = new TarReader(new GZipStream(file, CompressionMode.Decompress));
            while (archive.GetNextEntry() is { } entry)
                if (entry.DataStream is { } data) images.Read(Path.GetFileName(entry.Name), data);
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or IOException)
        {
            throw new BadInput($"{path} is damaged ({error.Message.TrimEnd('.')}): {remedy}");
        }
        return images.ToDataset();
    }

    // Of files that were unpacked no checksum is known.
    Dataset? FromFolder(string folder, string remedy)
    {
        if (!files.Any(name => File.Exists(Path.Combine(folder, name)))) return null;
        var images = new Reader(this, folder, remedy);
        foreach (var path in files.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            using var file = Idx.Open(path, remedy);
            images.Read(Path.GetFileName(path), file);
        }
        return images.ToDataset() with
        {
            Notice = $"{Name} is unchecked: its files are not in their archive, and only the archive's checksum is "
                + "known; sizes and labels are right",
        };
    }

    /// <summary>Takes file after file, in any order.</summary>
    sealed class Reader(CifarArchive archive, string source, string remedy)
    {
        readonly byte[] pixels = new byte[files.Length * archive.Records * Pixels];
        readonly byte[] labels = new byte[files.Length * archive.Records];
        readonly HashSet<string> read = [];

        public void Read(string name, Stream records)
        {
            var file = Array.IndexOf(files, name);
            if (file < 0) return;
            var size = archive.Records * (1L + Pixels);
            if (records.Length != size)
                throw Bad($"{name} has {records.Length} bytes, not {archive.Records} records of {1 + Pixels}");
            for (var i = file * archive.Records; i < (file + 1) * archive.Records; i++)
            {
                records.ReadExactly(labels, i, 1);
                records.ReadExactly(pixels, i * Pixels, Pixels);
                if (labels[i] > 9) throw Bad($"{name} has the label {labels[i]}, and 9 is the largest");
            }
            read.Add(name);
        }

        public Dataset ToDataset()
        {
            if (files.Except(read).FirstOrDefault() is { } missing) throw Bad($"has no {missing}");
            var training = (files.Length - 1) * archive.Records;
            Idx Images(Range part, int count) => new($"{Name} images", [count, Channels, Side, Side],
                pixels[(part.Start.Value * Pixels)..(part.End.Value * Pixels)]);
            Idx Labels(Range part, int count) => new($"{Name} labels", [count], labels[part]);
            return Dataset.From(Name,
            [
                Images(0..training, training), Labels(0..training, training),
                Images(training..labels.Length, archive.Records), Labels(training..labels.Length, archive.Records),
            ]);
        }

        BadInput Bad(string what) => new($"{source}: {what}: {remedy}");
    }
}
