#nullable enable
// The matrix product y = a w^T, as gradients by inputs need it. For many rows of a, w is transposed first. For few rows
// the product costs less than transposing, and each result is computed as the dot product of two rows.

public static class GemmTransposed
{
    const int TransposedRows = 64, DotRows = 16;

    [ThreadStatic] static Block scratch;

    /// <summary>y = a w^T, for a (m, k) with `aRow` floats from row to row, and w (n, k) and y (m, n) in any layout.
    /// Rows of a and w are read and rows of y written in whole vectors; values beyond column k have no
    /// effect.</summary>
    public static void Multiply(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt, ref float y,
        Layout yAt) => VectorWidth.Widest(new MultiplyLoop(m, n, k, ref a, aRow, ref w, wAt, ref y, yAt));

    readonly ref struct MultiplyLoop(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt, ref float y,
        Layout yAt) : IVectorLoop
    {
        readonly ref float a = ref a;
        readonly ref float w = ref w;
        readonly ref float y = ref y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            Multiply<S, V>(m, n, k, ref a, aRow, ref w, wAt, ref y, yAt);
    }

    /// <summary>The same for a given vector width.</summary>
    public static void Multiply<S, V>(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt, ref float y,
        Layout yAt) where S : struct, IPairs<V> where V : struct
    {
        if (m <= DotRows) Dots<S, V>(m, n, k, ref a, aRow, ref w, wAt, ref y, yAt);
        else ByTransposing<S, V>(m, n, k, ref a, aRow, ref w, wAt, ref y, yAt);
    }

    // Transposes a few rows of w at a time into panels, which are still in the cache when they are multiplied.
    static void ByTransposing<S, V>(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt, ref float y,
        Layout yAt) where S : struct, IPairs<V> where V : struct
    {
        var length = Layout.Panels(k + Layout.PanelColumns, TransposedRows).Length;
        ref var panels = ref MemoryMarshal.GetReference(Block.Scratch<float>(ref scratch, length));
        for (var first = 0; first < n; first += TransposedRows)
        {
            var count = Math.Min(TransposedRows, n - first);
            var transposed = Layout.Panels(k, count);
            Transpose<S, V>(count, k, ref Unsafe.Add(ref w, wAt.Offset(first, 0)), wAt, ref panels, transposed);
            Gemm.Multiply(m, count, k, ref a, aRow, 1, ref panels, transposed,
                ref Unsafe.Add(ref y, yAt.Offset(0, first)), yAt);
        }
    }

    // y (columns, rows), in panels, = x (rows, columns) transposed, four by four in each part of 128 bits. Up to 15
    // rows too many are written below each panel: the next panel overwrites them, and scratch memory extends beyond the
    // last.
    [MethodImpl(Hot)]
    static void Transpose<S, V>(int rows, int columns, ref float x, Layout xAt, ref float y, Layout yAt)
        where S : struct, IPairs<V> where V : struct
    {
        nint step = xAt.RowStride, part = 4 * Layout.PanelColumns;
        for (var first = 0; first < rows; first += Layout.PanelColumns)
            for (var column = 0; column < columns; column += S.Lanes)
                for (var row = first; row < Math.Min(first + Layout.PanelColumns, rows); row += 4)
                {
                    ref var from = ref Unsafe.Add(ref x, xAt.Offset(row, column));
                    ref var to = ref Unsafe.Add(ref y, yAt.Offset(column, row));
                    nint second = rows - row > 1 ? step : 0, third = rows - row > 2 ? 2 * step : 0,
                        fourth = rows - row > 3 ? 3 * step : 0;
                    V a = S.Load(ref from), b = S.Load(ref Unsafe.Add(ref from, second)),
                        c = S.Load(ref Unsafe.Add(ref from, third)), d = S.Load(ref Unsafe.Add(ref from, fourth));
                    V p = S.ZipLow(a, c), q = S.ZipHigh(a, c), r = S.ZipLow(b, d), s = S.ZipHigh(b, d);
                    S.StoreParts(S.ZipLow(p, r), ref to, part);
                    S.StoreParts(S.ZipHigh(p, r), ref Unsafe.Add(ref to, Layout.PanelColumns), part);
                    S.StoreParts(S.ZipLow(q, s), ref Unsafe.Add(ref to, 2 * Layout.PanelColumns), part);
                    S.StoreParts(S.ZipHigh(q, s), ref Unsafe.Add(ref to, 3 * Layout.PanelColumns), part);
                }
    }

