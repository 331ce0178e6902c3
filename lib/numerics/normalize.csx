#nullable enable
// Normalization: statistics over sets of numbers, and what gradients do when every number of a set moves them.

/// <summary>Which numbers of a matrix (rows, channels * length) share a mean and a variance. Every normalizer is a
/// choice of these: rows are cut into blocks, channels into parts, and a set is one block by one part.</summary>
/// <param name="AllRows">Rows of the matrix; the last block may be shorter than the others.</param>
/// <param name="AllChannels">Channels of the matrix.</param>
/// <param name="Length">Positions per channel: 1 for (N, C), H * W for (N, C, H, W).</param>
/// <param name="Rows">Rows in a block.</param>
/// <param name="Channels">Channels in a part.</param>
/// <param name="Epsilon">Keeps the deviation from 0.</param>
/// <param name="EpsilonOutside">The deviation is sqrt(var) + eps instead of sqrt(var + eps).</param>
/// <param name="Fixed">The moments are constants, so that no gradient goes through them.</param>
public readonly record struct Groups(int AllRows, int AllChannels, int Length, int Rows, int Channels,
    double Epsilon, bool EpsilonOutside = false, bool Fixed = false)
{
    public int Blocks => (AllRows + Rows - 1) / Rows;
    public int Parts => AllChannels / Channels;
    public int Sets => Blocks * Parts;
    public int RowsOf(int block) => Math.Min(Rows, AllRows - block * Rows);
    public int SizeOf(int block) => RowsOf(block) * Channels * Length;
    public int Set(int block, int channel) => block * Parts + channel / Channels;

    /// <summary>One divided by the deviation.</summary>
    public double Scale(double variance) =>
        1 / (EpsilonOutside ? Math.Sqrt(variance) + Epsilon : Math.Sqrt(variance + Epsilon));

    /// <summary>The derivative of the deviation by the variance, times twice the deviation: 1 where eps stands inside
    /// the root.</summary>
    public double Steepness(double variance) =>
        !EpsilonOutside ? 1 : variance > 0 ? 1 + Epsilon / Math.Sqrt(variance) : 0;
}

public static class Normalization
{
    // Sums are taken in float64: with mean 1e4 and deviation 1, or near overflow, float32 squares mean nothing.
    [ThreadStatic] static double[]? totals;
    [ThreadStatic] static float[]? columns;

    /// <summary>Mean and biased variance of every set of x, in two passes (one pass, E[x^2] - E[x]^2, cancels).
    /// </summary>
    public static void Moments(in Groups groups, ReadOnlySpan<float> x, int stride, Span<double> mean,
        Span<double> variance)
    {
        var sum = Scratch(ref totals, 2 * groups.AllChannels + 2 * Vector<float>.Count);
        var center = sum[(groups.AllChannels + Vector<float>.Count)..];
        mean.Clear();
        variance.Clear();
        for (var block = 0; block < groups.Blocks; block++)
        {
            var rows = x[(block * groups.Rows * stride)..];
            Totals<Value>(groups, block, rows, rows, stride, center, sum);
            for (var channel = 0; channel < groups.AllChannels; channel++)
                mean[groups.Set(block, channel)] += sum[channel] / groups.SizeOf(block);
            for (var channel = 0; channel < groups.AllChannels; channel++)
                center[channel] = mean[groups.Set(block, channel)];
            Totals<SquaredDistance>(groups, block, rows, rows, stride, center, sum);
            for (var channel = 0; channel < groups.AllChannels; channel++)
                variance[groups.Set(block, channel)] += sum[channel] / groups.SizeOf(block);
        }
    }

