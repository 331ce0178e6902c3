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
        var width = groups.AllChannels + Vector<float>.Count;
        var sum = Scratch(ref totals, 2 * width);
        var center = sum[width..];
        double size = groups.SizeOf(block);
        Totals<Value>(groups, block, x, x, stride, center, sum);
        for (var part = 0; part < groups.Parts; part++)
        {
            var channels = groups.ChannelsOf(part);
            var own = Sum(sum[channels]) / size;
            mean[block * groups.Parts + part] = own;
            center[channels].Fill(own);
        }
        Totals<SquaredDistance>(groups, block, x, x, stride, center, sum);
        for (var part = 0; part < groups.Parts; part++)
            variance[block * groups.Parts + part] = Sum(sum[groups.ChannelsOf(part)]) / size;
    }

    static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
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
            var rectified = pooled.Width > 0 ? map.Rectified() : [];
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = (block * groups.Rows + row) * stride;
                if (groups.Length == 1) MapColumns(map, x[at..], y[at..]);
                else if (pooled.Width > 0)
                    Pooling.Average<NormalizedRectified>(rectified, x[at..], groups.AllChannels, pooled.Height,
                        pooled.Width, y[((block * groups.Rows + row) * pooled.RowStride)..]);
                else
                    for (var channel = 0; channel < groups.AllChannels; channel++)
                        MapRun(map.Center[channel], map.Scale[channel], map.Shift[channel],
                            x.Slice(at + channel * groups.Length, groups.Length), y[(at + channel * groups.Length)..]);
            }
        }
    }

    // The constants of x -> (x - mean) / deviation * gamma + beta.
    static AffineMap MapOf(scoped in Groups groups, int block, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        var map = new AffineMap(groups);
        for (var part = 0; part < groups.Parts; part++)
        {
            var set = block * groups.Parts + part;
            // The mean in two floats: rounded to one it would move y by up to mean * 6e-8 / deviation.
            var ((high, low), scale) = (Split(mean[set]), groups.Scale(variance[set]));
            for (var channel = part * groups.Channels; channel < (part + 1) * groups.Channels; channel++)
            {
                var factor = gamma.IsEmpty ? scale : scale * gamma[channel];
                map.Center[channel] = high;
                map.Scale[channel] = (float)factor;
                map.Shift[channel] = (float)((beta.IsEmpty ? 0 : beta[channel]) - low * factor);
            }
        }
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
        var width = groups.AllChannels + Vector<float>.Count;
        var scratch = Scratch(ref totals, 3 * width);
        Span<double> sumG = scratch[..width], sumGD = scratch[width..(2 * width)], center = scratch[(2 * width)..];
        Span<NormalizedRectified> rectified = [];
        dGamma.Clear();
        dBeta.Clear();
        for (var block = 0; block < groups.Blocks; block++)
        {
            var start = block * groups.Rows * stride;
            for (var part = 0; part < groups.Parts; part++)
                center[groups.ChannelsOf(part)].Fill(mean[block * groups.Parts + part]);
            if (groups.Length == 1)
            {
                Totals<Value>(groups, block, g[start..], x[start..], stride, center, sumG);
                Totals<TimesDistance>(groups, block, g[start..], x[start..], stride, center, sumGD);
            }
            else if (pooled.Width > 0)
            {
                rectified = MapOf(groups, block, mean, variance, gamma, beta).Rectified();
                PooledProducts(groups, block, pooled, rectified, x, g, stride, center, sumG, sumGD);
            }
            else RunProducts(groups, block, g[start..], x[start..], stride, center, sumG, sumGD);

            var map = new AffineMap(groups);
            for (var part = 0; part < groups.Parts; part++)
            {
                var (set, first, end) =
                    (block * groups.Parts + part, part * groups.Channels, (part + 1) * groups.Channels);
                var ((high, low), scale) = (Split(mean[set]), groups.Scale(variance[set]));
                var (h, hx) = (0.0, 0.0);
                for (var channel = first; channel < end; channel++)
                {
                    if (!dBeta.IsEmpty) dBeta[channel] += (float)sumG[channel];
                    if (!dGamma.IsEmpty) dGamma[channel] += (float)(sumGD[channel] * scale);
                    if (groups.Fixed) continue;
                    var weight = gamma.IsEmpty ? 1 : gamma[channel];
                    (h, hx) = (h + weight * sumG[channel], hx + weight * sumGD[channel] * scale);
                }
                var byMean = -scale / groups.SizeOf(block);
                var slope = byMean * scale * hx * groups.Steepness(variance[set]);
                for (var channel = first; channel < end; channel++)
                {
                    map.Center[channel] = high;
                    map.Scale[channel] = (float)slope;
                    map.Shift[channel] = (float)(byMean * h - slope * low);
                    map.ByGradient[channel] = (float)(gamma.IsEmpty ? scale : scale * gamma[channel]);
                }
            }
            for (var channel = 0; channel < rectified.Length; channel++)
                rectified[channel] = rectified[channel].With(map.Scale[channel], map.Shift[channel]);
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = start + row * stride;
                if (groups.Length == 1) MapColumns(map, x[at..], g[at..], dx[at..]);
                else if (pooled.Width > 0)
                    Pooling.AverageGradient<NormalizedRectified>(rectified,
                        g[((block * groups.Rows + row) * pooled.RowStride)..], x[at..], groups.AllChannels,
                        pooled.Height, pooled.Width, dx[at..]);
                else
                    for (var channel = 0; channel < groups.AllChannels; channel++)
                    {
                        var run = at + channel * groups.Length;
                        MapRun(map.Center[channel], map.Scale[channel], map.Shift[channel], map.ByGradient[channel],
                            x.Slice(run, groups.Length), g[run..], dx[run..]);
                    }
            }
        }
    }

    // What is summed over the numbers of a channel. Static abstract members, so that each loop is compiled for its
    // term.
    interface ITerm { static abstract Vector<double> Of(Vector<double> v, Vector<double> x, Vector<double> center); }
    readonly struct Value : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Of(Vector<double> v, Vector<double> x, Vector<double> center) => v;
    }
    readonly struct SquaredDistance : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Of(Vector<double> v, Vector<double> x, Vector<double> center) =>
            (v - center) * (v - center);
    }
    readonly struct TimesDistance : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<double> Of(Vector<double> v, Vector<double> x, Vector<double> center) =>
            v * (x - center);
    }

    // The term's total for each channel that is one column, over the rows of a block: neighbours share a vector.
    [MethodImpl(Hot)]
    static void Totals<T>(in Groups groups, int block, ReadOnlySpan<float> v, ReadOnlySpan<float> x, int stride,
        ReadOnlySpan<double> center, Span<double> totals) where T : struct, ITerm
    {
        var (rows, half) = (groups.RowsOf(block), Vector<double>.Count);
        for (var channel = 0; channel < groups.AllChannels; channel += Vector<float>.Count)
        {
            Vector<double> low = default, high = default;
            var (centerLow, centerHigh) = (LoadDouble(center, channel), LoadDouble(center, channel + half));
            for (int row = 0, at = channel; row < rows; row++, at += stride)
            {
                Vector.Widen(Elementwise.Load(v, at), out var v0, out var v1);
                Vector.Widen(Elementwise.Load(x, at), out var x0, out var x1);
                low += T.Of(v0, x0, centerLow);
                high += T.Of(v1, x1, centerHigh);
            }
            low.CopyTo(totals[channel..]);
            high.CopyTo(totals[(channel + half)..]);
        }
    }

    // y = (x - center) * scale + shift, channel by channel.
    [MethodImpl(Hot)]
    static void MapColumns(in AffineMap map, ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - Elementwise.Load(map.Center, i),
                Elementwise.Load(map.Scale, i), Elementwise.Load(map.Shift, i)).CopyTo(y[i..]);
    }

    // y = (x - center) * scale + shift + g * byGradient, channel by channel.
    [MethodImpl(Hot)]
    static void MapColumns(in AffineMap map, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> y)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(g, i), Elementwise.Load(map.ByGradient, i),
                Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - Elementwise.Load(map.Center, i),
                    Elementwise.Load(map.Scale, i), Elementwise.Load(map.Shift, i))).CopyTo(y[i..]);
    }

    static (float High, float Low) Split(double value) => ((float)value, (float)(value - (float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> LoadDouble(ReadOnlySpan<double> x, int i) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);

    // The constants of x -> (x - center) * scale + shift + g * byGradient for each channel, padded to whole vectors.
    readonly ref struct AffineMap
    {
        public AffineMap(scoped in Groups groups)
        {
            var lanes = Vector<float>.Count;
            var width = (groups.AllChannels + lanes - 1) / lanes * lanes;
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
