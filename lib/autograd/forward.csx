#nullable enable
// Values of ops: from tensors to loops over floats.

public sealed partial class Tensor
{
    public delegate void Unary(ReadOnlySpan<float> x, Span<float> y);
    public delegate void Binary(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> y);

    static Tensor Map(Unary f, Tensor x)
    {
        var y = x.Like();
        f(x.Storage, y.Storage);
        return y;
    }

    // For two operands of one shape; rows are always row-major where a gradient meets an output.
    static Tensor Map(Binary f, Tensor a, Tensor b)
    {
        if (a.Layout != b.Layout) (a, b) = (a.RowMajor(), b.RowMajor());
        var y = a.Like();
        f(a.Storage, b.Storage, y.Storage);
        return y;
    }

    static Tensor Zip(Broadcast.Function f, Tensor a, Tensor b)
    {
        if (a.Shape.Equals(b.Shape))
        {
            if (a.Layout != b.Layout) (a, b) = (a.RowMajor(), b.RowMajor());
            var same = a.Like();
            f.Both(a.Storage, b.Storage, same.Storage);
            return same;
        }
        (a, b) = (a.RowMajor(), b.RowMajor());
        var y = Empty(Shape.Broadcast(a.Shape, b.Shape));
        Broadcast.Zip(f, y.Shape.Sizes, ref a.First, a.StridesWithin(y.Shape), ref b.First, b.StridesWithin(y.Shape),
            ref y.First, y.StridesWithin(y.Shape));
        return y;
    }

    /// <summary>Sums over the axes along which a tensor of the given shape was repeated to this one's.</summary>
    internal Tensor SumTo(Shape shape)
    {
        if (Shape.Equals(shape)) return this;
        var x = RowMajor();
        if (shape.Rows == 1 && shape.Columns == Layout.Columns)
        {
            var sum = Empty(shape);
            Broadcast.SumRows(x.Storage, x.Layout.RowStride, sum.Row(0));
            return sum;
        }
        var y = Filled(shape, 0);
        Broadcast.Accumulate(Shape.Sizes, ref x.First, x.StridesWithin(Shape), ref y.First, y.StridesWithin(Shape));
        return y;
    }

    int[] StridesWithin(Shape broadcast) => Shape.StridesWithin(broadcast, Layout.RowStride);

    static Tensor Multiply(Tensor x, Tensor w)
    {
        if (x.Shape.Rank != 2 || w.Shape.Rank != 2 || x.Shape[1] != w.Shape[0])
            throw new ArgumentException($"cannot multiply {x} by {w}: (N, in) times (in, out) is wanted");
        x = x.RowMajor();
        var y = Empty((x.Shape[0], w.Shape[1]));
        Gemm.Multiply(y.Layout.Rows, y.Layout.Columns, w.Layout.Rows, ref x.First, x.Layout.RowStride, 1,
            ref w.First, w.Layout, ref y.First, y.Layout);
        return y;
    }

    static Tensor MultiplyTransposed(Tensor g, Tensor w)
    {
        g = g.RowMajor();
        var y = Empty((g.Shape[0], w.Shape[0]));
        Gemm.MultiplyTransposed(y.Layout.Rows, y.Layout.Columns, w.Layout.Columns, ref g.First, g.Layout.RowStride,
            ref w.First, w.Layout, ref y.First, y.Layout);
        return y;
    }

    // The gradients of a product by x, where one is wanted, and by w. The latter waits to be read, and of an x that may
    // be updated before then it keeps a copy.
    Tensor? ByInput(Tensor w, Tensor g) => Tape.Wants(this) ? MultiplyTransposed(g, w) : null;
    Tensor ByWeight(Tensor w, Tensor g) => Unevaluated(new(IsParameter ? Of(Shape, ToArray()) : RowMajor(), g), w);

    static Tensor AddToRows(Tensor y, Tensor b)
    {
        if (b.Shape.Rank != 1 || b.Shape[0] != y.Shape[1])
            throw new ArgumentException($"cannot add {b} to the rows of {y.Shape}: ({y.Shape[1]},) is wanted");
        Broadcast.AddToRows(b.Row(0), y.Storage, y.Layout.RowStride);
        return y;
    }

