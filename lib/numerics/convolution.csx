#nullable enable
// Convolution as matrix products without a copy of patches. Over an image whose rows are w wide, the output pixel at
// q = y w + x needs, for kernel position (i, j), the input pixel at q + i w + j: every row of the patch matrix is the
// image itself, shifted. So the product's b is the image, its rows a table of shifts. Results come in rows as wide as
// the input's; the last kernel - 1 of each are dropped (forward) or stand as zeros (backward).

/// <summary>Sizes of a convolution with stride 1 of (N, C, H, W) by (O, C, KH, KW), p zeros around the image.</summary>
public readonly record struct ConvolutionShape(int Images, int Channels, int Height, int Width, int Outputs,
    int KernelHeight, int KernelWidth, int Padding)
{
    public int PaddedWidth => Width + 2 * Padding;
    public int PaddedHeight => Height + 2 * Padding;
    public int PaddedSize => PaddedHeight * PaddedWidth;
    public int OutHeight => PaddedHeight - KernelHeight + 1;
    public int OutWidth => PaddedWidth - KernelWidth + 1;

    /// <summary>Output pixels in rows of the padded width.</summary>
    public int Wide => OutHeight * PaddedWidth;
    public int Patch => Channels * KernelHeight * KernelWidth;

    /// <summary>From a patch's first pixel to each of its pixels, channel by channel.</summary>
    public int[] Shifts(int channels, int channelStride)
    {
        var shifts = new int[channels * KernelHeight * KernelWidth];
        for (var i = 0; i < shifts.Length; i++)
        {
            var (channel, place) = Math.DivRem(i, KernelHeight * KernelWidth);
            shifts[i] = channel * channelStride + place / KernelWidth * PaddedWidth + place % KernelWidth;
        }
        return shifts;
    }
}

public static class Convolution
{
    // Beyond the last pixel a vector may read zeros, never another's numbers.
    const int Slack = 32;

    // Images whose sums stay in registers at once when weights' gradients are taken.
    const int GradientImages = 8;

    [ThreadStatic] static float[]? image, wide, weights;

    /// <summary>y (N, O, OH, OW) = x (N, C, H, W) convolved with w (O, C KH KW).</summary>
    public static void Forward(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ref float w, int wRow,
        Span<float> y, int yRow)
    {
        var shifts = c.Shifts(c.Channels, c.PaddedSize);
        var padded = Scratch(ref image, c.Channels * c.PaddedSize + Slack);
        var at = Layout.RowMajor(c.Outputs, c.Wide);
        var rows = Scratch(ref wide, at.Length);
        for (var n = 0; n < c.Images; n++)
        {
            Pad(c, x.Slice(n * xRow, xRow), padded);
            Gemm.Run(c.Outputs, c.Wide, c.Patch, ref w, wRow, 1, ref padded[0], at, new Listed(shifts),
                new StoreTo(ref rows[0]), at);
            CopyRows(c.Outputs, c.OutHeight, c.OutWidth, rows, at.RowStride, c.PaddedWidth,
                y[(n * yRow)..], c.OutHeight * c.OutWidth, c.OutWidth);
        }
    }

