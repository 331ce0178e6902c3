#nullable enable
// Matrix products. One loop, whose sums stay in registers, serves y = x w and dw = x^T g. The result is computed in
// strips of up to three vectors of columns, and a strip in tiles of up to eight rows. A strip reads the same columns of
// b for each of its tiles, from the first-level cache.

/// <summary>How the rows of a lie in memory, which are read tile by tile.</summary>
/// <param name="Row">Floats from one row to the next within a tile.</param>
/// <param name="Inner">Floats from one column to the next.</param>
/// <param name="Tile">Floats from one tile to the next; 0: its rows follow those of the tile before.</param>
public readonly record struct TiledRows(int Row, int Inner, int Tile = 0);

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

        /// <summary>Gives the sums to the epilogue, for the row y of a strip, and moves y to the next row.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal readonly void WriteRow<C, E>(E epilogue, ref nint y, nint row, nint second, nint third)
            where C : struct, ICount where E : IEpilogue, allows ref struct
        {
            epilogue.Apply<S, V>(a, y);
            if (C.Value > 1) epilogue.Apply<S, V>(b, y + second);
            if (C.Value > 2) epilogue.Apply<S, V>(c, y + third);
            y += row;
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

    /// <summary>A longer inner dimension k is done in pieces of this length, so that a panel of b stays in the
    /// first-level cache.</summary>
    public const int InnerBlock = 400;

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
            Tiles<S, V, E>(m, vectors, k, ref a, new(aRow, aInner), ref b, bAt, epilogue, 0, yAt);
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
            Tiles<S, V, E>(count, vectors, k, ref aPacked, at, ref bPacked, panels, epilogue, row, yAt);
        }
    }

    // To panels.
    [MethodImpl(Hot)]
    static void PackColumns<S, V>(int vectors, int k, ref float b, in Layout bAt, ref float packed, in Layout at)
        where S : struct, ISimd<V> where V : struct
    {
        for (var column = 0; column < vectors * S.Lanes; column += S.Lanes)
        {
            ref var from = ref Unsafe.Add(ref b, bAt.Offset(0, column));
            ref var to = ref Unsafe.Add(ref packed, at.Offset(0, column));
            for (var i = 0; i < k; i++)
            {
                S.Store(S.Load(ref from), ref to);
                from = ref Unsafe.Add(ref from, bAt.RowStride);
                to = ref Unsafe.Add(ref to, at.RowStride);
            }
        }
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

    // Tiles have 8 rows by up to 3 vectors with 32 registers, and 6 by 2 with 16: it takes some ten sums to hide the
    // latency of a multiply-add. 4 by 3 do as well where multiply-add is one instruction.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int TileRows<S, V>() where S : struct, ISimd<V> where V : struct => S.Lanes == 16 ? 8 : 6;

    // Vectors of the next strip, of those that are left. The narrower strips come first, as panels hold pairs of
    // vectors of 8 floats. Packed tiles have more than the four rows that a strip of three has with 16 registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int StripVectors<S, V>(int left, int m, bool packed) where S : struct, ISimd<V> where V : struct
    {
        var threeByFour = S.Lanes == 8 && !packed;
        if (S.Lanes == 16 || threeByFour && m < 6) return left / ((left + 2) / 3);
        return threeByFour && left == 3 ? 3 : Math.Min(left, 2);
    }

    // a b for one block of a, whose first row is `firstRow` of y.
    [MethodImpl(Hot)]
    static void Tiles<S, V, E>(int m, int vectors, int k, ref float a, TiledRows aAt, ref float b, in Layout bAt,
        E epilogue, int firstRow, in Layout yAt) where S : struct, ISimd<V> where V : struct
        where E : IEpilogue, allows ref struct
    {
        for (int first = 0, width; first < vectors; first += width)
        {
            width = StripVectors<S, V>(vectors - first, m, aAt.Tile > 0);
            var column = first * S.Lanes;
            if (width == 3) Strip<S, V, Three, E>(column, m, k, ref a, aAt, ref b, bAt, epilogue, firstRow, yAt);
            else if (width == 2) Strip<S, V, Two, E>(column, m, k, ref a, aAt, ref b, bAt, epilogue, firstRow, yAt);
            else Strip<S, V, One, E>(column, m, k, ref a, aAt, ref b, bAt, epilogue, firstRow, yAt);
        }
    }

    // C vectors from a column on: whole tiles of the rows, and lower tiles of those that are left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Strip<S, V, C, E>(int column, int m, int k, ref float a, TiledRows aAt, ref float b, in Layout bAt,
        E epilogue, int firstRow, in Layout yAt) where S : struct, ISimd<V> where V : struct where C : struct, ICount
        where E : IEpilogue, allows ref struct
    {
        int second = C.Value > 1 ? column + S.Lanes : column, third = C.Value > 2 ? second + S.Lanes : column;
        nint from = bAt.Offset(0, column), to = yAt.Offset(firstRow, column), bRow = bAt.RowStride,
            yRow = yAt.RowStride, bSecond = bAt.Offset(0, second) - from, bThird = bAt.Offset(0, third) - from,
            ySecond = yAt.Offset(firstRow, second) - to, yThird = yAt.Offset(firstRow, third) - to;
        int aRow = aAt.Row, aInner = aAt.Inner, height = S.Lanes < 16 && C.Value == 3 ? 4 : TileRows<S, V>();
        nint aTile = aAt.Tile > 0 ? aAt.Tile : height * aRow;
        b = ref Unsafe.Add(ref b, from);
        var (tiles, left) = Math.DivRem(m, height);
        if (tiles > 0)
        {
            if (S.Lanes == 16)
                Tile<S, V, Eight, C, E>(tiles, k, ref a, aRow, aInner, aTile, ref b, bRow, bSecond,
                    bThird, epilogue, to, yRow, ySecond, yThird);
            else if (C.Value < 3)
                Tile<S, V, Six, C, E>(tiles, k, ref a, aRow, aInner, aTile, ref b, bRow, bSecond,
                    bThird, epilogue, to, yRow, ySecond, yThird);
            else
                Tile<S, V, Four, C, E>(tiles, k, ref a, aRow, aInner, aTile, ref b, bRow, bSecond,
                    bThird, epilogue, to, yRow, ySecond, yThird);
            a = ref Unsafe.Add(ref a, tiles * aTile);
            to += tiles * height * yRow;
        }
        if (left >= 4)
        {
            Tile<S, V, Four, C, E>(1, k, ref a, aRow, aInner, 0, ref b, bRow, bSecond, bThird, epilogue,
                to, yRow, ySecond, yThird);
            a = ref Unsafe.Add(ref a, 4 * aRow);
            to += 4 * yRow;
            left -= 4;
        }
        if (left >= 2)
        {
            Tile<S, V, Two, C, E>(1, k, ref a, aRow, aInner, 0, ref b, bRow, bSecond, bThird, epilogue,
                to, yRow, ySecond, yThird);
            a = ref Unsafe.Add(ref a, 2 * aRow);
            to += 2 * yRow;
            left -= 2;
        }
        if (left >= 1)
            Tile<S, V, One, C, E>(1, k, ref a, aRow, aInner, 0, ref b, bRow, bSecond, bThird, epilogue,
                to, yRow, ySecond, yThird);
    }

    /// <summary>Starts to load what the epilogue will read for a tile of R rows by C vectors from y on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Prefetch<R, C, E>(E epilogue, nint y, nint row, nint second, nint third)
        where R : struct, ICount where C : struct, ICount where E : IEpilogue, allows ref struct
    {
        for (var r = 0; r < R.Value; r++)
        {
            epilogue.Prefetch(y);
            if (C.Value > 1) epilogue.Prefetch(y + second);
            if (C.Value > 2) epilogue.Prefetch(y + third);
            y += row;
        }
    }

    // Tiles of R rows, one below another. The inner loop: a tile's sums stay in registers over all of k. It uses
    // references in place of spans, because bounds checks would cost a quarter of its time. It is a method of its own,
    // so that its addresses stay in registers too; their parameters are plain numbers, because fields of a structure
    // that has just been copied are read late.
    [MethodImpl(Hot)]
    static void Tile<S, V, R, C, E>(int tiles, int k, ref float a, nint aRow, nint aInner, nint aTile, ref float b,
        nint bRow, nint bSecond, nint bThird, E epilogue, nint y, nint yRow, nint ySecond, nint yThird)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
        where E : IEpilogue, allows ref struct
    {
        for (; tiles > 0; tiles--)
        {
            if (k >= PrefetchFrom) Prefetch<R, C, E>(epilogue, y, yRow, ySecond, yThird);
            Sums<S, V> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default,
                s7 = default;
            ref var x = ref a;
            ref var p = ref b;
            for (nint left = k; left > 0; left--)
            {
                V u = S.Load(ref p), v = C.Value > 1 ? S.Load(ref Unsafe.Add(ref p, bSecond)) : u,
                    w = C.Value > 2 ? S.Load(ref Unsafe.Add(ref p, bThird)) : u;
                s0.Add<C>(S.All(x), u, v, w);
                if (R.Value > 1) s1.Add<C>(S.All(Unsafe.Add(ref x, aRow)), u, v, w);
                if (R.Value > 2) s2.Add<C>(S.All(Unsafe.Add(ref x, 2 * aRow)), u, v, w);
                if (R.Value > 3) s3.Add<C>(S.All(Unsafe.Add(ref x, 3 * aRow)), u, v, w);
                if (R.Value > 4) s4.Add<C>(S.All(Unsafe.Add(ref x, 4 * aRow)), u, v, w);
                if (R.Value > 4) s5.Add<C>(S.All(Unsafe.Add(ref x, 5 * aRow)), u, v, w);
                if (R.Value > 6) s6.Add<C>(S.All(Unsafe.Add(ref x, 6 * aRow)), u, v, w);
                if (R.Value > 6) s7.Add<C>(S.All(Unsafe.Add(ref x, 7 * aRow)), u, v, w);
                x = ref Unsafe.Add(ref x, aInner);
                p = ref Unsafe.Add(ref p, bRow);
            }
            s0.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 1) s1.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 2) s2.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 3) s3.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 4) s4.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 4) s5.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 6) s6.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 6) s7.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            a = ref Unsafe.Add(ref a, aTile);
        }
    }
}
