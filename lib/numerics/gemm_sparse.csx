#nullable enable
// Matrix products of an a with many zeros: of a digit's pixels, four of five are 0. A tile has four rows of a, and its
// loop passes over what is 0 in all four: of four digits three pixels in five, of four neighbouring pixels seven digits
// in ten. What it passes over would add 0, so every sum is that of Gemm, bit for bit.

public static class GemmSparse
{
    const int TileRows = 4, WordBits = 64;

    // Where tiles keep more than this share of their terms, Gemm is faster, since its tiles are higher; and where they
    // have fewer than these, since it needs no marks.
    const double MostKept = 0.7;
    const int FewestTerms = 4;

    [ThreadStatic] static Block scratch;

    /// <summary>y = a b, as Gemm.Multiply computes it, for a (m, k) with rows that are padded to whole vectors of four
    /// floats. What is infinite or NaN in b counts only where it meets a number that is not 0.</summary>
    /// <param name="aRow">Floats from one row of a to the next.</param>
    public static void Multiply(int m, int n, int k, ref float a, int aRow, ref float b, Layout bAt, ref float y,
        Layout yAt)
    {
        for (var done = 0; done < k || done == 0; done += Gemm.InnerBlock)
        {
            var inner = Math.Min(Gemm.InnerBlock, k - done);
            ref var aBlock = ref Unsafe.Add(ref a, done);
            ref var bBlock = ref Unsafe.Add(ref b, (nint)done * bAt.RowStride);
            if (done == 0) Run(m, n, inner, ref aBlock, aRow, 1, ref bBlock, bAt, new StoreTo(ref y), yAt);
            else Run(m, n, inner, ref aBlock, aRow, 1, ref bBlock, bAt, new AddTo(ref y), yAt);
        }
    }

