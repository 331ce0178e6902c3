#nullable enable

/// <summary>Numbers of float32 in a shape. A result of a step on a tape lives in the tape's memory and dies with the
/// step; parameters, buffers and whatever is made outside a step own their memory. How the numbers lie (padded rows,
/// panels of columns, or not computed yet) is nobody's business outside this folder and numerics.</summary>
public sealed partial class Tensor
{
    readonly Tape? tape;
    readonly long step;
    Block block;
    Product? product;
    Normalized? normalized;

    Tensor(Shape shape, Layout layout, Tape? tape, Block block, Product? product = null)
    {
        (Shape, Layout, this.tape, this.block, this.product) = (shape, layout, tape, block, product);
        step = tape?.StepNumber ?? 0;
    }

    public Shape Shape { get; }
    public Layout Layout { get; }

    /// <summary>A parameter's or buffer's name within its model ("linear2.weight"), else null.</summary>
    public string? Name { get; private init; }

    /// <summary>True for what training learns: the reverse pass yields a gradient for it.</summary>
    public bool IsParameter { get; private init; }

    /// <summary>Position on the tape of the present step, -1 if no gradient flows here.</summary>
    internal int Node { get; set; } = -1;

    /// <summary>A tensor to be filled, rows padded: in the running step's memory where there is one.</summary>
    public static Tensor Empty(Shape shape) => Empty(shape, Layout.RowMajor(shape.Rows, shape.Columns));

    internal static Tensor Empty(Shape shape, Layout layout) =>
        new(shape, layout, Tape.Current, Allocate(Tape.Current, layout));

    /// <summary>A tensor of the same shape and layout, to be filled.</summary>
    internal Tensor Like() => Empty(Shape, Layout);

    /// <summary>The values in row-major order, without padding.</summary>
    public static Tensor Of(Shape shape, ReadOnlySpan<float> values) => Empty(shape).Assign(values);

    public static Tensor Filled(Shape shape, float value)
    {
        var y = Empty(shape);
        y.Storage.Fill(value);
        return y;
    }

    public static implicit operator Tensor(float value) => Filled(Shape.Scalar, value);

    /// <summary>A named tensor that owns its memory and is learned. Weights of matrix products (in, out) are kept in
    /// panels.</summary>
    public static Tensor Parameter(string name, Shape shape, bool panels = false)
    {
        // A single row is row-major either way, and then must be as long as others are.
        var layout = panels && shape.Rows > 1 ? Layout.Panels(shape.Rows, shape.Columns)
            : Layout.RowMajor(shape.Rows, shape.Columns);
        return new(shape, layout, null, Block.Owned(layout.Length)) { Name = name, IsParameter = true };
    }

    /// <summary>A named tensor that owns its memory and is not learned, such as a running mean.</summary>
    public static Tensor Buffer(string name, Shape shape)
    {
        var layout = Layout.RowMajor(shape.Rows, shape.Columns);
        return new(shape, layout, null, Block.Owned(layout.Length)) { Name = name };
    }

    /// <summary>A weight's gradient x^T g, not computed until something reads it; an optimizer can instead let the
    /// product run straight into its update.</summary>
    internal static Tensor Unevaluated(Product product, Tensor like) =>
        new(like.Shape, like.Layout, Tape.Current, default, product);

    internal Product? Pending => product;

    /// <summary>A normalized x, within a step not computed until something reads it: what takes it in one visit with
    /// what follows never does.</summary>
    internal static Tensor Unevaluated(Normalized normalized)
    {
        var y = new Tensor(normalized.X.Shape, normalized.Layout, Tape.Current, default) { normalized = normalized };
        if (Tape.Current is null) y.Evaluate();
        return y;
    }

    /// <summary>What this is, for as long as nothing has read it.</summary>
    internal Normalized? Unread => normalized;

    /// <summary>Called before parameters change: a value that nothing has read is lost.</summary>
    internal void Forget() => normalized = null;

    /// <summary>The same numbers under another shape: in the same memory where both have the same rows.</summary>
    internal Tensor View(Shape shape)
    {
        if (shape.Count != Shape.Count) throw new ArgumentException($"{Shape} cannot be seen as {shape}");
        if (shape.Rows != Shape.Rows) return Of(shape, ToArray());
        var source = RowMajor();
        _ = source.First;
        return new(shape, source.Layout, source.tape, source.block);
    }

