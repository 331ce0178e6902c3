#nullable enable
// Normalization's loops for matrices in which each channel is one column (Length 1). A vector holds neighbouring
// channels. Spans begin at the block's first row.

public static class ColumnLoops
{
    // Rows whose squares or products are summed in float32 before they are added to a float64 sum. Even and odd rows
    // have sums of their own, so that an addition need not wait for the one before it.
    const int Float32Rows = 64;

    [ThreadStatic] static Block sums, centers;

    /// <summary>Mean and biased variance of each set of a block, in two passes.</summary>
    public static void MeasureMoments(in NormalizationSets sets, int block, ReadOnlySpan<float> x, int stride,
        Span<double> mean, Span<double> variance)
    {
        var (rows, channels, together) = (sets.RowsOf(block), sets.Channels, sets.ChannelsPerGroup);
        var width = Block.Padded(channels);
        Span<double> sum = Block.Scratch<double>(ref sums, 2 * width), means = sum[width..];
        var center = Block.Scratch<float>(ref centers, width);
        double size = sets.SizeOf(block);
        mean = mean[sets.SetsOf(block)];
        variance = variance[sets.SetsOf(block)];
        Sums(x, rows, stride, sum[..channels]);
        sets.SumGroups(sum, mean);
        TensorPrimitives.Divide(mean, size, mean);
        sets.ToChannels(mean, means);
        TensorPrimitives.ConvertTruncating<double, float>(means[..channels], center);
        Squares(x, rows, stride, center[..channels], sum);
        sets.SumGroups(sum, variance);
        TensorPrimitives.Divide(variance, size, variance);
        for (var group = 0; group < mean.Length; group++)
        {
            // Distances were taken from the rounded center, which adds the square of the rounding error.
            var rounding = mean[group] - center[group * together];
            var own = variance[group] - rounding * rounding;
            variance[group] = own < 0 ? 0 : own;
        }
        if (TensorPrimitives.IsFiniteAll<double>(variance)) return;
        for (var group = 0; group < mean.Length; group++)
        {
            var (own, squares) = Elementwise.MomentsInFloat64(x[(group * together)..], rows, together, stride);
            (mean[group], variance[group]) = (own, squares / size);
        }
    }

    // The sum of each column, in float64, so that a mean near 0 has the same absolute error as any other.
    [MethodImpl(Hot)]
    static void Sums(ReadOnlySpan<float> x, int rows, int stride, Span<double> sums)
    {
        for (var column = 0; column < sums.Length; column += Vector<float>.Count)
        {
            DoubleVector sum = default;
            for (int row = 0, at = column; row < rows; row++, at += stride) sum += Elementwise.Load(x, at);
            sum.Store(sums, column);
        }
    }

    // The sum of squared distances from the center for each column.
    [MethodImpl(Hot)]
    static void Squares(ReadOnlySpan<float> x, int rows, int stride, ReadOnlySpan<float> center, Span<double> squares)
    {
        for (var column = 0; column < center.Length; column += Vector<float>.Count)
        {
            var middle = Elementwise.Load(center, column);
            DoubleVector sum = default;
            for (int row = 0, at = column; row < rows;)
            {
                Vector<float> even = default, odd = default;
                var end = Math.Min(rows, row + Float32Rows);
                for (; row < end - 1; row += 2, at += 2 * stride)
                {
                    Vector<float> u = Elementwise.Load(x, at) - middle, v = Elementwise.Load(x, at + stride) - middle;
                    even = Vector.MultiplyAddEstimate(u, u, even);
                    odd = Vector.MultiplyAddEstimate(v, v, odd);
                }
                for (; row < end; row++, at += stride)
                {
                    var u = Elementwise.Load(x, at) - middle;
                    even = Vector.MultiplyAddEstimate(u, u, even);
                }
                sum += even + odd;
            }
            sum.Store(squares, column);
        }
    }

    /// <summary>sum(g) and sum(g (x - mean)) of each channel.</summary>
    [MethodImpl(Hot)]
    public static void SumGradients(in GradientSums sums, ReadOnlySpan<float> g, ReadOnlySpan<float> x, int channels,
        int rows, int stride)
    {
        for (var column = 0; column < channels; column += Vector<float>.Count)
        {
            var mean = DoubleVector.Load(sums.Mean, column);
            var middle = mean.Rounded;
            DoubleVector sum = default, product = default;
            for (int row = 0, at = column; row < rows;)
            {
                Vector<float> even = default, odd = default, evenProduct = default, oddProduct = default;
                var end = Math.Min(rows, row + Float32Rows);
                for (; row < end - 1; row += 2, at += 2 * stride)
                {
                    Vector<float> u = Elementwise.Load(g, at), v = Elementwise.Load(g, at + stride);
                    (even, odd) = (even + u, odd + v);
                    evenProduct = Vector.MultiplyAddEstimate(u, Elementwise.Load(x, at) - middle, evenProduct);
                    oddProduct = Vector.MultiplyAddEstimate(v, Elementwise.Load(x, at + stride) - middle, oddProduct);
                }
                for (; row < end; row++, at += stride)
                {
                    even += Elementwise.Load(g, at);
                    evenProduct = Vector.MultiplyAddEstimate(Elementwise.Load(g, at),
                        Elementwise.Load(x, at) - middle, evenProduct);
                }
                sum += even + odd;
                product += evenProduct + oddProduct;
            }
            sum.Store(sums.G, column);
            // Corrected for the rounding of the mean.
            (product - (mean - middle) * sum).Store(sums.GD, column);
        }
    }

    /// <summary>y = (x - center) * scale + shift. Columns are done a vector at a time, so that its constants stay in
    /// registers.</summary>
    [MethodImpl(Hot)]
    public static void Map(in ChannelMap map, ReadOnlySpan<float> x, Span<float> y, int rows, int stride)
    {
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var column = 0; column < map.Channels; column += Vector<float>.Count)
        {
            Vector<float> center = Elementwise.Load(map.Center, column), scale = Elementwise.Load(map.Scale, column),
                shift = Elementwise.Load(map.Shift, column);
            for (int row = 0, at = column; row < rows; row++, at += stride)
                Vector.MultiplyAddEstimate(Elementwise.Load(x, at) - center, scale, shift)
                    .StoreUnsafe(ref to, (nuint)at);
        }
    }

    /// <summary>dx = (x - center) * scale + shift + g * gradientScale.</summary>
    [MethodImpl(Hot)]
    public static void MapGradient(in ChannelMap map, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx,
        int rows, int stride)
    {
        ref var to = ref MemoryMarshal.GetReference(dx);
        for (var column = 0; column < map.Channels; column += Vector<float>.Count)
        {
            Vector<float> center = Elementwise.Load(map.Center, column), scale = Elementwise.Load(map.Scale, column),
                shift = Elementwise.Load(map.Shift, column), gScale = Elementwise.Load(map.GradientScale, column);
            for (int row = 0, at = column; row < rows; row++, at += stride)
                Vector.MultiplyAddEstimate(Elementwise.Load(g, at), gScale,
                    Vector.MultiplyAddEstimate(Elementwise.Load(x, at) - center, scale, shift))
                    .StoreUnsafe(ref to, (nuint)at);
        }
    }
}
