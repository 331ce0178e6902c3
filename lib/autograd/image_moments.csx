#nullable enable

/// <summary>For each channel of each image of a tensor in blocks, its mean and the sum of squared distances from it.
/// </summary>
public sealed class ImageMoments(int images, int channels)
{
    readonly int width = PixelLayout.Plain(channels, 1, 1).Length;
    readonly Block memory = Arena.Allocate(4 * images * PixelLayout.Plain(channels, 1, 1).Length);

    /// <summary>Measures image n.</summary>
    public void Measure(int n, ReadOnlySpan<float> image, int positions) => ChannelMoments.Measure(image, channels,
        positions, Part(0).Slice(n * width, width), Part(1).Slice(n * width, width));

    /// <summary>Mean and biased variance of every set.</summary>
    public void Merge(in NormalizationSets sets, Span<double> mean, Span<double> variance) =>
        ChannelMoments.Merge(sets, Part(0), Part(1), width, mean, variance);

    Span<double> Part(int which) => MemoryMarshal.Cast<float, double>(MemoryMarshal.CreateSpan(
        ref Unsafe.Add(ref memory.First, which * 2 * images * width), 2 * images * width));
}
