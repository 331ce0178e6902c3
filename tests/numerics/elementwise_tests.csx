#nullable enable

static OpCase UnaryCase(string op, Func<Tensor, Tensor> f32, Func<double, double> f64,
    Func<double, double>? domain = null) =>
    new(op, "(5, 7)", x => f32(x[0]), x => x[0].Map(f64), [Numeric.Draw((5, 7), op, domain)]);

OpCases.Add(
[
    UnaryCase("op_UnaryNegation", x => -x, x => -x),
    UnaryCase("Exp", x => x.Exp(), Math.Exp),
    UnaryCase("Log", x => x.Log(), Math.Log, OpCases.Positive),
    UnaryCase("Sqrt", x => x.Sqrt(), Math.Sqrt, OpCases.Positive),
    UnaryCase("Sigmoid", x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
    UnaryCase("Tanh", x => x.Tanh(), Math.Tanh),
    UnaryCase("Relu", x => x.Relu(), x => Math.Max(x, 0)),
]);

static void ExpAtWidth<S, V>(string width) where S : struct, IPairs<V> where V : struct =>
    Test($"exp: {width} bits, within 2 ulp of float64's, and keeps what is not a number", () =>
    {
        float Exp(float x)
        {
            var values = new float[S.Lanes];
            S.Store(Elementwise.Exp<S, V>(S.All(x)), ref values[0]);
            return values[^1];
        }
        var worst = 0.0;
        for (var x = -87f; x < 88f; x += 0.00731f)
        {
            var exact = Math.Exp(x);
            var ulp = MathF.BitIncrement((float)exact) - (float)exact;
            worst = Math.Max(worst, Math.Abs(Exp(x) - exact) / ulp);
        }
        worst.ShouldBeLessThan(2);
        float.IsNaN(Exp(float.NaN)).ShouldBeTrue();
        Exp(-200).ShouldBeLessThan(2e-38f);
        Exp(200).ShouldBeGreaterThan(1e38f);
    });

ExpAtWidth<Simd128, Vector128<float>>("128");
if (Vector256.IsHardwareAccelerated) ExpAtWidth<Simd256, Vector256<float>>("256");
if (Vector512.IsHardwareAccelerated) ExpAtWidth<Simd512, Vector512<float>>("512");

Test("elementwise: dropout draws a uniform number for each factor, and drops it below p", () =>
{
    foreach (var p in new[] { 0, 0.2, 0.5, 1 / 3.0, 0.999 })
    {
        var (factors, random) = (new float[1_000], new RandomStream(1, "dropout"));
        Elementwise.DropoutFactors(factors, p, new RandomStream(1, "dropout"));
        factors.ShouldBe([.. factors.Select(_ => random.Uniform() < p ? 0 : (float)(1 / (1 - p)))]);
    }
});
