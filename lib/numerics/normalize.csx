#nullable enable
// Normalization: statistics over sets of numbers, and what gradients do when every number of a set moves them.

public static class Normalization
{
    [ThreadStatic] static double[]? totals;
    [ThreadStatic] static float[]? constants;

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
        var (rows, width) = (groups.RowsOf(block), Padded(groups.AllChannels));
        var sum = Scratch(ref totals, width);
        var center = Scratch(ref constants, width);
        double size = groups.SizeOf(block);
        ColumnSums(x, rows, stride, sum[..groups.AllChannels]);
        for (var part = 0; part < groups.Parts; part++)
        {
            var channels = groups.ChannelsOf(part);
            var own = Sum(sum[channels]) / size;
            mean[block * groups.Parts + part] = own;
            center[channels].Fill((float)own);
        }
        ColumnSquares(x, rows, stride, center[..groups.AllChannels], sum);
        for (var part = 0; part < groups.Parts; part++)
        {
            var set = block * groups.Parts + part;
            var apart = mean[set] - center[part * groups.Channels];
            variance[set] = Math.Max(0, Sum(sum[groups.ChannelsOf(part)]) / size - apart * apart);
            if (!double.IsFinite(variance[set]))
                (mean[set], variance[set]) = WideMoments(groups, block, part, x, stride);
        }
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