    /// <summary>All floats, padding included. Padding holds whatever loops over whole rows left there.</summary>
    internal Span<float> Storage => MemoryMarshal.CreateSpan(ref First, Layout.Length);

    internal ref float First
    {
        get
        {
            if (tape is not null && tape.StepNumber != step) ThrowStale();
            if (block.Array is null) Evaluate();
            return ref block.First;
        }
    }

    /// <summary>The elements of row r.</summary>
    internal Span<float> Row(int r) =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref First, r * Layout.RowStride), Layout.Columns);

    /// <summary>This tensor with rows in one piece: itself, or a copy of what is kept in panels.</summary>
    internal Tensor RowMajor() => Layout.IsRowMajor ? this : In(Layout.RowMajor(Shape.Rows, Shape.Columns));

    /// <summary>This tensor in a layout: itself, or a copy.</summary>
    internal Tensor In(Layout layout)
    {
        if (Layout == layout) return this;
        var y = Empty(Shape, layout);
        for (var row = 0; row < Layout.Rows; row++)
            for (var column = 0; column < Layout.Columns; column++)
                Unsafe.Add(ref y.First, layout.Offset(row, column)) =
                    Unsafe.Add(ref First, Layout.Offset(row, column));
        return y;
    }

    /// <summary>A copy of the values in row-major order, without padding.</summary>
    public float[] ToArray()
    {
        var values = new float[Shape.Count];
        for (var row = 0; row < Layout.Rows; row++)
            for (var column = 0; column < Layout.Columns; column++)
                values[row * Layout.Columns + column] = Unsafe.Add(ref First, Layout.Offset(row, column));
        return values;
    }

    /// <summary>Overwrites the values, given in row-major order, and returns this tensor.</summary>
    public Tensor Assign(ReadOnlySpan<float> values)
    {
        if (values.Length != Shape.Count)
            throw new ArgumentException($"{values.Length} values do not fill {Shape}");
        for (var row = 0; row < Layout.Rows; row++)
            for (var column = 0; column < Layout.Columns; column++)
                Unsafe.Add(ref First, Layout.Offset(row, column)) = values[row * Layout.Columns + column];
        return this;
    }

    /// <summary>The value of a tensor of one element.</summary>
    public float Item => Shape.Count == 1 ? First : throw new InvalidOperationException($"{Shape} is not one number");

    /// <summary>True if no element is infinite or not a number.</summary>
    public bool IsFinite()
    {
        for (var row = 0; row < Layout.Rows; row++)
            for (var column = 0; column < Layout.Columns; column += Layout.PanelColumns)
            {
                var length = Math.Min(Layout.PanelColumns, Layout.Columns - column);
                ref var run = ref Unsafe.Add(ref First, Layout.Offset(row, column));
                if (!TensorPrimitives.IsFiniteAll<float>(MemoryMarshal.CreateReadOnlySpan(ref run, length)))
                    return false;
            }
        return true;
    }

    /// <summary>The sum of all elements' squares, in float64.</summary>
    public double SumOfSquares() => ToArray().Sum(value => (double)value * value);

    public override string ToString() => $"{Name ?? "tensor"} {Shape}";

    static Block Allocate(Tape? tape, Layout layout) => tape?.Rent(layout.Length) ?? Block.Owned(layout.Length);

    // In a method of its own so that First stays small enough to be inlined.
    void Evaluate()
    {
        var (pending, unread) = (product, normalized);
        if (pending is null && unread is null)
            throw new InvalidOperationException($"{this} was never computed: read it before gradients are taken");
        (product, normalized) = (null, null);
        block = Allocate(tape, Layout);
        pending?.Into(new StoreTo(ref block.First), Layout);
        unread?.Into(this);
    }

    void ThrowStale() => throw new InvalidOperationException(
        $"{this} belongs to a step that has ended; copy what is needed with ToArray() or Item before its end");
}

/// <summary>x^T g, the gradient of a weight (in, out) for x (N, in) and g (N, out).</summary>
public sealed record Product(Tensor X, Tensor G)
{
    public void Into<E>(E epilogue, Layout layout) where E : IEpilogue, allows ref struct => Gemm.Run(
        X.Layout.Columns, G.Layout.Columns, X.Layout.Rows, ref X.First, 1, X.Layout.RowStride,
        ref G.First, G.Layout, epilogue, layout);
}
