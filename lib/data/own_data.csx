#nullable enable
// Data of one's own: a folder of four IDX files.

public static class OwnData
{
    /// <summary>The data sets that have a name.</summary>
    public static IReadOnlyList<string> Known { get; } = ["mnist", "fashion-mnist", "cifar-10", "digits"];

    /// <summary>The smallest height and width of an image, and the most images that are for validation.</summary>
    public const int SmallestSide = 8, MostForValidation = 10_000;

    const string Mend = "mend the file, or choose other data with --data";

    /// <summary>Whether what stands after --data is a folder: it has a slash, or it is one and no data set's name.
    /// </summary>
    public static bool IsFolder(string data) => data.Contains('/') || data.Contains(Path.DirectorySeparatorChar)
        || !Known.Contains(data) && Directory.Exists(data);

    /// <summary>The name of what stands after --data as rows have it: of a folder its last name, marked where a known
    /// data set has this name.</summary>
    public static string NameOf(string data) => !IsFolder(data) ? data
        : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(data))) is var name
            && Known.Contains(name) ? $"{name} (own)" : name is "" ? "own" : name;

    /// <summary>Reads four IDX files under their usual names: images (N, H, W) or (N, C, H, W), labels from 0 to at
    /// most 255. There are as many classes as the largest label says, and each must have a training image. The last
    /// sixth of the training images, at most 10,000, is for validation.</summary>
    /// <exception cref="BadInput">A file is missing, damaged, or does not fit the others; it is named.</exception>
    public static Dataset Read(string folder)
    {
        if (!Directory.Exists(folder)) throw new BadInput($"--data {folder}: there is no such folder");
        var paths = Enumerable.Range(0, 4).Select(part => Find(folder, part)).ToArray();
        var parts = new Idx[4];
        Archive.InParallel(4, part => parts[part] = Idx.Read(paths[part], IdxFiles.AreImages(part), Mend));
        var (train, labels, test) = (parts[0], parts[1].Values, parts[2]);

        var classes = 1 + Math.Max(labels.Max(), parts[3].Values.Max());
        var data = Dataset.From(NameOf(folder), parts, classes);
        if (!test.Shape.Skip(1).SequenceEqual(train.Shape.Skip(1)))
            throw test.Bad($"has images of {Sizes(test)}, and those to train on are of {Sizes(train)}");
        if (Math.Min(data.Train.Height, data.Train.Width) < SmallestSide)
            throw train.Bad($"has images of {data.Train.Height} x {data.Train.Width} pixels, and {SmallestSide} x "
                + $"{SmallestSide} are the smallest");
        if (classes < 2) throw parts[1].Bad("has one class alone, and 2 to 256 are possible");
        var counts = labels.CountBy(label => (int)label).ToDictionary();
        if (Enumerable.Range(0, classes).FirstOrDefault(label => !counts.ContainsKey(label), -1) is >= 0 and var absent)
            throw parts[1].Bad($"has no label {absent}, and the largest label is {classes - 1}: labels count from 0 "
                + "without gaps, and each class needs a training image");
        var validation = Math.Min(MostForValidation, labels.Length / 6);
        if (validation == 0) throw train.Bad($"has {labels.Length} images, and 6 are the fewest");
        return data with
        {
            ValidationImages = validation, Chance = (double)counts.Values.Max() / labels.Length,
            Notice = IsSorted(labels.AsSpan()[^validation..].ToArray(), classes)
                ? $"{data.Name}: the last {validation} training images, which are for validation, have fewer than half "
                    + $"of the {classes} classes: shuffle images and labels"
                : null,
        };
    }

    // A file that is sorted by class ends with a few classes.
    static bool IsSorted(byte[] validation, int classes) =>
        validation.Distinct().Count() < Math.Min(classes, validation.Length) / 2.0;

    static string Sizes(Idx images) => string.Join(" x ", images.Shape.Skip(1));

    // Of a file that is there plain and gzipped, the plain one.
    static string Find(string folder, int part) => IdxFiles.Of(folder, part, 3, 4)
        .DistinctBy(path => path.EndsWith(".gz") ? path[..^3] : path).ToList() switch
    {
        [] => throw new BadInput($"--data {folder} lacks {IdxFiles.Names[part]}"
            + (IdxFiles.AreImages(part) ? " (or idx4 with colours)" : "")
            + ", with a dash or a dot before idx, gzipped or not; it holds " + IdxFiles.Contents(folder)),
        [var one] => one,
        [var one, var other, ..] => throw new BadInput($"--data {folder} holds both {Path.GetFileName(one)} and "
            + $"{Path.GetFileName(other)}: delete one of them"),
    };
}