    // Four rows of w at a time, by four rows of a, or by two if there are only sixteen registers.
    [MethodImpl(Hot)]
    static void Dots<S, V>(int m, int n, int k, ref float a, int aRow, ref float w, Layout wAt, ref float y,
        Layout yAt) where S : struct, IPairs<V> where V : struct
    {
        for (var column = 0; column < n; column += 4)
        {
            ref var rows = ref Unsafe.Add(ref w, wAt.Offset(column, 0));
            var (row, columns) = (0, n - column);
            if (S.Lanes == 16 && m >= 4)
            {
                Dots<S, V, Gemm.Four>(m / 4, columns, k, ref a, aRow, ref rows, wAt.RowStride, wAt.PanelStride,
                    ref Unsafe.Add(ref y, yAt.Offset(0, column)), yAt.RowStride);
                row = m / 4 * 4;
            }
            if (m - row >= 2)
                Dots<S, V, Gemm.Two>((m - row) / 2, columns, k, ref Unsafe.Add(ref a, row * aRow), aRow, ref rows,
                    wAt.RowStride, wAt.PanelStride, ref Unsafe.Add(ref y, yAt.Offset(row, column)), yAt.RowStride);
            if (m % 2 > 0)
                Dots<S, V, Gemm.One>(1, columns, k, ref Unsafe.Add(ref a, (m - 1) * aRow), aRow, ref rows,
                    wAt.RowStride, wAt.PanelStride, ref Unsafe.Add(ref y, yAt.Offset(m - 1, column)), yAt.RowStride);
        }
    }

    // The dot products of up to four rows of w with `tiles` times R rows of a.
    [MethodImpl(Hot)]
    static void Dots<S, V, R>(int tiles, int columns, int k, ref float a, nint aRow, ref float w, nint wRow,
        nint wPanel, ref float y, nint yRow)
        where S : struct, IPairs<V> where V : struct where R : struct, Gemm.ICount
    {
        nint second = columns > 1 ? wRow : 0, third = columns > 2 ? 2 * wRow : 0, fourth = columns > 3 ? 3 * wRow : 0;
        for (; tiles > 0; tiles--)
        {
            FourSums<S, V> s0 = default, s1 = default, s2 = default, s3 = default;
            ref var v = ref w;
            var i = 0;
            for (; i <= k - S.Lanes; i += S.Lanes)
            {
                ref var x = ref Unsafe.Add(ref a, i);
                V p = S.Load(ref v), q = S.Load(ref Unsafe.Add(ref v, second)),
                    r = S.Load(ref Unsafe.Add(ref v, third)), s = S.Load(ref Unsafe.Add(ref v, fourth));
                s0.Add(S.Load(ref x), p, q, r, s);
                if (R.Value > 1) s1.Add(S.Load(ref Unsafe.Add(ref x, aRow)), p, q, r, s);
                if (R.Value > 2) s2.Add(S.Load(ref Unsafe.Add(ref x, 2 * aRow)), p, q, r, s);
                if (R.Value > 2) s3.Add(S.Load(ref Unsafe.Add(ref x, 3 * aRow)), p, q, r, s);
                var ends = (i + S.Lanes) % Layout.PanelColumns == 0;
                v = ref Unsafe.Add(ref v, ends ? wPanel - Layout.PanelColumns + S.Lanes : S.Lanes);
            }
            if (i < k)
            {
                // The lanes beyond k are cleared in both operands, because padding may hold NaN.
                var left = k - i;
                ref var x = ref Unsafe.Add(ref a, i);
                V p = First<S, V>(ref v, left), q = First<S, V>(ref Unsafe.Add(ref v, second), left),
                    r = First<S, V>(ref Unsafe.Add(ref v, third), left),
                    s = First<S, V>(ref Unsafe.Add(ref v, fourth), left);
                s0.Add(First<S, V>(ref x, left), p, q, r, s);
                if (R.Value > 1) s1.Add(First<S, V>(ref Unsafe.Add(ref x, aRow), left), p, q, r, s);
                if (R.Value > 2) s2.Add(First<S, V>(ref Unsafe.Add(ref x, 2 * aRow), left), p, q, r, s);
                if (R.Value > 2) s3.Add(First<S, V>(ref Unsafe.Add(ref x, 3 * aRow), left), p, q, r, s);
            }
            s0.Total().StoreUnsafe(ref y);
            if (R.Value > 1) s1.Total().StoreUnsafe(ref Unsafe.Add(ref y, yRow));
            if (R.Value > 2) s2.Total().StoreUnsafe(ref Unsafe.Add(ref y, 2 * yRow));
            if (R.Value > 2) s3.Total().StoreUnsafe(ref Unsafe.Add(ref y, 3 * yRow));
            a = ref Unsafe.Add(ref a, R.Value * aRow);
            y = ref Unsafe.Add(ref y, R.Value * yRow);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V First<S, V>(ref float x, int count) where S : struct, IPairs<V> where V : struct =>
        S.First(S.Load(ref x), count);

    // The sums of one row's dot products with four other rows.
    struct FourSums<S, V> where S : struct, IPairs<V> where V : struct
    {
        V a, b, c, d;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(V x, V p, V q, V r, V s) => (a, b, c, d) = (S.MultiplyAdd(x, p, a), S.MultiplyAdd(x, q, b),
            S.MultiplyAdd(x, r, c), S.MultiplyAdd(x, s, d));

        // The four dot products: the lanes of each sum, added.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<float> Total()
        {
            V p = S.Add(S.ZipLow(a, c), S.ZipHigh(a, c)), q = S.Add(S.ZipLow(b, d), S.ZipHigh(b, d));
            return S.AddParts(S.Add(S.ZipLow(p, q), S.ZipHigh(p, q)));
        }
    }
}
