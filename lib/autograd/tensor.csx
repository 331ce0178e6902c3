#nullable enable
// Tensors, their ops, and the tape that records ops and takes gradients. An op is one expression: its inputs, its
// value, and the gradients of its inputs from the gradient g that arrives at its output y.

/// <summary>Float32 numbers in a shape. A result of a step lives in the step's memory and must not be read after it;
/// parameters, buffers and all that is made outside a step own their memory.</summary>
public sealed class Tensor
{
    readonly Arena? arena;
    readonly long step;
    TensorValues values;
    IDeferred? deferred;
    Tensor[]? deferredInputs;

    Tensor(in TensorValues values, Arena? arena) => (this.values, this.arena, step) = (values, arena, arena?.Step ?? 0);

    public Shape Shape => values.Shape;
    public Layout Layout => values.Layout;

    /// <summary>Name of a parameter or buffer within its model ("linear2.weight"), else null.</summary>
    public string? Name { get; private init; }

    /// <summary>True for what training learns: the reverse pass yields a gradient for it.</summary>
    public bool IsParameter { get; private init; }

    /// <summary>Position on the running step's tape, or -1 if no gradient flows here.</summary>
    public int Node { get; set; } = -1;

    public static implicit operator Tensor(in TensorValues values) => new(values, Arena.Current);
    public static implicit operator TensorValues(Tensor x) => x.Values;
    public static implicit operator Tensor(float value) => Filled(Shape.Scalar, value);

    /// <summary>A tensor of the values, given in row-major order.</summary>
    public static Tensor From(Shape shape, ReadOnlySpan<float> values) => TensorValues.From(shape, values);

    public static Tensor Filled(Shape shape, float value) => TensorValues.Filled(shape, value);

    /// <summary>A named tensor that owns its memory and is learned. Weights of matrix products (in, out) are stored in
    /// panels.</summary>
    public static Tensor Parameter(string name, Shape shape, bool panels = false) =>
        // A single row is the same either way, but padded as rows are.
        new(Owned(shape, panels && shape.Rows > 1), null) { Name = name, IsParameter = true };

    /// <summary>A named tensor that owns its memory and is not learned, such as a running mean.</summary>
    public static Tensor Buffer(string name, Shape shape) => new(Owned(shape, panels: false), null) { Name = name };

    static TensorValues Owned(Shape shape, bool panels)
    {
        var layout = panels ? Layout.Panels(shape.Rows, shape.Columns) : Layout.RowMajor(shape.Rows, shape.Columns);
        return new(shape, layout, Block.Owned(layout.Length));
    }

    // A tensor whose values are computed when something first reads them.
    static Tensor Deferred(Shape shape, Layout layout, IDeferred deferred, params Tensor[] inputs) =>
        new(new(shape, layout, default), Arena.Current) { deferred = deferred, deferredInputs = inputs };

    /// <summary>The product that this gradient is, as long as nothing has read it.</summary>
    public DeferredProduct? DeferredProduct => deferred as DeferredProduct;

    /// <summary>The values. Throws in a later step than the one they were made in.</summary>
    public ref readonly TensorValues Values
    {
        get
        {
            if (arena is not null && arena.Step != step) ThrowStale();
            if (values.Block.Array is null) Evaluate();
            return ref values;
        }
    }

    public ref float First => ref Values.First;
    public Span<float> Storage => Values.Storage;

    /// <summary>The elements of row r, in a row-major layout.</summary>
    public Span<float> Row(int r) => Values.Row(r);

    /// <summary>A copy of the values in row-major order.</summary>
    public float[] ToArray() => Values.ToArray();

    /// <summary>Overwrites the values, given in row-major order, and returns this tensor.</summary>
    public Tensor Assign(ReadOnlySpan<float> values)
    {
        Values.Assign(values);
        return this;
    }

    /// <summary>The value of a tensor of one element.</summary>
    public float Item => Shape.Count == 1 ? First : throw new InvalidOperationException($"{Shape} is not one number");

    /// <summary>True if no element is infinite or NaN.</summary>
    public bool IsFinite() => Matrix.IsFinite(ref First, Layout);

    /// <summary>The sum of the squares of all elements, in float64.</summary>
    public double SumOfSquares() => Matrix.SumOfSquares(ref First, Layout);

    /// <summary>In how many rows of (N, classes) the largest value stands at the label.</summary>
    public int CountCorrect(ReadOnlySpan<byte> labels) => Compute.CountCorrect(this, labels);

