#nullable enable
// A layer is a recipe. Built for a seed, it becomes a model: named parameters, buffers and a forward function.

public enum Mode { Training, Evaluation }

public delegate Tensor Forward(Tensor x, Mode mode);

/// <summary>A recipe for a layer. `a >> b` feeds a's output to b.</summary>
public sealed record Layer(Func<Scope, Forward> Build)
{
    /// <summary>A layer that applies a function: it has no parameters and is the same in training and evaluation.
    /// </summary>
    public static Layer From(Func<Tensor, Tensor> f) => new(_ => (x, _) => f(x));

    public static Layer operator >>(Layer first, Layer second) => new(scope =>
    {
        var (f, g) = (first.Build(scope), second.Build(scope));
        return (x, mode) => g(f(x, mode), mode);
    });

    /// <summary>The model for a seed. Each parameter is drawn from its own random stream, keyed by seed and name. So
    /// all weights stay the same if layers without weights (such as normalizers) are added or removed.</summary>
    /// <param name="draw">False leaves all parameters 0, for a copy that is assigned those of another model.</param>
    public Model ToModel(long seed, bool draw = true)
    {
        var scope = new Scope(seed, draw);
        return new(Build(scope), scope.Parameters, scope.Buffers);
    }
}

/// <summary>A network: its function, the parameters that it learns, and buffers such as running statistics.</summary>
public sealed record Model(Forward Forward, IReadOnlyList<Tensor> Parameters, IReadOnlyList<Tensor> Buffers)
{
    /// <summary>The weights of all layers but the one that gives the classes, which is made last. Their scale does not
    /// matter where a normalizer follows each.</summary>
    public IEnumerable<Tensor> HiddenWeights =>
        Parameters.Where(parameter => parameter.Name!.EndsWith(".weight")).SkipLast(1);

    public bool IsFinite() => Parameters.All(parameter => parameter.IsFinite());
}

/// <summary>Names and makes the parameters and buffers of a model while it is built.</summary>
/// <param name="draw">False leaves all parameters 0.</param>
public sealed class Scope(long seed, bool draw = true)
{
    readonly Dictionary<string, int> counts = [];

    public List<Tensor> Parameters { get; } = [];
    public List<Tensor> Buffers { get; } = [];

    /// <summary>The next name of a kind of layer: "linear1", "linear2", ... Each kind has its own count.</summary>
    public string Next(string kind) => $"{kind}{counts[kind] = counts.GetValueOrDefault(kind) + 1}";

    /// <summary>The model's random numbers for one purpose.</summary>
    public RandomStream Stream(string purpose) => new(seed, purpose);

    /// <summary>Random numbers that are drawn anew in each step of training: each call gives the stream of the next
    /// step. A buffer counts the steps, so that a copy of the model with its buffers draws what the model will draw
    /// next, and not again what it drew first.</summary>
    public Func<RandomStream> StreamOfEachStep(string purpose)
    {
        var steps = Buffer($"{purpose}.steps", 1, 0);
        return () => Stream($"{purpose}/{(int)steps.Row(0)[0]++}");
    }

    /// <summary>A weight (in, out) of a matrix product.</summary>
    public Tensor Weight(string name, int fanIn, int fanOut, Init init) =>
        Add(Tensor.Parameter(name, (fanIn, fanOut), panels: true), fanIn, fanOut, init);

    /// <summary>One value for each of `count` channels.</summary>
    public Tensor PerChannel(string name, int count, Init init) =>
        Add(Tensor.Parameter(name, count), 1, count, init);

    /// <summary>A buffer, one value for each of `count` channels.</summary>
    public Tensor Buffer(string name, int count, float value)
    {
        var buffer = Tensor.Buffer(name, count);
        buffer.Storage.Fill(value);
        Buffers.Add(buffer);
        return buffer;
    }

    /// <summary>The kernels (outputs, inputs, size, size) of a convolution.</summary>
    public Tensor Kernels(string name, int inputs, int outputs, int size, Init init) => Add(
        Tensor.Parameter(name, (outputs, inputs, size, size)), inputs * size * size, outputs * size * size,
        (values, fanIn, fanOut, random) =>
        {
            // Schemes fill (fan-in, outputs); kernels are stored as (outputs, fan-in).
            var transposed = new float[values.Length];
            init(transposed, fanIn, fanOut, random);
            for (var i = 0; i < values.Length; i++) values[i] = transposed[i % fanIn * outputs + i / fanIn];
        });

