#nullable enable
// Random cases for properties, drawn by CsCheck from pinned seeds, so that every run checks the same ones. Setting
// LAB_TEST_SEED to a number draws others.
using CsCheck;

public static class Property
{
    static readonly ulong seed =
        ulong.TryParse(Environment.GetEnvironmentVariable("LAB_TEST_SEED"), out var given) ? given : 2015;

    /// <summary>Checks the cases one by one; a failure prints the case and CsCheck's seed of it.</summary>
    public static void ForAll<T>(Gen<T> cases, Action<T> check, int count = 40)
    {
        for (uint i = 0; i < count; i++)
            cases.Sample(check, seed: new PCG(i, seed).ToString(), iter: 1, threads: 1);
    }

    /// <summary>Shapes that it can normalize, a seed for the numbers in them, and an epsilon.</summary>
    public static Gen<NormCase> CasesOf(Normalizer normalizer, int most = 600) =>
        from rows in Gen.Int[1, 9]
        from channels in Gen.Int[1, 20]
        from positions in Gen.Int[1, 5].Array[0, 2]
        from which in Gen.Int[0, 2]
        let epsilon = new[] { 0, 1e-5, 0.1 }[which]
        from seed in Gen.Int[0, 1_000_000]
        let shape = new Shape([rows, channels, .. positions])
        where shape.Count <= most && normalizer.Fits(shape)
        select new NormCase(normalizer, shape, normalizer.Epsilon ?? epsilon, seed);

    /// <summary>Two shapes that broadcast, axes missing from the front of either.</summary>
    public static Gen<(Shape A, Shape B)> Broadcastable { get; } =
        from sizes in Gen.Int[1, 4].Array[0, 4]
        from once in Gen.Int[0, 255]
        from cut in Gen.Int[0, 4]
        let a = new Shape([.. sizes.Select((size, axis) => (once >> axis & 1) == 1 ? 1 : size)])
        let b = new Shape([.. sizes.Select((size, axis) => (once >> (axis + 4) & 1) == 1 ? 1 : size)
            .Skip(Math.Min(cut, sizes.Length))])
        select once % 2 == 0 ? (a, b) : (b, a);
}

/// <summary>A normalizer with what its definition says: which numbers share a mean and a variance, the row and channel
/// of each given. An epsilon that the layer does not let one choose is named.</summary>
public sealed record Normalizer(string Name, Func<int, double, Layer> Make, Func<Shape, int, int, (int, int)> Set,
    double? Epsilon = null, bool Outside = false)
{
    const int GhostRows = 3;

    static int Together(Shape shape) => shape[1] % 3 == 0 ? shape[1] / 3 : shape[1];

    public static IReadOnlyList<Normalizer> All { get; } =
    [
        new("batch", (c, eps) => BatchNorm(c, epsilon: eps), (_, _, c) => (0, c)),
        new("batch_no_gamma", (c, eps) => BatchNorm(c, epsilon: eps, gamma: false), (_, _, c) => (0, c)),
        new("batch_no_beta", (c, eps) => BatchNorm(c, epsilon: eps, beta: false), (_, _, c) => (0, c)),
        new("batch_no_affine", (c, eps) => BatchNorm(c, epsilon: eps, gamma: false, beta: false), (_, _, c) => (0, c)),
        new("ghost", (c, eps) => BatchNorm(c, epsilon: eps, ghost: GhostRows), (_, n, c) => (n / GhostRows, c)),
        new("layer", (c, eps) => LayerNorm(c, eps), (_, n, _) => (n, 0)),
        new("group", (c, eps) => GroupNorm(c, c % 3 == 0 ? 3 : 1, eps), (s, n, c) => (n, c / Together(s))),
        new("instance", (c, eps) => InstanceNorm(c, eps), (_, n, c) => (n, c)),
        new("seed", (c, _) => SeedNorm(c), (_, _, _) => (0, 0), 1e-3, Outside: true),
        new("seed, last layer", (c, _) => SeedNorm(c, last: true), (_, _, _) => (0, 0), 1e-3, Outside: true),
    ];

    /// <summary>The arms that keep running statistics.</summary>
    public bool Tracks => Name.StartsWith("batch") || Name == "ghost";

    /// <summary>The places (row-major) of each set of a shape.</summary>
    public IReadOnlyList<int[]> Sets(Shape shape) => [.. Ref.Indices(shape.Sizes)
        .Select((at, place) => (Set: Set(shape, at[0], at[1]), place)).GroupBy(pair => pair.Set, pair => pair.place)
        .Select(set => set.ToArray())];

    public bool Fits(Shape shape) => Sets(shape).All(set => set.Length > 1);

    public override string ToString() => Name;
}

/// <summary>A random input of a normalizer, a random gradient that arrives at its output, and its model with random
/// gamma and beta.</summary>
public sealed record NormCase(Normalizer Normalizer, Shape Shape, double Epsilon, int Seed)
{
    public Model Model(bool plain = false)
    {
        var model = Normalizer.Make(Shape[1], Epsilon).ToModel(Seed);
        foreach (var parameter in plain ? [] : model.Parameters)
            parameter.Assign(Normals(parameter.Shape, parameter.Name!).ToArray());
        return model;
    }

