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
    public void Run<E>(E epilogue, Layout layout) where E : IEpilogue, allows ref struct
    {
        var (m, n, k, step) = (x.Layout.Columns, g.Layout.Columns, x.Layout.Rows, x.Layout.RowStride);
        if (x.Sparse) GemmSparse.Run(m, n, k, ref x.First, 1, step, ref g.First, g.Layout, epilogue, layout);
        else Gemm.Run(m, n, k, ref x.First, 1, step, ref g.First, g.Layout, epilogue, layout);
    }
}
