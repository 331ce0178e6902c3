#nullable enable
// What ops compute: from values to the loops in numerics, with checks of shapes. Nothing here is recorded.

public static class Compute
{
    public delegate void Unary(ReadOnlySpan<float> x, Span<float> y);
    public delegate void Pooling2x2(in PixelLayout at, ReadOnlySpan<float> x, Span<float> y);

    [ThreadStatic] static Block scratch;

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
        if (a.Layout != b.Layout)
            return a.Layout.IsBlocks || b.Layout.IsBlocks ? Map(f, a.InBlocks(), b.InBlocks())
                : Map(f, a.RowMajor(), b.RowMajor());
        var y = a.Like();
        f(a.Storage, b.Storage, y.Storage);
        return y;
    }

    /// <summary>f of two operands that are broadcast to one shape.</summary>
    public static TensorValues Zip(Broadcast.Function f, in TensorValues a, in TensorValues b)
    {
        if (a.Shape.Equals(b.Shape)) return Map(f.Both, a, b);
        var shape = Shape.Broadcast(a.Shape, b.Shape);
        if ((a.Layout.IsBlocks || b.Layout.IsBlocks) && a.WithinBlocks(shape) is { } left
            && b.WithinBlocks(shape) is { } right)
        {
            var images = TensorValues.Empty(shape, shape.Blocks);
            Broadcast.Zip(f, images.Layout.BlockSizes(), ref left.Values.First, left.Strides, ref right.Values.First,
                right.Strides, ref images.First, images.Layout.BlockStrides());
            return images;
        }
        var (p, q, y) = (a.RowMajor(), b.RowMajor(), TensorValues.Empty(shape));
        Broadcast.Zip(f, y.Shape.Sizes, ref p.First, p.StridesWithin(y.Shape), ref q.First, q.StridesWithin(y.Shape),
            ref y.First, y.StridesWithin(y.Shape));
        return y;
    }

    /// <summary>x summed over the axes along which a tensor of the given shape was broadcast.</summary>
    public static TensorValues SumTo(in TensorValues x, Shape shape)
    {
        // Images in blocks without padding.
        if (shape.Count == 1 && x.Layout is { IsBlocks: true } at && at.Width == at.Columns)
            return TensorValues.Filled(shape, (float)Elementwise.Sum(x.Storage));
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
        if (rows.Sparse)
            GemmSparse.Multiply(y.Layout.Rows, y.Layout.Columns, w.Layout.Rows, ref rows.First, rows.Layout.RowStride,
                ref w.First, w.Layout, ref y.First, y.Layout);
        else
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

    /// <summary>Pooling of (N, C, H, W) in windows of 2 x 2.</summary>
    public static TensorValues Pool(Pooling2x2 pool, IPixels x)
    {
        var shape = x.Shape.Pooled;
        var y = TensorValues.Empty(shape, shape.Blocks);
        for (var n = 0; n < shape.Rows; n++) pool(x.Shape.Pixels, x.Image(n, ref scratch), y.Image(n));
        return y;
    }

    /// <summary>The mean of each channel of (N, C, H, W): (N, C).</summary>
    public static TensorValues GlobalAveragePool(IPixels x)
    {
        if (x.Shape.Rank != 4) throw new ArgumentException($"cannot pool {x.Shape}: (N, C, H, W) is wanted");
        var y = TensorValues.Empty((x.Shape[0], x.Shape[1]));
        for (var n = 0; n < x.Shape[0]; n++)
            Pooling.GlobalAverage(x.Shape.Pixels, x.Image(n, ref scratch), y.Row(n));
        return y;
    }

    /// <summary>x (N, C) normalized by moments, with gamma and beta if there are any.</summary>
    public static TensorValues Normalize(in TensorValues x, in NormalizationSets sets, Moments moments,
        in TensorValues? gamma, in TensorValues? beta)
    {
        var (rows, y) = (x.RowMajor(), TensorValues.Empty(x.Shape));
        Normalization.Forward(sets, moments.Mean, moments.Variance, Row(gamma), Row(beta), rows.Storage, y.Storage,
            y.Layout.RowStride);
        return y;
    }

    /// <summary>The gradients of Normalize by x, gamma and beta from g.</summary>
    public static (TensorValues Dx, TensorValues? DGamma, TensorValues? DBeta) NormalizeGradients(in TensorValues x,
        in NormalizationSets sets, Moments moments, in TensorValues? gamma, in TensorValues? beta, in TensorValues g)
    {
        var (rows, dx, dGamma, dBeta) = (x.RowMajor(), TensorValues.Empty(x.Shape), gamma?.Like(), beta?.Like());
        Normalization.Backward(sets, moments.Mean, moments.Variance, Row(gamma), rows.Storage, g.RowMajor().Storage,
            dx.Storage, dx.Layout.RowStride, Row(dGamma), Row(dBeta));
        return (dx, dGamma, dBeta);
    }

    // Gamma and beta are single rows.
    static Span<float> Row(in TensorValues? x) => x is { } values ? values.Row(0) : default;

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
