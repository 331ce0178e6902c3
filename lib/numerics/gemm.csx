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
        column / PanelColumns * PanelStride + row * RowStride + column % PanelColumns;
}

/// <summary>What becomes of a vector of results that belongs at an offset: stored, added, or used as a gradient.
/// </summary>
public interface IEpilogue
{
    void Take<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct;
}

public readonly ref struct StoreTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Take<S, V>(V value, nint offset) where S : struct, ISimd<V> where V : struct =>
        S.Store(value, ref Unsafe.Add(ref target, offset));
}

public readonly ref struct AddTo(ref float target) : IEpilogue
{
    readonly ref float target = ref target;

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

/// <summary>Where row i of b stands, in floats from row 0: a stride for a matrix, a table for a convolution.</summary>
public interface IInner { nint At(nint i); }

public readonly struct Strided(int stride) : IInner
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint At(nint i) => i * stride;
}

public readonly ref struct Listed(ReadOnlySpan<int> offsets) : IInner
{
    readonly ref int first = ref MemoryMarshal.GetReference(offsets);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public nint At(nint i) => Unsafe.Add(ref first, i);
}

/// <summary>How many rows a block of results has: a type, so that the JIT drops the rows that are not there.</summary>
public interface IRows { static abstract int Count { get; } }
public readonly struct SixRows : IRows { public static int Count => 6; }
public readonly struct FourRows : IRows { public static int Count => 4; }
public readonly struct TwoRows : IRows { public static int Count => 2; }
public readonly struct OneRow : IRows { public static int Count => 1; }

public static class Gemm
{
    /// <summary>Inner lengths above this are done in pieces, so that a panel of b stays in the first-level cache.
    /// </summary>
    const int InnerBlock = 400;

    /// <summary>y = a b, for a (m, k) with any strides and b (k, n) in any layout; results at y's layout.</summary>
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

    /// <summary>y = a w^T, for a (m, k) with rows aRow apart and w (n, k) in any layout. w is turned over into panels
    /// first: k n moves against m k n multiplications.</summary>
    public static void MultiplyTransposed(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt,
        ref float y, Layout yAt)
    {
        var turned = Layout.Panels(k, n);
        if (scratch is null || scratch.Length < turned.Length) scratch = new float[turned.Length];
        Transpose(n, k, ref w, wAt, ref scratch[0], turned);
        Multiply(m, n, k, ref a, aRow, 1, ref scratch[0], turned, ref y, yAt);
    }

    [ThreadStatic] static float[]? scratch;

    // y (columns, rows), in panels, = x (rows, columns) transposed: sixteen rows of x become one panel, line by line.
    [MethodImpl(Hot)]
    static void Transpose(int rows, int columns, ref float x, Layout xAt, ref float y, Layout yAt)
    {
        for (var first = 0; first < rows; first += Layout.PanelColumns)
        {
            var count = Math.Min(Layout.PanelColumns, rows - first);
            ref var to = ref Unsafe.Add(ref y, yAt.Offset(0, first));
            for (var column = 0; column < columns; column++)
            {
                ref var from = ref Unsafe.Add(ref x, xAt.Offset(first, column));
                nint row = 0, step = xAt.RowStride;
                for (; row <= count - 4; row += 4)
                {
                    Unsafe.Add(ref to, row) = from;
                    Unsafe.Add(ref to, row + 1) = Unsafe.Add(ref from, step);
                    Unsafe.Add(ref to, row + 2) = Unsafe.Add(ref from, 2 * step);
                    Unsafe.Add(ref to, row + 3) = Unsafe.Add(ref from, 3 * step);
                    from = ref Unsafe.Add(ref from, 4 * step);
                }
                for (; row < count; row++, from = ref Unsafe.Add(ref from, step)) Unsafe.Add(ref to, row) = from;
                to = ref Unsafe.Add(ref to, Layout.PanelColumns);
            }
        }
    }

