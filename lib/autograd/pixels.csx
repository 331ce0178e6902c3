#nullable enable
// Images that are computed one at a time, when an op reads them: what is normalized, shifted, added, goes through ReLU
// or comes back from pooling is in the cache where it is needed, and need not be written to memory.

/// <summary>Values of (N, C, L) or (N, C, H, W), image by image.</summary>
public interface IPixels : IDeferred
{
    Shape Shape { get; }

    /// <summary>Computes image n in a layout, which may have a border. If the layout has fewer than 8 channels, up to 7
    /// floats behind the image may become 0.</summary>
    void Fill(int n, in PixelLayout at, Span<float> y);

    /// <summary>Has this thread fetch what Fill reads for `count` images from n on, while it computes something else.
    /// </summary>
    void Announce(int n, int count);

    void IDeferred.ComputeInto(in TensorValues y)
    {
        for (var n = 0; n < Shape.Rows; n++) Fill(n, Shape.Pixels, y.Image(n));
    }

    /// <summary>Image n in blocks of channels: where it lies, or computed into scratch memory.</summary>
    ReadOnlySpan<float> Image(int n, ref Block scratch)
    {
        var at = Shape.Pixels;
        var y = Block.Scratch<float>(ref scratch, at.Length);
        Fill(n, at, y);
        return y;
    }
}

/// <summary>Constants of (x - center) * scale + shift for each channel, and for each block of images that share them.
/// </summary>
public sealed class PixelConstants
{
    readonly int width, images;
    readonly TensorValues memory;

    PixelConstants(int channels, int images, int blocks)
    {
        (width, this.images) = (3 * PixelLayout.Plain(channels, 1, 1).Length, images);
        memory = TensorValues.Filled(blocks * width, 0);
    }

    /// <summary>Centers, scales and shifts for image n.</summary>
    public ReadOnlySpan<float> Of(int n) => OfBlock(n / images);

    Span<float> OfBlock(int block) => memory.Row(0).Slice(block * width, width);

    /// <summary>x itself.</summary>
    public static PixelConstants Identity(int channels, int images)
    {
        var constants = new PixelConstants(channels, images, 1);
        constants.Scales(0)[..channels].Fill(1);
        return constants;
    }

    /// <summary>For each block of images of `sets`.</summary>
    public static PixelConstants For(in NormalizationSets sets) => new(sets.Channels, sets.RowsPerBlock, sets.Blocks);

    public void Set(int block, in ChannelMap map)
    {
        var own = OfBlock(block);
        map.Center[..map.Channels].CopyTo(own);
        map.Scale[..map.Channels].CopyTo(Scales(block));
        map.Shift[..map.Channels].CopyTo(own[(2 * width / 3)..]);
    }

    /// <summary>The scales of a block of images.</summary>
    public Span<float> Scales(int block) => OfBlock(block).Slice(width / 3, width / 3);
}

/// <summary>A summand of a PixelMap: a tensor in blocks and its constants.</summary>
public class MappedPixels(TensorValues x, PixelConstants constants)
{
    public TensorValues X => x;

    /// <summary>The tensor itself.</summary>
    public MappedPixels(TensorValues x) : this(x.InBlocks(), PixelConstants.Identity(x.Shape[1], x.Shape.Rows)) { }

    public void Announce(int n, int count) => ReadAhead.Own.Add(x.Images(n, count));

    public PixelTerm Term(int n) => new(x.Image(n), constants.Of(n));

    /// <summary>The gradient by the tensor, and by parameters if there are any, from dz, the gradient by this summand.
    /// </summary>
    /// <param name="sums">For each image, of each channel the sum of dz and that of dz times the distance from the
    /// center.</param>
    public virtual IEnumerable<TensorGradient> Gradients(TensorGradient dz, ImageSums sums, int which) => [dz];
}

/// <summary>A gradient: values, or pixels to be computed when they are read.</summary>
public readonly record struct TensorGradient(TensorValues Values, IPixels? Pixels = null)
{
    /// <summary>It times the scales of each channel, plus another summand if there is one.</summary>
    public IPixels Scaled(PixelConstants scales, MappedPixels? more) => Pixels is IScalable own
        ? own.Scaled(scales, more) : new PixelMap(new(Values, scales), more, relu: false);
}

/// <summary>Pixels that take scales and another summand into their own computation.</summary>
public interface IScalable : IPixels
{
    /// <summary>They times the scales of each channel, plus another summand if there is one.</summary>
    IPixels Scaled(PixelConstants scales, MappedPixels? more);
}

