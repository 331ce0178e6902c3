#nullable enable

Test("hessian: Lanczos finds all eigenvalues of a small matrix, and the largest of a larger one soon", () =>
{
    // Rotated by a reflection, which keeps eigenvalues.
    double[] TimesOf(double[] eigenvalues, double[] vector)
    {
        var n = eigenvalues.Length;
        double[] Reflect(double[] x) => [.. x.Select(value => value - 2 * x.Sum() / n)];
        return Reflect([.. Reflect(vector).Zip(eigenvalues, (a, b) => a * b)]);
    }
    double[] small = [-3, 0, 1, 1.5, 7];
    Hessian.Lanczos(vector => TimesOf(small, vector), 5, 9, new(1, "start")).ShouldBe(small, 1e-9);
    // As of a trained net: most are near 0, and a few stand out.
    double[] large = [.. Enumerable.Range(0, 1_000).Select(i => i < 3 ? 10.0 - 2 * i : Math.Sin(i) / 2)];
    Hessian.Lanczos(vector => TimesOf(large, vector), 1_000, 15, new(1, "start"))[^1].ShouldBe(10, 1e-3);
});

Test("hessian: Lanczos in as many rows as a net has weights is the same each time, beside other threads", () =>
{
    double Largest() => Hessian.Lanczos(v => [.. v.Select((x, i) => x * (1 + i % 17))], 40_000, 4, new(1, "test"))[^1];
    var alone = Largest();
    var beside = new double[8];
    Parallel.For(0, beside.Length, i => beside[i] = Largest());
    beside.ShouldAllBe(value => value == alone);
});

Test("hessian: products are linear and symmetric, and leave the model as it is", () =>
    Watched(Watchable with { Activation = Activation.Tanh }, [20], snapshot =>
    {
        int[] batch = [.. Enumerable.Range(0, 200)];
        var size = snapshot.Model.Parameters.Sum(parameter => parameter.Shape.Count);
        double[] Unit(string stream)
        {
            var random = new RandomStream(1, stream);
            double[] values = [.. Enumerable.Range(0, size).Select(_ => random.Normal())];
            return [.. values.Select(value => value / Math.Sqrt(values.Sum(other => other * other)))];
        }
        double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
        var before = snapshot.Model.Parameters[0].ToArray();
        var (a, b) = (Unit("a"), Unit("b"));
        var (ha, hb) = (Hessian.Times(snapshot, batch, a), Hessian.Times(snapshot, batch, b));
        Dot(ha, b).ShouldBe(Dot(a, hb), 0.01 * Math.Sqrt(Dot(ha, ha)));
        Dot(ha, Hessian.Times(snapshot, batch, [.. a.Select(value => -value)])).ShouldBe(-Dot(ha, ha),
            1e-3 * Dot(ha, ha));
        snapshot.Model.Parameters[0].ToArray().ShouldBe(before);
        // Power iteration comes to the same eigenvalue where that is the largest in size.
        var sharpness = Hessian.Sharpness(snapshot, batch, 20);
        var vector = a;
        var value = 0.0;
        for (var i = 0; i < 60; i++)
        {
            var product = Hessian.Times(snapshot, batch, vector);
            value = Dot(vector, product);
            vector = [.. product.Select(one => one / Math.Sqrt(Dot(product, product)))];
        }
        value.ShouldBe(sharpness, 0.01 * sharpness);
    }));
