#nullable enable
// Convolution as matrix products without a copy of patches. For kernel position (i, j), the input pixels that a line of
// output pixels needs are a line too: i rows further down and j columns to the right. So each step of a product's inner
// loop reads the image at another offset. Only padding needs a copy of the image.

/// <summary>The columns of b and y in a product y = a b, vector by vector: their offsets, and the initial values of
/// their sums.</summary>
public interface IColumns
{
    /// <summary>Floats from row 0 of b to row i.</summary>
    nint RowOffset(nint i);

    /// <summary>Offset of a vector, which has `lanes` lanes, in row 0 of b.</summary>
    nint Source(int vector, int lanes);

    /// <summary>Offset of the vector in row 0 of y.</summary>
    nint Target(int vector, int lanes);

    /// <summary>The initial values of the sums of a row of y.</summary>
    V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct;
}

/// <summary>Products with the patches of an image, whose columns lie anywhere.</summary>
public static class PatchProduct
{
    /// <summary>a b for any columns of b and y. Tiles
    /// have up to 8 rows by 3 vectors with 32 registers, and 6 by 2 with 16. Neighbouring tiles differ by at most one
    /// vector, so that none has too few sums to hide the latency of a multiply-add.</summary>
    /// <param name="vectors">Vectors in a row of y; they are computed from the first to the last.</param>
    [MethodImpl(Hot)]
    public static void Tiles<S, V, B, E>(int m, int vectors, int k, ref float a, int aRow, int aInner, ref float b,
        in B columns, E epilogue, int yRow) where S : struct, ISimd<V> where V : struct
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (vectors == 0) return;
        var widest = S.Lanes == 16 ? 3 : 2;
        var tiles = (vectors + widest - 1) / widest;
        var (narrow, wider) = Math.DivRem(vectors, tiles);
        Strip<S, V, B, E>(narrow + 1, 0, wider, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        Strip<S, V, B, E>(narrow, wider * (narrow + 1), tiles - wider, m, k, ref a, aRow, aInner, ref b, columns,
            epilogue, yRow);
    }