    static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum;
    }

    static void RunMoments(in Groups groups, int block, ReadOnlySpan<float> x, int stride, Span<double> mean,
        Span<double> variance)
    {
        for (var channel = 0; channel < groups.AllChannels; channel++)
        {
            var set = groups.Set(block, channel);
            // Runs of this set before this channel's.
            var before = channel % groups.Channels * groups.RowsOf(block);
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var (own, squares) = RunMoments(x.Slice(row * stride + channel * groups.Length, groups.Length));
                var (runs, apart) = (before + row, own - mean[set]);
                mean[set] += apart / (runs + 1);
                variance[set] += squares + apart * apart * groups.Length * runs / (runs + 1);
            }
        }
        for (var set = block * groups.Parts; set < (block + 1) * groups.Parts; set++)
            variance[set] /= groups.SizeOf(block);
    }

    /// <summary>y = (x - mean) / deviation * gamma + beta; gamma and beta one per channel, or empty for 1 and 0.
    /// </summary>
    public static void Forward(in Groups groups, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, Span<float> y, int stride)
    {
        var scales = Scratch(ref totals, groups.Sets);
        groups.Scales(variance, scales);
        for (var block = 0; block < groups.Blocks; block++)
        {
            var map = new AffineMap(groups);
            for (var part = 0; part < groups.Parts; part++)
            {
                var set = block * groups.Parts + part;
                // The mean in two floats: rounded to one it would move y by up to mean * 6e-8 / deviation.
                var ((high, low), scale) = (Split(mean[set]), scales[set]);
                for (var channel = part * groups.Channels; channel < (part + 1) * groups.Channels; channel++)
                {
                    var factor = gamma.IsEmpty ? scale : scale * gamma[channel];
                    map.Center[channel] = high;
                    map.Scale[channel] = (float)factor;
                    map.Shift[channel] = (float)((beta.IsEmpty ? 0 : beta[channel]) - low * factor);
                }
            }
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = (block * groups.Rows + row) * stride;
                if (groups.Length == 1) MapColumns(map, x[at..], y[at..]);
                else
                    for (var channel = 0; channel < groups.AllChannels; channel++)
                        MapRun(map.Center[channel], map.Scale[channel], map.Shift[channel],
                            x.Slice(at + channel * groups.Length, groups.Length), y[(at + channel * groups.Length)..]);
            }
        }
    }

    /// <summary>Gradients by x, gamma and beta (the last two where wanted, else empty), from g at y. With x^ the
    /// normalized x, m the size of the set and h = g * gamma: dx = (h - mean(h) - x^ mean(h x^)) / deviation
    /// (Ioffe and Szegedy 2015, section 3, in one formula).</summary>
    public static void Backward(in Groups groups, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx, int stride,
        Span<float> dGamma, Span<float> dBeta)
    {
        var width = Padded(groups.AllChannels);
        var scratch = Scratch(ref totals, 3 * width + groups.Sets);
        Span<double> sumG = scratch[..width], sumGD = scratch[width..(2 * width)],
            center = scratch[(2 * width)..(3 * width)], scales = scratch[(3 * width)..];
        groups.Scales(variance, scales);
        dGamma.Clear();
        dBeta.Clear();
        for (var block = 0; block < groups.Blocks; block++)
        {
            var start = block * groups.Rows * stride;
            for (var part = 0; part < groups.Parts; part++)
                center[groups.ChannelsOf(part)].Fill(mean[block * groups.Parts + part]);
            if (groups.Length == 1)
                ColumnProducts(g[start..], x[start..], groups.RowsOf(block), stride, center[..groups.AllChannels], sumG,
                    sumGD);
            else RunProducts(groups, block, g[start..], x[start..], stride, center, sumG, sumGD);

            var map = new AffineMap(groups);
            var share = 1.0 / groups.SizeOf(block);
            for (var part = 0; part < groups.Parts; part++)
            {
                var (set, first, end) =
                    (block * groups.Parts + part, part * groups.Channels, (part + 1) * groups.Channels);
                var ((high, low), scale) = (Split(mean[set]), scales[set]);
                var (h, hx) = (0.0, 0.0);
                for (var channel = first; channel < end; channel++)
                {
                    if (!dBeta.IsEmpty) dBeta[channel] += (float)sumG[channel];
                    if (!dGamma.IsEmpty) dGamma[channel] += (float)(sumGD[channel] * scale);
                    if (groups.Fixed) continue;
                    var weight = gamma.IsEmpty ? 1 : gamma[channel];
                    (h, hx) = (h + weight * sumG[channel], hx + weight * sumGD[channel] * scale);
                }
                var byMean = -scale * share;
                var slope = byMean * scale * hx * groups.Steepness(variance[set]);
                for (var channel = first; channel < end; channel++)
                {
                    map.Center[channel] = high;
                    map.Scale[channel] = (float)slope;
                    map.Shift[channel] = (float)(byMean * h - slope * low);
                    map.ByGradient[channel] = (float)(gamma.IsEmpty ? scale : scale * gamma[channel]);
                }
            }
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = start + row * stride;
                if (groups.Length == 1) MapColumns(map, x[at..], g[at..], dx[at..]);
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

    // Sums of each column in float64, so that a mean near 0 is as good as any.
    [MethodImpl(Hot)]
    static void ColumnSums(ReadOnlySpan<float> x, int rows, int stride, Span<double> sums)
    {
        for (var column = 0; column < sums.Length; column += Vector<float>.Count)
        {
            Vector<double> low = default, high = default;
            for (int row = 0, at = column; row < rows; row++, at += stride)
                Widen(Elementwise.Load(x, at), ref low, ref high);
            StoreDouble(low, high, sums, column);
        }
    }

    // Rows whose float32 sums go into a float64 one. Columns are summed by even and odd rows, so that no addition waits
    // for the last.
    const int SummedRows = 64;

    // Sums of squared distances from the center for each column.
    [MethodImpl(Hot)]
    static void ColumnSquares(ReadOnlySpan<float> x, int rows, int stride, ReadOnlySpan<float> center,
        Span<double> squares)
    {
        for (var column = 0; column < center.Length; column += Vector<float>.Count)
        {
            var middle = Elementwise.Load(center, column);
            Vector<double> low = default, high = default;
            for (int row = 0, at = column; row < rows;)
            {
                Vector<float> even = default, odd = default;
                var end = Math.Min(rows, row + SummedRows);
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
                Widen(even + odd, ref low, ref high);
            }
            StoreDouble(low, high, squares, column);
        }
    }

    // Sums of g and of g (x - center) for each column.
    [MethodImpl(Hot)]
    static void ColumnProducts(ReadOnlySpan<float> g, ReadOnlySpan<float> x, int rows, int stride,
        ReadOnlySpan<double> center, Span<double> sumG, Span<double> sumGD)
    {
        for (var column = 0; column < center.Length; column += Vector<float>.Count)
        {
            var (c0, c1) = (LoadDouble(center, column), LoadDouble(center, column + Vector<double>.Count));
            var middle = Vector.Narrow(c0, c1);
            Vector<double> g0 = default, g1 = default, p0 = default, p1 = default;
            for (int row = 0, at = column; row < rows;)
            {
                Vector<float> even = default, odd = default, evenProduct = default, oddProduct = default;
                var end = Math.Min(rows, row + SummedRows);
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
                Widen(even + odd, ref g0, ref g1);
                Widen(evenProduct + oddProduct, ref p0, ref p1);
            }
            // What rounding the center to float32 left out.
            Vector.Widen(middle, out var m0, out var m1);
            StoreDouble(g0, g1, sumG, column);
            StoreDouble(p0 - (c0 - m0) * g0, p1 - (c1 - m1) * g1, sumGD, column);
        }
    }

    // low and high += the two halves of x.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Widen(Vector<float> x, ref Vector<double> low, ref Vector<double> high)
    {
        Vector.Widen(x, out var x0, out var x1);
        (low, high) = (low + x0, high + x1);
    }

    // Spans of sums are followed by memory up to a whole vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreDouble(Vector<double> low, Vector<double> high, Span<double> to, int column)
    {
        low.StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)column);
        high.StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)(column + Vector<double>.Count));
    }

    static int Padded(int columns) => (columns + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;

    // Mean and sum of squared distances from it of one run. Float32 sums of a run, float64 across runs: a run is short
    // and, on the second pass, in the first-level cache. Squares beyond float32's range are taken again in float64.
    [MethodImpl(Hot)]
    static (double Mean, double Squares) RunMoments(ReadOnlySpan<float> x)
    {
        // Distances from the first number, so that a constant run has exactly its mean.
        var origin = new Vector<float>(x[0]);
        Vector<float> s0 = default, s1 = default;
        var (i, tail) = (0, 0f);
        for (; i <= x.Length - 2 * Vector<float>.Count; i += 2 * Vector<float>.Count)
        {
            s0 += Elementwise.Load(x, i) - origin;
            s1 += Elementwise.Load(x, i + Vector<float>.Count) - origin;
        }
        for (; i < x.Length; i++) tail += x[i] - x[0];
        var mean = x[0] + ((double)Vector.Sum(s0 + s1) + tail) / x.Length;

        var center = new Vector<float>((float)mean);
        Vector<float> q0 = default, q1 = default;
        (i, tail) = (0, 0);
        for (; i <= x.Length - 2 * Vector<float>.Count; i += 2 * Vector<float>.Count)
        {
            var d0 = Elementwise.Load(x, i) - center;
            var d1 = Elementwise.Load(x, i + Vector<float>.Count) - center;
            q0 = Vector.MultiplyAddEstimate(d0, d0, q0);
            q1 = Vector.MultiplyAddEstimate(d1, d1, q1);
        }
        for (; i < x.Length; i++) tail += (x[i] - center[0]) * (x[i] - center[0]);
        var squares = (double)Vector.Sum(q0 + q1) + tail;
        return double.IsFinite(squares) && double.IsFinite(mean) ? (mean, squares) : WideMoments(x);
    }

    static (double Mean, double Squares) WideMoments(ReadOnlySpan<float> x)
    {
        var (mean, squares) = (0.0, 0.0);
        foreach (var value in x) mean += (double)value / x.Length;
        foreach (var value in x) squares += (value - mean) * (value - mean);
        return (mean, squares);
    }

    // Sums of g and of g (x - center) for each channel that is a run, over the rows of a block.
    [MethodImpl(Hot)]
    static void RunProducts(in Groups groups, int block, ReadOnlySpan<float> g, ReadOnlySpan<float> x, int stride,
        ReadOnlySpan<double> center, Span<double> sumG, Span<double> sumGD)
    {
        var length = groups.Length;
        for (var channel = 0; channel < groups.AllChannels; channel++)
        {
            var (high, low) = Split(center[channel]);
            var middle = new Vector<float>(high);
            double total = 0, product = 0;
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                Vector<float> s0 = default, s1 = default, p0 = default, p1 = default;
                var (at, end, tail, tailProduct) =
                    (row * stride + channel * length, row * stride + (channel + 1) * length, 0f, 0f);
                for (; at <= end - 2 * Vector<float>.Count; at += 2 * Vector<float>.Count)
                {
                    Vector<float> g0 = Elementwise.Load(g, at), g1 = Elementwise.Load(g, at + Vector<float>.Count);
                    s0 += g0;
                    s1 += g1;
                    p0 = Vector.MultiplyAddEstimate(g0, Elementwise.Load(x, at) - middle, p0);
                    p1 = Vector.MultiplyAddEstimate(g1, Elementwise.Load(x, at + Vector<float>.Count) - middle, p1);
                }
                for (; at < end; at++) (tail, tailProduct) = (tail + g[at], tailProduct + g[at] * (x[at] - high));
                total += (double)Vector.Sum(s0 + s1) + tail;
                product += (double)Vector.Sum(p0 + p1) + tailProduct;
            }
            (sumG[channel], sumGD[channel]) = (total, product - low * total);
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

    [MethodImpl(Hot)]
    static void MapRun(float center, float scale, float shift, ReadOnlySpan<float> x, Span<float> y)
    {
        Vector<float> c = new(center), a = new(scale), b = new(shift);
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - c, a, b).StoreUnsafe(ref y[i]);
        for (; i < x.Length; i++) y[i] = float.MultiplyAddEstimate(x[i] - center, scale, shift);
    }

    [MethodImpl(Hot)]
    static void MapRun(float center, float scale, float shift, float byGradient, ReadOnlySpan<float> x,
        ReadOnlySpan<float> g, Span<float> y)
    {
        Vector<float> c = new(center), a = new(scale), b = new(shift), w = new(byGradient);
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(g, i), w,
                Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - c, a, b)).StoreUnsafe(ref y[i]);
        for (; i < x.Length; i++)
            y[i] = float.MultiplyAddEstimate(g[i], byGradient, float.MultiplyAddEstimate(x[i] - center, scale, shift));
    }

    static (float High, float Low) Split(double value) => ((float)value, (float)(value - (float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> LoadDouble(ReadOnlySpan<double> x, int i) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);

    // The constants of x -> (x - center) * scale + shift + g * byGradient for each channel, padded to whole vectors.
    readonly ref struct AffineMap
    {
        public AffineMap(in Groups groups)
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
    }

    static Span<T> Scratch<T>(ref T[]? array, int length)
    {
        if (array is null || array.Length < length) array = new T[length];
        return array.AsSpan(0, length);
    }
}
