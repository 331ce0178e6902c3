#nullable enable
// Images and their labels in memory.

/// <summary>Mean and standard deviation (of all N, not N - 1) of each channel's pixels / 255 over a set of images, in
/// float64.</summary>
public sealed record PixelMoments(double[] Mean, double[] Deviation)
{
    public static PixelMoments Of(ImageSet images)
    {
        var (mean, deviation) = (new double[images.Channels], new double[images.Channels]);
        Parallel.For(0, images.Channels, channel =>
        {
            var counts = new long[256];
            var plane = images.Height * images.Width;
            for (var image = 0; image < images.Count; image++)
                foreach (var pixel in images.Pixels.AsSpan(image * images.Size + channel * plane, plane))
                    counts[pixel]++;
            var count = (double)images.Count * plane;
            var average = counts.Index().Sum(one => one.Index * (double)one.Item) / count;
            var squares = counts.Index().Sum(one => one.Item * (one.Index - average) * (one.Index - average));
            (mean[channel], deviation[channel]) = (average / 255, Math.Sqrt(squares / count) / 255);
        });
        return new(mean, deviation);
    }

    /// <summary>Of a channel, the standardized value of each byte: (byte / 255 - mean) / deviation, computed in float64
    /// and rounded once. A channel that never varies is only centred.</summary>
    public float[] Table(int channel) =>
        [.. Enumerable.Range(0, 256).Select(value => (float)((value / 255.0 - Mean[channel])
            / (Deviation[channel] == 0 ? 1 : Deviation[channel])))];
}

/// <summary>Images and their labels, shared by all workers and never copied. Pixels holds Count images, each of
/// Channels planes, each of Height rows of Width bytes; Labels holds one byte for each image.</summary>
public sealed record ImageSet(byte[] Pixels, byte[] Labels, int Height, int Width, int Channels = 1)
{
    object? gate;
    PixelMoments? moments;
    float[][]? tables;
    ImageSet? halved;

    // A copy may hold other images: it computes its own moments.
    ImageSet(ImageSet other) => (Pixels, Labels, Height, Width, Channels, Training) =
        (other.Pixels, other.Labels, other.Height, other.Width, other.Channels, other.Training);

    public int Count => Labels.Length;

    /// <summary>Bytes of an image.</summary>
    public int Size => Channels * Height * Width;

    /// <summary>The images whose moments standardize these; null: these.</summary>
    public ImageSet? Training { get; init; }

    /// <summary>The moments by which these images are standardized, computed once.</summary>
    public PixelMoments Moments => Training?.Moments
        ?? LazyInitializer.EnsureInitialized(ref moments, ref gate, () => PixelMoments.Of(this));

    /// <summary>For each channel the standardized values of all bytes.</summary>
    public float[][] StandardizedValues => Training?.StandardizedValues
        ?? (tables ??= [.. Enumerable.Range(0, Channels).Select(Moments.Table)]);

    /// <summary>The images at half the resolution, computed once: each pixel is the mean of 2 x 2, rounded to a byte
    /// (halves up). Height and width must be even.</summary>
    public ImageSet Halved => LazyInitializer.EnsureInitialized(ref halved, ref gate, Halve);

    ImageSet Halve()
    {
        if (Height % 2 + Width % 2 > 0)
            throw new ArgumentException($"images of {Height} x {Width} pixels cannot be halved");
        var small = new byte[Pixels.Length / 4];
        // Two rows of all images become one; planes and images follow each other without gaps.
        Parallel.For(0, Count * Channels * Height / 2, row =>
        {
            var above = Pixels.AsSpan(2 * row * Width, Width);
            var below = Pixels.AsSpan((2 * row + 1) * Width, Width);
            var to = small.AsSpan(row * (Width / 2), Width / 2);
            for (var x = 0; x < to.Length; x++)
                to[x] = (byte)((above[2 * x] + above[2 * x + 1] + below[2 * x] + below[2 * x + 1] + 2) / 4);
        });
        return new(small, Labels, Height / 2, Width / 2, Channels) { Training = Training?.Halved };
    }

    /// <summary>The images at these places, copied, and standardized as these are.</summary>
    public ImageSet At(IReadOnlyList<int> places)
    {
        var pixels = new byte[places.Count * Size];
        for (var i = 0; i < places.Count; i++)
            Pixels.AsSpan(places[i] * Size, Size).CopyTo(pixels.AsSpan(i * Size));
        return new(pixels, [.. places.Select(at => Labels[at])], Height, Width, Channels)
        {
            Training = Training ?? this,
        };
    }

    /// <summary>Joins images (N, H, W) or (N, C, H, W) and labels (N). Throws BadInput, which names the labels' file,
    /// if their counts differ or a label is not below the number of classes.</summary>
    public static ImageSet From(Idx images, Idx labels, int classes)
    {
        var bad = labels.Values.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
        return labels.Values.Length != images.Shape[0]
            ? throw labels.Bad($"holds {labels.Values.Length} labels for {images.Shape[0]} images")
            : bad >= 0
            ? throw labels.Bad($"has {labels.Values[bad]} for label {bad}, and {classes - 1} is the largest")
            : new(images.Values, labels.Values, images.Shape[^2], images.Shape[^1],
                images.Shape.Length == 3 ? 1 : images.Shape[1]);
    }
}
