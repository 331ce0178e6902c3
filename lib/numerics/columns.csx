#nullable enable
// Normalization's loops over columns, in which a vector holds neighbouring channels: of matrices whose channels are
// single columns, and of what there is one of for each channel.

public static partial class Normalization
{
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
            var (c0, c1) = LoadDouble(center, column);
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

    [MethodImpl(Hot)]
    static void MapChannels(ReadOnlySpan<double> center, ReadOnlySpan<double> scale, ReadOnlySpan<float> gamma,
        ReadOnlySpan<float> beta, in AffineMap map)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
        {
            var (m0, m1) = LoadDouble(center, i);
            var (factor0, factor1) = LoadDouble(scale, i);
            if (!gamma.IsEmpty) (factor0, factor1) = Times(factor0, factor1, Elementwise.Load(gamma, i));
            // The mean in two floats: rounded to one it would move y by up to mean * 6e-8 / deviation.
            var high = Vector.Narrow(m0, m1);
            Vector.Widen(high, out var h0, out var h1);
            Vector.Widen(beta.IsEmpty ? default : Elementwise.Load(beta, i), out var b0, out var b1);
            high.CopyTo(map.Center[i..]);
            Vector.Narrow(factor0, factor1).CopyTo(map.Scale[i..]);
            Vector.Narrow(b0 - (m0 - h0) * factor0, b1 - (m1 - h1) * factor1).CopyTo(map.Shift[i..]);
        }
    }

    // dBeta += sum(g) and dGamma += sum(g x^); the sums become those of h and h x^.
    [MethodImpl(Hot)]
    static void SumUp(ReadOnlySpan<double> scale, ReadOnlySpan<float> gamma, Span<double> sumG, Span<double> sumGD,
        Span<float> dGamma, Span<float> dBeta)
    {
        for (var i = 0; i < scale.Length; i += Vector<float>.Count)
        {
            var (scale0, scale1) = LoadDouble(scale, i);
            var (g0, g1) = LoadDouble(sumG, i);
            var (d0, d1) = LoadDouble(sumGD, i);
            (d0, d1) = (d0 * scale0, d1 * scale1);
            if (!dBeta.IsEmpty) Add(dBeta, i, Vector.Narrow(g0, g1));
            if (!dGamma.IsEmpty) Add(dGamma, i, Vector.Narrow(d0, d1));
            if (!gamma.IsEmpty)
            {
                (g0, g1) = Times(g0, g1, Elementwise.Load(gamma, i));
                (d0, d1) = Times(d0, d1, Elementwise.Load(gamma, i));
            }
            StoreDouble(g0, g1, sumG, i);
            StoreDouble(d0, d1, sumGD, i);
        }
    }

    // The constants of x, g -> dx, from minus one over the size of a set.
    [MethodImpl(Hot)]
    static void MapGradient(double share, ReadOnlySpan<double> center, ReadOnlySpan<double> scale,
        ReadOnlySpan<float> gamma, ReadOnlySpan<double> sumH, ReadOnlySpan<double> sumHX,
        ReadOnlySpan<double> steepness, in AffineMap map)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
        {
            var (m0, m1) = LoadDouble(center, i);
            var (scale0, scale1) = LoadDouble(scale, i);
            var (h0, h1) = LoadDouble(sumH, i);
            var (hx0, hx1) = LoadDouble(sumHX, i);
            var (steep0, steep1) = LoadDouble(steepness, i);
            var (byMean0, byMean1) = (scale0 * share, scale1 * share);
            var (slope0, slope1) = (byMean0 * scale0 * hx0 * steep0, byMean1 * scale1 * hx1 * steep1);
            var high = Vector.Narrow(m0, m1);
            Vector.Widen(high, out var high0, out var high1);
            high.CopyTo(map.Center[i..]);
            Vector.Narrow(slope0, slope1).CopyTo(map.Scale[i..]);
            Vector.Narrow(byMean0 * h0 - slope0 * (m0 - high0), byMean1 * h1 - slope1 * (m1 - high1))
                .CopyTo(map.Shift[i..]);
            if (!gamma.IsEmpty) (scale0, scale1) = Times(scale0, scale1, Elementwise.Load(gamma, i));
            Vector.Narrow(scale0, scale1).CopyTo(map.ByGradient[i..]);
        }
    }

    // y = (x - center) * scale + shift, a vector of columns at a time, so that its constants stay in registers.
    [MethodImpl(Hot)]
    static void MapColumns(in AffineMap map, ReadOnlySpan<float> x, Span<float> y, int rows, int stride)
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

    // y = (x - center) * scale + shift + g * byGradient.
    [MethodImpl(Hot)]
    static void MapColumns(in AffineMap map, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> y, int rows,
        int stride)
    {
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var column = 0; column < map.Channels; column += Vector<float>.Count)
        {
            Vector<float> center = Elementwise.Load(map.Center, column), scale = Elementwise.Load(map.Scale, column),
                shift = Elementwise.Load(map.Shift, column), byGradient = Elementwise.Load(map.ByGradient, column);
            for (int row = 0, at = column; row < rows; row++, at += stride)
                Vector.MultiplyAddEstimate(Elementwise.Load(g, at), byGradient,
                    Vector.MultiplyAddEstimate(Elementwise.Load(x, at) - center, scale, shift))
                    .StoreUnsafe(ref to, (nuint)at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<double>, Vector<double>) Times(Vector<double> a, Vector<double> b, Vector<float> by)
    {
        Vector.Widen(by, out var low, out var high);
        return (a * low, b * high);
    }

    // A tensor's row goes on to a whole vector.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(Span<float> to, int i, Vector<float> value) =>
        (Elementwise.Load(to, i) + value).StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static (Vector<double>, Vector<double>) LoadDouble(ReadOnlySpan<double> x, int i)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        return (Vector.LoadUnsafe(ref first, (nuint)i),
            Vector.LoadUnsafe(ref first, (nuint)(i + Vector<double>.Count)));
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
}