    public override string ToString() => $"{Name ?? "tensor"} {Shape}";

    /// <summary>Called before parameters change: deferred values can then not be computed any more.</summary>
    public void DropDeferred() => deferred = null;

    // In a method of its own so that Values stays small enough to be inlined.
    void Evaluate()
    {
        if (deferred is not { } pending)
            throw new InvalidOperationException($"{this} was never computed: read it before gradients are taken");
        deferred = null;
        values = TensorValues.Empty(Shape, Layout);
        pending.ComputeInto(values);
    }

    void ThrowStale() => throw new InvalidOperationException(
        $"{this} belongs to a step that has ended; copy what is needed with ToArray() or Item before its end");

    // Ops. Gradients of broadcast operands are summed to the operand's shape in one place (Tape.Propagate).

    public static Tensor operator +(Tensor a, Tensor b) =>
        Tape.Op([a, b], Compute.Zip(Broadcast.Add, a, b), (g, _) => [g, g]);

    public static Tensor operator -(Tensor a, Tensor b) =>
        Tape.Op([a, b], Compute.Zip(Broadcast.Subtract, a, b), (g, _) => [g, -g]);

    public static Tensor operator *(Tensor a, Tensor b) =>
        Tape.Op([a, b], Compute.Zip(Broadcast.Multiply, a, b), (g, _) => [g * b, g * a]);

    public static Tensor operator /(Tensor a, Tensor b) =>
        Tape.Op([a, b], Compute.Zip(Broadcast.Divide, a, b), (g, y) => [g / b, -(g * y / b)]);

    public static Tensor operator -(Tensor x) =>
        Tape.Op([x], Compute.Map(TensorPrimitives.Negate, x), (g, _) => [-g]);

    public Tensor Exp() => Tape.Op([this], Compute.Map(TensorPrimitives.Exp, this), (g, y) => [g * y]);

    public Tensor Log() => Tape.Op([this], Compute.Map(TensorPrimitives.Log, this), (g, _) => [g / this]);

    public Tensor Sqrt() => Tape.Op([this], Compute.Map(TensorPrimitives.Sqrt, this), (g, y) => [g / (y + y)]);

    public Tensor Sigmoid() => Tape.Op([this], Compute.Map(Elementwise.Sigmoid, this),
        (g, y) => [Compute.Map(Elementwise.SigmoidGradient, g, y)]);

    public Tensor Tanh() => Tape.Op([this], Compute.Map(TensorPrimitives.Tanh, this),
        (g, y) => [Compute.Map(Elementwise.TanhGradient, g, y)]);

    public Tensor Relu() => Tape.Op([this], Compute.Map(Elementwise.Relu, this),
        (g, y) => [Compute.Map(Elementwise.ReluGradient, g, y)]);

    /// <summary>x w for x (N, in) and w (in, out).</summary>
    public Tensor MatMul(Tensor w) => Tape.Op([this, w], Compute.Multiply(this, w),
        (g, _) => [ByInput(w, g), ByWeight(w, g)]);

    /// <summary>x w + b for x (N, in), w (in, out) and b (out).</summary>
    public Tensor Linear(Tensor w, Tensor b) => Tape.Op([this, w, b], Compute.AddToRows(Compute.Multiply(this, w), b),
        (g, _) => [ByInput(w, g), ByWeight(w, g), g]);

    // The gradients of x w by x, if it is wanted, and by w. The latter is deferred, so it needs a copy of an x that may
    // be updated before it is computed.
    Tensor? ByInput(Tensor w, Tensor g) => Tape.Wants(this) ? Compute.MultiplyTransposed(g, w) : null;
    Tensor ByWeight(Tensor w, Tensor g) => Deferred(w.Shape, w.Layout,
        new DeferredProduct(IsParameter ? TensorValues.From(Shape, ToArray()) : Values.RowMajor(), g));

    /// <summary>The sum of all elements, a scalar.</summary>
    public Tensor Sum() => Tape.Op([this], Compute.SumTo(this, Shape.Scalar), (g, _) => [g + Filled(Shape, 0)]);

    /// <summary>The mean of all elements, a scalar.</summary>
    public Tensor Mean() => Sum() * (1f / Shape.Count);

    /// <summary>The same numbers, in row-major order, in another shape.</summary>
    public Tensor Reshape(Shape shape) => Tape.Op([this], Values.View(shape), (g, _) => [g.Values.View(Shape)]);

