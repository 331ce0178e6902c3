#nullable enable
// Matrix products against loops in float64, for every vector width on any machine, sizes around every block's edge, and
// layouts with odd strides.

public static class GemmCase
{
    public enum Rows { Padded, Panels, Odd }

    // Odd: rows right behind one another where they are only read, else with three floats between them.
    static Layout LayoutFor(Rows kind, int rows, int columns, int width) => kind switch
    {
        Rows.Panels => Layout.Panels(rows, columns),
        Rows.Odd => new(rows, columns, width, width | 1, Layout.PanelColumns),
        _ => Layout.RowMajor(rows, columns),
    };

    /// <summary>Largest error of a b for the width S, relative to the sum of |a b|; a may be transposed, and then
    /// packed.</summary>
    public static double Error<S, V>(int m, int n, int k, bool transposed, Rows aKind, Rows bKind, Rows yKind,
        bool packed = false) where S : struct, IPairs<V> where V : struct
    {
        var (aRows, aColumns) = transposed ? (k, m) : (m, k);
        var aAt = LayoutFor(aKind, aRows, aColumns, aColumns);
        var (bAt, yAt) = (LayoutFor(bKind, k, n, n), LayoutFor(yKind, m, n, (n + S.Lanes - 1) / S.Lanes * S.Lanes + 3));
        var (a, b, y) = (Matrix(aAt, "a"), Matrix(bAt, "b"), new float[yAt.Length + 16]);
        const float guard = 12345;
        Array.Fill(y, guard, yAt.Length, 16);
        Gemm.Run<S, V, StoreTo>(m, n, k, ref a[0], transposed ? 1 : aAt.RowStride, transposed ? aAt.RowStride : 1,
            ref b[0], bAt, new StoreTo(ref y[0]), yAt, packed);
        y[yAt.Length..].ShouldAllBe(value => value == guard, "wrote behind the matrix");
        return Worst(m, n, k, (row, column) => y[yAt.Offset(row, column)],
            (row, i) => a[transposed ? aAt.Offset(i, row) : aAt.Offset(row, i)],
            (i, column) => b[bAt.Offset(i, column)]);
    }

    /// <summary>The same of a w^T.</summary>
    public static double TransposedError<S, V>(int m, int n, int k, Rows wKind)
        where S : struct, IPairs<V> where V : struct
    {
        var (aAt, wAt, yAt) = (LayoutFor(Rows.Odd, m, k, k), LayoutFor(wKind, n, k, k), Layout.RowMajor(m, n));
        var (a, w, y) = (Matrix(aAt, "a"), Matrix(wAt, "w"), new float[yAt.Length]);
        GemmTransposed.Multiply<S, V>(m, n, k, ref a[0], aAt.RowStride, ref w[0], wAt, ref y[0], yAt);
        return Worst(m, n, k, (row, column) => y[yAt.Offset(row, column)], (row, i) => a[aAt.Offset(row, i)],
            (i, column) => w[wAt.Offset(column, i)]);
    }

    // Padding is poisoned: a product that uses it shows.
    static float[] Matrix(Layout at, string purpose)
    {
        var random = new RandomStream(1, $"{purpose}/{at}");
        var values = new float[at.Length + 16];
        Array.Fill(values, float.NaN);
        for (var row = 0; row < at.Rows; row++)
            for (var column = 0; column < at.Columns; column++)
                values[at.Offset(row, column)] = (float)random.Uniform(-1, 1);
        return values;
    }

    static double Worst(int m, int n, int k, Func<int, int, float> y, Func<int, int, double> a,
        Func<int, int, double> b)
    {
        var worst = 0.0;
        for (var row = 0; row < m; row++)
            for (var column = 0; column < n; column++)
            {
                double sum = 0, size = 1e-30;
                for (var i = 0; i < k; i++)
                {
                    var term = a(row, i) * b(i, column);
                    (sum, size) = (sum + term, size + Math.Abs(term));
                }
                var error = Math.Abs(y(row, column) - sum) / size;
                worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
            }
        return worst;
    }