    /// <summary>a b, as Gemm.Run computes it, for a (m, k) with rows (aInner 1), or columns (aRow 1), that are padded
    /// to whole vectors of four floats.</summary>
    public static void Run<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt) where E : IEpilogue, allows ref struct
    {
        var marks = k < FewestTerms ? [] : Marks(m, k, ref a, aRow, aInner);
        if (marks.IsEmpty || TermsKept(marks) > MostKept * m * k)
            Gemm.Run(m, n, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt);
        else VectorWidth.Widest(new TilesLoop<E>(m, n, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt, marks));
    }

    static long TermsKept(ReadOnlySpan<ulong> marks)
    {
        var bits = 0L;
        foreach (var word in marks) bits += BitOperations.PopCount(word);
        return TileRows * bits;
    }

    readonly ref struct TilesLoop<E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b, Layout bAt,
        E epilogue, Layout yAt, ReadOnlySpan<ulong> marks) : IVectorLoop where E : IEpilogue, allows ref struct
    {
        readonly ref float a = ref a;
        readonly ref float b = ref b;
        readonly E epilogue = epilogue;
        readonly ReadOnlySpan<ulong> marks = marks;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            Tiles<S, V, E>(m, n, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt, marks);
    }

    /// <summary>For each tile of rows, a bit for each column of a: whether one of the rows is not 0 there. It is in
    /// scratch memory, which the next call overwrites.</summary>
    public static ReadOnlySpan<ulong> Marks(int m, int k, ref float a, int aRow, int aInner)
    {
        var (tiles, words) = ((m + TileRows - 1) / TileRows, (k + WordBits - 1) / WordBits);
        var marks = Block.Scratch<ulong>(ref scratch, tiles * words);
        if (aInner == 1) MarkByRows(m, k, ref a, aRow, marks);
        else MarkByColumns(tiles, k, ref a, aInner, marks, words);
        return marks;
    }

    [MethodImpl(Hot)]
    static void MarkByRows(int m, int k, ref float a, nint aRow, Span<ulong> marks)
    {
        ref var word = ref MemoryMarshal.GetReference(marks);
        for (var row = 0; row < m; row += TileRows)
        {
            ref var at = ref Unsafe.As<float, uint>(ref Unsafe.Add(ref a, row * aRow));
            nint second = row + 1 < m ? aRow : 0, third = row + 2 < m ? 2 * aRow : 0,
                fourth = row + 3 < m ? 3 * aRow : 0;
            for (var from = 0; from < k; from += WordBits)
            {
                var (bits, count) = (0UL, Math.Min(WordBits, k - from));
                for (var i = 0; i < count; i += 4)
                {
                    var any = Vector128.LoadUnsafe(ref at) | Vector128.LoadUnsafe(ref Unsafe.Add(ref at, second))
                        | Vector128.LoadUnsafe(ref Unsafe.Add(ref at, third))
                        | Vector128.LoadUnsafe(ref Unsafe.Add(ref at, fourth));
                    var zeros = Vector128.Equals(any, Vector128<uint>.Zero).ExtractMostSignificantBits();
                    bits |= (ulong)(zeros ^ 0b1111) << i;
                    at = ref Unsafe.Add(ref at, 4);
                }
                // Without what the padding behind the last column holds.
                word = bits & ulong.MaxValue >> (WordBits - count);
                word = ref Unsafe.Add(ref word, 1);
            }
        }
    }

    // Of a transposed a, whose columns are rows in memory: four of them at a time.
    [MethodImpl(Hot)]
    static void MarkByColumns(int tiles, int k, ref float a, nint aInner, Span<ulong> marks, int words)
    {
        marks.Clear();
        for (var i = 0; i < k; i += 4)
        {
            ref var at = ref Unsafe.As<float, int>(ref Unsafe.Add(ref a, i * aInner));
            ref var word = ref Unsafe.Add(ref MemoryMarshal.GetReference(marks), i / WordBits);
            var count = Math.Min(4, k - i);
            nint second = count > 1 ? aInner : 0, third = count > 2 ? 2 * aInner : 0,
                fourth = count > 3 ? 3 * aInner : 0;
            for (var tile = 0; tile < tiles; tile++)
            {
                // Four numbers to four bytes, and so to one number; saturated, which keeps what is not 0 apart from 0.
                var any = Vector128.NarrowWithSaturation(
                    Vector128.NarrowWithSaturation(Vector128.LoadUnsafe(ref at),
                        Vector128.LoadUnsafe(ref Unsafe.Add(ref at, second))),
                    Vector128.NarrowWithSaturation(Vector128.LoadUnsafe(ref Unsafe.Add(ref at, third)),
                        Vector128.LoadUnsafe(ref Unsafe.Add(ref at, fourth)))).AsInt32();
                var bits = ~Vector128.Equals(any, Vector128<int>.Zero).ExtractMostSignificantBits();
                word |= (ulong)(bits & (1u << count) - 1) << i;
                at = ref Unsafe.Add(ref at, TileRows);
                word = ref Unsafe.Add(ref word, words);
            }
        }
    }

    /// <summary>The product for a given vector width and the marks of a (the tests run every width on any machine).
    /// </summary>
    [MethodImpl(Hot)]
    public static void Tiles<S, V, E>(int m, int n, int k, ref float a, int aRow, int aInner, ref float b,
        in Layout bAt, E epilogue, in Layout yAt, ReadOnlySpan<ulong> marks) where S : struct, ISimd<V>
        where V : struct where E : IEpilogue, allows ref struct
    {
        for (int column = 0, width; column < n; column += width * S.Lanes)
        {
            var left = (n - column + S.Lanes - 1) / S.Lanes;
            width = left / ((left + 2) / 3);
            if (width == 3)
                Strip<S, V, Gemm.Three, E>(column, m, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt, marks);
            else if (width == 2)
                Strip<S, V, Gemm.Two, E>(column, m, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt, marks);
            else Strip<S, V, Gemm.One, E>(column, m, k, ref a, aRow, aInner, ref b, bAt, epilogue, yAt, marks);
        }
    }

    // C vectors from a column on: whole tiles, and a lower one of the rows that are left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Strip<S, V, C, E>(int column, int m, int k, ref float a, int aRow, int aInner, ref float b,
        in Layout bAt, E epilogue, in Layout yAt, ReadOnlySpan<ulong> marks) where S : struct, ISimd<V>
        where V : struct where C : struct, Gemm.ICount where E : IEpilogue, allows ref struct
    {
        int second = C.Value > 1 ? column + S.Lanes : column, third = C.Value > 2 ? second + S.Lanes : column,
            words = (k + WordBits - 1) / WordBits;
        nint from = bAt.Offset(0, column), to = yAt.Offset(0, column), bRow = bAt.RowStride, yRow = yAt.RowStride,
            bSecond = bAt.Offset(0, second) - from, bThird = bAt.Offset(0, third) - from,
            ySecond = yAt.Offset(0, second) - to, yThird = yAt.Offset(0, third) - to;
        ref var word = ref MemoryMarshal.GetReference(marks);
        b = ref Unsafe.Add(ref b, from);
        var (tiles, left) = Math.DivRem(m, TileRows);
        Tile<S, V, Gemm.Four, C, E>(tiles, words, ref word, ref a, aRow, aInner, ref b, bRow, bSecond, bThird,
            epilogue, to, yRow, ySecond, yThird);
        if (left == 0) return;
        word = ref Unsafe.Add(ref word, tiles * words);
        a = ref Unsafe.Add(ref a, (nint)tiles * TileRows * aRow);
        to += tiles * TileRows * yRow;
        if (left == 3)
            Tile<S, V, Gemm.Three, C, E>(1, words, ref word, ref a, aRow, aInner, ref b, bRow, bSecond, bThird,
                epilogue, to, yRow, ySecond, yThird);
        else if (left == 2)
            Tile<S, V, Gemm.Two, C, E>(1, words, ref word, ref a, aRow, aInner, ref b, bRow, bSecond, bThird,
                epilogue, to, yRow, ySecond, yThird);
        else
            Tile<S, V, Gemm.One, C, E>(1, words, ref word, ref a, aRow, aInner, ref b, bRow, bSecond, bThird,
                epilogue, to, yRow, ySecond, yThird);
    }

    // Tiles of R rows, one below another, as in Gemm; the inner loop goes from mark to mark.
    [MethodImpl(Hot)]
    static void Tile<S, V, R, C, E>(int tiles, int words, ref ulong word, ref float a, nint aRow, nint aInner,
        ref float b, nint bRow, nint bSecond, nint bThird, E epilogue, nint y, nint yRow, nint ySecond, nint yThird)
        where S : struct, ISimd<V> where V : struct where R : struct, Gemm.ICount where C : struct, Gemm.ICount
        where E : IEpilogue, allows ref struct
    {
        for (; tiles > 0; tiles--)
        {
            Gemm.Prefetch<R, C, E>(epilogue, y, yRow, ySecond, yThird);
            Gemm.Sums<S, V> s0 = default, s1 = default, s2 = default, s3 = default;
            ref var aWord = ref a;
            ref var bWord = ref b;
            for (var i = words; i > 0; i--)
            {
                for (var marks = word; marks != 0; marks &= marks - 1)
                {
                    nint place = BitOperations.TrailingZeroCount(marks);
                    ref var x = ref Unsafe.Add(ref aWord, place * aInner);
                    ref var p = ref Unsafe.Add(ref bWord, place * bRow);
                    V u = S.Load(ref p), v = C.Value > 1 ? S.Load(ref Unsafe.Add(ref p, bSecond)) : u,
                        w = C.Value > 2 ? S.Load(ref Unsafe.Add(ref p, bThird)) : u;
                    s0.Add<C>(S.All(x), u, v, w);
                    if (R.Value > 1) s1.Add<C>(S.All(Unsafe.Add(ref x, aRow)), u, v, w);
                    if (R.Value > 2) s2.Add<C>(S.All(Unsafe.Add(ref x, 2 * aRow)), u, v, w);
                    if (R.Value > 3) s3.Add<C>(S.All(Unsafe.Add(ref x, 3 * aRow)), u, v, w);
                }
                word = ref Unsafe.Add(ref word, 1);
                aWord = ref Unsafe.Add(ref aWord, WordBits * aInner);
                bWord = ref Unsafe.Add(ref bWord, WordBits * bRow);
            }
            s0.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 1) s1.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 2) s2.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            if (R.Value > 3) s3.WriteRow<C, E>(epilogue, ref y, yRow, ySecond, yThird);
            a = ref Unsafe.Add(ref a, R.Value * aRow);
        }
    }
}