    /// <summary>dx (N, C, H, W), the gradient by the input, from g (N, O, OH, OW): the convolution of g, in a margin of
    /// zeros, with the kernels turned by half a turn.</summary>
    public static void InputGradient(in ConvolutionShape c, ReadOnlySpan<float> g, int gRow, ReadOnlySpan<float> w,
        int wRow, Span<float> dx, int dxRow)
    {
        var area = c.KernelHeight * c.KernelWidth;
        // Output pixel q of dx needs g at q - i w - j; a margin before each channel keeps that inside.
        var margin = (c.KernelHeight - 1) * c.PaddedWidth + c.KernelWidth - 1;
        var channel = margin + c.PaddedSize;
        var shifts = c.Shifts(c.Outputs, channel);
        var turned = Scratch(ref weights, c.Channels * c.Outputs * area);
        for (var o = 0; o < c.Outputs; o++)
            for (var i = 0; i < c.Channels; i++)
                for (var place = 0; place < area; place++)
                    turned[(i * c.Outputs + o) * area + area - 1 - place] = w[o * wRow + i * area + place];
        var source = Scratch(ref wide, c.Outputs * channel + Slack);
        source.Clear();
        var at = Layout.RowMajor(c.Channels, c.PaddedSize);
        var result = Scratch(ref image, at.Length);
        for (var n = 0; n < c.Images; n++)
        {
            CopyRows(c.Outputs, c.OutHeight, c.OutWidth, g[(n * gRow)..], c.OutHeight * c.OutWidth, c.OutWidth,
                source[margin..], channel, c.PaddedWidth);
            Gemm.Run(c.Channels, c.PaddedSize, c.Outputs * area, ref turned[0], c.Outputs * area, 1, ref source[0], at,
                new Listed(shifts), new StoreTo(ref result[0]), at);
            CopyRows(c.Channels, c.Height, c.Width, result[(c.Padding * c.PaddedWidth + c.Padding)..], at.RowStride,
                c.PaddedWidth, dx[(n * dxRow)..], c.Height * c.Width, c.Width);
        }
    }

    /// <summary>dw (O, C KH KW), the gradient by the weights: the scalar product of g with every shift of x.</summary>
    public static void WeightGradient(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> g,
        int gRow, Span<float> dw, int dwRow)
    {
        var shifts = c.Shifts(c.Channels, c.PaddedSize);
        int imageSize = c.Channels * c.PaddedSize + Slack, channel = c.Wide + Slack;
        var padded = Scratch(ref image, GradientImages * imageSize);
        var spread = Scratch(ref wide, GradientImages * c.Outputs * channel);
        spread.Clear();
        dw.Clear();
        for (var first = 0; first < c.Images; first += GradientImages)
        {
            var images = Math.Min(GradientImages, c.Images - first);
            for (var n = 0; n < images; n++)
            {
                Pad(c, x.Slice((first + n) * xRow, xRow), padded[(n * imageSize)..]);
                CopyRows(c.Outputs, c.OutHeight, c.OutWidth, g[((first + n) * gRow)..], c.OutHeight * c.OutWidth,
                    c.OutWidth, spread[(n * c.Outputs * channel)..], channel, c.PaddedWidth);
            }
            for (var o = 0; o < c.Outputs; o += 4)
                for (var k = 0; k < c.Patch; k += 3)
                    Products(images, c.Wide, spread[(o * channel)..], channel, c.Outputs * channel,
                        Math.Min(4, c.Outputs - o), padded, imageSize, shifts.AsSpan(k, Math.Min(3, c.Patch - k)),
                        dw[(o * dwRow + k)..], dwRow);
        }
    }