    /// <summary>The sum over the axes that the shape lacks or in which it is 1, by NumPy's rule of
    /// broadcasting.</summary>
    public Tensor SumTo(Shape shape) => Tape.Op([this], Compute.SumTo(this, shape), (g, _) => [g + Filled(Shape, 0)]);

    /// <summary>x (N, C, H, W) convolved with w (O, C, KH, KW), stride s, p zeros on each side, plus a bias (O) if
    /// there is one: (N, O, (H + 2p - KH) / s + 1, (W + 2p - KW) / s + 1), rounded down. As usual in this field, the
    /// kernel is not flipped.</summary>
    public Tensor Convolve(Tensor w, int padding = 0, Tensor? bias = null, int stride = 1) =>
        stride == 1 ? ConvolveDensely(w, padding, bias) : ConvolveDensely(w, padding, bias).Subsample(stride);

    Tensor ConvolveDensely(Tensor w, int padding, Tensor? bias) => Tape.Op(Present(this, w, bias),
        Compute.Convolve(this, w, bias?.Values, padding), (g, _) =>
        {
            var (dw, db) = Compute.ConvolutionByKernels(this, w, bias?.Values, padding, g);
            return [Tape.Wants(this) ? Compute.ConvolutionByInput(this, w, padding, g) : null, dw, Optional(db)];
        });

    // Every s-th row and column, from the first on.
    Tensor Subsample(int s) => Tape.Op([this], Compute.Subsample(this, s), (g, _) => [Compute.Scatter(g, s, Shape)]);

    /// <summary>Means over windows of 2 x 2 of (N, C, H, W), stride 2; an odd last row or column is left out.</summary>
    public Tensor AveragePool() => Tape.Op([this], Compute.AveragePool(new IdentityPixels(), this),
        (g, _) => [Compute.AveragePoolGradient(new IdentityPixels(), this, g)]);

    /// <summary>AveragePool of Relu in one pass; if this is a deferred normalization, that is part of the pass too.
    /// </summary>
    public Tensor ReluPool() => deferred is DeferredNormalization x
        ? Tape.Op(deferredInputs!, x.ReluPool(), (g, _) => Present(x.ReluPoolGradients(g)))
        : Tape.Op([this], Compute.AveragePool(new ReluPixels(), this),
            (g, _) => [Compute.AveragePoolGradient(new ReluPixels(), this, g)]);

    /// <summary>The maximum of each window of 2 x 2; the gradient goes to the first of equal pixels.</summary>
    public Tensor MaxPool() => Tape.Op([this], Compute.Pool(Pooling.Max, this),
        (g, y) => [Compute.MaxPoolGradient(this, g, y)]);

    /// <summary>The mean of each channel of (N, C, H, W): (N, C).</summary>
    public Tensor GlobalAveragePool() =>
        SumTo(new(Shape[0], Shape[1], 1, 1)).Reshape((Shape[0], Shape[1])) * (1f / (Shape[2] * Shape[3]));

    /// <summary>The mean over rows of -ln softmax(x)[label], a scalar, for x (N, classes) and one label for each row.
    /// </summary>
    public Tensor CrossEntropy(ReadOnlyMemory<byte> labels)
    {
        var (probabilities, loss) = Compute.CrossEntropy(this, labels.Span);
        return Tape.Op([this], loss, (g, _) => [Compute.CrossEntropyGradient(probabilities, labels.Span, g.Item)]);
    }

    /// <summary>(x - mean) / deviation * gamma + beta, with the moments of each set; gamma and beta have one value for
    /// each channel, or are null for 1 and 0. Gradients go through the moments, which must be those of x, unless
    /// sets.ConstantMoments says that they are constants, such as running averages.</summary>
    public Tensor Normalize(NormalizationSets sets, Moments moments, Tensor? gamma, Tensor? beta)
    {
        var x = new DeferredNormalization(this, sets, moments, gamma?.Values, beta?.Values);
        var inputs = Present(this, gamma, beta);
        var y = Deferred(Shape, x.Layout, x, inputs);
        if (Tape.Current is null) y.Evaluate();
        return Tape.Op(inputs, y, (g, _) => Present(x.Gradients(g)));
    }

    static Tensor[] Present(NormalizationGradients gradients) =>
        Present(gradients.Dx, Optional(gradients.DGamma), Optional(gradients.DBeta));

    // x and those of two others that are not null.
    static Tensor[] Present(Tensor x, Tensor? second, Tensor? third) => (second, third) switch
    {
        (null, null) => [x],
        (null, _) => [x, third],
        (_, null) => [x, second],
        _ => [x, second, third],
    };