/// <summary>x normalized by moments, with gamma and beta if there are any.</summary>
public sealed class NormalizedPixels(TensorValues x, NormalizationSets sets, Moments moments, TensorValues? gamma,
    TensorValues? beta) : MappedPixels(x, Constants(sets, moments, gamma, beta))
{
    static PixelConstants Constants(in NormalizationSets sets, Moments moments, TensorValues? gamma,
        TensorValues? beta)
    {
        var constants = PixelConstants.For(sets);
        for (var block = 0; block < sets.Blocks; block++)
            constants.Set(block, Normalization.ForwardMap(sets, block, moments.Mean, moments.Variance, Row(gamma),
                Row(beta)));
        return constants;
    }

    // Gamma and beta are single rows.
    static Span<float> Row(TensorValues? x) => x is { } values ? values.Row(0) : default;

    public override IEnumerable<TensorGradient> Gradients(TensorGradient dz, ImageSums sums, int which)
    {
        var (dGamma, dBeta) = (Zeros(gamma), Zeros(beta));
        var (byX, byGradient) = (PixelConstants.For(sets), PixelConstants.For(sets));
        for (var block = 0; block < sets.Blocks; block++)
        {
            var total = new GradientSums(sets, block, moments.Mean);
            total.Clear();
            var first = block * sets.RowsPerBlock;
            for (var n = first; n < first + sets.RowsOf(block); n++)
                total.Add(sums.Of(n, 0), sums.Of(n, which), Term(n).Center[..sets.Channels]);
            var map = Normalization.BackwardMap(sets, block, total, moments.Variance, Row(gamma), Row(dGamma),
                Row(dBeta));
            byX.Set(block, map);
            map.GradientScale[..sets.Channels].CopyTo(byGradient.Scales(block));
        }
        // dx = dz gamma / deviation + what reaches x through the moments.
        List<TensorGradient> gradients =
            [new(default, dz.Scaled(byGradient, sets.ConstantMoments ? null : new(X, byX)))];
        if (dGamma is { } byGamma) gradients.Add(new(byGamma));
        if (dBeta is { } byBeta) gradients.Add(new(byBeta));
        return gradients;
    }

    static TensorValues? Zeros(TensorValues? x) => x is { } values ? TensorValues.Filled(values.Shape, 0) : null;
}

/// <summary>Sums over the positions of each channel of each image, as PixelLoops.Gradient adds them.</summary>
public sealed class ImageSums(int images, int channels)
{
    readonly int width = PixelLayout.Plain(channels, 1, 1).Length;
    readonly TensorValues memory =
        TensorValues.Filled(images * 3 * 2 * PixelLayout.Plain(channels, 1, 1).Length, 0);

    /// <summary>All sums of image n.</summary>
    public Span<double> Of(int n) => MemoryMarshal.Cast<float, double>(memory.Row(0)).Slice(n * 3 * width, 3 * width);

    /// <summary>One kind of sum: 0 of the gradient, 1 and 2 of its product with the first and the second summand.
    /// </summary>
    public ReadOnlySpan<double> Of(int n, int which) => Of(n).Slice(which * width, width);
}

/// <summary>A tensor's own images.</summary>
public sealed class StoredPixels(TensorValues x) : IPixels
{
    readonly MappedPixels own = new(x);

    public TensorValues Values => own.X;
    public Shape Shape => x.Shape;

    public void Fill(int n, in PixelLayout at, Span<float> y) =>
        PixelLoops.Map(own.Term(n), default, relu: false, at, y);

    public void Announce(int n, int count) => own.Announce(n, count);

    public ReadOnlySpan<float> Image(int n, ref Block scratch) => Values.Image(n);
}

/// <summary>Images of a map, which are kept as they are read for the first time, one after another.</summary>
public sealed class KeptPixels(IPixels map, TensorValues values) : IPixels
{
    readonly StoredPixels stored = new(values);
    int kept;

    public Shape Shape => map.Shape;

    public void Fill(int n, in PixelLayout at, Span<float> y)
    {
        if (n >= kept)
        {
            map.Fill(n, Shape.Pixels, values.Image(n));
            kept = n + 1;
        }
        stored.Fill(n, at, y);
    }

    public void Announce(int n, int count) => (n < kept ? stored : map).Announce(n, count);
}