    /// <summary>Of another mean and deviation in every channel, and nowhere a set of nearly equal numbers, where
    /// float32 says little about x minus its mean.</summary>
    public Tensor X(string purpose = "x")
    {
        var random = new RandomStream(Seed, purpose);
        var channels = Enumerable.Range(0, Shape[1])
            .Select(_ => (Mean: random.Uniform(-3, 3), Deviation: random.Uniform(0.3, 3))).ToArray();
        var x = new float[Shape.Count];
        foreach (var set in Normalizer.Sets(Shape))
            do
                foreach (var place in set)
                {
                    var (mean, deviation) = channels[ChannelOf(place)];
                    x[place] = (float)(mean + deviation * random.Normal());
                }
            while (Moments(x, set).Variance < 0.01);
        return Tensor.From(Shape, x);
    }

    int ChannelOf(int place) => place / (Shape.Columns / Shape[1]) % Shape[1];

    /// <summary>How large the terms of dx are that may cancel: in sets of two all of them do, but for epsilon.
    /// </summary>
    public double DxTerms => Moments(X()).Max(set => set.Rate) * G().ToArray().Max(Math.Abs)
        * Model().Parameters.SelectMany(parameter => parameter.ToArray()).Append(1).Max(Math.Abs);

    public Tensor G() => Normals(Shape, "g");

    public Tensor Normals(Shape shape, string purpose)
    {
        var random = new RandomStream(Seed, purpose);
        return Tensor.From(shape, [.. Enumerable.Range(0, shape.Count).Select(_ => (float)random.Normal())]);
    }

    /// <summary>Mean and biased variance of each set in float64, and 1 / deviation.</summary>
    public IReadOnlyList<(int[] Places, double Mean, double Variance, double Rate)> Moments(Tensor x)
    {
        var values = x.ToArray();
        return [.. Normalizer.Sets(Shape).Select(set => Moments(values, set) is var (mean, variance)
            ? (set, mean, variance, 1 / Deviation(variance)) : default)];
    }

    static (double Mean, double Variance) Moments(float[] values, int[] set)
    {
        var mean = set.Average(place => (double)values[place]);
        return (mean, set.Average(place => (values[place] - mean) * (values[place] - mean)));
    }

    public double Deviation(double variance) =>
        Normalizer.Outside ? Math.Sqrt(variance) + Epsilon : Math.Sqrt(variance + Epsilon);

    /// <summary>The layer's definition, in float64, of x and then gamma and beta where the layer has them.</summary>
    public Ref Definition(IReadOnlyList<Tensor> parameters, Ref[] inputs)
    {
        Ref? Find(string name) => parameters.Select((parameter, i) => (parameter, i))
            .Where(pair => pair.parameter.Name!.EndsWith(name)).Select(pair => inputs[pair.i + 1]).FirstOrDefault();
        var (x, gamma, beta) = (inputs[0], Find("gamma"), Find("beta"));
        var y = new double[x.Values.Length];
        foreach (var set in Normalizer.Sets(Shape))
        {
            var mean = set.Average(place => x.Values[place]);
            var deviation = Deviation(set.Average(place => (x.Values[place] - mean) * (x.Values[place] - mean)));
            foreach (var place in set)
            {
                var (scale, shift) = (gamma?.Values[ChannelOf(place)] ?? 1, beta?.Values[ChannelOf(place)] ?? 0);
                y[place] = (x.Values[place] - mean) / deviation * scale + shift;
            }
        }
        return new(x.Shape, y);
    }
}

/// <summary>What a model makes of an input in one step, and the gradients, by name, that come of g at its output.
/// </summary>
public sealed record Outcome(float[] Y, IReadOnlyDictionary<string, float[]> Gradients)
{
    public float[] Dx => Gradients["x"];

    public static Outcome Run(Model model, Tensor x, Tensor g, Mode mode = Mode.Training, Tape? tape = null)
    {
        var input = Tensor.Parameter("x", x.Shape).Assign(x.ToArray());
        return (tape ?? new Tape()).Step(() =>
        {
            var y = model.Forward(input, mode);
            return new Outcome(y.ToArray(), Tape.Gradients(y, g)
                .ToDictionary(pair => pair.Parameter.Name!, pair => pair.Gradient.ToArray()));
        });
    }

    /// <summary>Its output and dx, turned about.</summary>
    public Outcome Map(Func<float[], float[]> turn) => new(turn(Y), Gradients
        .ToDictionary(pair => pair.Key, pair => pair.Key == "x" ? turn(pair.Value) : pair.Value));

    /// <summary>To a tolerance relative to the largest value, or to the terms of dx.</summary>
    public void ShouldBeNear(Outcome other, double tolerance, double dxTerms)
    {
        Numeric.Distance(Y, other.Y.Select(v => (double)v)).ShouldBeLessThan(tolerance, "output");
        Gradients.Keys.ShouldBe(other.Gradients.Keys, ignoreOrder: true);
        foreach (var (name, gradient) in Gradients)
            gradient.Zip(other.Gradients[name], (a, b) => Math.Abs((double)a - b)).Max().ShouldBeLessThan(
                tolerance * (other.Gradients[name].Max(Math.Abs) + (name == "x" ? dxTerms : 1e-3)), name);
    }
}

static Outcome Normalized(Layer layer, Shape shape, params float[] values) =>
    Outcome.Run(layer.ToModel(0), Tensor.From(shape, values), Numeric.Draw(shape, "upstream"));
