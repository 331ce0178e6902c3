#nullable enable
// Products that pass over zeros against Gemm, bit for bit.

public static class SparseCase
{
    /// <summary>A matrix of which a share is not 0, in rows that are padded with NaN to whole vectors.</summary>
    public static (float[] Values, Layout At) Draw(int rows, int columns, double share, string purpose)
    {
        var (at, random) = (Layout.RowMajor(rows, columns), new RandomStream(1, $"{purpose}/{rows}/{columns}/{share}"));
        var values = new float[at.Length + 16];
        Array.Fill(values, float.NaN);
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++)
                values[at.Offset(row, column)] = random.Uniform() < share ? (float)random.Uniform(-1, 1) : 0;
        return (values, at);
    }

    /// <summary>Compares the product of a (m, k), which may be transposed, with Gemm's, for one width.</summary>
    public static void Check<S, V>(int m, int n, int k, bool transposed, bool panels, double share)
        where S : struct, IPairs<V> where V : struct
    {
        var (a, aAt) = transposed ? Draw(k, m, share, "a") : Draw(m, k, share, "a");
        var (b, rows) = Draw(k, n, 1, "b");
        var bAt = panels ? Layout.Panels(k, n) : rows;
        var packed = new float[bAt.Length + 16];
        Matrix.Copy(ref b[0], rows, ref packed[0], bAt);
        var yAt = panels ? Layout.Panels(m, n) : Layout.RowMajor(m, n);
        float[] expected = new float[yAt.Length + 16], actual = new float[yAt.Length + 16];
        var (aRow, aInner) = transposed ? (1, aAt.RowStride) : (aAt.RowStride, 1);
        Gemm.Run<S, V, StoreTo>(m, n, k, ref a[0], aRow, aInner, ref packed[0], bAt, new(ref expected[0]), yAt, false);
        GemmSparse.Tiles<S, V, StoreTo>(m, n, k, ref a[0], aRow, aInner, ref packed[0], bAt, new(ref actual[0]), yAt,
            GemmSparse.Marks(m, k, ref a[0], aRow, aInner));
        Elements(actual, yAt).ShouldBe(Elements(expected, yAt), $"{m} x {n} x {k}, {transposed}, {share}");
        actual[yAt.Length..].ShouldAllBe(value => value == 0, "wrote behind the matrix");
    }

    static int[] Elements(float[] values, Layout at) =>
        [.. from row in Enumerable.Range(0, at.Rows)
            from column in Enumerable.Range(0, at.Columns)
            select BitConverter.SingleToInt32Bits(values[at.Offset(row, column)])];

    public static void CheckSizes<S, V>() where S : struct, IPairs<V> where V : struct
    {
        var count = 0;
        foreach (var m in new[] { 1, 2, 3, 4, 5, 7, 11, 16 })
            foreach (var n in new[] { 1, 4, 10, 17, 32, 33, 50, 64 })
                foreach (var k in new[] { 1, 3, 4, 63, 64, 65, 130 })
                    foreach (var share in new[] { 0, 0.05, 0.3, 1 })
                        Check<S, V>(m, n, k, transposed: count % 2 > 0, panels: count++ / 2 % 2 > 0, share);
    }
}

static void SparseAtWidth<S, V>(string width) where S : struct, IPairs<V> where V : struct =>
    Test($"gemm_sparse: {width} bits, the sums of Gemm at every edge of tiles, words and strips, NaN in the padding",
        () => SparseCase.CheckSizes<S, V>());

SparseAtWidth<Simd128, Vector128<float>>("128");
if (Vector256.IsHardwareAccelerated) SparseAtWidth<Simd256, Vector256<float>>("256");
if (Vector512.IsHardwareAccelerated) SparseAtWidth<Simd512, Vector512<float>>("512");

Test("gemm_sparse: a mark for each column in which one of four rows is not 0", () =>
{
    var (a, at) = SparseCase.Draw(6, 70, 0, "marks");
    (a[at.Offset(1, 3)], a[at.Offset(3, 69)], a[at.Offset(4, 64)]) = (1, float.NaN, -1);
    ulong[] marks = [1UL << 3, 1UL << 5, 0, 1];
    GemmSparse.Marks(6, 70, ref a[0], at.RowStride, 1).ToArray().ShouldBe(marks);
    // The same matrix as the transposed one of another.
    var transposed = Layout.RowMajor(70, 6);
    var b = new float[transposed.Length + 16];
    for (var row = 0; row < 6; row++)
        for (var column = 0; column < 70; column++)
            b[transposed.Offset(column, row)] = a[at.Offset(row, column)];
    GemmSparse.Marks(6, 70, ref b[0], 1, transposed.RowStride).ToArray().ShouldBe(marks);
});

Test("gemm_sparse: a batch of digits is multiplied, and its weights learn, as if its zeros were numbers", () =>
{
    var digits = Batches.Images(LoadDataset("digits").Train, [.. Enumerable.Range(0, 60)]);
    digits.Values.Sparse.ShouldBeTrue();
    var dense = Tensor.From(digits.Shape, digits.ToArray());
    dense.Values.Sparse.ShouldBeFalse();
    float[][] Results(Tensor x)
    {
        var w = Tensor.Parameter("w", (784, 37), panels: true).Assign(Numeric.Draw((784, 37), "sparse").ToArray());
        var y = x.MatMul(w);
        var gradient = Tape.Gradients((y * y).Sum()).Single().Gradient;
        new Sgd(0.1, 0.9).Update(w, gradient);
        return [y.ToArray(), w.ToArray()];
    }
    var (sparse, expected) = (new Tape().Step(() => Results(digits)), new Tape().Step(() => Results(dense)));
    for (var i = 0; i < expected.Length; i++) sparse[i].ShouldBe(expected[i]);
});

Test("gemm_sparse: few zeros and short loops are Gemm's", () =>
{
    foreach (var (k, share) in new[] { (100, 0.9), (2, 0.1) })
    {
        var (a, aAt) = SparseCase.Draw(k, 8, share, "dense");
        var (b, bAt) = SparseCase.Draw(k, 5, 1, "b");
        b[bAt.Offset(0, 2)] = float.PositiveInfinity;
        for (var i = 0; i < 8; i++) a[aAt.Offset(0, i)] = 0;
        var yAt = Layout.RowMajor(8, 5);
        var y = new float[yAt.Length];
        GemmSparse.Run(8, 5, k, ref a[0], 1, aAt.RowStride, ref b[0], bAt, new StoreTo(ref y[0]), yAt);
        // Infinity times 0, which passing over zeros would not compute.
        y[yAt.Offset(3, 2)].ShouldBe(float.NaN);
    }
});