    static ConvolutionShape ConvolutionOf(Tensor x, Tensor w, int padding) =>
        x.Shape.Rank == 4 && w.Shape.Rank == 4 && x.Shape[1] == w.Shape[1]
        && w.Shape[2] <= x.Shape[2] + 2 * padding && w.Shape[3] <= x.Shape[3] + 2 * padding
            ? new(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], w.Shape[0], w.Shape[2], w.Shape[3], padding, padding)
            : throw new ArgumentException($"cannot convolve {x} with {w}: (N, C, H, W) and (O, C, KH, KW) are wanted, "
                + "the kernel no larger than the padded image");

    static Tensor Convolved(Tensor x, Tensor w, Tensor? bias, int padding)
    {
        var c = ConvolutionOf(x, w, padding);
        var y = Empty((c.Images, c.Outputs, c.OutHeight, c.OutWidth));
        Convolution.Forward(c, x.Storage, x.Layout.RowStride, w.Storage, w.Layout.RowStride, ValuesOf(bias), y.Storage,
            y.Layout.RowStride);
        return y;
    }

    static Tensor?[] ConvolvedGradients(Tensor x, Tensor w, Tensor? bias, int padding, Tensor g)
    {
        var c = ConvolutionOf(x, w, padding);
        var (dx, dw, db) = (Tape.Wants(x) ? Empty(x.Shape) : null, Empty(w.Shape), bias?.Like());
        if (dx is not null)
            Convolution.InputGradient(c, g.Storage, g.Layout.RowStride, w.Storage, w.Layout.RowStride, dx.Storage,
                dx.Layout.RowStride);
        Convolution.WeightGradient(c, x.Storage, x.Layout.RowStride, g.Storage, g.Layout.RowStride, dw.Storage,
            dw.Layout.RowStride, ValuesOf(db));
        return db is null ? [dx, dw] : [dx, dw, db];
    }

    delegate void Pool(ReadOnlySpan<float> x, int height, int width, Span<float> y);

    static Tensor Pooled(Pool pool, Tensor x)
    {
        var y = Empty(PooledShape(x));
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
            pool(x.Plane(plane), x.Shape[2], x.Shape[3], y.Plane(plane));
        return y;
    }

    static Shape PooledShape(Tensor x) => x.Shape.Rank == 4 && x.Shape[2] >= 2 && x.Shape[3] >= 2
        ? (x.Shape[0], x.Shape[1], x.Shape[2] / 2, x.Shape[3] / 2)
        : throw new ArgumentException($"cannot pool {x}: (N, C, H, W) with at least 2 x 2 pixels is wanted");

    static Tensor AveragePooled<P>(P pixels, Tensor x) where P : struct, IPixels
    {
        var y = Empty(PooledShape(x));
        for (var n = 0; n < x.Shape[0]; n++)
            Pooling.Average<P>([pixels], x.Row(n), x.Shape[1], x.Shape[2], x.Shape[3], y.Row(n));
        return y;
    }

    static Tensor AveragePoolGradient<P>(P pixels, Tensor x, Tensor g) where P : struct, IPixels
    {
        var dx = Empty(x.Shape);
        for (var n = 0; n < x.Shape[0]; n++)
            Pooling.AverageGradient<P>([pixels], g.Row(n), x.Row(n), x.Shape[1], x.Shape[2], x.Shape[3], dx.Row(n));
        return dx;
    }

    static Tensor MaxPoolGradient(Tensor x, Tensor g, Tensor y)
    {
        var dx = Empty(x.Shape);
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
            Pooling.MaxGradient(g.Plane(plane), x.Plane(plane), y.Plane(plane), x.Shape[2], x.Shape[3],
                dx.Plane(plane));
        return dx;
    }

    // Channel after channel, image after image, of (N, C, H, W).
    Span<float> Plane(int plane)
    {
        var (image, channel) = Math.DivRem(plane, Shape[1]);
        return Row(image).Slice(channel * Shape[2] * Shape[3], Shape[2] * Shape[3]);
    }

    /// <summary>In how many rows of (N, classes) the largest value stands at the label; first of equals counts. A row
    /// whose largest value is not finite, or that contains NaN, is wrong: it says nothing about the class.</summary>
    public int CountCorrect(ReadOnlySpan<byte> labels)
    {
        var correct = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            // The place of the first NaN, if there is one.
            var place = TensorPrimitives.IndexOfMax<float>(Row(row));
            if (place == labels[row] && float.IsFinite(Row(row)[place])) correct++;
        }
        return correct;
    }

    Tensor LogLoss(ReadOnlySpan<byte> labels, out Tensor loss)
    {
        if (Shape.Rank != 2 || labels.Length != Shape[0])
            throw new ArgumentException($"{labels.Length} labels for {this}: (N, classes) and N labels are wanted");
        if (labels.ContainsAnyExceptInRange((byte)0, (byte)Math.Min(255, Shape[1] - 1)))
            throw new ArgumentException($"a label is outside 0..{Shape[1] - 1}");
        var x = RowMajor();
        var p = x.Like();
        loss = (float)Softmax.CrossEntropy(x.Storage, x.Layout.RowStride, x.Layout.Columns, labels, p.Storage);
        return p;
    }

    static Tensor LogLossGradient(Tensor probabilities, ReadOnlySpan<byte> labels, Tensor g)
    {
        var dx = probabilities.Like();
        Softmax.CrossEntropyGradient(probabilities.Storage, probabilities.Layout.RowStride, labels, g.Item, dx.Storage);
        return dx;
    }

    // x and those of gamma and beta that there are.
    static Tensor[] Known(Tensor x, Tensor? gamma, Tensor? beta) => (gamma, beta) switch
    {
        (null, null) => [x],
        (null, _) => [x, beta],
        (_, null) => [x, gamma],
        _ => [x, gamma, beta],
    };

    // gamma and beta are single rows: (C).
    static Span<float> ValuesOf(Tensor? x) => x is null ? default : x.Row(0);

    /// <summary>x normalized: alone, or with ReLU and average pooling after it.</summary>
    internal sealed record Normalized(Tensor X, Groups Groups, Moments Moments, Tensor? Gamma, Tensor? Beta)
    {
        readonly Tensor x = X.RowMajor();

        public Layout Layout => x.Layout;
        public Tensor[] Inputs => Known(X, Gamma, Beta);

        public void Into(Tensor y) => Forward(y, default);

        public Tensor ReluPooled()
        {
            var y = Empty(PooledShape(x));
            Forward(y, PlanesOf(y));
            return y;
        }

        public Tensor[] Gradients(Tensor g) => Gradients(g.RowMajor(), default);

        public Tensor[] ReluPoolGradients(Tensor g) => Gradients(g, PlanesOf(g));

        void Forward(Tensor y, PooledPlanes pooled) => Normalization.Forward(Groups, Moments.Mean, Moments.Variance,
            ValuesOf(Gamma), ValuesOf(Beta), x.Storage, y.Storage, Layout.RowStride, pooled);

        Tensor[] Gradients(Tensor g, PooledPlanes pooled)
        {
            var (dx, dGamma, dBeta) = (x.Like(), Gamma?.Like(), Beta?.Like());
            Normalization.Backward(Groups, Moments.Mean, Moments.Variance, ValuesOf(Gamma), x.Storage, g.Storage,
                dx.Storage, Layout.RowStride, ValuesOf(dGamma), ValuesOf(dBeta), ValuesOf(Beta), pooled);
            return Known(dx, dGamma, dBeta);
        }

        PooledPlanes PlanesOf(Tensor y) => new(x.Shape[2], x.Shape[3], y.Layout.RowStride);
    }
}