    // Four rows of g against three shifts of x: twelve sums in registers over all images. Where there are fewer of
    // either, the last is done again and not counted.
    [MethodImpl(Hot)]
    static void Products(int images, int length, ReadOnlySpan<float> g, int gRow, int gImage, int rows,
        ReadOnlySpan<float> x, int xImage, ReadOnlySpan<int> shifts, Span<float> dw, int dwRow)
    {
        Vector<float> s00 = default, s01 = default, s02 = default, s10 = default, s11 = default, s12 = default,
            s20 = default, s21 = default, s22 = default, s30 = default, s31 = default, s32 = default;
        int r1 = Math.Min(1, rows - 1) * gRow, r2 = Math.Min(2, rows - 1) * gRow, r3 = Math.Min(3, rows - 1) * gRow;
        int t0 = shifts[0], t1 = shifts[Math.Min(1, shifts.Length - 1)], t2 = shifts[Math.Min(2, shifts.Length - 1)];
        for (var n = 0; n < images; n++)
        {
            ref var p = ref Unsafe.Add(ref MemoryMarshal.GetReference(g), n * gImage);
            ref var q = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), n * xImage);
            for (nint i = 0; i < length; i += Vector<float>.Count)
            {
                ref var a = ref Unsafe.Add(ref q, i);
                var x0 = Vector.LoadUnsafe(ref Unsafe.Add(ref a, t0));
                var x1 = Vector.LoadUnsafe(ref Unsafe.Add(ref a, t1));
                var x2 = Vector.LoadUnsafe(ref Unsafe.Add(ref a, t2));
                ref var b = ref Unsafe.Add(ref p, i);
                var y = Vector.LoadUnsafe(ref b);
                s00 = Vector.MultiplyAddEstimate(y, x0, s00);
                s01 = Vector.MultiplyAddEstimate(y, x1, s01);
                s02 = Vector.MultiplyAddEstimate(y, x2, s02);
                y = Vector.LoadUnsafe(ref Unsafe.Add(ref b, r1));
                s10 = Vector.MultiplyAddEstimate(y, x0, s10);
                s11 = Vector.MultiplyAddEstimate(y, x1, s11);
                s12 = Vector.MultiplyAddEstimate(y, x2, s12);
                y = Vector.LoadUnsafe(ref Unsafe.Add(ref b, r2));
                s20 = Vector.MultiplyAddEstimate(y, x0, s20);
                s21 = Vector.MultiplyAddEstimate(y, x1, s21);
                s22 = Vector.MultiplyAddEstimate(y, x2, s22);
                y = Vector.LoadUnsafe(ref Unsafe.Add(ref b, r3));
                s30 = Vector.MultiplyAddEstimate(y, x0, s30);
                s31 = Vector.MultiplyAddEstimate(y, x1, s31);
                s32 = Vector.MultiplyAddEstimate(y, x2, s32);
            }
        }
        AddSums(dw, s00, s01, s02, shifts.Length);
        if (rows > 1) AddSums(dw[dwRow..], s10, s11, s12, shifts.Length);
        if (rows > 2) AddSums(dw[(2 * dwRow)..], s20, s21, s22, shifts.Length);
        if (rows > 3) AddSums(dw[(3 * dwRow)..], s30, s31, s32, shifts.Length);
    }

    static void AddSums(Span<float> to, Vector<float> a, Vector<float> b, Vector<float> c, int count)
    {
        to[0] += Vector.Sum(a);
        if (count > 1) to[1] += Vector.Sum(b);
        if (count > 2) to[2] += Vector.Sum(c);
    }

    // One image into a frame of zeros.
    static void Pad(in ConvolutionShape c, ReadOnlySpan<float> x, Span<float> padded)
    {
        padded[..(c.Padding == 0 ? 0 : c.Channels * c.PaddedSize)].Clear();
        CopyRows(c.Channels, c.Height, c.Width, x, c.Height * c.Width, c.Width,
            padded[(c.Padding * c.PaddedWidth + c.Padding)..], c.PaddedSize, c.PaddedWidth);
        padded.Slice(c.Channels * c.PaddedSize, Slack).Clear();
    }

    // Planes of height x width from one spacing to another. Rows are short, so a call to copy each would cost more than
    // the copy; the last vector of a row starts early enough to end with it.
    [MethodImpl(Hot)]
    static void CopyRows(int planes, int height, int width, ReadOnlySpan<float> x, int xPlane, int xRow, Span<float> y,
        int yPlane, int yRow)
    {
        for (var plane = 0; plane < planes; plane++)
        {
            ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), plane * xPlane);
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), plane * yPlane);
            for (var line = 0; line < height; line++)
            {
                if (width < Vector<float>.Count)
                    for (var i = 0; i < width; i++) Unsafe.Add(ref to, i) = Unsafe.Add(ref from, i);
                else
                {
                    for (var i = 0; i < width - Vector<float>.Count; i += Vector<float>.Count)
                        Vector.LoadUnsafe(ref from, (nuint)i).StoreUnsafe(ref to, (nuint)i);
                    var last = (nuint)(width - Vector<float>.Count);
                    Vector.LoadUnsafe(ref from, last).StoreUnsafe(ref to, last);
                }
                from = ref Unsafe.Add(ref from, xRow);
                to = ref Unsafe.Add(ref to, yRow);
            }
        }
    }

    static Span<float> Scratch(ref float[]? array, int length)
    {
        if (array is null || array.Length < length) array = new float[length];
        return array.AsSpan(0, length);
    }
}
