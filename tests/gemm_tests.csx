#nullable enable
// Matrix products against loops in float64, for every vector width on any machine, sizes around every block's edge, and
// layouts with odd strides.

public static class GemmCase
{
    /// <summary>Largest error of a b for the width S, relative to the sum of |a b|; a may be transposed, b in panels or
    /// row-major, y in panels or row-major.</summary>
    public static double Error<S, V>(int m, int n, int k, bool transposed, bool bPanels, bool yPanels)
        where S : struct, ISimd<V> where V : struct
    {
        Layout Of(int rows, int columns, bool panels) =>
            panels ? Layout.Panels(rows, columns) : Layout.RowMajor(rows, columns);
        var aAt = transposed ? Of(k, m, false) : Of(m, k, false);
        var (bAt, yAt) = (Of(k, n, bPanels), Of(m, n, yPanels));
        var random = new RandomStream(1, $"gemm/{m}/{n}/{k}");
        // Padding is poisoned: a product that reads it shows.
        float[] Matrix(Layout at, int rows, int columns)
        {
            var values = new float[at.Length + 16];
            Array.Fill(values, float.NaN);
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                    values[at.Offset(row, column)] = (float)random.Uniform(-1, 1);
            return values;
        }
        var (a, b, y) = (Matrix(aAt, aAt.Rows, aAt.Columns), Matrix(bAt, k, n), new float[yAt.Length + 16]);
        const float guard = 12345;
        Array.Fill(y, guard, yAt.Length, 16);
        Gemm.Blocks<S, V, Strided, StoreTo>(m, n, k, ref a[0], transposed ? 1 : aAt.RowStride,
            transposed ? aAt.RowStride : 1, ref b[0], bAt, new(bAt.RowStride), new StoreTo(ref y[0]), yAt);
        y[yAt.Length..].ShouldAllBe(value => value == guard, "wrote behind the matrix");
        var worst = 0.0;
        for (var row = 0; row < m; row++)
            for (var column = 0; column < n; column++)
            {
                double sum = 0, size = 1e-30;
                for (var i = 0; i < k; i++)
                {
                    var term = (double)a[transposed ? aAt.Offset(i, row) : aAt.Offset(row, i)]
                        * b[bAt.Offset(i, column)];
                    (sum, size) = (sum + term, size + Math.Abs(term));
                }
                var error = Math.Abs(y[yAt.Offset(row, column)] - sum) / size;
                worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
            }
        return worst;
    }
}

static void GemmAtWidth<S, V>(string width) where S : struct, ISimd<V> where V : struct =>
    Test($"gemm: {width} bits, sizes 1 to 70, every layout", () =>
    {
        for (var size = 1; size <= 70; size++)
            for (var kind = 0; kind < 8; kind++)
            {
                // Each size in each role; the other two walk through the sizes at other paces.
                var (p, q) = (size * 7 % 23 + 1, size * 11 % 41 + 1);
                foreach (var (m, n, k) in new[] { (size, p, q), (p, size, q), (p, q, size) })
                    GemmCase.Error<S, V>(m, n, k, (kind & 1) > 0, (kind & 2) > 0, (kind & 4) > 0)
                        .ShouldBeLessThan(1e-6, $"{m} x {n} x {k}, kind {kind}");
            }
    });

GemmAtWidth<Simd128, Vector128<float>>("128");
if (Vector256.IsHardwareAccelerated) GemmAtWidth<Simd256, Vector256<float>>("256");
if (Vector512.IsHardwareAccelerated) GemmAtWidth<Simd512, Vector512<float>>("512");

Test("gemm: long inner lengths are done in blocks", () =>
{
    var (x, w) = (Numeric.Draw((3, 1700), "gx"), Numeric.Draw((1700, 20), "gw"));
    var y = x.MatMul(Numeric.Parameter("w", w)).ToArray();
    var (a, b) = (x.ToArray(), w.ToArray());
    var expected = Enumerable.Range(0, 60).Select(at => Enumerable.Range(0, 1700)
        .Sum(i => (double)a[at / 20 * 1700 + i] * b[i * 20 + at % 20])).ToArray();
    Numeric.Distance(y, expected).ShouldBeLessThan(1e-5);
});

Test("gemm: exp is within 2 ulp of float64's, and keeps what is not a number", () =>
{
    var worst = 0.0;
    for (var x = -87f; x < 88f; x += 0.00731f)
    {
        var exact = Math.Exp(x);
        var ulp = MathF.BitIncrement((float)exact) - (float)exact;
        worst = Math.Max(worst, Math.Abs(Elementwise.Exp(new Vector<float>(x))[0] - exact) / ulp);
    }
    worst.ShouldBeLessThan(2);
    float.IsNaN(Elementwise.Exp(new Vector<float>(float.NaN))[0]).ShouldBeTrue();
    Elementwise.Exp(new Vector<float>(-200))[0].ShouldBeLessThan(2e-38f);
    Elementwise.Exp(new Vector<float>(200))[0].ShouldBeGreaterThan(1e38f);
});
