#nullable enable
// Convolution by its definition: each result is a sum over the kernel's rows, columns and channels. Weights are packed
// as [panel][chunk][row][column][source channel][result channel]: a panel is a block of the results' channels, a chunk
// one of the source's. So a row of a kernel meets a run of a frame's floats, in order, and a block product does a line
// of pixels.

public static class DirectConvolution
{
    // Pixels whose products are added to the gradient by the kernels in one go: so many leave x and g in the
    // first-level cache until all elements of the kernel have met them.
    const int PixelsTogether = 128;

    /// <summary>Images that are worth one call: small ones are done together.</summary>
    public static int ImagesTogether(in ConvolutionSizes c) =>
        Math.Max(1, PixelsTogether / (c.OutHeight * c.OutWidth));

    /// <summary>Floats of packed weights.</summary>
    public static int PackedLength(in ConvolutionSizes c, PixelLayout source, PixelLayout result) =>
        result.Chunks * result.Block * c.Area * source.Chunks * source.Block;

    public static void PackForward(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed) =>
        Pack(c, c.InputFrame, c.Output, c.ForwardRows, c.ForwardColumns, w, c.Area, wRow, packed);

    /// <summary>One phase behind the other.</summary>
    public static void PackInputGradient(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed)
    {
        for (var u = 0; u < c.Stride; u++)
            for (var v = 0; v < c.Stride; v++)
                packed = packed[Pack(c, c.GradientFrame, c.Input, c.GradientRows(u), c.GradientColumns(v), w, wRow,
                    c.Area, packed)..];
    }

    // The number of floats that it wrote.
    [MethodImpl(Hot)]
    static int Pack(in ConvolutionSizes c, in PixelLayout source, in PixelLayout result, in ConvolutionAxis rows,
        in ConvolutionAxis columns, ReadOnlySpan<float> w, int wSource, int wResult, Span<float> packed)
    {
        var at = 0;
        for (var panel = 0; panel < result.Chunks; panel++)
            for (var chunk = 0; chunk < source.Chunks; chunk++)
                for (var i = 0; i < rows.Taps; i++)
                    for (var j = 0; j < columns.Taps; j++)
                    {
                        var (own, all) = (source.ChannelsOf(chunk), result.ChannelsOf(panel));
                        var from = chunk * source.Block * wSource + panel * result.Block * wResult
                            + (rows.Element + i * rows.ElementStep) * c.KernelWidth
                            + columns.Element + j * columns.ElementStep;
                        for (var s = 0; s < source.Block; s++, at += result.Block)
                            for (var r = 0; r < result.Block; r++)
                                packed[at + r] = s < own && r < all ? w[from + s * wSource + r * wResult] : 0;
                    }
        return at;
    }

    /// <summary>y of images in frames, one behind the other.</summary>
    public static void Forward<S, V>(in ConvolutionSizes c, int images, ref float frames, ref float packed,
        ref float y, int yImage) where S : struct, ISimd<V> where V : struct =>
        Convolve<S, V>(images, ref frames, c.InputFrame, ref packed, ref y, yImage, c.Output, c.ForwardRows,
            c.ForwardColumns);

    /// <summary>dx of gradients in frames, one behind the other: a convolution for each phase.</summary>
    public static void InputGradient<S, V>(in ConvolutionSizes c, int images, ref float frames, ref float packed,
        ref float dx, int dxImage) where S : struct, ISimd<V> where V : struct
    {
        var (source, result) = (c.GradientFrame, c.Input);
        for (var u = 0; u < c.Stride; u++)
            for (var v = 0; v < c.Stride; v++)
            {
                var (rows, columns) = (c.GradientRows(u), c.GradientColumns(v));
                Convolve<S, V>(images, ref frames, source, ref packed, ref dx, dxImage, result, rows, columns);
                packed = ref Unsafe.Add(ref packed, rows.Taps * columns.Taps * source.Chunks * source.Block
                    * result.Chunks * result.Block);
            }
    }

