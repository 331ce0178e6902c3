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

/// <summary>The columns of two matrices, whose sums begin at 0. Row 0 of y is `firstRow` of its layout.</summary>
public readonly struct MatrixColumns(Layout b, Layout y, int firstRow = 0) : IColumns
{
    readonly nint step = b.RowStride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint RowOffset(nint i) => i * step;

    public nint Source(int vector, int lanes) => b.Offset(0, vector * lanes);
    public nint Target(int vector, int lanes) => y.Offset(firstRow, vector * lanes);
    public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct => default;
}

/// <summary>How the rows of a lie in memory, which are read tile by tile.</summary>
/// <param name="Row">Floats from one row to the next within a tile.</param>
/// <param name="Inner">Floats from one column to the next.</param>
/// <param name="Tile">Floats from one tile to the next.</param>
public readonly record struct TiledRows(int Row, int Inner, int Tile)
{
    /// <summary>Rows at equal distances.</summary>
    public static TiledRows Strided<S, V>(int row, int inner) where S : struct, ISimd<V> where V : struct =>
        new(row, inner, Gemm.TileRows<S, V>() * row);

    public bool IsStrided<S, V>() where S : struct, ISimd<V> where V : struct => Tile == Gemm.TileRows<S, V>() * Row;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Offset<S, V>(int row) where S : struct, ISimd<V> where V : struct
    {
        var (tile, within) = Math.DivRem(row, Gemm.TileRows<S, V>());
        return (nint)tile * Tile + (nint)within * Row;
    }
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
    public readonly struct Six : ICount { public static int Value => 6; }
    public readonly struct Eight : ICount { public static int Value => 8; }

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

    // A product of a transposed a is packed from this many multiply-adds on, where its operands no longer stay in the
    // second-level cache while they are read again and again, each time in short pieces of many rows. A block of a is
    // packed at a time: of 128 KB, which stay there.
    const int PackFrom = 1 << 23, BlockFloats = 1 << 15;

    [ThreadStatic] static Block aScratch, bScratch;

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
            Gemm.Run<S, V, E>(m, n, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt,
                packed: aRow == 1 && (long)m * n * k >= PackFrom);
    }

    /// <summary>The same for a given vector width (the tests run every width on any machine).</summary>
    /// <param name="packed">Copies a, block by block, and b to where each tile reads them from the first float to the
    /// last; only for a transposed a.</param>
    public static void Run<S, V, E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt, bool packed) where S : struct, ISimd<V> where V : struct
        where E : IEpilogue, allows ref struct
    {
        var vectors = (n + S.Lanes - 1) / S.Lanes;
        if (!packed)
        {
            Tiles<S, V, MatrixColumns, E>(m, vectors, k, ref a, TiledRows.Strided<S, V>(aRow, aInner), ref b,
                new(bAt, yAt), epilogue, yAt.RowStride);
            return;
        }
        var height = TileRows<S, V>();
        // Copies end with whole vectors of four floats.
        var at = new TiledRows(1, height, Block.Padded(height * k + 3));
        var rows = Math.Max(1, BlockFloats / at.Tile) * height;
        var panels = Layout.Panels(k, n);
        ref var aPacked = ref MemoryMarshal.GetReference(
            Block.Scratch<float>(ref aScratch, Math.Min(rows, m + height - 1) / height * at.Tile));
        ref var bPacked = ref MemoryMarshal.GetReference(Block.Scratch<float>(ref bScratch, panels.Length));
        PackColumns<S, V>(vectors, k, ref b, bAt, ref bPacked, panels);
        for (var row = 0; row < m; row += rows)
        {
            var count = Math.Min(rows, m - row);
            PackRows(count, k, ref Unsafe.Add(ref a, row), aInner, ref aPacked, at);
            Tiles<S, V, MatrixColumns, E>(count, vectors, k, ref aPacked, at, ref bPacked, new(panels, yAt, row),
                epilogue, yAt.RowStride);
        }
    }

    // From row-major to panels.
    [MethodImpl(Hot)]
    static void PackColumns<S, V>(int vectors, int k, ref float b, Layout bAt, ref float packed, Layout at)
        where S : struct, ISimd<V> where V : struct
    {
        for (var i = 0; i < k; i++)
            for (var column = 0; column < vectors * S.Lanes; column += S.Lanes)
                S.Store(S.Load(ref Unsafe.Add(ref b, bAt.Offset(i, column))),
                    ref Unsafe.Add(ref packed, at.Offset(i, column)));
    }

    // From a transposed a, whose rows lie in columns, to tiles: for each i the floats that a tile reads, one after
    // another. What the last copy writes behind a tile, or behind the floats for i, is not read.
    [MethodImpl(Hot)]
    static void PackRows(int rows, int k, ref float a, nint aInner, ref float packed, TiledRows at)
    {
        int height = at.Inner, copied = Block.Padded(height, 4);
        for (var i = 0; i < k; i++)
        {
            ref var from = ref Unsafe.Add(ref a, i * aInner);
            ref var to = ref Unsafe.Add(ref packed, i * height);
            var row = 0;
            for (; row + copied <= rows; row += height)
            {
                for (var part = 0; part < copied; part += 4)
                    Vector128.LoadUnsafe(ref from, (nuint)(row + part)).StoreUnsafe(ref to, (nuint)part);
                to = ref Unsafe.Add(ref to, at.Tile);
            }
            for (; row < rows; row += height)
            {
                for (var part = 0; part < Math.Min(height, rows - row); part++)
                    Unsafe.Add(ref to, part) = Unsafe.Add(ref from, row + part);
                to = ref Unsafe.Add(ref to, at.Tile);
            }
        }
    }

    /// <summary>The rows of a tile with the widest vectors and 32 registers, or with 16.</summary>
    public static int TileRows<S, V>() where S : struct, ISimd<V> where V : struct => S.Lanes == 16 ? 8 : 6;

    /// <summary>a b for a given vector width and any columns. Tiles have up to 8 rows by 3 vectors with 32 registers,
    /// and 6 by 2 or, for few rows, 4 by 3 with 16: a tile needs some ten sums to hide the latency of a multiply-add.
    /// </summary>
    /// <param name="vectors">Vectors in a row of y; they are computed from the first to the last.</param>
    [MethodImpl(Hot)]
    public static void Tiles<S, V, B, E>(int m, int vectors, int k, ref float a, TiledRows aAt, ref float b,
        in B columns, E epilogue, int yRow) where S : struct, ISimd<V> where V : struct
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (vectors == 0) return;
        // Neighbouring tiles differ by at most one vector.
        var tiles = S.Lanes == 16 || m < TileRows<S, V>() ? (vectors + 2) / 3
            : aAt.IsStrided<S, V>() ? Math.Max(1, vectors / 2) : (vectors + 1) / 2;
        var (narrow, wider) = Math.DivRem(vectors, tiles);
        Strip<S, V, B, E>(narrow + 1, 0, wider, m, k, ref a, aAt, ref b, columns, epilogue, yRow);
        Strip<S, V, B, E>(narrow, wider * (narrow + 1), tiles - wider, m, k, ref a, aAt, ref b, columns, epilogue,
            yRow);
    }

    // All rows of neighbouring tiles that are `width` vectors wide, from the vector `first` on.
    static void Strip<S, V, B, E>(int width, int first, int tiles, int m, int k, ref float a, TiledRows aAt,
        ref float b, in B columns, E epilogue, int yRow) where S : struct, ISimd<V> where V : struct
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (tiles == 0) return;
        if (width == 3)
            Rows<S, V, Three, B, E>(first, tiles, m, k, ref a, aAt, ref b, columns, epilogue, yRow);
        else if (width == 2)
            Rows<S, V, Two, B, E>(first, tiles, m, k, ref a, aAt, ref b, columns, epilogue, yRow);
        else
            Rows<S, V, One, B, E>(first, tiles, m, k, ref a, aAt, ref b, columns, epilogue, yRow);
    }

    // All rows, each time in the highest tiles that the remaining rows fill.
    static void Rows<S, V, C, B, E>(int first, int tiles, int m, int k, ref float a, TiledRows aAt, ref float b,
        in B columns, E epilogue, int yRow)
        where S : struct, ISimd<V> where V : struct where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (int row = 0, end; row < m; row = end)
        {
            var left = m - row;
            if (left >= 8 && S.Lanes == 16)
                Band<S, V, Eight, C, B, E>(row, end = row + left / 8 * 8, first, tiles, k, ref a, aAt, ref b, columns,
                    epilogue, yRow);
            else if (left >= 6 && (S.Lanes == 16 || C.Value < 3))
                Band<S, V, Six, C, B, E>(row, end = row + left / 6 * 6, first, tiles, k, ref a, aAt, ref b, columns,
                    epilogue, yRow);
            else if (left >= 4)
                Band<S, V, Four, C, B, E>(row, end = row + left / 4 * 4, first, tiles, k, ref a, aAt, ref b, columns,
                    epilogue, yRow);
            else if (left >= 2)
                Band<S, V, Two, C, B, E>(row, end = row + 2, first, tiles, k, ref a, aAt, ref b, columns, epilogue,
                    yRow);
            else
                Band<S, V, One, C, B, E>(row, end = row + 1, first, tiles, k, ref a, aAt, ref b, columns, epilogue,
                    yRow);
        }
    }

    // The rows from `row` to before `end` of each of the tiles.
    [MethodImpl(Hot)]
    static void Band<S, V, R, C, B, E>(int row, int end, int first, int tiles, int k, ref float a, TiledRows aAt,
        ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (var last = first + tiles * C.Value; first < last; first += C.Value)
            Tile<S, V, R, C, B, E>(row, end, first, k, ref Unsafe.Add(ref a, aAt.Offset<S, V>(row)), aAt, ref b,
                columns, epilogue, yRow);
    }

    // The inner loop: a tile's sums stay in registers over all of k. It uses references in place of spans, because
    // bounds checks would cost a quarter of its time.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Tile<S, V, R, C, B, E>(int row, int end, int first, int k, ref float a, TiledRows aAt,
        ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        nint aRow = aAt.Row, aInner = aAt.Inner,
            aTile = R.Value == TileRows<S, V>() ? aAt.Tile : R.Value * aRow;
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
            a = ref Unsafe.Add(ref a, aTile);
            y0 += R.Value * yRow;
            y1 += R.Value * yRow;
            y2 += R.Value * yRow;
        }
    }
}