    /// <summary>a b, for a (m, k) and b (k, n), given vector by vector to the epilogue at y's offsets.</summary>
    public static void Run<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt) where E : IEpilogue, allows ref struct =>
        Run(m, n, k, ref a, aRow, aInner, ref b, bAt, new Strided(bAt.RowStride), epilogue, yAt);

    /// <summary>The same with b's rows where `inner` says.</summary>
    public static void Run<I, E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        I inner, E epilogue, Layout yAt) where I : IInner, allows ref struct where E : IEpilogue, allows ref struct
    {
        if (Vector512.IsHardwareAccelerated)
            Blocks<Simd512, Vector512<float>, I, E>(m, n, k, ref a, aRow, aInner, ref b, bAt, inner, epilogue, yAt);
        else if (Vector256.IsHardwareAccelerated)
            Blocks<Simd256, Vector256<float>, I, E>(m, n, k, ref a, aRow, aInner, ref b, bAt, inner, epilogue, yAt);
        else
            Blocks<Simd128, Vector128<float>, I, E>(m, n, k, ref a, aRow, aInner, ref b, bAt, inner, epilogue, yAt);
    }

    /// <summary>Run for a stated vector width (the tests run every width on any machine).</summary>
    [MethodImpl(Hot)]
    public static void Blocks<S, V, I, E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b,
        Layout bAt, I inner, E epilogue, Layout yAt) where S : struct, ISimd<V> where V : struct
        where I : IInner, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (var column = 0; column < n; column += 2 * S.Lanes)
        {
            var second = column + S.Lanes;
            var both = second < Math.Min(yAt.Width, bAt.Width);
            if (!both) second = column;
            ref var b0 = ref Unsafe.Add(ref b, bAt.Offset(0, column));
            ref var b1 = ref Unsafe.Add(ref b, bAt.Offset(0, second));
            for (int row = 0, count; row < m; row += count)
            {
                ref var x = ref Unsafe.Add(ref a, (nint)row * aRow);
                int y0 = yAt.Offset(row, column), y1 = yAt.Offset(row, second);
                if (m - row >= 6)
                    Rows<S, V, SixRows, I, E>(count = (m - row) / 6 * 6, k, ref x, aRow, aInner, ref b0, ref b1, inner,
                        epilogue, y0, y1, yAt.RowStride, both);
                else if (m - row >= 4)
                    Rows<S, V, FourRows, I, E>(count = 4, k, ref x, aRow, aInner, ref b0, ref b1, inner,
                        epilogue, y0, y1, yAt.RowStride, both);
                else if (m - row >= 2)
                    Rows<S, V, TwoRows, I, E>(count = 2, k, ref x, aRow, aInner, ref b0, ref b1, inner,
                        epilogue, y0, y1, yAt.RowStride, both);
                else
                    Rows<S, V, OneRow, I, E>(count = 1, k, ref x, aRow, aInner, ref b0, ref b1, inner,
                        epilogue, y0, y1, yAt.RowStride, both);
            }
        }
    }

    // The inner loop: up to six rows by two vectors, twelve sums that stay in registers over all of k. Twelve
    // independent sums cover the latency of two multiply-adds a cycle, and with two vectors of b and one broadcast of
    // a they are the sixteen registers that there are. References, since bounds checks cost a quarter here.
    [MethodImpl(Hot)]
    static void Rows<S, V, R, I, E>(int rows, int k, ref float a, nint aRow, nint aInner, ref float b0, ref float b1,
        I inner, E epilogue, nint y0, nint y1, nint yRow, bool both)
        where S : struct, ISimd<V> where V : struct where R : struct, IRows
        where I : IInner, allows ref struct where E : IEpilogue, allows ref struct
    {
        for (var row = 0; row < rows; row += R.Count)
        {
            V s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default,
                s30 = default, s31 = default, s40 = default, s41 = default, s50 = default, s51 = default;
            ref var x = ref a;
            ref var x3 = ref Unsafe.Add(ref a, R.Count > 3 ? 3 * aRow : 0);
            for (nint i = 0; i < k; i++)
            {
                var at = inner.At(i);
                V v = S.Load(ref Unsafe.Add(ref b0, at)), w = S.Load(ref Unsafe.Add(ref b1, at));
                var f = S.All(x);
                s00 = S.MultiplyAdd(f, v, s00); s01 = S.MultiplyAdd(f, w, s01);
                if (R.Count > 1)
                {
                    f = S.All(Unsafe.Add(ref x, aRow));
                    s10 = S.MultiplyAdd(f, v, s10); s11 = S.MultiplyAdd(f, w, s11);
                }
                if (R.Count > 2)
                {
                    f = S.All(Unsafe.Add(ref x, 2 * aRow));
                    s20 = S.MultiplyAdd(f, v, s20); s21 = S.MultiplyAdd(f, w, s21);
                }
                if (R.Count > 3)
                {
                    f = S.All(x3);
                    s30 = S.MultiplyAdd(f, v, s30); s31 = S.MultiplyAdd(f, w, s31);
                }
                if (R.Count > 4)
                {
                    f = S.All(Unsafe.Add(ref x3, aRow));
                    s40 = S.MultiplyAdd(f, v, s40); s41 = S.MultiplyAdd(f, w, s41);
                    f = S.All(Unsafe.Add(ref x3, 2 * aRow));
                    s50 = S.MultiplyAdd(f, v, s50); s51 = S.MultiplyAdd(f, w, s51);
                }
                x = ref Unsafe.Add(ref x, aInner);
                x3 = ref Unsafe.Add(ref x3, aInner);
            }
            epilogue.Take<S, V>(s00, y0);
            if (R.Count > 1) epilogue.Take<S, V>(s10, y0 + yRow);
            if (R.Count > 2) epilogue.Take<S, V>(s20, y0 + 2 * yRow);
            if (R.Count > 3) epilogue.Take<S, V>(s30, y0 + 3 * yRow);
            if (R.Count > 4) epilogue.Take<S, V>(s40, y0 + 4 * yRow);
            if (R.Count > 4) epilogue.Take<S, V>(s50, y0 + 5 * yRow);
            if (both)
            {
                epilogue.Take<S, V>(s01, y1);
                if (R.Count > 1) epilogue.Take<S, V>(s11, y1 + yRow);
                if (R.Count > 2) epilogue.Take<S, V>(s21, y1 + 2 * yRow);
                if (R.Count > 3) epilogue.Take<S, V>(s31, y1 + 3 * yRow);
                if (R.Count > 4) epilogue.Take<S, V>(s41, y1 + 4 * yRow);
                if (R.Count > 4) epilogue.Take<S, V>(s51, y1 + 5 * yRow);
            }
            a = ref Unsafe.Add(ref a, R.Count * aRow);
            y0 += R.Count * yRow;
            y1 += R.Count * yRow;
        }
    }
}