    [MethodImpl(Hot)]
    static void Convolve<S, V>(int images, ref float frames, in PixelLayout source, ref float packed, ref float y,
        int yImage, in PixelLayout result, in ConvolutionAxis rows, in ConvolutionAxis columns)
        where S : struct, ISimd<V> where V : struct
    {
        var packedRow = columns.Taps * source.Block * result.Block;
        var slides = columns.SourceStep == 1 && SlidingProduct.Fits<S, V>(result.Block, columns.Taps);
        for (var panel = 0; panel < result.Chunks; panel++)
        {
            for (var n = 0; n < images; n++)
                for (int line = 0, lines; line < rows.Count; line += lines)
                {
                    var (skipped, taps) = Inside(rows, line, source.Height);
                    for (lines = 1; line + lines < rows.Count; lines++)
                        if (Inside(rows, line + lines, source.Height) != (skipped, taps)) break;
                    var sum = new Reduction(source.Chunks, source.ChunkStride, rows.Taps * packedRow, taps,
                        source.RowStride, packedRow, columns.Taps * source.Block, 1);
                    ref var from = ref Unsafe.Add(ref frames, n * source.Length
                        + source.Offset(0, rows.Source + line * rows.SourceStep + skipped, columns.Source));
                    ref var weights = ref Unsafe.Add(ref packed, skipped * packedRow);
                    ref var to = ref Unsafe.Add(ref y,
                        n * yImage + result.Offset(panel, rows.First + line * rows.Step, columns.First));
                    int fromLine = rows.SourceStep * source.RowStride, toLine = rows.Step * result.RowStride,
                        fromStep = columns.SourceStep * source.Block, toStep = columns.Step * result.Block;
                    if (slides)
                        SlidingProduct.Multiply<S, V>(lines, fromLine, toLine, columns.Count, fromStep, toStep,
                            sum with { Inner = source.Block }, ref from, ref weights, ref to);
                    else
                        BlockProduct.Multiply<S, V>(result.Block, lines, fromLine, toLine, columns.Count, fromStep,
                            toStep, sum, ref from, ref weights, ref to, add: false);
                }
            packed = ref Unsafe.Add(ref packed, source.Chunks * rows.Taps * packedRow);
        }
    }

    // The kernel's rows that meet rows of the image, not of its border: how many are above, and how many they are.
    static (int Skipped, int Taps) Inside(in ConvolutionAxis rows, int line, int height)
    {
        var top = rows.Source + line * rows.SourceStep;
        var skipped = Math.Clamp(-top, 0, rows.Taps);
        return (skipped, Math.Max(skipped, Math.Min(height - top, rows.Taps)) - skipped);
    }

    /// <summary>Adds the products of x and g, both in frames, to sums, which lie as packed weights do.</summary>
    [MethodImpl(Hot)]
    public static void AddKernelGradient<S, V>(in ConvolutionSizes c, int images, ref float frames,
        ref float gFrames, ref float sums) where S : struct, ISimd<V> where V : struct
    {
        var (x, g) = (c.InputFrame, c.GradientFrame);
        var run = c.KernelWidth * x.Block;
        // Runs of three weights are too few sums to hide the latency of a multiply-add: then several rows of the kernel
        // make a tile.
        var together = run == 3 ? BlockProduct.MostRows<S, V>(g.Block) / 3 : 1;
        var height = Math.Max(1, PixelsTogether / c.OutWidth);
        for (var first = 0; first < c.OutHeight; first += height)
        {
            ref var to = ref sums;
            for (var panel = 0; panel < g.Chunks; panel++)
                for (var chunk = 0; chunk < x.Chunks; chunk++)
                    for (int i = 0, rows; i < c.KernelHeight; i += rows)
                    {
                        rows = Math.Min(together, c.KernelHeight - i);
                        var (begin, end) = (first, Math.Min(first + height, c.OutHeight));
                        if (together == 1)
                        {
                            // Rows of g whose element i of the kernel met a row of x, not of the border.
                            begin = Math.Max(begin, (c.Padding - i + c.Stride - 1) / c.Stride);
                            end = Math.Min(end, (c.Height + c.Padding - i + c.Stride - 1) / c.Stride);
                        }
                        var sum = new Reduction(images, x.Length, g.Length, end - begin,
                            c.Stride * x.RowStride, g.RowStride, c.OutWidth, c.Stride * x.Block);
                        ref var a = ref Unsafe.Add(ref frames,
                            x.Offset(chunk, begin * c.Stride + i - c.Padding, -c.Padding));
                        ref var b = ref Unsafe.Add(ref gFrames, g.Offset(panel, begin, 0));
                        if (together == 1)
                            BlockProduct.Multiply<S, V>(g.Block, 1, 0, 0, run, 1, g.Block, sum, ref a, ref b, ref to,
                                add: true);
                        else
                            BlockProduct.Tiles<S, V>(g.Block, rows * run,
                                new(1, 0, 0, 1, 0, 0, 0, 1, x.RowStride, g.Block), sum, ref a, ref b, ref to,
                                add: true);
                        to = ref Unsafe.Add(ref to, rows * run * g.Block);
                    }
        }
    }

    /// <summary>dw (O, C KH KW) of such sums.</summary>
    [MethodImpl(Hot)]
    public static void KernelGradient(in ConvolutionSizes c, ReadOnlySpan<float> sums, Span<float> dw, int dwRow)
    {
        var (x, g) = (c.InputFrame, c.Output);
        for (var o = 0; o < c.Outputs; o++)
            for (var i = 0; i < c.Channels; i++)
            {
                var at = (o / g.Block * x.Chunks + i / x.Block) * c.Area * x.Block * g.Block + i % x.Block * g.Block
                    + o % g.Block;
                for (var k = 0; k < c.Area; k++) dw[o * dwRow + i * c.Area + k] = sums[at + k * x.Block * g.Block];
            }
    }
}
