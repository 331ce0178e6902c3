#nullable enable
// Matrix products. One register-blocked loop serves y = x w, dx = g w^T and dw = x^T g, and what becomes of a result
// is an epilogue, so that a weight's gradient can go straight into its update without ever standing in memory.

/// <summary>Where element (row, column) of a matrix stands: (column / 16) * PanelStride + row * RowStride +
/// column % 16. Row-major is the case PanelStride = 16; weights are kept in panels of 16 columns, each of which the
/// product's inner loop reads from front to back.</summary>
/// <param name="Width">Columns that may be written, padding included.</param>
public readonly record struct Layout(int Rows, int Columns, int Width, int RowStride, int PanelStride)
{
    public const int PanelColumns = 16;

    /// <summary>Floats per row are padded to whole vectors, so that no loop needs a masked tail.</summary>
    static readonly int RowAlign = Vector512.IsHardwareAccelerated ? 16 : 8;

    public static Layout RowMajor(int rows, int columns)
    {
        var stride = (columns + RowAlign - 1) / RowAlign * RowAlign;
        // Rows a multiple of 256 bytes apart compete for the same few cache sets.
        if (rows > 1 && stride % 64 == 0) stride += RowAlign;
        return new(rows, columns, stride, stride, PanelColumns);
    }

    public static Layout Panels(int rows, int columns)
    {
        var width = (columns + PanelColumns - 1) / PanelColumns * PanelColumns;
        return new(rows, columns, width, PanelColumns, rows * PanelColumns);
    }

    public bool IsRowMajor => PanelStride == PanelColumns && RowStride >= Columns;

    /// <summary>Floats from the first element to the last, padding included.</summary>
    public int Length => IsRowMajor ? Rows * RowStride : Width * Rows;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Offset(int row, int column) =>
        (column >> 4) * PanelStride + row * RowStride + (column & PanelColumns - 1);
}

/// <summary>What becomes of a vector of results that belongs at an offset: stored, added, or used as a gradient.
/// </summary>
public interface IEpilogue
{
    void Take<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct;

    /// <summary>Asks for the memory that Take will read at an offset.</summary>
    void Ask(nint offset);
}

public readonly ref struct StoreTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

    public void Ask(nint offset) { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct =>
        S.Store(value, ref Unsafe.Add(ref target, offset));
}

public readonly ref struct AddTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

    public void Ask(nint offset) { }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct
    {
        ref var at = ref Unsafe.Add(ref target, offset);
        S.Store(S.Add(S.Load(ref at), value), ref at);
    }
}

public static class Epilogue
{
    /// <summary>Gives all of a storage's vectors to the epilogue; storages are padded to whole vectors.</summary>
    public static void Run<E>(Span<float> values, E epilogue) where E : IEpilogue, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated) Run<Simd512, Vector512<float>, E>(values, epilogue);
        else if (Vector256.IsHardwareAccelerated) Run<Simd256, Vector256<float>, E>(values, epilogue);
        else Run<Simd128, Vector128<float>, E>(values, epilogue);
    }

    [MethodImpl(Hot)]
    static void Run<S, V, E>(Span<float> values, E epilogue)
        where S : struct, ISimd<V> where V : struct where E : IEpilogue, allows ref struct
    {
        ref var first = ref MemoryMarshal.GetReference(values);
        for (var i = 0; i < values.Length; i += S.Lanes) epilogue.Take<S, V>(S.Load(ref Unsafe.Add(ref first, i)), i);
    }
}

/// <summary>The columns of a product's b and y, vector by vector: where they stand, and what their sums begin with.
/// </summary>
public interface IColumns
{
    /// <summary>From b's first row to its row i, in floats.</summary>
    nint Inner(nint i);

    /// <summary>Where a vector of so many lanes stands in b's first row.</summary>
    nint Source(int vector, int lanes);

    /// <summary>Where it stands in y's first row.</summary>
    nint Target(int vector, int lanes);

    /// <summary>What the sums of a row of y begin with.</summary>
    V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct;
}