    /// <summary>y = (x - mean) / deviation * gamma + beta; gamma and beta one per channel, or empty for 1 and 0.
    /// </summary>
    public static void Forward(in Groups groups, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, Span<float> y, int stride)
    {
        Span<float> center = Column(groups, 0), scale = Column(groups, 1), shift = Column(groups, 2);
        for (var block = 0; block < groups.Blocks; block++)
        {
            for (var channel = 0; channel < groups.AllChannels; channel++)
            {
                var set = groups.Set(block, channel);
                var factor = groups.Scale(variance[set]) * (gamma.IsEmpty ? 1 : gamma[channel]);
                // The mean in two floats: rounded to one it would move y by up to mean * 6e-8 / deviation.
                var (high, low) = Split(mean[set]);
                var column = channel * groups.Length;
                center.Slice(column, groups.Length).Fill(high);
                scale.Slice(column, groups.Length).Fill((float)factor);
                shift.Slice(column, groups.Length).Fill((float)((beta.IsEmpty ? 0 : beta[channel]) - low * factor));
            }
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = (block * groups.Rows + row) * stride;
                Affine(x[at..], center, scale, shift, y[at..]);
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
        var width = groups.AllChannels + Vector<float>.Count;
        var scratch = Scratch(ref totals, 3 * width + 2 * groups.Parts);
        Span<double> sumG = scratch[..width], sumGD = scratch[width..(2 * width)], center = scratch[(2 * width)..];
        Span<double> setH = scratch[(3 * width)..], setHX = setH[groups.Parts..];
        Span<float> high = Column(groups, 0), slopes = Column(groups, 1), offsets = Column(groups, 2),
            weights = Column(groups, 3), rates = Column(groups, 4);
        dGamma.Clear();
        dBeta.Clear();
        for (var block = 0; block < groups.Blocks; block++)
        {
            var start = block * groups.Rows * stride;
            for (var channel = 0; channel < groups.AllChannels; channel++)
                center[channel] = mean[groups.Set(block, channel)];
            Totals<Value>(groups, block, g[start..], x[start..], stride, center, sumG);
            Totals<TimesDistance>(groups, block, g[start..], x[start..], stride, center, sumGD);

            setH[..groups.Parts].Clear();
            setHX[..groups.Parts].Clear();
            for (var channel = 0; channel < groups.AllChannels; channel++)
            {
                var (part, r) = (channel / groups.Channels, groups.Scale(variance[groups.Set(block, channel)]));
                var weight = gamma.IsEmpty ? 1 : gamma[channel];
                if (!dBeta.IsEmpty) dBeta[channel] += (float)sumG[channel];
                if (!dGamma.IsEmpty) dGamma[channel] += (float)(sumGD[channel] * r);
                if (groups.Fixed) continue;
                setH[part] += weight * sumG[channel];
                setHX[part] += weight * sumGD[channel] * r;
            }
            for (var channel = 0; channel < groups.AllChannels; channel++)
            {
                var (part, set, m) = (channel / groups.Channels, groups.Set(block, channel), groups.SizeOf(block));
                var r = groups.Scale(variance[set]);
                // r stays a factor of its own: where x is beyond 1e19, r^2 is 0 in float32.
                var slope = -r * setHX[part] / m * groups.Steepness(variance[set]);
                var (mHigh, mLow) = Split(mean[set]);
                var column = channel * groups.Length;
                high.Slice(column, groups.Length).Fill(mHigh);
                slopes.Slice(column, groups.Length).Fill((float)slope);
                offsets.Slice(column, groups.Length).Fill((float)(-setH[part] / m - slope * mLow));
                weights.Slice(column, groups.Length).Fill(gamma.IsEmpty ? 1 : gamma[channel]);
                rates.Slice(column, groups.Length).Fill((float)r);
            }
            for (var row = 0; row < groups.RowsOf(block); row++)
            {
                var at = start + row * stride;
                AffineGradient(x[at..], high, slopes, offsets, g[at..], weights, rates, dx[at..]);
            }
        }
    }

    // What is summed over the numbers of a channel. Static abstract members, so that each loop is compiled for its term.
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

    // The term's total for each channel over the rows of a block. Where a channel is one column, neighbours share a
    // vector and rows are added up; where it is a run of positions, the vectors run along it.
    [MethodImpl(Hot)]
    static void Totals<T>(in Groups groups, int block, ReadOnlySpan<float> v, ReadOnlySpan<float> x, int stride,
        ReadOnlySpan<double> center, Span<double> totals) where T : struct, ITerm
    {
        var (rows, length) = (groups.RowsOf(block), groups.Length);
        if (length == 1)
            for (var channel = 0; channel < groups.AllChannels; channel += Vector<float>.Count)
            {
                Vector<double> low = default, high = default;
                var (centerLow, centerHigh) = (LoadDouble(center, channel), LoadDouble(center, channel + Half));
                for (int row = 0, at = channel; row < rows; row++, at += stride)
                {
                    Vector.Widen(Elementwise.Load(v, at), out var v0, out var v1);
                    Vector.Widen(Elementwise.Load(x, at), out var x0, out var x1);
                    low += T.Of(v0, x0, centerLow);
                    high += T.Of(v1, x1, centerHigh);
                }
                low.CopyTo(totals[channel..]);
                high.CopyTo(totals[(channel + Half)..]);
            }
        else
            for (var channel = 0; channel < groups.AllChannels; channel++)
            {
                Vector<double> low = default, high = default;
                var middle = new Vector<double>(center[channel]);
                var tail = 0.0;
                for (var row = 0; row < rows; row++)
                {
                    var (at, end) = (row * stride + channel * length, row * stride + (channel + 1) * length);
                    for (; at <= end - Vector<float>.Count; at += Vector<float>.Count)
                    {
                        Vector.Widen(Elementwise.Load(v, at), out var v0, out var v1);
                        Vector.Widen(Elementwise.Load(x, at), out var x0, out var x1);
                        low += T.Of(v0, x0, middle);
                        high += T.Of(v1, x1, middle);
                    }
                    for (; at < end; at++)
                        tail += T.Of(new Vector<double>(v[at]), new Vector<double>(x[at]), middle)[0];
                }
                totals[channel] = Vector.Sum(low + high) + tail;
            }
    }

    // y = (x - center) * scale + shift over the columns of a row.
    [MethodImpl(Hot)]
    static void Affine(ReadOnlySpan<float> x, ReadOnlySpan<float> center, ReadOnlySpan<float> scale,
        ReadOnlySpan<float> shift, Span<float> y)
    {
        for (var i = 0; i < center.Length; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - Elementwise.Load(center, i),
                Elementwise.Load(scale, i), Elementwise.Load(shift, i)).CopyTo(y[i..]);
    }

    // dx = (g * weight + (x - center) * slope + offset) * rate over the columns of a row.
    [MethodImpl(Hot)]
    static void AffineGradient(ReadOnlySpan<float> x, ReadOnlySpan<float> center, ReadOnlySpan<float> slope,
        ReadOnlySpan<float> offset, ReadOnlySpan<float> g, ReadOnlySpan<float> weight, ReadOnlySpan<float> rate,
        Span<float> dx)
    {
        for (var i = 0; i < center.Length; i += Vector<float>.Count)
            (Vector.MultiplyAddEstimate(Elementwise.Load(g, i), Elementwise.Load(weight, i),
                Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - Elementwise.Load(center, i),
                    Elementwise.Load(slope, i), Elementwise.Load(offset, i))) * Elementwise.Load(rate, i)).CopyTo(dx[i..]);
    }

    static int Half => Vector<double>.Count;

    static (float High, float Low) Split(double value) => ((float)value, (float)(value - (float)value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<double> LoadDouble(ReadOnlySpan<double> x, int i) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);

    // Constants of the affine maps, spread over the columns so that one loop serves channels of any length.
    static Span<float> Column(in Groups groups, int index)
    {
        var lanes = Vector<float>.Count;
        var width = (groups.AllChannels * groups.Length + lanes - 1) / lanes * lanes;
        return Scratch(ref columns, 5 * width).Slice(index * width, width);
    }

    static Span<T> Scratch<T>(ref T[]? array, int length)
    {
        if (array is null || array.Length < length) array = new T[length];
        return array.AsSpan(0, length);
    }
}
