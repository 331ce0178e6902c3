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
    bool isRead;

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
            CheckStep();
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

    IDeferred? Pending
    {
        get
        {
            CheckStep();
            return deferred;
        }
    }

    void CheckStep()
    {
        if (arena is not null && arena.Step != step) ThrowStale();
    }

    void ThrowStale() => throw new InvalidOperationException(
        $"{this} belongs to a step that has ended; copy what is needed with ToArray() or Item before its end");

    // Ops. Gradients of broadcast operands are summed to the operand's shape in one place (Tape.Propagate).

    public static Tensor operator +(Tensor a, Tensor b) =>
        a.Shape.Equals(b.Shape) && (a.Layout.IsBlocks || b.Layout.IsBlocks) ? AddPixels(a, b)
            : Tape.Op([a, b], Compute.Zip(Broadcast.Add, a, b), (g, _) => [g, g]);

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

    public Tensor Relu() => !Layout.IsBlocks ? Tape.Op([this], Compute.Map(Elementwise.Relu, this),
        (g, y) => [Compute.Map(Elementwise.ReluGradient, g, y)])
        : Mapped is { } map ? Map(map.Relu(), deferredInputs!) : Map(new(new(Values), null, relu: true), [this]);

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
    public Tensor Convolve(Tensor w, int padding = 0, Tensor? bias = null, int stride = 1)
    {
        // A map with two summands ends a residual block. It is kept, because the block's shortcut reads it too.
        var map = Mapped is { HasTwo: true } ? null : TakePlace();
        var convolved = new ConvolvedPixels(map ?? Kept(), w, padding, stride);
        Tensor[] inputs = map is null ? [this] : deferredInputs!;
        // Before a normalizer, which wants the moments, there is usually no bias.
        var y = Tape.Op([.. inputs, w], convolved.Forward(measure: bias is null), (g, _) =>
        {
            if (!Array.Exists(inputs, Tape.Wants))
                return [.. inputs.Select(_ => (Tensor?)null), convolved.Backward(g.Pixels, null)];
            var dx = TensorValues.Empty(Shape, Shape.Blocks);
            if (map is null) return [dx, convolved.Backward(g.Pixels, dx)];
            var gradients = new PixelGradients(map, dx, Tape.Take(this)?.Pixels);
            var dw = convolved.Backward(g.Pixels, dx, gradients);
            return [.. Tensors(gradients.Results()), dw];
        });
        return bias is null ? y : y.AddToChannels(bias);
    }

    /// <summary>x (N, C, L) or (N, C, H, W) plus b (C).</summary>
    Tensor AddToChannels(Tensor b)
    {
        if (b.Shape.Rank != 1 || b.Shape[0] != Shape[1])
            throw new ArgumentException($"cannot add {b.Shape} to the channels of {Shape}: ({Shape[1]},) is wanted");
        // Normalization by mean 0 and deviation 1.
        var sets = new NormalizationSets(Shape[0], Shape[1], Shape.Columns / Shape[1], Shape[0], 1, 0,
            ConstantMoments: true);
        return Normalize(sets, Moments.From(TensorValues.Filled(Shape[1], 0), TensorValues.Filled(Shape[1], 1)), null,
            b);
    }

    /// <summary>Means over windows of 2 x 2 of (N, C, H, W), stride 2; an odd last row or column is left out.</summary>
    public Tensor AveragePool() => Mapped is { IsRelu: true } map ? Map(new PooledMap(map.First), deferredInputs!)
        : OfPixels(x => Compute.Pool(Pooling.Average, x),
            (x, g, _) => new AveragePoolGradient(x.Shape, g.InBlocks()));

    /// <summary>The maximum of each window of 2 x 2; the gradient goes to the first of equal pixels.</summary>
    public Tensor MaxPool() => OfPixels(x => Compute.Pool(Pooling.Max, x),
        (x, g, y) => new MaxPoolGradient(x, y, g.InBlocks()));

    /// <summary>The mean of each channel of (N, C, H, W): (N, C).</summary>
    public Tensor GlobalAveragePool() => OfPixels(Compute.GlobalAveragePool,
        (x, g, _) => new GlobalAveragePoolGradient(x.Shape, g.RowMajor()));

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
        var inputs = Present(this, gamma, beta);
        if (Shape.Rank > 2)
            return Map(new(new NormalizedPixels(Values.InBlocks(), sets, moments, gamma?.Values, beta?.Values), null,
                relu: false), inputs);
        return Tape.Op(inputs, Compute.Normalize(this, sets, moments, gamma?.Values, beta?.Values), (g, _) =>
        {
            var (dx, dGamma, dBeta) =
                Compute.NormalizeGradients(this, sets, moments, gamma?.Values, beta?.Values, g);
            return Present(dx, Optional(dGamma), Optional(dBeta));
        });
    }

    // The map of pixels that this tensor is, as long as nothing has read it.
    PixelMap? Mapped => Pending as PixelMap;

    // The images of this tensor, computed as they are read if they are deferred.
    IPixels Pixels => Pending as IPixels ?? new StoredPixels(Values);

    // The same, but those of a map with two summands are kept as this tensor's values when they are read.
    IPixels Kept()
    {
        if (Mapped is not { HasTwo: true } map)
            return Layout.IsBlocks ? Pixels : new PlanePixels(Values.RowMajor());
        (values, deferred) = (TensorValues.Empty(Shape, Layout), null);
        return new KeptPixels(map, values);
    }

    // This tensor's map, if there is one and nothing has read it. The op that reads it first takes its place on the
    // tape: it passes gradients on to what the map is computed from, together with those of later readers.
    PixelMap? TakePlace()
    {
        var map = isRead ? null : Mapped;
        isRead = true;
        return map;
    }

    // A tensor whose images are computed when something reads them.
    static Tensor Map(PixelMap map, Tensor[] inputs)
    {
        var y = Deferred(map.Shape, map.Shape.Blocks, map, inputs);
        if (Tape.Current is null) y.Evaluate();
        return Tape.Op(inputs, y, (g, _) => Tensors(map.Gradients(g.Pixels)));
    }

    static Tensor AddPixels(Tensor a, Tensor b)
    {
        // What is normalized is added as it is computed.
        static (MappedPixels, Tensor[]) Summand(Tensor x) =>
            x.Mapped is { HasTwo: false, HasRelu: false } map ? (map.First, x.deferredInputs!) : (new(x.Values), [x]);
        var ((first, its), (second, others)) = (Summand(a), Summand(b));
        return Map(new(first, second, relu: false), [.. its, .. others]);
    }

    // An op that reads images one at a time.
    Tensor OfPixels(Func<IPixels, TensorValues> f, Func<IPixels, TensorValues, TensorValues, IPixels> gradient)
    {
        if (TakePlace() is { } map)
            return Tape.Op(deferredInputs!, f(map),
                (g, y) => Tensors(map.Gradients(gradient(map, g, y), Tape.Take(this)?.Pixels)));
        var x = Layout.IsBlocks ? Pixels : new StoredPixels(Values);
        return Tape.Op([this], f(x), (g, y) => Tensors([new(default, gradient(x, g, y))]));
    }

    static Tensor[] Tensors(TensorGradient[] gradients) => [.. gradients.Select(FromGradient)];

    static Tensor FromGradient(TensorGradient gradient) => gradient.Pixels is { } pixels
        ? Deferred(pixels.Shape, pixels.Shape.Blocks, pixels) : gradient.Values;

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
    Tensor?[] gradients = [];
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

    /// <summary>The sum of the gradients that have arrived at x so far in the reverse pass, if there are any. The
    /// caller, a gradient rule, passes them on in place of the op that gave x.</summary>
    public static Tensor? Take(Tensor x)
    {
        if (!current!.Holds(x)) return null;
        ref var slot = ref current.gradients[x.Node];
        var taken = slot;
        slot = null;
        return taken;
    }

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
        (paused, this.gradients) = (true, gradients);
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
