#nullable enable

/// <summary>Mean and biased variance of each set of numbers that is normalized, in float64. They must not be read after
/// the step in which they were made.</summary>
public sealed class Moments
{
    readonly TensorValues memory;
    readonly int sets;

    Moments(int sets) => (this.sets, memory) = (sets, TensorValues.Empty(4 * sets));

    public Span<double> Mean => MemoryMarshal.Cast<float, double>(memory.Row(0))[..sets];
    public Span<double> Variance => MemoryMarshal.Cast<float, double>(memory.Row(0))[sets..];

    /// <summary>The moments of each set of x: (N, C), or images. Uncentred, they are 0 and the mean square.</summary>
    public static Moments Measure(TensorValues x, in NormalizationSets sets)
    {
        var moments = new Moments(sets.Count);
        if (x.Shape.Rank > 2) OfImages(x.InBlocks()).Merge(sets, moments.Mean, moments.Variance);
        else
        {
            x = x.RowMajor();
            Normalization.MeasureMoments(sets, x.Storage, x.Layout.RowStride, moments.Mean, moments.Variance);
        }
        if (sets.Uncentred)
            for (var set = 0; set < sets.Count; set++)
            {
                moments.Variance[set] += moments.Mean[set] * moments.Mean[set];
                moments.Mean[set] = 0;
            }
        return moments;
    }

    static ImageMoments OfImages(in TensorValues x)
    {
        if (x.Moments is { } measured) return measured;
        var moments = new ImageMoments(x.Layout.Rows, x.Shape[1]);
        for (var n = 0; n < x.Layout.Rows; n++) moments.Measure(n, x.Image(n), x.Layout.Positions);
        return moments;
    }

    /// <summary>Given moments, one of each for each set, such as running averages.</summary>
    public static Moments From(TensorValues mean, TensorValues variance)
    {
        var moments = new Moments(mean.Shape.Count);
        TensorPrimitives.ConvertTruncating<float, double>(mean.Row(0), moments.Mean);
        TensorPrimitives.ConvertTruncating<float, double>(variance.Row(0), moments.Variance);
        return moments;
    }
}
