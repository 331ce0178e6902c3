#nullable enable
// Layers are recipes. Built for a seed, a recipe becomes a model: named parameters, buffers and a forward function.

public enum Mode { Training, Evaluation }

public delegate Tensor Forward(Tensor x, Mode mode);

/// <summary>A recipe for a layer. `a >> b` feeds a's output to b.</summary>
public sealed record Layer(Func<Scope, Forward> Build)
{
    /// <summary>A layer without parameters that does the same in training and evaluation.</summary>
    public static Layer Of(Func<Tensor, Tensor> f) => new(_ => (x, _) => f(x));

    public static Layer operator >>(Layer first, Layer second) => new(scope =>
    {
        var (f, g) = (first.Build(scope), second.Build(scope));
        return (x, mode) => g(f(x, mode), mode);
    });

    /// <summary>The model for a seed. Each parameter is drawn from a stream of its own, keyed by seed and name, so
    /// that layers without weights of their own may be put in or left out and all weights stay the same.</summary>
    public Model ToModel(long seed)
    {
        var scope = new Scope(seed);
        return new(Build(scope), scope.Parameters, scope.Buffers);
    }
}

/// <summary>A network: its function, what it learns, and what it keeps besides (running statistics).</summary>
public sealed record Model(Forward Forward, IReadOnlyList<Tensor> Parameters, IReadOnlyList<Tensor> Buffers)
{
    public bool IsFinite() => Parameters.All(parameter => parameter.IsFinite());
}

/// <summary>Names and makes the parameters and buffers of a model under construction.</summary>
public sealed class Scope(long seed)
{
    readonly Dictionary<string, int> counts = [];

    public List<Tensor> Parameters { get; } = [];
    public List<Tensor> Buffers { get; } = [];

    /// <summary>The next name of a kind: "linear1", "linear2", ... Kinds are counted apart.</summary>
    public string Next(string kind) => $"{kind}{counts[kind] = counts.GetValueOrDefault(kind) + 1}";

    /// <summary>Random numbers for one purpose within the model.</summary>
    public RandomStream Stream(string purpose) => new(seed, purpose);

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
            // They lie as (outputs, fan-in).
            var turned = new float[values.Length];
            init(turned, fanIn, fanOut, random);
            for (var i = 0; i < values.Length; i++) values[i] = turned[i % fanIn * outputs + i / fanIn];
        });

    Tensor Add(Tensor parameter, int fanIn, int fanOut, Init init)
    {
        var values = new float[parameter.Shape.Count];
        init(values, fanIn, fanOut, Stream(parameter.Name!));
        Parameters.Add(parameter.Assign(values));
        return parameter;
    }
}

static readonly Layer Identity = Layer.Of(x => x);
static readonly Layer Sigmoid = Layer.Of(x => x.Sigmoid());
static readonly Layer Tanh = Layer.Of(x => x.Tanh());
static readonly Layer Relu = Layer.Of(x => x.Relu());

/// <summary>x w + b for x (N, in), w (in, out), b (out).</summary>
static Layer Linear(int fanIn, int fanOut, Init init, bool bias = true) => new(scope =>
{
    var name = scope.Next("linear");
    var w = scope.Weight($"{name}.weight", fanIn, fanOut, init);
    var b = bias ? scope.PerChannel($"{name}.bias", fanOut, Zero) : null;
    return (x, _) => b is null ? x.MatMul(w) : x.Linear(w, b);
});

/// <summary>x (N, inputs, H, W) convolved with kernels of size x size, stride 1, plus a bias per output channel.
/// </summary>
static Layer Conv2d(int inputs, int outputs, int size, Init init, bool bias = true, int padding = 0) => new(scope =>
{
    var name = scope.Next("conv");
    var w = scope.Kernels($"{name}.weight", inputs, outputs, size, init);
    var b = bias ? scope.PerChannel($"{name}.bias", outputs, Zero) : null;
    return (x, _) => x.Convolve(w, padding, b);
});

static readonly Layer AveragePool = Layer.Of(x => x.AveragePool());

/// <summary>Relu >> AveragePool in one visit, and with the normalizer before it, if there is one.</summary>
static readonly Layer ReluPool = Layer.Of(x => x.ReluPool());
static readonly Layer MaxPool = Layer.Of(x => x.MaxPool());

/// <summary>(N, ...) as (N, everything else).</summary>
static readonly Layer Flatten = Layer.Of(x => x.Reshape((x.Shape.Rows, x.Shape.Columns)));

/// <summary>In training each number is dropped with probability p and the others are divided by 1 - p (Srivastava et
/// al. 2014, inverted); in evaluation nothing happens.</summary>
static Layer Dropout(double p) => p is not (>= 0 and < 1)
    ? throw new ArgumentException($"a share to drop lies in [0, 1), not at {p}")
    : new(scope =>
    {
        var random = scope.Stream(scope.Next("dropout"));
        return (x, mode) =>
        {
            if (mode == Mode.Evaluation || p == 0) return x;
            var keep = Tensor.Filled(x.Shape, 0);
            for (var row = 0; row < x.Shape.Rows; row++)
                foreach (ref var value in keep.Row(row)) value = random.Uniform() < p ? 0 : (float)(1 / (1 - p));
            return x * keep;
        };
    });

/// <summary>x + f(x) (He et al. 2016); f keeps the shape.</summary>
static Layer Residual(Layer f) => new(scope =>
{
    var inner = f.Build(scope);
    return (x, mode) => x + inner(x, mode);
});