/// <summary>Images that lie row-major, channel by channel, such as data.</summary>
public sealed class PlanePixels(TensorValues x) : IPixels
{
    public Shape Shape => x.Shape;

    public void Fill(int n, in PixelLayout at, Span<float> y)
    {
        // A single channel without a border.
        if (at.Block == 1 && at.Length == x.Layout.Columns) x.Row(n).CopyTo(y);
        else for (var channel = 0; channel < at.Channels; channel++)
            for (var row = 0; row < at.Height; row++)
            {
                var line = x.Row(n).Slice((channel * at.Height + row) * at.Width, at.Width);
                var to = y[(at.Offset(channel / at.Block, row, 0) + channel % at.Block)..];
                if (at.Block == 1) line.CopyTo(to);
                else for (var column = 0; column < line.Length; column++) to[column * at.Block] = line[column];
            }
    }

    public void Announce(int n, int count) => ReadAhead.Own.Add(x.Images(n, count));
}

/// <summary>One or two summands and, if wanted, ReLU of their sum.</summary>
public class PixelMap(MappedPixels first, MappedPixels? second, bool relu) : IPixels
{
    public virtual Shape Shape => first.X.Shape;

    public bool HasTwo => second is not null;

    public virtual bool HasRelu => relu;

    /// <summary>ReLU of one summand and no more.</summary>
    public virtual bool IsRelu => relu && !HasTwo;

    public MappedPixels First => first;

    public virtual PixelMap Relu() => new(first, second, relu: true);

    public virtual void Fill(int n, in PixelLayout at, Span<float> y) =>
        PixelLoops.Map(first.Term(n), Second(n), relu, at, y);

    public void Announce(int n, int count)
    {
        first.Announce(n, count);
        second?.Announce(n, count);
    }

    PixelTerm Second(int n) => second is null ? default : second.Term(n);

    /// <summary>The gradients by the summands' tensors and parameters, in their order, from g, the gradient by this.
    /// </summary>
    /// <param name="more">Added to g, if there is any.</param>
    public TensorGradient[] Gradients(IPixels g, IPixels? more = null)
    {
        var stored = g as StoredPixels;
        var asItIs = !relu && stored is not null && more is null;
        var gradients =
            new PixelGradients(this, asItIs ? stored!.Values : TensorValues.Empty(Shape, Shape.Blocks), more);
        if (asItIs && first is not NormalizedPixels && second is not NormalizedPixels) return gradients.Results();
        for (var n = 0; n < Shape.Rows; n++)
        {
            if (stored is null) g.Fill(n, Shape.Pixels, gradients.Dz.Image(n));
            gradients.Add(n, stored is null ? gradients.Dz.Image(n) : stored.Values.Image(n));
        }
        return gradients.Results();
    }

    /// <summary>Makes of g, the gradient by image n, the gradient dz by the summands, and adds its sums. Without ReLU
    /// dz is g.</summary>
    public virtual void AddGradient(int n, ReadOnlySpan<float> g, Span<float> dz, Span<double> sums) =>
        PixelLoops.Gradient(first.Term(n), Second(n), relu, Shape[1], first.X.Layout.Positions, g, dz, sums);

    public virtual TensorGradient[] Gradients(TensorValues dz, ImageSums sums) =>
        [.. first.Gradients(new(dz), sums, 1), .. second?.Gradients(new(dz), sums, 2) ?? []];
}

/// <summary>The gradients of a map, image by image.</summary>
/// <param name="dz">Memory for the gradient by the sum of the summands; without ReLU it is the gradient by the map.
/// </param>
/// <param name="more">A part of the gradient by the map that is added to what Add gets.</param>
public sealed class PixelGradients(PixelMap map, TensorValues dz, IPixels? more = null)
{
    [ThreadStatic] static Block scratch;

    readonly ImageSums sums = new(map.Shape.Rows, map.Shape[1]);

    public TensorValues Dz => dz;
    public IPixels? More => more;

    /// <summary>Adds image n, given the gradient g by the map, which may lie in dz's place.</summary>
    public void Add(int n, ReadOnlySpan<float> g)
    {
        var own = dz.Image(n);
        if (more is not null)
        {
            TensorPrimitives.Add(g, more.Image(n, ref scratch), own);
            g = own;
        }
        map.AddGradient(n, g, own, sums.Of(n));
    }

    /// <summary>The gradients by the summands' tensors and parameters, in their order.</summary>
    public TensorGradient[] Results() => map.Gradients(dz, sums);
}
