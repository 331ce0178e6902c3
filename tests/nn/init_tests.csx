#nullable enable
// Initial values against each scheme's definition; and how gradients grow through layers that begin with them.

/// <summary>A scheme: its variance from fan-in and fan-out, and its fourth moment over the squared variance (3 for
/// normal, 1.8 for uniform numbers).</summary>
public sealed record InitCase(string Name, Init Init, Func<double, double, double> Variance, double? Kurtosis)
{
    public static IReadOnlyList<InitCase> All { get; } =
    [
        new("Zero", Zero, (_, _) => 0, null),
        new("One", One, (_, _) => 0, null),
        new("Constant", Constant(0.3), (_, _) => 0, null),
        new("Uniform", Uniform(0.6), (_, _) => 0.12, 1.8),
        new("Normal", Normal(0.5), (_, _) => 0.25, 3),
        new("Scaled", Normal(0.5).Scaled(3), (_, _) => 2.25, 3),
        new("LeCunNormal", LeCunNormal, (fanIn, _) => 1 / fanIn, 3),
        new("LeCunUniform", LeCunUniform, (fanIn, _) => 1 / fanIn, 1.8),
        new("GlorotNormal", GlorotNormal, (fanIn, fanOut) => 2 / (fanIn + fanOut), 3),
        new("GlorotUniform", GlorotUniform, (fanIn, fanOut) => 2 / (fanIn + fanOut), 1.8),
        new("HeNormal", HeNormal, (fanIn, _) => 2 / fanIn, 3),
        new("HeUniform", HeUniform, (fanIn, _) => 2 / fanIn, 1.8),
        new("Orthogonal", Orthogonal, (fanIn, outputs) => 1 / Math.Max(fanIn, outputs), null),
    ];
}

static void ShouldHaveMoments(this float[] values, double variance, double? kurtosis, string what)
{
    var mean = values.Average(v => (double)v);
    var (second, fourth) = (values.Average(v => Math.Pow(v - mean, 2)), values.Average(v => Math.Pow(v - mean, 4)));
    if (variance == 0) second.ShouldBe(0, 1e-12, what);
    if (variance == 0) return;
    // Five standard errors, of orthogonal matrices fewer.
    Math.Abs(mean).ShouldBeLessThan(5 * Math.Sqrt(variance / values.Length), what);
    second.ShouldBe(variance, variance * 5 * Math.Sqrt(((kurtosis ?? 3) - 1) / values.Length), what);
    if (kurtosis is not { } expected) return;
    (fourth / second / second).ShouldBe(expected, expected == 3 ? 0.2 : 0.03, what);
    if (expected != 1.8) return;
    Math.Pow(values.Max(Math.Abs), 2).ShouldBeInRange(2.99 * variance, 3.0001 * variance, what);
}

foreach (var test in InitCase.All)
    Test($"init: {test.Name} has its mean, variance and distribution, in linear layers and kernels", () =>
    {
        foreach (var (fanIn, fanOut) in new[] { (250, 60), (60, 250) })
            Linear(fanIn, fanOut, test.Init).ToModel(1).Parameters[0].ToArray()
                .ShouldHaveMoments(test.Variance(fanIn, fanOut), test.Kurtosis, $"{fanIn} to {fanOut}");
        var fans = test.Variance(30 * 9, test.Name == "Orthogonal" ? 50 : 50 * 9);
        Conv2d(30, 50, 3, test.Init).ToModel(1).Parameters[0].ToArray()
            .ShouldHaveMoments(fans, test.Kurtosis, "kernels");
    });

Test("init: orthogonal matrices and kernels have orthonormal rows or columns, whichever are fewer, to 1e-5", () =>
{
    // Kernels lie as (outputs, fan-in), which is a matrix of so many rows.
    foreach (var (layer, rows) in new[] { (Linear(5, 9, Orthogonal), 5), (Linear(9, 5, Orthogonal), 9),
        (Linear(40, 40, Orthogonal), 40), (Linear(1, 7, Orthogonal), 1), (Linear(300, 120, Orthogonal), 300),
        (Conv2d(3, 6, 3, Orthogonal), 6), (Conv2d(2, 30, 3, Orthogonal), 30), (Conv2d(4, 7, 1, Orthogonal), 7) })
        for (var seed = 0; seed < 3; seed++)
        {
            var values = layer.ToModel(seed).Parameters[0].ToArray();
            var columns = values.Length / rows;
            float[] Vector(int i) => columns < rows
                ? [.. Enumerable.Range(0, rows).Select(row => values[row * columns + i])]
                : values[(i * columns)..((i + 1) * columns)];
            for (var i = 0; i < Math.Min(rows, columns); i++)
                for (var j = 0; j <= i; j++)
                    Vector(i).Zip(Vector(j), (a, b) => (double)a * b).Sum()
                        .ShouldBe(i == j ? 1 : 0, 1e-5, $"{rows} x {columns}");
        }
});

