#nullable enable
// What ops compute: from values to the loops in numerics, with checks of shapes. Nothing here is recorded.

public static class Compute
{
    public delegate void Unary(ReadOnlySpan<float> x, Span<float> y);
    public delegate void Pooling2x2(ReadOnlySpan<float> x, int height, int width, Span<float> y);

    /// <summary>f of each element.</summary>
    public static TensorValues Map(Unary f, in TensorValues x)
    {
        var y = x.Like();
        f(x.Storage, y.Storage);
        return y;
    }

    /// <summary>f of two operands of one shape, element by element.</summary>
    public static TensorValues Map(Broadcast.VectorVector f, in TensorValues a, in TensorValues b)
    {
        if (a.Layout != b.Layout) return Map(f, a.RowMajor(), b.RowMajor());
        var y = a.Like();
        f(a.Storage, b.Storage, y.Storage);
        return y;
    }

    /// <summary>f of two operands that are broadcast to one shape.</summary>
    public static TensorValues Zip(Broadcast.Function f, in TensorValues a, in TensorValues b)
    {
        if (a.Shape.Equals(b.Shape)) return Map(f.Both, a, b);
        var (p, q, y) = (a.RowMajor(), b.RowMajor(), TensorValues.Empty(Shape.Broadcast(a.Shape, b.Shape)));
        Broadcast.Zip(f, y.Shape.Sizes, ref p.First, p.StridesWithin(y.Shape), ref q.First, q.StridesWithin(y.Shape),
            ref y.First, y.StridesWithin(y.Shape));
        return y;
    }

    /// <summary>x summed over the axes along which a tensor of the given shape was broadcast.</summary>
    public static TensorValues SumTo(in TensorValues x, Shape shape)
    {
        var rows = x.RowMajor();
        if (shape.Rows == 1 && shape.Columns == rows.Layout.Columns)
        {
            var sum = TensorValues.Empty(shape);
            Broadcast.SumRows(rows.Storage, rows.Layout.RowStride, sum.Row(0));
            return sum;
        }
        var y = TensorValues.Filled(shape, 0);
        Broadcast.Accumulate(rows.Shape.Sizes, ref rows.First, rows.StridesWithin(rows.Shape), ref y.First,
            y.StridesWithin(rows.Shape));
        return y;
    }

    /// <summary>x w for x (N, in) and w (in, out).</summary>
    public static TensorValues Multiply(in TensorValues x, in TensorValues w)
    {
        if (x.Shape.Rank != 2 || w.Shape.Rank != 2 || x.Shape[1] != w.Shape[0])
            throw new ArgumentException($"cannot multiply {x.Shape} by {w.Shape}: (N, in) times (in, out) is wanted");
        var rows = x.RowMajor();
        var y = TensorValues.Empty((x.Shape[0], w.Shape[1]));
        Gemm.Multiply(y.Layout.Rows, y.Layout.Columns, w.Layout.Rows, ref rows.First, rows.Layout.RowStride, 1,
            ref w.First, w.Layout, ref y.First, y.Layout);
        return y;
    }

    /// <summary>g w^T for g (N, out) and w (in, out): the gradient of x w by x.</summary>
    public static TensorValues MultiplyTransposed(in TensorValues g, in TensorValues w)
    {
        var rows = g.RowMajor();
        var y = TensorValues.Empty((g.Shape[0], w.Shape[0]));
        GemmTransposed.Multiply(y.Layout.Rows, y.Layout.Columns, w.Layout.Columns, ref rows.First,
            rows.Layout.RowStride, ref w.First, w.Layout, ref y.First, y.Layout);
        return y;
    }

    /// <summary>y + b for y (N, out), which is overwritten, and b (out).</summary>
    public static TensorValues AddToRows(in TensorValues y, in TensorValues b)
    {
        if (b.Shape.Rank != 1 || b.Shape[0] != y.Shape[1])
            throw new ArgumentException($"cannot add {b.Shape} to the rows of {y.Shape}: ({y.Shape[1]},) is wanted");
        Broadcast.AddToRows(b.Row(0), y.Storage, y.Layout.RowStride);
        return y;
    }

