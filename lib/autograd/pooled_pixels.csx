#nullable enable
// Pooled images and the gradients that come back from pooling, image by image as they are read: see IPixels.

/// <summary>AveragePool of ReLU of a summand. The gradient by the summand is not stored, but computed from that by this
/// map where it is read.</summary>
public sealed class PooledMap(MappedPixels x) : PixelMap(x, null, relu: false)
{
    public override Shape Shape { get; } = x.X.Shape.Pooled;

    public override bool HasRelu => true;

    public override bool IsRelu => false;

    public override PixelMap Relu() => this;

    public override void Fill(int n, in PixelLayout at, Span<float> y) =>
        PooledRelu.Forward(First.Term(n), First.X.Shape.Pixels, at, y);

    public override void AddGradient(int n, ReadOnlySpan<float> g, Span<float> dz, Span<double> sums) =>
        PooledRelu.AddGradientSums(First.Term(n), First.X.Shape.Pixels, g, sums);

    public override TensorGradient[] Gradients(TensorValues g, ImageSums sums) =>
        [.. First.Gradients(new(default, new PooledReluGradient(First, new(g))), sums, 1)];
}

/// <summary>The gradient by the input of AveragePool, an image of `shape`, from g, the gradient by its result.
/// </summary>
public sealed class AveragePoolGradient(Shape shape, TensorValues g) : IPixels
{
    public Shape Shape => shape;

    public void Fill(int n, in PixelLayout at, Span<float> dx) => Pooling.AverageGradient(g.Image(n), at, dx);

    public void Announce(int n, int count) => ReadAhead.Own.Add(g.Images(n, count));
}

/// <summary>The gradient by the summand x of a PooledMap, from g, the gradient by the map.</summary>
/// <param name="byX">Added to it, if there is any.</param>
public sealed class PooledReluGradient(MappedPixels x, MappedPixels g, MappedPixels? byX = null) : IScalable
{
    public Shape Shape => x.X.Shape;

    public IPixels Scaled(PixelConstants scales, MappedPixels? more) =>
        new PooledReluGradient(x, new(g.X, scales), more);

    public void Fill(int n, in PixelLayout at, Span<float> y) =>
        PooledRelu.Gradient(x.Term(n), g.Term(n), byX is null ? default : byX.Term(n), at, y);

    public void Announce(int n, int count)
    {
        x.Announce(n, count);
        g.Announce(n, count);
    }
}

/// <summary>The gradient by the input x of MaxPool from g, the gradient by its result y.</summary>
public sealed class MaxPoolGradient(IPixels x, TensorValues y, TensorValues g) : IPixels
{
    [ThreadStatic] static Block scratch;

    public Shape Shape => x.Shape;

    public void Fill(int n, in PixelLayout at, Span<float> dx) =>
        Pooling.MaxGradient(g.Image(n), x.Image(n, ref scratch), y.Image(n), at, dx);

    public void Announce(int n, int count)
    {
        x.Announce(n, count);
        ReadAhead.Own.Add(y.Images(n, count));
        ReadAhead.Own.Add(g.Images(n, count));
    }
}

/// <summary>The gradient by the input of GlobalAveragePool, an image of `shape`, from g, the gradient by its result.
/// </summary>
public sealed class GlobalAveragePoolGradient(Shape shape, TensorValues g) : IPixels
{
    public Shape Shape => shape;

    public void Fill(int n, in PixelLayout at, Span<float> dx) => Pooling.GlobalAverageGradient(g.Row(n), at, dx);

    public void Announce(int n, int count) => ReadAhead.Own.Add(g.Images(n, count));
}
