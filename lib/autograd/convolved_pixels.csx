#nullable enable

/// <summary>A convolution of images x, which are computed as they are read, with kernels w (O, C, KH, KW).</summary>
public sealed class ConvolvedPixels
{
    [ThreadStatic] static Block frames, gradientFrames, packed, sums;

    readonly IPixels x;
    readonly TensorValues w;
    readonly ConvolutionSizes c;
    readonly int images, together;

    /// <param name="padding">Zeros on every side of an image.</param>
    public ConvolvedPixels(IPixels x, TensorValues w, int padding, int stride)
    {
        Shape from = x.Shape, kernels = w.Shape;
        if (from.Rank != 4 || kernels.Rank != 4 || from[1] != kernels[1] || kernels[2] > from[2] + 2 * padding
            || kernels[3] > from[3] + 2 * padding)
            throw new ArgumentException($"cannot convolve {from} with {kernels}: (N, C, H, W) and (O, C, KH, KW) are "
                + "wanted, the kernel no larger than the padded image");
        (this.x, this.w, images) = (x, w, from[0]);
        c = new(from[1], from[2], from[3], kernels[0], kernels[2], kernels[3], stride, padding);
        together = ImageConvolution.ImagesTogether(c);
    }

    /// <summary>y (N, O, OH, OW).</summary>
    /// <param name="measure">Its moments are measured too, while they cost little.</param>
    public TensorValues Forward(bool measure)
    {
        Shape shape = (images, c.Outputs, c.OutHeight, c.OutWidth);
        var moments = measure ? new ImageMoments(images, c.Outputs) : null;
        var y = TensorValues.Empty(shape, shape.Blocks, moments);
        var kernels = Block.Scratch<float>(ref packed, ImageConvolution.ForwardLength(c));
        ImageConvolution.PackForward(c, w.Storage, w.Layout.RowStride, kernels);
        var xFrames = Frames(ref frames, c.InputFrame);
        for (var n = 0; n < images; n += together)
        {
            var count = Math.Min(together, images - n);
            Fill(x, n, count, c.InputFrame, xFrames);
            Announce(n + together, x);
            ImageConvolution.Forward(c, count, xFrames, kernels, y.Storage[(n * y.Layout.RowStride)..],
                y.Layout.RowStride);
            for (var i = n; i < n + count; i++) moments?.Measure(i, y.Image(i), y.Layout.Positions);
        }
        return y;
    }

    /// <summary>The gradient by w from g, the gradient by y.</summary>
    /// <param name="dx">Memory for the gradient by x; null if it is not wanted.</param>
    /// <param name="byMap">Gets each image of dx as soon as it is there, where x is a map.</param>
    public TensorValues Backward(IPixels g, TensorValues? dx, PixelGradients? byMap = null)
    {
        var c = this.c with { First = dx is null };
        var total = Block.Scratch<float>(ref sums, ImageConvolution.ForwardLength(c));
        total.Clear();
        var kernels = Block.Scratch<float>(ref packed, ImageConvolution.InputGradientLength(c));
        if (dx is not null) ImageConvolution.PackInputGradient(c, w.Storage, w.Layout.RowStride, kernels);
        Span<float> xFrames = Frames(ref frames, c.InputFrame), gFrames = Frames(ref gradientFrames, c.GradientFrame);
        for (var n = 0; n < images; n += together)
        {
            var count = Math.Min(together, images - n);
            Fill(x, n, count, c.InputFrame, xFrames);
            Fill(g, n, count, c.GradientFrame, gFrames);
            Announce(n + together, x, g, byMap?.More);
            ImageConvolution.AddKernelGradient(c, count, xFrames, gFrames, total);
            if (dx is not { } to) continue;
            ImageConvolution.InputGradient(c, count, gFrames, kernels, to.Storage[(n * to.Layout.RowStride)..],
                to.Layout.RowStride);
            for (var i = n; i < n + count; i++) byMap?.Add(i, to.Image(i));
        }
        var dw = TensorValues.Empty(w.Shape);
        ImageConvolution.KernelGradient(c, total, dw.Storage, dw.Layout.RowStride);
        return dw;
    }

    // Memory for frames, and behind them for what Fill may overwrite. Their borders stay 0.
    Span<float> Frames(ref Block memory, in PixelLayout at)
    {
        var all = Block.Scratch<float>(ref memory, together * at.Length + PixelLayout.BlockFor(1));
        all.Clear();
        return all;
    }

    // What the next images are computed from is fetched while the convolution runs.
    void Announce(int n, params ReadOnlySpan<IPixels?> all)
    {
        ReadAhead.Own.Clear();
        if (n < images) foreach (var pixels in all) pixels?.Announce(n, Math.Min(together, images - n));
    }

    static void Fill(IPixels pixels, int n, int count, in PixelLayout at, Span<float> to)
    {
        for (var i = 0; i < count; i++) pixels.Fill(n + i, at, to[(i * at.Length)..]);
    }
}
