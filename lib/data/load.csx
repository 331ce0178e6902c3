#nullable enable
// The data sets by name, and data of one's own by its folder.

/// <summary>What stands after --data: mnist, fashion-mnist, cifar-10, digits, or a folder of one's own. For null it is
/// mnist or, if that cannot be had, digits with a notice. Throws BadInput for another name, and for data that cannot be
/// had or is damaged.</summary>
static Dataset LoadDataset(string? data) => LoadDatasetFrom(data, DataPlaces.FromEnvironment());

static Dataset LoadDatasetFrom(string? data, DataPlaces places) => data switch
{
    null => Archive.Mnist.Find(places) ?? LoadDigits(places.Cache) with
    {
        Notice = "NOT MNIST: it is not here and could not be downloaded, so every number comes from digits that the "
            + "program drew itself; connect to the network or set LAB_DATA for MNIST"
            + places.Lacking(Archive.Mnist.Wanted),
    },
    "mnist" => Archive.Mnist.Find(places) ?? throw NoDataset(Archive.Mnist, places),
    "fashion-mnist" => Archive.FashionMnist.Find(places) ?? throw NoDataset(Archive.FashionMnist, places),
    CifarArchive.Name => CifarArchive.Original.Find(places),
    "digits" => LoadDigits(places.Cache),
    _ when OwnData.IsFolder(data) => OwnData.Read(data),
    _ => throw new BadInput($"there is no data set '{data}': choose {string.Join(", ", OwnData.Known)}, or the folder "
        + $"of your own data (./{data} where it is in this one)"),
};

static BadInput NoDataset(Archive archive, DataPlaces places) => new($"{archive.Name} is not here and could not be "
    + $"downloaded: connect to the network, set LAB_DATA to a folder that holds {archive.Name}/ with its four files, "
    + $"or choose --data digits{places.Lacking(archive.Wanted)}");

// Digits from the cache, or drawn anew if the cache does not hold the right bytes.
static Dataset LoadDigits(string cache)
{
    var folder = Path.Combine(cache, $"digits-{Digits.Version}");
    var paths = IdxFiles.Names.Select(file => Path.Combine(folder, file)).ToArray();
    try
    {
        var cached = new Idx[paths.Length];
        Archive.InParallel(paths.Length, i => cached[i] = Idx.Read(paths[i], IdxFiles.AreImages(i), ""));
        var data = Dataset.From("digits", cached);
        if (data.Fingerprint == Digits.Fingerprint) return data;
    }
    catch (BadInput) { }
    Idx[] parts = [.. Digits.Arrays("train", Digits.Training), .. Digits.Arrays("test", Digits.Testing)];
    var drawn = Dataset.From("digits", parts);
    // Bytes with another fingerprint are not cached, because no run would accept them.
    if (drawn.Fingerprint == Digits.Fingerprint)
        for (var i = 0; i < parts.Length; i++) Downloads.Cache(paths[i], parts[i].ToBytes());
    return drawn;
}
