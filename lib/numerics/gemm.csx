#nullable enable
// Matrix products. One loop, whose sums stay in registers, serves y = x w, dw = x^T g and convolutions.

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

/// <summary>The columns of two matrices, whose sums begin at 0.</summary>
public readonly struct MatrixColumns(Layout b, Layout y) : IColumns
{
    readonly nint step = b.RowStride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint RowOffset(nint i) => i * step;

    public nint Source(int vector, int lanes) => b.Offset(0, vector * lanes);
    public nint Target(int vector, int lanes) => y.Offset(0, vector * lanes);
    public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct => default;
}

public static class Gemm
{
    // The number of rows or vectors of a tile of results. It is a type, so that the JIT compiles each tile without the
    // branches of larger ones.
    public interface ICount { static abstract int Value { get; } }
    public readonly struct One : ICount { public static int Value => 1; }
    public readonly struct Two : ICount { public static int Value => 2; }
    public readonly struct Three : ICount { public static int Value => 3; }
    public readonly struct Four : ICount { public static int Value => 4; }
    public readonly struct Five : ICount { public static int Value => 5; }
    public readonly struct Six : ICount { public static int Value => 6; }
    public readonly struct Seven : ICount { public static int Value => 7; }
    public readonly struct Eight : ICount { public static int Value => 8; }
    public readonly struct Nine : ICount { public static int Value => 9; }

    /// <summary>The sums of one row of a tile, in up to three vectors.</summary>
    public struct Sums<S, V>(V start) where S : struct, ISimd<V> where V : struct
    {
        V a = start, b = start, c = start;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add<C>(V f, V p, V q, V r) where C : struct, ICount
        {
            a = S.MultiplyAdd(f, p, a);
            if (C.Value > 1) b = S.MultiplyAdd(f, q, b);
            if (C.Value > 2) c = S.MultiplyAdd(f, r, c);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void WriteTo<C, E>(E epilogue, nint p, nint q, nint r)
            where C : struct, ICount where E : IEpilogue, allows ref struct
        {
            epilogue.Apply<S, V>(a, p);
            if (C.Value > 1) epilogue.Apply<S, V>(b, q);
            if (C.Value > 2) epilogue.Apply<S, V>(c, r);
        }
    }

    // A longer inner dimension k is done in pieces of this length, so that a panel of b stays in the first-level cache.
    const int InnerBlock = 400;

    // From this k on, prefetched operands of an epilogue arrive while the sums are computed.
    const int PrefetchFrom = 32;

    /// <summary>y = a b, for a (m, k) with any strides and b (k, n) and y (m, n) in any layout. Of a only its elements
    /// are read. Rows of b are read and rows of y written in whole vectors: they need memory up to a multiple of the
    /// vector's lanes (with any values beyond column n), but their strides need not be such multiples.</summary>
    /// <param name="aRow">Floats from one row of a to the next.</param>
    /// <param name="aInner">Floats from one column of a to the next: 1, or the row stride if a is transposed.</param>
    public static void Multiply(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        ref float y, Layout yAt)
    {
        for (var done = 0; done < k || done == 0; done += InnerBlock)
        {
            var inner = Math.Min(InnerBlock, k - done);
            ref var aBlock = ref Unsafe.Add(ref a, (nint)done * aInner);
            ref var bBlock = ref Unsafe.Add(ref b, (nint)done * bAt.RowStride);
            if (done == 0) Run(m, n, inner, ref aBlock, aRow, aInner, ref bBlock, bAt, new StoreTo(ref y), yAt);
            else Run(m, n, inner, ref aBlock, aRow, aInner, ref bBlock, bAt, new AddTo(ref y), yAt);
        }
    }

    /// <summary>a b, for a (m, k) and b (k, n). The epilogue gets the result vector by vector, with offsets of y's
    /// layout.</summary>
    public static void Run<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt) where E : IEpilogue, allows ref struct =>
        VectorWidth.Widest(new TilesLoop<E>(m, n, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt));

    readonly ref struct TilesLoop<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt) : IVectorLoop where E : IEpilogue, allows ref struct
    {
        readonly ref float a = ref a;
        readonly ref float b = ref b;
        readonly E epilogue = epilogue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            Tiles<S, V, MatrixColumns, E>(m, (n + S.Lanes - 1) / S.Lanes, k, ref a, aRow, aInner, ref b, new(bAt, yAt),
                epilogue, yAt.RowStride);
    }

    /// <summary>The same for a given vector width (the tests run every width on any machine) and any columns. Tiles
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
            Rows<S, V, Three, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        else if (width == 2)
            Rows<S, V, Two, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        else
            Rows<S, V, One, B, E>(first, tiles, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
    }

    // All rows, each time in the highest tiles that the remaining rows fill.
    static void Rows<S, V, C, B, E>(int first, int tiles, int m, int k, ref float a, int aRow, int aInner, ref float b,
        in B columns, E epilogue, int yRow)
        where S : struct, ISimd<V> where V : struct where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (int row = 0, end; row < m; row = end)
        {
            var left = m - row;
            if (left >= 8 && S.Lanes == 16)
                Band<S, V, Eight, C, B, E>(row, end = row + left / 8 * 8, first, tiles, k, ref a, aRow, aInner, ref b,
                    columns, epilogue, yRow);
            else if (left >= 6)
                Band<S, V, Six, C, B, E>(row, end = row + left / 6 * 6, first, tiles, k, ref a, aRow, aInner, ref b,
                    columns, epilogue, yRow);
            else if (left >= 4)
                Band<S, V, Four, C, B, E>(row, end = row + 4, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else if (left >= 2)
                Band<S, V, Two, C, B, E>(row, end = row + 2, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else
                Band<S, V, One, C, B, E>(row, end = row + 1, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
        }
    }

    // The rows from `row` to before `end` of each of the tiles.
    [MethodImpl(Hot)]
    static void Band<S, V, R, C, B, E>(int row, int end, int first, int tiles, int k, ref float a, nint aRow,
        nint aInner, ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
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
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
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
            Sums<S, V> s0 = new(columns.Start<S, V>(row)),
                s1 = R.Value > 1 ? new(columns.Start<S, V>(row + 1)) : default,
                s2 = R.Value > 2 ? new(columns.Start<S, V>(row + 2)) : default,
                s3 = R.Value > 3 ? new(columns.Start<S, V>(row + 3)) : default,
                s4 = R.Value > 4 ? new(columns.Start<S, V>(row + 4)) : default,
                s5 = R.Value > 4 ? new(columns.Start<S, V>(row + 5)) : default,
                s6 = R.Value > 6 ? new(columns.Start<S, V>(row + 6)) : default,
                s7 = R.Value > 6 ? new(columns.Start<S, V>(row + 7)) : default;
            if (k >= PrefetchFrom)
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