    /// <summary>Every size of m and n with each other, and of k; all ways to lie in memory in turn.</summary>
    public static void Check<S, V>(int largest) where S : struct, IPairs<V> where V : struct
    {
        var (count, kinds) = (0, Enum.GetValues<Rows>());
        void Check(int m, int n, int k)
        {
            var kind = count++ / 2;
            var (a, b, y) = (kind % 4 < 2 ? Rows.Padded : Rows.Odd, kinds[kind / 4 % 3], kinds[kind / 12 % 3]);
            Error<S, V>(m, n, k, kind % 2 > 0, a, b, y).ShouldBeLessThan(1e-6, $"{m} x {n} x {k}, {a}, {b}, {y}");
            if (kind % 2 > 0)
                Error<S, V>(m, n, k, true, a, b, y, packed: true)
                    .ShouldBeLessThan(1e-6, $"packed, {m} x {n} x {k}, {a}, {b}, {y}");
        }
        for (var size = 1; size <= largest; size++)
            for (var other = 1; other <= largest; other++)
            {
                Check(size, other, (size * 7 + other * 11) % 23 + 1);
                Check((size * 7 + other * 3) % 23 + 1, (size * 5 + other * 11) % 41 + 1, size);
                var m = (size * 5 + other * 3) % 23 + 1;
                TransposedError<S, V>(m, size, other, kinds[(size + other) % 3])
                    .ShouldBeLessThan(1e-6, $"transposed, {m} x {size} x {other}");
            }
    }
}

readonly struct LargeProduct : IVectorLoop
{
    public void Run<S, V>() where S : struct, IPairs<V> where V : struct
    {
        // Four blocks, the last of them not whole tiles.
        GemmCase.Error<S, V>(500, 40, 200, true, GemmCase.Rows.Padded, GemmCase.Rows.Padded, GemmCase.Rows.Panels,
            packed: true).ShouldBeLessThan(1e-6);
    }
}

static void GemmAtWidth<S, V>(string width) where S : struct, IPairs<V> where V : struct =>
    Test($"gemm: {width} bits, sizes 1 to 70, every layout, odd strides", () => GemmCase.Check<S, V>(70));

GemmAtWidth<Simd128, Vector128<float>>("128");
if (Vector256.IsHardwareAccelerated) GemmAtWidth<Simd256, Vector256<float>>("256");
if (Vector512.IsHardwareAccelerated) GemmAtWidth<Simd512, Vector512<float>>("512");

Test("gemm: a large product of a transposed matrix is packed block by block", () =>
    VectorWidth.Widest(new LargeProduct()));

Test("gemm: long inner lengths are done in blocks", () =>
{
    var (x, w) = (Numeric.Draw((3, 1700), "gx"), Numeric.Draw((1700, 20), "gw"));
    var y = x.MatMul(Numeric.Parameter("w", w)).ToArray();
    var (a, b) = (x.ToArray(), w.ToArray());
    var expected = Enumerable.Range(0, 60).Select(at => Enumerable.Range(0, 1700)
        .Sum(i => (double)a[at / 20 * 1700 + i] * b[i * 20 + at % 20])).ToArray();
    Numeric.Distance(y, expected).ShouldBeLessThan(1e-5);
});

OpCases.Add(
[
    .. new (int, int, int)[] { (1, 1, 1), (5, 7, 3), (13, 40, 33), (7, 19, 10) }.Select(s => new OpCase("MatMul",
        $"{s}", x => x[0].MatMul(x[1]), x => OpCases.Product(x[0], x[1]),
        [Numeric.Draw((s.Item1, s.Item2), $"mx{s}"), Numeric.Draw((s.Item2, s.Item3), $"mw{s}")])),
    .. new (int, int, int)[] { (1, 1, 1), (5, 7, 3), (14, 40, 33) }.Select(s => new OpCase("Linear", $"{s}",
        x => x[0].Linear(x[1], x[2]), x => Ref.Zip(OpCases.Product(x[0], x[1]), x[2], (a, b) => a + b),
        [
            Numeric.Draw((s.Item1, s.Item2), $"lx{s}"), Numeric.Draw((s.Item2, s.Item3), $"lw{s}"),
            Numeric.Draw(s.Item3, $"lb{s}"),
        ])),
]);