/// <summary>Mean and biased variance of each set of numbers that was normalized, in float64; they live as long as the
/// step they were taken in.</summary>
public sealed class Moments
{
    readonly Tensor memory;
    readonly int sets;

    Moments(int sets) => (this.sets, memory) = (sets, Tensor.Empty(4 * sets));

    public Span<double> Mean => MemoryMarshal.Cast<float, double>(memory.Row(0))[..sets];
    public Span<double> Variance => MemoryMarshal.Cast<float, double>(memory.Row(0))[sets..];

    /// <summary>The moments of the sets of x that the groups name.</summary>
    public static Moments Of(Tensor x, in Groups groups)
    {
        x = x.RowMajor();
        var moments = new Moments(groups.Sets);
        Normalization.Moments(groups, x.Storage, x.Layout.RowStride, moments.Mean, moments.Variance);
        return moments;
    }

    /// <summary>Given moments, one per set, such as running averages.</summary>
    public static Moments From(Tensor mean, Tensor variance)
    {
        var moments = new Moments(mean.Shape.Count);
        TensorPrimitives.ConvertTruncating<float, double>(mean.Row(0), moments.Mean);
        TensorPrimitives.ConvertTruncating<float, double>(variance.Row(0), moments.Variance);
        return moments;
    }
}