    static ConvolutionShape ConvolutionShapeOf(in TensorValues x, in TensorValues w, int padding) =>
        x.Shape.Rank == 4 && w.Shape.Rank == 4 && x.Shape[1] == w.Shape[1]
        && w.Shape[2] <= x.Shape[2] + 2 * padding && w.Shape[3] <= x.Shape[3] + 2 * padding
            ? new(x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3], w.Shape[0], w.Shape[2], w.Shape[3], padding, padding)
            : throw new ArgumentException($"cannot convolve {x.Shape} with {w.Shape}: (N, C, H, W) and "
                + "(O, C, KH, KW) are wanted, the kernel no larger than the padded image");

    /// <summary>x (N, C, H, W) convolved with w (O, C, KH, KW), plus a bias (O) if there is one.</summary>
    public static TensorValues Convolve(in TensorValues x, in TensorValues w, in TensorValues? bias, int padding)
    {
        var c = ConvolutionShapeOf(x, w, padding);
        var y = TensorValues.Empty((c.Images, c.Outputs, c.OutHeight, c.OutWidth));
        Convolution.Forward(c, x.Storage, x.Layout.RowStride, w.Storage, w.Layout.RowStride,
            bias is { } b ? b.Row(0) : [], y.Storage, y.Layout.RowStride);
        return y;
    }

    /// <summary>The gradient of a convolution by x from g, the gradient by its output.</summary>
    public static TensorValues ConvolutionByInput(in TensorValues x, in TensorValues w, int padding, in TensorValues g)
    {
        var dx = TensorValues.Empty(x.Shape);
        Convolution.InputGradient(ConvolutionShapeOf(x, w, padding), g.Storage, g.Layout.RowStride, w.Storage,
            w.Layout.RowStride, dx.Storage, dx.Layout.RowStride);
        return dx;
    }

    /// <summary>The gradients of a convolution by w and, if there is one, by the bias.</summary>
    public static (TensorValues Dw, TensorValues? Db) ConvolutionByKernels(in TensorValues x, in TensorValues w,
        in TensorValues? bias, int padding, in TensorValues g)
    {
        var (dw, db) = (TensorValues.Empty(w.Shape), bias?.Like());
        ConvolutionGradient.ByKernels(ConvolutionShapeOf(x, w, padding), x.Storage, x.Layout.RowStride, g.Storage,
            g.Layout.RowStride, dw.Storage, dw.Layout.RowStride, db is { } b ? b.Row(0) : []);
        return (dw, db);
    }

    /// <summary>Every s-th row and column of x (N, C, H, W), from the first on.</summary>
    public static TensorValues Subsample(in TensorValues x, int s)
    {
        var y = TensorValues.Empty((x.Shape[0], x.Shape[1], (x.Shape[2] + s - 1) / s, (x.Shape[3] + s - 1) / s));
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
        {
            Span<float> from = x.Plane(plane), to = y.Plane(plane);
            for (var i = 0; i < to.Length; i++)
                to[i] = from[i / y.Shape[3] * s * x.Shape[3] + i % y.Shape[3] * s];
        }
        return y;
    }

    /// <summary>The gradient by x from g, the gradient by what Subsample gives.</summary>
    public static TensorValues Scatter(in TensorValues g, int s, Shape shape)
    {
        var dx = TensorValues.Filled(shape, 0);
        for (var plane = 0; plane < shape[0] * shape[1]; plane++)
        {
            Span<float> from = g.Plane(plane), to = dx.Plane(plane);
            for (var i = 0; i < from.Length; i++)
                to[i / g.Shape[3] * s * shape[3] + i % g.Shape[3] * s] = from[i];
        }
        return dx;
    }

    /// <summary>Pooling of (N, C, H, W), plane by plane.</summary>
    public static TensorValues Pool(Pooling2x2 pool, in TensorValues x)
    {
        var y = TensorValues.Empty(PooledShape(x.Shape));
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
            pool(x.Plane(plane), x.Shape[2], x.Shape[3], y.Plane(plane));
        return y;
    }

    /// <summary>(N, C, H, W) after pooling in windows of 2 x 2.</summary>
    public static Shape PooledShape(Shape x) => x.Rank == 4 && x[2] >= 2 && x[3] >= 2 ? (x[0], x[1], x[2] / 2, x[3] / 2)
        : throw new ArgumentException($"cannot pool {x}: (N, C, H, W) with at least 2 x 2 pixels is wanted");

    /// <summary>Average pooling of a function of x (N, C, H, W).</summary>
    public static TensorValues AveragePool<P>(P function, in TensorValues x) where P : struct, IPixelFunction
    {
        var y = TensorValues.Empty(PooledShape(x.Shape));
        for (var n = 0; n < x.Shape[0]; n++)
            Pooling.Average<P>([function], x.Row(n), x.Shape[1], x.Shape[2], x.Shape[3], y.Row(n));
        return y;
    }

    /// <summary>The gradient by x from g, the gradient by what AveragePool gives.</summary>
    public static TensorValues AveragePoolGradient<P>(P function, in TensorValues x, in TensorValues g)
        where P : struct, IPixelFunction
    {
        var dx = TensorValues.Empty(x.Shape);
        for (var n = 0; n < x.Shape[0]; n++)
            Pooling.AverageGradient<P>([function], g.Row(n), x.Row(n), x.Shape[1], x.Shape[2], x.Shape[3], dx.Row(n));
        return dx;
    }

    /// <summary>The gradient by x from g, the gradient by y = maximum pooling of x.</summary>
    public static TensorValues MaxPoolGradient(in TensorValues x, in TensorValues g, in TensorValues y)
    {
        var dx = TensorValues.Empty(x.Shape);
        for (var plane = 0; plane < x.Shape[0] * x.Shape[1]; plane++)
            Pooling.MaxGradient(g.Plane(plane), x.Plane(plane), y.Plane(plane), x.Shape[2], x.Shape[3],
                dx.Plane(plane));
        return dx;
    }

    /// <summary>In how many rows of x (N, classes) the largest value stands at the label; of equal values the first
    /// counts.</summary>
    public static int CountCorrect(in TensorValues x, ReadOnlySpan<byte> labels)
    {
        var correct = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            // The place of the first NaN, if there is one.
            var place = TensorPrimitives.IndexOfMax<float>(x.Row(row));
            if (place == labels[row] && float.IsFinite(x.Row(row)[place])) correct++;
        }
        return correct;
    }

    /// <summary>softmax(x) for x (N, classes), and the mean over rows of -ln softmax(x)[label].</summary>
    public static (TensorValues Probabilities, float Loss) CrossEntropy(in TensorValues x, ReadOnlySpan<byte> labels)
    {
        if (x.Shape.Rank != 2 || labels.Length != x.Shape[0])
            throw new ArgumentException($"{labels.Length} labels for {x.Shape}: (N, classes) and N labels are wanted");
        if (labels.ContainsAnyExceptInRange((byte)0, (byte)Math.Min(255, x.Shape[1] - 1)))
            throw new ArgumentException($"a label is outside 0..{x.Shape[1] - 1}");
        var rows = x.RowMajor();
        var p = rows.Like();
        return (p, (float)Softmax.CrossEntropy(rows.Storage, rows.Layout.RowStride, rows.Layout.Columns, labels,
            p.Storage));
    }

    /// <summary>The gradient of the mean loss by x, times g.</summary>
    public static TensorValues CrossEntropyGradient(in TensorValues probabilities, ReadOnlySpan<byte> labels, float g)
    {
        var dx = probabilities.Like();
        Softmax.CrossEntropyGradient(probabilities.Storage, probabilities.Layout.RowStride, labels, g, dx.Storage);
        return dx;
    }
}