    // All rows of neighbouring tiles that are `width` vectors wide, from the vector `first` on.
    static void Strip<S, V, B, E>(int width, int first, int tiles, int m, int k, ref float a, int aRow, int aInner,
        ref float b, in B columns, E epilogue, int yRow) where S : struct, ISimd<V> where V : struct
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (tiles == 0) return;
        if (width == 3)
            Rows<S, V, Gemm.Three, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        else if (width == 2)
            Rows<S, V, Gemm.Two, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        else
            Rows<S, V, Gemm.One, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
    }

    // All rows, each time in the highest tiles that the remaining rows fill.
    static void Rows<S, V, C, B, E>(int first, int tiles, int m, int k, ref float a, int aRow, int aInner, ref float b,
        in B columns, E epilogue, int yRow)
        where S : struct, ISimd<V> where V : struct where C : struct, Gemm.ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (int row = 0, end; row < m; row = end)
        {
            var left = m - row;
            if (left >= 8 && S.Lanes == 16)
                Band<S, V, Gemm.Eight, C, B, E>(row, end = row + left / 8 * 8, first, tiles, k, ref a, aRow, aInner,
                    ref b,
                    columns, epilogue, yRow);
            else if (left >= 6)
                Band<S, V, Gemm.Six, C, B, E>(row, end = row + left / 6 * 6, first, tiles, k, ref a, aRow, aInner,
                    ref b,
                    columns, epilogue, yRow);
            else if (left >= 4)
                Band<S, V, Gemm.Four, C, B, E>(row, end = row + 4, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else if (left >= 2)
                Band<S, V, Gemm.Two, C, B, E>(row, end = row + 2, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else
                Band<S, V, Gemm.One, C, B, E>(row, end = row + 1, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
        }
    }

    // The rows from `row` to before `end` of each of the tiles.
    [MethodImpl(Hot)]
    static void Band<S, V, R, C, B, E>(int row, int end, int first, int tiles, int k, ref float a, nint aRow,
        nint aInner, ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, Gemm.ICount where C : struct, Gemm.ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (var last = first + tiles * C.Value; first < last; first += C.Value)
            Tile<S, V, R, C, B, E>(row, end, first, k, ref Unsafe.Add(ref a, row * aRow), aRow, aInner, ref b, columns,
                epilogue, yRow);
    }

    // The inner loop: a tile's sums stay in registers over all of k. It uses references in place of spans, because
    // bounds checks would cost a quarter of its time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<S, V, R, C, B, E>(int row, int end, int first, int k, ref float a, nint aRow, nint aInner,
        ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, Gemm.ICount where C : struct, Gemm.ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        int second = C.Value > 1 ? first + 1 : first, third = C.Value > 2 ? first + 2 : first;
        ref var b0 = ref Unsafe.Add(ref b, columns.Source(first, S.Lanes));
        ref var b1 = ref Unsafe.Add(ref b, columns.Source(second, S.Lanes));
        ref var b2 = ref Unsafe.Add(ref b, columns.Source(third, S.Lanes));
        nint begin = row * yRow, y0 = begin + columns.Target(first, S.Lanes),
            y1 = begin + columns.Target(second, S.Lanes), y2 = begin + columns.Target(third, S.Lanes);
        for (; row < end; row += R.Value)
        {
            Gemm.Sums<S, V> s0 = new(columns.Start<S, V>(row)),
                s1 = R.Value > 1 ? new(columns.Start<S, V>(row + 1)) : default,
                s2 = R.Value > 2 ? new(columns.Start<S, V>(row + 2)) : default,
                s3 = R.Value > 3 ? new(columns.Start<S, V>(row + 3)) : default,
                s4 = R.Value > 4 ? new(columns.Start<S, V>(row + 4)) : default,
                s5 = R.Value > 4 ? new(columns.Start<S, V>(row + 5)) : default,
                s6 = R.Value > 6 ? new(columns.Start<S, V>(row + 6)) : default,
                s7 = R.Value > 6 ? new(columns.Start<S, V>(row + 7)) : default;
            if (k >= 32)
                for (var r = 0; r < R.Value; r++)
                {
                    epilogue.Prefetch(y0 + r * yRow);
                    if (C.Value > 1) epilogue.Prefetch(y1 + r * yRow);
                    if (C.Value > 2) epilogue.Prefetch(y2 + r * yRow);
                }
            ref var x = ref a;
            ref var x3 = ref Unsafe.Add(ref a, R.Value > 3 ? 3 * aRow : 0);
            ref var x6 = ref Unsafe.Add(ref a, R.Value > 6 ? 6 * aRow : 0);
            for (nint i = 0; i < k; i++)
            {
                var at = columns.RowOffset(i);
                V p = S.Load(ref Unsafe.Add(ref b0, at)), q = C.Value > 1 ? S.Load(ref Unsafe.Add(ref b1, at)) : p,
                    r = C.Value > 2 ? S.Load(ref Unsafe.Add(ref b2, at)) : p;
                s0.Add<C>(S.All(x), p, q, r);
                if (R.Value > 1) s1.Add<C>(S.All(Unsafe.Add(ref x, aRow)), p, q, r);
                if (R.Value > 2) s2.Add<C>(S.All(Unsafe.Add(ref x, 2 * aRow)), p, q, r);
                if (R.Value > 3) s3.Add<C>(S.All(x3), p, q, r);
                if (R.Value > 4) s4.Add<C>(S.All(Unsafe.Add(ref x3, aRow)), p, q, r);
                if (R.Value > 4) s5.Add<C>(S.All(Unsafe.Add(ref x3, 2 * aRow)), p, q, r);
                if (R.Value > 6) s6.Add<C>(S.All(x6), p, q, r);
                if (R.Value > 6) s7.Add<C>(S.All(Unsafe.Add(ref x6, aRow)), p, q, r);
                x = ref Unsafe.Add(ref x, aInner);
                x3 = ref Unsafe.Add(ref x3, aInner);
                x6 = ref Unsafe.Add(ref x6, aInner);
            }
            s0.WriteTo<C, E>(epilogue, y0, y1, y2);
            if (R.Value > 1) s1.WriteTo<C, E>(epilogue, y0 + yRow, y1 + yRow, y2 + yRow);
            if (R.Value > 2) s2.WriteTo<C, E>(epilogue, y0 + 2 * yRow, y1 + 2 * yRow, y2 + 2 * yRow);
            if (R.Value > 3) s3.WriteTo<C, E>(epilogue, y0 + 3 * yRow, y1 + 3 * yRow, y2 + 3 * yRow);
            if (R.Value > 4) s4.WriteTo<C, E>(epilogue, y0 + 4 * yRow, y1 + 4 * yRow, y2 + 4 * yRow);
            if (R.Value > 4) s5.WriteTo<C, E>(epilogue, y0 + 5 * yRow, y1 + 5 * yRow, y2 + 5 * yRow);
            if (R.Value > 6) s6.WriteTo<C, E>(epilogue, y0 + 6 * yRow, y1 + 6 * yRow, y2 + 6 * yRow);
            if (R.Value > 6) s7.WriteTo<C, E>(epilogue, y0 + 7 * yRow, y1 + 7 * yRow, y2 + 7 * yRow);
            a = ref Unsafe.Add(ref a, R.Value * aRow);
            y0 += R.Value * yRow;
            y1 += R.Value * yRow;
            y2 += R.Value * yRow;
        }
    }
}

