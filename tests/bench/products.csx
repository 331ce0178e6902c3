#load "workloads.csx"
#nullable enable
// The workloads' matrix products, the lab's and OpenBLAS's.

/// <summary>y (m, n) = a product over k. NN: y = x w. NT: dx = g w^T. TN: dw = x^T g.</summary>
public sealed record ProductShape(string Workload, string Kind, int M, int N, int K)
{
    public double Flops => 2.0 * M * N * K;

    public static IEnumerable<ProductShape> Of(Workload workload)
    {
        var batch = workload.Config.BatchSize;
        for (var layer = 0; layer + 1 < workload.Dense.Length; layer++)
        {
            var (fanIn, fanOut) = (workload.Dense[layer], workload.Dense[layer + 1]);
            yield return new(workload.Name, "NN", batch, fanOut, fanIn);
            yield return new(workload.Name, "TN", fanIn, fanOut, batch);
            if (layer > 0 || workload.HasConvolutions) yield return new(workload.Name, "NT", batch, fanIn, fanOut);
        }
    }

    /// <summary>The product as the lab keeps its operands: rows padded, weights in panels.</summary>
    public Action Ours()
    {
        var aAt = Kind == "TN" ? Layout.RowMajor(K, M) : Layout.RowMajor(M, K);
        var bAt = Kind switch
        {
            "NN" => Layout.Panels(K, N),
            "NT" => Layout.Panels(N, K),
            _ => Layout.RowMajor(K, N),
        };
        var yAt = Kind == "TN" ? Layout.Panels(M, N) : Layout.RowMajor(M, N);
        var (a, b, y) = (Noise(aAt.Length), Noise(bAt.Length), Noise(yAt.Length));
        var aRow = aAt.RowStride;
        return Kind switch
        {
            "NN" => () => Gemm.Multiply(M, N, K, ref a.First, aRow, 1, ref b.First, bAt, ref y.First, yAt),
            "NT" => () => GemmTransposed.Multiply(M, N, K, ref a.First, aRow, ref b.First, bAt, ref y.First, yAt),
            _ => () => Gemm.Run(M, N, K, ref a.First, 1, aRow, ref b.First, bAt, new StoreTo(ref y.First), yAt),
        };
    }

    /// <summary>The same by OpenBLAS, row-major without padding.</summary>
    public Action Theirs()
    {
        var (a, b, y) = (Noise(M * K), Noise(K * N), Noise(M * N));
        var (ta, tb) = (Kind == "TN", Kind == "NT");
        return () => OpenBlas.Multiply(M, N, K, ref a.First, ta, ref b.First, tb, ref y.First);
    }

    static Block Noise(int length)
    {
        var block = Block.Owned(length);
        var random = new Random(1);
        for (var i = 0; i < length; i++) Unsafe.Add(ref block.First, i) = random.NextSingle() - 0.5f;
        return block;
    }
}

public static class OpenBlas
{
    const string Library = "libopenblas.so.0";
    const int RowMajor = 101, Plain = 111, Transposed = 112;

    public static bool IsHere { get; } = Start();

    static bool Start()
    {
        if (!NativeLibrary.TryLoad(Library, out _)) return false;
        openblas_set_num_threads(1);
        return true;
    }

    public static void Multiply(int m, int n, int k, ref float a, bool ta, ref float b, bool tb, ref float y) =>
        cblas_sgemm(RowMajor, ta ? Transposed : Plain, tb ? Transposed : Plain, m, n, k, 1, ref a, ta ? m : k, ref b,
            tb ? k : n, 0, ref y, n);

    [DllImport(Library)]
    static extern void openblas_set_num_threads(int threads);

    [DllImport(Library)]
    static extern void cblas_sgemm(int order, int ta, int tb, int m, int n, int k, float alpha, ref float a, int lda,
        ref float b, int ldb, float beta, ref float y, int ldy);
}

public static class Products
{
    // CPU time of one measurement: long against the clock's steps, short against what else the machine does.
    const double Seconds = 0.02;

    /// <summary>GFLOP/s of a product and, where both are wanted, of OpenBLAS right after: a pair for each round.
    /// </summary>
    public static List<(double Ours, double Theirs)> Measure(ProductShape shape, int rounds, bool both)
    {
        var (ours, theirs) = (shape.Ours(), both ? shape.Theirs() : null);
        // Compiled, and their data in the cache.
        for (var i = 0; i < 100; i++) ours();
        for (var i = 0; i < 20; i++) theirs?.Invoke();
        return [.. Enumerable.Range(0, rounds).Select(_ =>
            (Rate(shape.Flops, ours), theirs is null ? double.NaN : Rate(shape.Flops, theirs)))];
    }

    static double Rate(double flops, Action product)
    {
        var (begun, cpu, done) = (Cpu.Seconds, 0.0, 0);
        for (var some = Math.Max(1, (int)(1e8 / flops)); cpu < Seconds; cpu = Cpu.Seconds - begun)
        {
            for (var i = 0; i < some; i++) product();
            done += some;
        }
        return flops * done / cpu / 1e9;
    }
}
