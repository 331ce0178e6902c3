#nullable enable
// Normalization's loops for matrices in which a channel has several positions (pixels): those of one row and one
// channel lie one after another and are called a run. Spans begin at the block's first row.

public static class RunLoops
{
    /// <summary>Mean and biased variance of each set of a block: two passes over each run, then the runs' moments are
    /// merged (Chan et al. 1983).</summary>
    public static void MeasureMoments(in NormalizationSets sets, int block, ReadOnlySpan<float> x, int stride,
        Span<double> mean, Span<double> variance)
    {
        var (rows, length) = (sets.RowsOf(block), sets.Length);
        mean = mean[sets.SetsOf(block)];
        variance = variance[sets.SetsOf(block)];
        for (var channel = 0; channel < sets.Channels; channel++)
        {
            var (group, before) = Math.DivRem(channel, sets.ChannelsPerGroup);
            for (var row = 0; row < rows; row++)
            {
                var (own, squares) = MeasureRun(x.Slice(row * stride + channel * length, length));
                // Runs of this set that are merged already.
                var runs = before * rows + row;
                var distance = own - mean[group];
                mean[group] += distance / (runs + 1);
                variance[group] += squares + distance * distance * length * runs / (runs + 1);
            }
        }
        for (var group = 0; group < variance.Length; group++) variance[group] /= sets.SizeOf(block);
    }

    // The mean of one run and the sum of squared distances from it. Sums are float32, because a run is short; for the
    // second pass it is in the first-level cache. If squares exceed float32's range, all is computed again in float64.
    [MethodImpl(Hot)]
    static (double Mean, double Squares) MeasureRun(ReadOnlySpan<float> x)
    {
        // Distances from the first number are summed, so that the mean of a constant run is exact.
        var origin = new Vector<float>(x[0]);
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var (i, tail) = (0, 0f);
        for (; i <= x.Length - 4 * Vector<float>.Count; i += 4 * Vector<float>.Count)
        {
            s0 += Elementwise.Load(x, i) - origin;
            s1 += Elementwise.Load(x, i + Vector<float>.Count) - origin;
            s2 += Elementwise.Load(x, i + 2 * Vector<float>.Count) - origin;
            s3 += Elementwise.Load(x, i + 3 * Vector<float>.Count) - origin;
        }
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count) s0 += Elementwise.Load(x, i) - origin;
        for (; i < x.Length; i++) tail += x[i] - x[0];
        var mean = x[0] + ((double)Vector.Sum(s0 + s1 + (s2 + s3)) + tail) / x.Length;

        var center = new Vector<float>((float)mean);
        Vector<float> q0 = default, q1 = default, q2 = default, q3 = default;
        (i, tail) = (0, 0);
        for (; i <= x.Length - 4 * Vector<float>.Count; i += 4 * Vector<float>.Count)
        {
            var d0 = Elementwise.Load(x, i) - center;
            var d1 = Elementwise.Load(x, i + Vector<float>.Count) - center;
            var d2 = Elementwise.Load(x, i + 2 * Vector<float>.Count) - center;
            var d3 = Elementwise.Load(x, i + 3 * Vector<float>.Count) - center;
            q0 = Vector.MultiplyAddEstimate(d0, d0, q0);
            q1 = Vector.MultiplyAddEstimate(d1, d1, q1);
            q2 = Vector.MultiplyAddEstimate(d2, d2, q2);
            q3 = Vector.MultiplyAddEstimate(d3, d3, q3);
        }
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var d = Elementwise.Load(x, i) - center;
            q0 = Vector.MultiplyAddEstimate(d, d, q0);
        }
        for (; i < x.Length; i++) tail += (x[i] - center[0]) * (x[i] - center[0]);
        var squares = (double)Vector.Sum(q0 + q1 + (q2 + q3)) + tail;
        return double.IsFinite(squares) && double.IsFinite(mean) ? (mean, squares)
            : Elementwise.MomentsInFloat64(x, 1, x.Length, x.Length);
    }

    /// <summary>sum(g) and sum(g (x - mean)) of each channel, corrected for the rounding of the mean to
    /// float32.</summary>
    [MethodImpl(Hot)]
    public static void SumGradients(in GradientSums sums, ReadOnlySpan<float> g, ReadOnlySpan<float> x, int channels,
        int rows, int length, int stride)
    {
        for (var channel = 0; channel < channels; channel++)
        {
            var rounded = (float)sums.Mean[channel];
            var middle = new Vector<float>(rounded);
            double total = 0, product = 0;
            for (var row = 0; row < rows; row++)
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
                for (; at < end; at++) (tail, tailProduct) = (tail + g[at], tailProduct + g[at] * (x[at] - rounded));
                total += (double)Vector.Sum(s0 + s1) + tail;
                product += (double)Vector.Sum(p0 + p1) + tailProduct;
            }
            sums.G[channel] = total;
            sums.GD[channel] = product - (float)(sums.Mean[channel] - rounded) * total;
        }
    }

    /// <summary>y = (x - center) * scale + shift.</summary>
    public static void Map(in ChannelMap map, ReadOnlySpan<float> x, Span<float> y, int rows, int length, int stride)
    {
        for (var row = 0; row < rows; row++)
            for (var channel = 0; channel < map.Channels; channel++)
            {
                var run = row * stride + channel * length;
                Map(map.Center[channel], map.Scale[channel], map.Shift[channel], x.Slice(run, length), y[run..]);
            }
    }

    /// <summary>dx = (x - center) * scale + shift + g * gradientScale.</summary>
    public static void MapGradient(in ChannelMap map, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx,
        int rows, int length, int stride)
    {
        for (var row = 0; row < rows; row++)
            for (var channel = 0; channel < map.Channels; channel++)
            {
                var run = row * stride + channel * length;
                MapGradient(map.Center[channel], map.Scale[channel], map.Shift[channel], map.GradientScale[channel],
                    x.Slice(run, length), g[run..], dx[run..]);
            }
    }

    [MethodImpl(Hot)]
    static void Map(float center, float scale, float shift, ReadOnlySpan<float> x, Span<float> y)
    {
        Vector<float> c = new(center), a = new(scale), b = new(shift);
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - c, a, b).StoreUnsafe(ref y[i]);
        for (; i < x.Length; i++) y[i] = float.MultiplyAddEstimate(x[i] - center, scale, shift);
    }

    [MethodImpl(Hot)]
    static void MapGradient(float center, float scale, float shift, float gScale, ReadOnlySpan<float> x,
        ReadOnlySpan<float> g, Span<float> dx)
    {
        Vector<float> c = new(center), a = new(scale), b = new(shift), w = new(gScale);
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.MultiplyAddEstimate(Elementwise.Load(g, i), w,
                Vector.MultiplyAddEstimate(Elementwise.Load(x, i) - c, a, b)).StoreUnsafe(ref dx[i]);
        for (; i < x.Length; i++)
            dx[i] = float.MultiplyAddEstimate(g[i], gScale, float.MultiplyAddEstimate(x[i] - center, scale, shift));
    }
}
