#nullable enable
// Values that are computed when something first reads them. An op or optimizer that can include the computation in its
// own does not read them, so that they are never written to memory.

public interface IDeferred
{
    /// <summary>Computes the values into y.</summary>
    void ComputeInto(in TensorValues y);
}

/// <summary>x^T g, the gradient by a weight (in, out) for x (N, in) and g (N, out). An optimizer gives the product an
/// epilogue that updates the weight.</summary>
public sealed class DeferredProduct(TensorValues x, TensorValues g) : IDeferred
{
    public void ComputeInto(in TensorValues y) => Run(new StoreTo(ref y.First), y.Layout);

    /// <summary>Computes the product for an epilogue, with offsets of a layout.</summary>
    public void Run<E>(E epilogue, Layout layout) where E : IEpilogue, allows ref struct => Gemm.Run(
        x.Layout.Columns, g.Layout.Columns, x.Layout.Rows, ref x.First, 1, x.Layout.RowStride,
        ref g.First, g.Layout, epilogue, layout);
}

public readonly record struct NormalizationGradients(TensorValues Dx, TensorValues? DGamma, TensorValues? DBeta);

/// <summary>x normalized by moments, with gamma and beta if there are any. ReLU and average pooling can be computed in
/// the same pass.</summary>
public sealed class DeferredNormalization(TensorValues x, NormalizationSets sets, Moments moments, TensorValues? gamma,
    TensorValues? beta) : IDeferred
{
    readonly TensorValues x = x.RowMajor();

    public Shape Shape => x.Shape;
    public Layout Layout => x.Layout;

    public void ComputeInto(in TensorValues y) => Normalization.Forward(sets, moments.Mean, moments.Variance,
        Row(gamma), Row(beta), x.Storage, y.Storage, x.Layout.RowStride);

    /// <summary>Gradients by x, gamma and beta from g, the gradient by the normalized x.</summary>
    public NormalizationGradients Gradients(TensorValues g)
    {
        var (dx, dGamma, dBeta) = (x.Like(), gamma?.Like(), beta?.Like());
        Normalization.Backward(sets, moments.Mean, moments.Variance, Row(gamma), x.Storage, g.RowMajor().Storage,
            dx.Storage, x.Layout.RowStride, Row(dGamma), Row(dBeta));
        return new(dx, dGamma, dBeta);
    }

    /// <summary>AveragePool(ReLU(normalized x)) of (N, C, H, W).</summary>
    public TensorValues ReluPool()
    {
        var y = TensorValues.Empty(Compute.PooledShape(x.Shape));
        PooledNormalization.Forward(sets, moments.Mean, moments.Variance, Row(gamma), Row(beta), x.Storage, x.Shape[2],
            x.Shape[3], x.Layout.RowStride, y.Storage, y.Layout.RowStride);
        return y;
    }

    /// <summary>Gradients by x, gamma and beta from g, the gradient by what ReluPool gives.</summary>
    public NormalizationGradients ReluPoolGradients(TensorValues g)
    {
        var (dx, dGamma, dBeta) = (x.Like(), gamma?.Like(), beta?.Like());
        PooledNormalization.Backward(sets, moments.Mean, moments.Variance, Row(gamma), Row(beta), x.Storage, x.Shape[2],
            x.Shape[3], x.Layout.RowStride, g.Storage, g.Layout.RowStride, dx.Storage, Row(dGamma), Row(dBeta));
        return new(dx, dGamma, dBeta);
    }

    // Gamma and beta are single rows.
    static Span<float> Row(TensorValues? x) => x is { } values ? values.Row(0) : default;
}