    Tensor Add(Tensor parameter, int fanIn, int fanOut, Init init)
    {
        Parameters.Add(parameter);
        if (!draw) return parameter;
        var values = new float[parameter.Shape.Count];
        init(values, fanIn, fanOut, Stream(parameter.Name!));
        return parameter.Assign(values);
    }
}

static readonly Layer Identity = Layer.From(x => x);
static readonly Layer Sigmoid = Layer.From(x => x.Sigmoid());
static readonly Layer Tanh = Layer.From(x => x.Tanh());
static readonly Layer Relu = Layer.From(x => x.Relu());

/// <summary>Makes the weights that a layer uses, in every step, from the weights w that it learns: (in, out) or (O, C,
/// KH, KW). What it learns besides stands under the layer's name.</summary>
public delegate Func<Tensor> WeightMap(Scope scope, string layer, Tensor w);

/// <summary>x w + b for x (N, in), w (in, out), b (out).</summary>
/// <param name="map">Makes w from what is learned; null: w is learned.</param>
static Layer Linear(int fanIn, int fanOut, Init init, bool bias = true, WeightMap? map = null) => new(scope =>
{
    var name = scope.Next("linear");
    var learned = scope.Weight($"{name}.weight", fanIn, fanOut, init);
    var b = bias ? scope.PerChannel($"{name}.bias", fanOut, Zero) : null;
    var w = map?.Invoke(scope, name, learned) ?? (() => learned);
    return (x, _) => b is null ? x.MatMul(w()) : x.Linear(w(), b);
});

/// <summary>x (N, inputs, H, W) convolved with kernels of size x size, plus a bias per output channel.</summary>
/// <param name="padding">Zeros on every side of x.</param>
/// <param name="map">Makes the kernels from what is learned; null: they are learned.</param>
static Layer Conv2d(int inputs, int outputs, int size, Init init, bool bias = true, int padding = 0, int stride = 1,
    WeightMap? map = null) => new(scope =>
{
    var name = scope.Next("conv");
    var learned = scope.Kernels($"{name}.weight", inputs, outputs, size, init);
    var b = bias ? scope.PerChannel($"{name}.bias", outputs, Zero) : null;
    var w = map?.Invoke(scope, name, learned) ?? (() => learned);
    return (x, _) => x.Convolve(w(), padding, b, stride);
});

static readonly Layer AveragePool = Layer.From(x => x.AveragePool());

static readonly Layer MaxPool = Layer.From(x => x.MaxPool());

/// <summary>(N, C, H, W) to the mean of each channel, (N, C).</summary>
static readonly Layer GlobalAveragePool = Layer.From(x => x.GlobalAveragePool());

/// <summary>(N, ...) reshaped to (N, product of all other sizes).</summary>
static readonly Layer Flatten = Layer.From(x => x.Reshape((x.Shape.Rows, x.Shape.Columns)));

/// <summary>Inverted dropout (Srivastava et al. 2014): in training each number becomes 0 with probability p, and the
/// others are divided by 1 - p. In evaluation x is returned unchanged.</summary>
static Layer Dropout(double p) => p is not (>= 0 and < 1)
    ? throw new ArgumentException($"a share to drop lies in [0, 1), not at {p}")
    : new(scope =>
    {
        var next = scope.StreamOfEachStep(scope.Next("dropout"));
        return (x, mode) =>
        {
            if (mode == Mode.Evaluation || p == 0) return x;
            var (factors, random) = (Tensor.Filled(x.Shape, 0), next());
            for (var row = 0; row < x.Shape.Rows; row++) Elementwise.DropoutFactors(factors.Row(row), p, random);
            return x * factors;
        };
    });

/// <summary>shortcut(x) + f(x), two tensors of one shape (He et al. 2016).</summary>
/// <param name="shortcut">Null: the identity.</param>
static Layer Residual(Layer f, Layer? shortcut = null) => new(scope =>
{
    var (inner, outer) = (f.Build(scope), shortcut?.Build(scope) ?? ((x, _) => x));
    return (x, mode) => outer(x, mode) + inner(x, mode);
});

/// <summary>x times one number that is learned.</summary>
static Layer LearnedScale(double start) => new(scope =>
{
    var scale = scope.PerChannel($"{scope.Next("scale")}.scale", 1, Constant(start));
    return (x, _) => x * scale;
});

/// <summary>x plus one number that is learned and starts at 0.</summary>
static readonly Layer LearnedShift = new(scope =>
{
    var shift = scope.PerChannel($"{scope.Next("shift")}.shift", 1, Zero);
    return (x, _) => x + shift;
});
