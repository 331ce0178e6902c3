#nullable enable
// Normalization where a channel's numbers of one example are a run, as pixels are.

public static partial class Normalization
{
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

    // Mean and sum of squared distances from it of one run. Float32 sums of a run, float64 across runs: a run is short
    // and, on the second pass, in the first-level cache. Squares beyond float32's range are taken again in float64.
    [MethodImpl(Hot)]
    static (double Mean, double Squares) RunMoments(ReadOnlySpan<float> x)
    {
        // Distances from the first number, so that a constant run has exactly its mean.
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

    // The same where ReLU and pooling stand between y and g.
    static void PooledProducts(in Groups groups, int block, in PooledPlanes pooled,
        ReadOnlySpan<NormalizedRectified> maps, ReadOnlySpan<float> x, ReadOnlySpan<float> g, int stride,
        ReadOnlySpan<double> center, Span<double> sumG, Span<double> sumGD)
    {
        sumG.Clear();
        sumGD.Clear();
        for (var row = block * groups.Rows; row < block * groups.Rows + groups.RowsOf(block); row++)
            Pooling.AddProducts(maps, g[(row * pooled.RowStride)..], x[(row * stride)..], pooled.Height, pooled.Width,
                sumG, sumGD);
        for (var channel = 0; channel < groups.AllChannels; channel++)
            sumGD[channel] -= Split(center[channel]).Low * sumG[channel];
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
}
