#nullable enable
// Normalization: statistics over sets of numbers, and what gradients do when every number of a set moves them.

public static partial class Normalization
{
    [ThreadStatic] static double[]? totals;
    [ThreadStatic] static float[]? constants;
    [ThreadStatic] static NormalizedRectified[]? pooledMaps;

    /// <summary>Mean and biased variance of every set of x, centred (E[x^2] - E[x]^2 cancels). Where channels are
    /// single columns, in two passes over each block; where they are runs of positions, in two over each run, the runs'
    /// moments then put together (Chan et al. 1983).</summary>
    public static void Moments(in Groups groups, ReadOnlySpan<float> x, int stride, Span<double> mean,
        Span<double> variance)
    {
        mean.Clear();
        variance.Clear();
        for (var block = 0; block < groups.Blocks; block++)
            if (groups.Length == 1)
                ColumnMoments(groups, block, x[(block * groups.Rows * stride)..], stride, mean, variance);
            else
                RunMoments(groups, block, x[(block * groups.Rows * stride)..], stride, mean, variance);
    }

    static void ColumnMoments(in Groups groups, int block, ReadOnlySpan<float> x, int stride, Span<double> mean,
        Span<double> variance)
    {
        var (rows, channels, parts, together) =
            (groups.RowsOf(block), groups.AllChannels, groups.Parts, groups.Channels);
        var width = Padded(channels);
        Span<double> sum = Scratch(ref totals, 2 * width), means = sum[width..];
        var center = Scratch(ref constants, width);
        double size = groups.SizeOf(block);
        mean = mean.Slice(block * parts, parts);
        variance = variance.Slice(block * parts, parts);
        ColumnSums(x, rows, stride, sum[..channels]);
        SumParts(sum, together, mean);
        TensorPrimitives.Divide(mean, size, mean);
        Spread(mean, together, means);
        TensorPrimitives.ConvertTruncating<double, float>(means[..channels], center);
        ColumnSquares(x, rows, stride, center[..channels], sum);
        SumParts(sum, together, variance);
        TensorPrimitives.Divide(variance, size, variance);
        for (var part = 0; part < parts; part++)
        {
            // What rounding the center to float32 added.
            var apart = mean[part] - center[part * together];
            var own = variance[part] - apart * apart;
            variance[part] = own < 0 ? 0 : own;
        }
        if (TensorPrimitives.IsFiniteAll<double>(variance)) return;
        for (var part = 0; part < parts; part++)
            (mean[part], variance[part]) = WideMoments(groups, block, part, x, stride);
    }

    // To each channel its part's value.
    static void Spread(ReadOnlySpan<double> parts, int together, Span<double> channels)
    {
        if (together == 1) parts.CopyTo(channels);
        else for (var part = 0; part < parts.Length; part++)
            channels.Slice(part * together, together).Fill(parts[part]);
    }

    // The sums of each part's channels.
    static void SumParts(ReadOnlySpan<double> channels, int together, Span<double> parts)
    {
        if (together == 1) channels[..parts.Length].CopyTo(parts);
        else for (var part = 0; part < parts.Length; part++)
            parts[part] = TensorPrimitives.Sum(channels.Slice(part * together, together));
    }

    // Where squares leave float32's range.
    static (double Mean, double Variance) WideMoments(in Groups groups, int block, int part, ReadOnlySpan<float> x,
        int stride)
    {
        var (mean, squares, size) = (0.0, 0.0, groups.SizeOf(block));
        for (var row = 0; row < groups.RowsOf(block); row++)
            foreach (var value in x.Slice(row * stride, groups.AllChannels)[groups.ChannelsOf(part)])
                mean += (double)value / size;
        for (var row = 0; row < groups.RowsOf(block); row++)
            foreach (var value in x.Slice(row * stride, groups.AllChannels)[groups.ChannelsOf(part)])
                squares += (value - mean) * (value - mean);
        return (mean, squares / size);
    }

    /// <summary>y = (x - mean) / deviation * gamma + beta; gamma and beta one per channel, or empty for 1 and 0.
    /// </summary>
    /// <param name="pooled">y is this in ReLU and average pooling instead.</param>
    public static void Forward(in Groups groups, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, Span<float> y, int stride,
        in PooledPlanes pooled = default)
    {
        for (var block = 0; block < groups.Blocks; block++)
        {
            var map = MapOf(groups, block, mean, variance, gamma, beta);
            var (start, rows) = (block * groups.Rows * stride, groups.RowsOf(block));
            if (groups.Length == 1) MapColumns(map, x[start..], y[start..], rows, stride);
            else if (pooled.Width > 0)
            {
                var rectified = map.Rectified();
                for (var row = 0; row < rows; row++)
                    Pooling.Average<NormalizedRectified>(rectified, x[(start + row * stride)..], groups.AllChannels,
                        pooled.Height, pooled.Width, y[((block * groups.Rows + row) * pooled.RowStride)..]);
            }
            else
                for (var row = 0; row < rows; row++)
                    for (var channel = 0; channel < groups.AllChannels; channel++)
                    {
                        var run = start + row * stride + channel * groups.Length;
                        MapRun(map.Center[channel], map.Scale[channel], map.Shift[channel], x.Slice(run, groups.Length),
                            y[run..]);
                    }
        }
    }