/// <summary>Columns of matrices.</summary>
public readonly struct Columns(Layout b, Layout y) : IColumns
{
    readonly nint step = b.RowStride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint Inner(nint i) => i * step;

    public nint Source(int vector, int lanes) => b.Offset(0, vector * lanes);
    public nint Target(int vector, int lanes) => y.Offset(0, vector * lanes);
    public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct => default;
}

public static partial class Gemm
{
    // How many rows or vectors a tile of results has: a type, so that the JIT drops what is not there.
    public interface ICount { static abstract int Value { get; } }
    public readonly struct One : ICount { public static int Value => 1; }
    public readonly struct Two : ICount { public static int Value => 2; }
    public readonly struct Three : ICount { public static int Value => 3; }
    public readonly struct Four : ICount { public static int Value => 4; }
    public readonly struct Six : ICount { public static int Value => 6; }
    public readonly struct Eight : ICount { public static int Value => 8; }

    /// <summary>A row's sums in up to three vectors.</summary>
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
        public readonly void Give<C, E>(E epilogue, nint p, nint q, nint r)
            where C : struct, ICount where E : IEpilogue, allows ref struct
        {
            epilogue.Take<S, V>(a, p);
            if (C.Value > 1) epilogue.Take<S, V>(b, q);
            if (C.Value > 2) epilogue.Take<S, V>(c, r);
        }
    }

    /// <summary>Inner lengths above this are done in pieces, so that a panel of b stays in the first-level cache.
    /// </summary>
    const int InnerBlock = 400;

    /// <summary>From this inner length on there is time to have an update's operands fetched meanwhile.</summary>
    const int AskFrom = 32;

    /// <summary>y = a b, for a (m, k) with any strides and b (k, n) in any layout; results at y's layout. Of a exactly
    /// its numbers are read; of b's rows whole vectors, whatever stands beyond column n, and as much of y's rows is
    /// written: they need room up to a multiple of the vector's lanes, but not strides that are one.</summary>
    /// <param name="aRow">Floats from one row of a to the next.</param>
    /// <param name="aInner">Floats from one column of a to the next: 1, or the row stride where a is transposed.
    /// </param>
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

    /// <summary>a b, for a (m, k) and b (k, n), given vector by vector to the epilogue at y's offsets.</summary>
    public static void Run<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt) where E : IEpilogue, allows ref struct
    {
        var columns = new Columns(bAt, yAt);
        int Vectors(int lanes) => (n + lanes - 1) / lanes;
        if (Vector512.IsHardwareAccelerated)
            Blocks<Simd512, Vector512<float>, Columns, E>(m, Vectors(16), k, ref a, aRow, aInner, ref b, columns,
                epilogue, yAt.RowStride);
        else if (Vector256.IsHardwareAccelerated)
            Blocks<Simd256, Vector256<float>, Columns, E>(m, Vectors(8), k, ref a, aRow, aInner, ref b, columns,
                epilogue, yAt.RowStride);
        else
            Blocks<Simd128, Vector128<float>, Columns, E>(m, Vectors(4), k, ref a, aRow, aInner, ref b, columns,
                epilogue, yAt.RowStride);
    }

    /// <summary>The same for a stated vector width (the tests run every width on any machine) and any columns. Tiles of
    /// up to 8 rows by 3 vectors where there are 32 registers, 6 by 2 where there are 16; tiles side by side differ by
    /// one vector at most, so that none is left with too few sums to hide the latency of a multiply-add.</summary>
    /// <param name="vectors">Vectors in a row of y, done from the first to the last.</param>
    [MethodImpl(Hot)]
    public static void Blocks<S, V, B, E>(int m, int vectors, int k, ref float a, int aRow, int aInner, ref float b,
        in B columns, E epilogue, int yRow) where S : struct, ISimd<V> where V : struct
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (vectors == 0) return;
        var widest = S.Lanes == 16 ? 3 : 2;
        var tiles = (vectors + widest - 1) / widest;
        var (each, wider) = Math.DivRem(vectors, tiles);
        Strip<S, V, B, E>(each + 1, 0, wider, m, k, ref a, aRow, aInner, ref b, columns, epilogue, yRow);
        Strip<S, V, B, E>(each, wider * (each + 1), tiles - wider, m, k, ref a, aRow, aInner, ref b, columns, epilogue,
            yRow);
    }

    // All rows of some tiles of a width, from the vector `first` on.
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

    // All rows, in tiles as high as there are rows left for.
    static void Rows<S, V, C, B, E>(int first, int tiles, int m, int k, ref float a, int aRow, int aInner, ref float b,
        in B columns, E epilogue, int yRow)
        where S : struct, ISimd<V> where V : struct where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (int row = 0, end; row < m; row = end)
        {
            var left = m - row;
            if (left >= 8 && S.Lanes == 16)
                Tiles<S, V, Eight, C, B, E>(row, end = row + left / 8 * 8, first, tiles, k, ref a, aRow, aInner, ref b,
                    columns, epilogue, yRow);
            else if (left >= 6)
                Tiles<S, V, Six, C, B, E>(row, end = row + left / 6 * 6, first, tiles, k, ref a, aRow, aInner, ref b,
                    columns, epilogue, yRow);
            else if (left >= 4)
                Tiles<S, V, Four, C, B, E>(row, end = row + 4, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else if (left >= 2)
                Tiles<S, V, Two, C, B, E>(row, end = row + 2, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
            else
                Tiles<S, V, One, C, B, E>(row, end = row + 1, first, tiles, k, ref a, aRow, aInner, ref b, columns,
                    epilogue, yRow);
        }
    }

    // Tiles side by side, the rows of each from `row` to before `end`.
    [MethodImpl(Hot)]
    static void Tiles<S, V, R, C, B, E>(int row, int end, int first, int tiles, int k, ref float a, nint aRow,
        nint aInner, ref float b, in B columns, E epilogue, nint yRow)
        where S : struct, ISimd<V> where V : struct where R : struct, ICount where C : struct, ICount
        where B : IColumns, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (var last = first + tiles * C.Value; first < last; first += C.Value)
            Tile<S, V, R, C, B, E>(row, end, first, k, ref Unsafe.Add(ref a, row * aRow), aRow, aInner, ref b, columns,
                epilogue, yRow);
    }

    // The inner loop: a tile's sums stay in registers over all of k. References, since bounds checks cost a quarter
    // here.
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
            if (k >= AskFrom)
                for (var r = 0; r < R.Value; r++)
                {
                    epilogue.Ask(y0 + r * yRow);
                    if (C.Value > 1) epilogue.Ask(y1 + r * yRow);
                    if (C.Value > 2) epilogue.Ask(y2 + r * yRow);
                }
            ref var x = ref a;
            ref var x3 = ref Unsafe.Add(ref a, R.Value > 3 ? 3 * aRow : 0);
            ref var x6 = ref Unsafe.Add(ref a, R.Value > 6 ? 6 * aRow : 0);
            for (nint i = 0; i < k; i++)
            {
                var at = columns.Inner(i);
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
            s0.Give<C, E>(epilogue, y0, y1, y2);
            if (R.Value > 1) s1.Give<C, E>(epilogue, y0 + yRow, y1 + yRow, y2 + yRow);
            if (R.Value > 2) s2.Give<C, E>(epilogue, y0 + 2 * yRow, y1 + 2 * yRow, y2 + 2 * yRow);
            if (R.Value > 3) s3.Give<C, E>(epilogue, y0 + 3 * yRow, y1 + 3 * yRow, y2 + 3 * yRow);
            if (R.Value > 4) s4.Give<C, E>(epilogue, y0 + 4 * yRow, y1 + 4 * yRow, y2 + 4 * yRow);
            if (R.Value > 4) s5.Give<C, E>(epilogue, y0 + 5 * yRow, y1 + 5 * yRow, y2 + 5 * yRow);
            if (R.Value > 6) s6.Give<C, E>(epilogue, y0 + 6 * yRow, y1 + 6 * yRow, y2 + 6 * yRow);
            if (R.Value > 6) s7.Give<C, E>(epilogue, y0 + 7 * yRow, y1 + 7 * yRow, y2 + 7 * yRow);
            a = ref Unsafe.Add(ref a, R.Value * aRow);
            y0 += R.Value * yRow;
            y1 += R.Value * yRow;
            y2 += R.Value * yRow;
        }
    }
}