Test("init: constants are exact; biases, beta and running mean start at 0, gamma and running variance at 1", () =>
{
    Linear(4, 5, Zero).ToModel(1).Parameters.ShouldAllBe(p => p.ToArray().All(v => v == 0));
    Linear(4, 5, Constant(0.3)).ToModel(1).Parameters[0].ToArray().ShouldAllBe(v => v == 0.3f);
    var layers = Conv2d(2, 3, 3, HeNormal) >> BatchNorm(3) >> Flatten >> Linear(12, 4, HeNormal) >> LayerNorm(4);
    var model = layers.ToModel(1);
    foreach (var tensor in model.Parameters.Concat(model.Buffers).Where(tensor => !tensor.Name!.EndsWith("weight")))
    {
        var start = tensor.Name!.EndsWith("gamma") || tensor.Name.EndsWith("running_var") ? 1 : 0;
        tensor.ToArray().ShouldAllBe(v => v == start, tensor.Name);
    }
});

// Growth of the squared gradient from one layer to the one below, at initialization with BN (Yang et al. 2019). ReLU
// tends to pi / (pi - 1) = 1.467 as the batch grows; without activation it is (B - 2) / (B - 3). The values for ReLU
// were measured independently, at the width and depth that stand here, over 20 draws. One draw deviates by 1.4% at
// batch 8 and by less at others; three are within 1% of the expected values.

public static class NormalizedLayers
{
    const int Width = 384, Depth = 40, Draws = 3, First = 3, Last = 38;

    static readonly Lazy<Forward[][]> products = new(() => [.. Enumerable.Range(1, Draws).Select(seed =>
    {
        var scope = new Scope(seed);
        return Enumerable.Range(0, Depth).Select(_ => Linear(Width, Width, LeCunNormal, bias: false).Build(scope))
            .ToArray();
    })]);

    /// <summary>The geometric mean over layers 3 to 38 and the draws. What is differentiated by is a probe: zeros that
    /// are added to the output of each layer.</summary>
    public static double GrowthPerLayer(int batch, bool relu) =>
        Math.Exp(products.Value.Select((linear, draw) => Log(linear, batch, relu, draw)).Average());

    static double Log(Forward[] linear, int batch, bool relu, int draw) => new Tape().Step(() =>
    {
        var norm = BatchNorm(Width, gamma: false, beta: false).Build(new Scope(0));
        Tensor Normals(string purpose) => Numeric.Draw((batch, Width), $"growth/{batch}/{draw}/{purpose}");
        var y = Normals("x");
        for (var layer = 0; layer < Depth; layer++)
        {
            y = norm(linear[layer](y, Mode.Training), Mode.Training);
            y = (relu ? y.Relu() : y) + Tensor.Parameter($"probe{layer + 1}", y.Shape);
        }
        var squares = Tape.Gradients(y, Normals("g")).Where(pair => pair.Parameter.Name!.StartsWith("probe"))
            .ToDictionary(pair => pair.Parameter.Name!, pair => pair.Gradient.SumOfSquares());
        return Math.Log(squares[$"probe{First}"] / squares[$"probe{Last}"]) / (Last - First);
    });
}

foreach (var (batch, relu, expected) in new[]
{
    (8, true, 1.79), (32, true, 1.52), (128, true, 1.474), (8, false, 6 / 5.0), (32, false, 30 / 29.0),
})
    Test($"init: growth of the squared gradient a layer, {(relu ? "ReLU" : "linear")}, batch {batch}: {expected:0.000}",
        () => NormalizedLayers.GrowthPerLayer(batch, relu).ShouldBe(expected, 0.03 * expected));