public static class Convolution
{
    [ThreadStatic] static Block rotated;

    /// <summary>y (N, O, OH, OW) = x (N, C, H, W) convolved with w (O, C KH KW), plus one bias for each output; an
    /// empty bias is 0.</summary>
    /// <param name="xRow">Floats from one image of x to the next; yRow the same of y, wRow from kernel to
    /// kernel.</param>
    public static void Forward(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w, int wRow,
        ReadOnlySpan<float> bias, Span<float> y, int yRow) =>
        VectorWidth.WidestToScalar(new ForwardLoop(c, c.Shifts(), x, xRow, w, wRow, bias, y, yRow));

    /// <summary>dx (N, C, H, W), the gradient by the input, from g (N, O, OH, OW): g, padded with zeros, convolved with
    /// the kernels rotated by 180 degrees.</summary>
    public static void InputGradient(in ConvolutionShape c, ReadOnlySpan<float> g, int gRow, ReadOnlySpan<float> w,
        int wRow, Span<float> dx, int dxRow)
    {
        var area = c.KernelHeight * c.KernelWidth;
        var kernels = Block.Scratch<float>(ref rotated, c.Channels * c.Outputs * area);
        for (var o = 0; o < c.Outputs; o++)
            for (var i = 0; i < c.Channels; i++)
                for (var pixel = 0; pixel < area; pixel++)
                    kernels[(i * c.Outputs + o) * area + area - 1 - pixel] = w[o * wRow + i * area + pixel];
        Forward(c.InputGradient, g, gRow, kernels, c.Outputs * area, [], dx, dxRow);
    }

    // Each width computes the lines that are left and that it can.
    ref struct ForwardLoop(ConvolutionShape c, int[] shifts, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w,
        int wRow, ReadOnlySpan<float> bias, Span<float> y, int yRow) : IContinuedLoop
    {
        readonly ReadOnlySpan<float> x = x, w = w, bias = bias;
        readonly Span<float> y = y;
        int done;

        public void Run<S, V>() where S : struct, ISimd<V> where V : struct
        {
            var vectors = c.Vectors(S.Lanes, done, c.LinesFor(S.Lanes));
            if (vectors.Length == 0) return;
            done = c.LinesFor(S.Lanes);
            var padding = new ZeroPadding(c, 1);
            var columns = new Patches(vectors, shifts, bias);
            ref var kernels = ref MemoryMarshal.GetReference(w);
            for (var n = 0; n < c.Images; n++)
            {
                ref var image = ref MemoryMarshal.GetReference(padding.Apply(x.Slice(n * xRow, xRow), xRow, 1));
                PatchProduct.Tiles<S, V, Patches, StoreTo>(c.Outputs, vectors.Length, c.Patch, ref kernels, wRow, 1,
                    ref image, columns, new StoreTo(ref y[n * yRow]), c.OutSize);
            }
        }
    }

    // The patches of an image as columns of a matrix. They are computed in order, because what a vector writes beyond
    // its line is overwritten by the vectors of the next line.
    readonly ref struct Patches(ReadOnlySpan<OutputVector> vectors, ReadOnlySpan<int> shifts, ReadOnlySpan<float> bias)
        : IColumns
    {
        readonly ReadOnlySpan<OutputVector> vectors = vectors;
        readonly ref int shifts = ref MemoryMarshal.GetReference(shifts);
        readonly ReadOnlySpan<float> bias = bias;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nint RowOffset(nint i) => Unsafe.Add(ref shifts, i);

        public nint Source(int vector, int lanes) => vectors[vector].Input;
        public nint Target(int vector, int lanes) => vectors[vector].Output;
        public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct =>
            bias.IsEmpty ? default : S.All(bias[row]);
    }
}
