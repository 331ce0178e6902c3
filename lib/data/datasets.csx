#nullable enable
// A data set: images to train on, images to test on, and what is known of them.

/// <summary>What reports and experiments need to know of a data set without its images.</summary>
/// <param name="Classes">Labels are 0 to Classes - 1.</param>
/// <param name="Chance">The accuracy of a net that has learned nothing.</param>
/// <param name="TrainingImages">All, those for validation included.</param>
/// <param name="ValidationImages">The last of the training images.</param>
public sealed record DatasetFacts(int Classes, double Chance, int Channels, int Height, int Width, int TrainingImages,
    int ValidationImages, int TestImages)
{
    /// <summary>MNIST's, and those of all sets in its form.</summary>
    public static DatasetFacts Mnist { get; } = new(10, 0.1, 1, 28, 28, 60_000, 10_000, 10_000);

    /// <summary>Where images are standardized: by these means and deviations of the channels' pixels / 255.</summary>
    public PixelMoments? StandardizedBy { get; init; }
}

/// <summary>Images of several classes. Fingerprint is part of every trial's identity: the hex SHA-256 of the SHA-256
/// hashes of four arrays (training images and labels, test images and labels, each with its IDX header). Notice is
/// null, or says that this is not the data set that was asked for, or not known to be.</summary>
public sealed record Dataset(string Name, ImageSet Train, ImageSet Test, string Fingerprint, string? Notice,
    int Classes = 10)
{
    /// <summary>Standardized by the training images.</summary>
    public ImageSet Test { get; init; } = Test with { Training = Train };

    /// <summary>How many of the last training images are for validation.</summary>
    public int ValidationImages { get; init; } = 10_000;

    /// <summary>The accuracy of a net that has learned nothing: 1 / Classes where classes are about equally frequent,
    /// else the share of the most frequent class.</summary>
    public double Chance { get; init; } = 1.0 / Classes;

    public DatasetFacts Facts => new(Classes, Chance, Train.Channels, Train.Height, Train.Width, Train.Count,
        ValidationImages, Test.Count);

    /// <summary>A data set of training images, training labels, test images and test labels, in this order.</summary>
    public static Dataset From(string name, IReadOnlyList<Idx> parts, int classes = 10) => new(
        name, ImageSet.From(parts[0], parts[1], classes), ImageSet.From(parts[2], parts[3], classes),
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(parts.Select(p => p.Sha256))))),
        null, classes);
}