    static Tensor? Optional(TensorValues? x) => x is { } values ? values : null;
}

/// <summary>The gradients of an op's inputs from the gradient g that arrives at its output y; null where none is
/// wanted. </summary>
public delegate Tensor?[] GradientRule(Tensor g, Tensor y);

/// <summary>Records the ops of one step at a time, on the thread that runs it, and takes gradients in reverse order.
/// </summary>
public sealed class Tape
{
    readonly record struct Entry(Tensor Y, Tensor[] Inputs, GradientRule? Rule);

    [ThreadStatic] static Tape? current;

    readonly List<Entry> entries = [];
    readonly Arena arena = new();
    bool paused;

    /// <summary>The tape whose step is running on this thread.</summary>
    public static Tape? Current => current;

    /// <summary>Runs the body as one step. Tensors that are made in it end with it; return numbers.</summary>
    /// <param name="record">False if no gradient will be asked for.</param>
    public T Step<T>(Func<T> body, bool record = true)
    {
        if (current is not null) throw new InvalidOperationException("a step is already running on this thread");
        (current, paused) = (this, !record);
        arena.BeginStep();
        try { return body(); }
        finally
        {
            current = null;
            entries.Clear();
            arena.EndStep();
        }
    }

    /// <summary>Whether a gradient is wanted for x: it is a parameter, or depends on one.</summary>
    public static bool Wants(Tensor x) => x.Node >= 0 || x.IsParameter;

    /// <summary>Records an op and returns its output y. Outside a step, or if y depends on no parameter, nothing is
    /// recorded.</summary>
    public static Tensor Op(Tensor[] inputs, Tensor y, GradientRule rule)
    {
        if (current is { paused: false } tape && Array.Exists(inputs, Wants)) tape.Record(inputs, y, rule);
        return y;
    }

    /// <summary>The gradient of a scalar loss by each parameter, the parameter that was used last first. A gradient is
    /// complete when it is yielded, and the rest of the pass does not read its parameter: an optimizer may update it at
    /// once.</summary>
    public static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Tensor loss) => Gradients(loss, 1f);

    /// <summary>The same for any output, from the gradient g that arrives at it.</summary>
    public static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Tensor y, Tensor g) =>
        current?.Reverse(y, g) ?? throw new InvalidOperationException("gradients are taken within a step");

    void Record(Tensor[] inputs, Tensor y, GradientRule rule)
    {
        // A parameter is recorded just before its first use, so that the reverse pass reaches it when nothing reads it
        // any more.
        foreach (var input in inputs)
            if (input.IsParameter && !Holds(input)) Append(new(input, [], null));
        Append(new(y, inputs, rule));
    }

    void Append(Entry entry)
    {
        entry.Y.Node = entries.Count;
        entries.Add(entry);
    }

    bool Holds(Tensor x) => (uint)x.Node < (uint)entries.Count && ReferenceEquals(entries[x.Node].Y, x);

    IEnumerable<(Tensor, Tensor)> Reverse(Tensor y, Tensor g)
    {
        if (!Holds(y)) throw new ArgumentException($"{y} depends on no parameter in this step");
        if (!g.Shape.Equals(y.Shape)) throw new ArgumentException($"a gradient of shape {g.Shape} at {y}");
        // The caller may read y after the pass, when parameters have changed, so it is computed now if it is deferred.
        _ = y.Values;
        var gradients = new Tensor?[y.Node + 1];
        gradients[y.Node] = g;
        for (var node = y.Node; node >= 0; node--)
        {
            var entry = entries[node];
            entry.Y.DropDeferred();
            if (gradients[node] is not { } arrived) continue;
            gradients[node] = null;
            if (entry.Rule is null) yield return (entry.Y, arrived);
            else Propagate(entry, arrived, gradients);
        }
    }

    void Propagate(Entry entry, Tensor arrived, Tensor?[] gradients)
    {
        paused = true;
        try
        {
            var given = entry.Rule!(arrived, entry.Y);
            for (var i = 0; i < given.Length; i++)
                if (given[i] is { } g && Holds(entry.Inputs[i]))
                {
                    var input = entry.Inputs[i];
                    ref var slot = ref gradients[input.Node];
                    if (!g.Shape.Equals(input.Shape)) g = Compute.SumTo(g, input.Shape);
                    slot = slot is null ? g : slot + g;
                }
        }
        finally { paused = false; }
    }
}