    // The constants of x -> (x - mean) / deviation * gamma + beta.
    static AffineMap MapOf(scoped in Groups groups, int block, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        var sets = (block * groups.Parts)..((block + 1) * groups.Parts);
        var width = Padded(groups.AllChannels);
        var scratch = Scratch(ref totals, 3 * width);
        Span<double> center = scratch[..width], scale = scratch[width..(2 * width)], scales = scratch[(2 * width)..];
        groups.Scales(variance[sets], scales);
        Spread(mean[sets], groups.Channels, center);
        Spread(scales[..groups.Parts], groups.Channels, scale);
        var map = new AffineMap(groups);
        MapChannels(center, scale, gamma, beta, map);
        return map;
    }

    /// <summary>Gradients by x, gamma and beta (the last two where wanted, else empty), from g at y. With x^ the
    /// normalized x, m the size of the set and h = g * gamma: dx = (h - mean(h) - x^ mean(h x^)) / deviation
    /// (Ioffe and Szegedy 2015, section 3, in one formula).</summary>
    /// <param name="beta">Wanted where y is pooled: which pixels ReLU lets through is found again.</param>
    public static void Backward(in Groups groups, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx, int stride,
        Span<float> dGamma, Span<float> dBeta, ReadOnlySpan<float> beta = default, in PooledPlanes pooled = default)
    {
        Span<NormalizedRectified> rectified = [];
        dGamma.Clear();
        dBeta.Clear();
        var width = Padded(groups.AllChannels);
        var scratch = Scratch(ref totals, 6 * width);
        Span<double> center = scratch[..width], scale = scratch[width..(2 * width)],
            sumG = scratch[(2 * width)..(3 * width)], sumGD = scratch[(3 * width)..(4 * width)],
            steepness = scratch[(4 * width)..(5 * width)], scales = scratch[(5 * width)..];
        for (var block = 0; block < groups.Blocks; block++)
        {
            var start = block * groups.Rows * stride;
            var sets = (block * groups.Parts)..((block + 1) * groups.Parts);
            Spread(mean[sets], groups.Channels, center);
            if (groups.Length == 1)
                ColumnProducts(g[start..], x[start..], groups.RowsOf(block), stride, center[..groups.AllChannels], sumG,
                    sumGD);
            else if (pooled.Width > 0)
            {
                // Before the sums: the two share scratch memory, but for the center.
                rectified = MapOf(groups, block, mean, variance, gamma, beta).Rectified();
                PooledProducts(groups, block, pooled, rectified, x, g, stride, center, sumG, sumGD);
            }
            else RunProducts(groups, block, g[start..], x[start..], stride, center, sumG, sumGD);

            groups.Scales(variance[sets], scales);
            Spread(scales[..groups.Parts], groups.Channels, scale);
            SumUp(scale, gamma, sumG, sumGD, dGamma, dBeta);
            if (groups.Fixed) scratch[(2 * width)..(4 * width)].Clear();
            Share(groups, sumG);
            Share(groups, sumGD);
            groups.Steepness(variance[sets], scales);
            Spread(scales[..groups.Parts], groups.Channels, steepness);
            var map = new AffineMap(groups);
            MapGradient(-1.0 / groups.SizeOf(block), center, scale, gamma, sumG, sumGD, steepness, map);
            var rows = groups.RowsOf(block);
            if (groups.Length == 1) MapColumns(map, x[start..], g[start..], dx[start..], rows, stride);
            else if (pooled.Width > 0)
            {
                for (var channel = 0; channel < rectified.Length; channel++)
                    rectified[channel] = rectified[channel].With(map.Scale[channel], map.Shift[channel]);
                for (var row = 0; row < rows; row++)
                    Pooling.AverageGradient<NormalizedRectified>(rectified,
                        g[((block * groups.Rows + row) * pooled.RowStride)..], x[(start + row * stride)..],
                        groups.AllChannels, pooled.Height, pooled.Width, dx[(start + row * stride)..]);
            }
            else
                for (var row = 0; row < rows; row++)
                    for (var channel = 0; channel < groups.AllChannels; channel++)
                    {
                        var run = start + row * stride + channel * groups.Length;
                        MapRun(map.Center[channel], map.Scale[channel], map.Shift[channel], map.ByGradient[channel],
                            x.Slice(run, groups.Length), g[run..], dx[run..]);
                    }
        }
    }

    // To each channel the sum of its part's.
    static void Share(in Groups groups, Span<double> channels)
    {
        if (groups.Channels == 1) return;
        for (var first = 0; first < groups.AllChannels; first += groups.Channels)
        {
            var part = channels.Slice(first, groups.Channels);
            part.Fill(TensorPrimitives.Sum<double>(part));
        }
    }

    static (float High, float Low) Split(double value) => ((float)value, (float)(value - (float)value));

    // The constants of x -> (x - center) * scale + shift + g * byGradient for each channel, padded to whole vectors.
    readonly ref struct AffineMap
    {
        public AffineMap(scoped in Groups groups)
        {
            var width = Padded(groups.AllChannels);
            var memory = Scratch(ref constants, 4 * width);
            Channels = groups.AllChannels;
            Center = memory[..width];
            Scale = memory[width..(2 * width)];
            Shift = memory[(2 * width)..(3 * width)];
            ByGradient = memory[(3 * width)..];
        }

        public int Channels { get; }
        public Span<float> Center { get; }
        public Span<float> Scale { get; }
        public Span<float> Shift { get; }
        public Span<float> ByGradient { get; }

        public Span<NormalizedRectified> Rectified()
        {
            var maps = Scratch(ref pooledMaps, Channels);
            for (var i = 0; i < Channels; i++) maps[i] = new(Center[i], Scale[i], Shift[i]);
            return maps;
        }
    }

    static Span<T> Scratch<T>(ref T[]? array, int length)
    {
        if (array is null || array.Length < length) array = new T[length];
        return array.AsSpan(0, length);
    }
}
