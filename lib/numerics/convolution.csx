#nullable enable
// Convolution as matrix products without a copy of patches: for kernel position (i, j), the input pixels that a line of
// output pixels needs are themselves a line, i rows further down and j columns to the right. So one step of a product's
// inner loop is one shift of the image, and only a frame of zeros, where there is one, needs a copy.

public static partial class Convolution
{
    [ThreadStatic] static Block frames, packed, turned;

    /// <summary>y (N, O, OH, OW) = x (N, C, H, W) convolved with w (O, C KH KW), plus a bias per output or, where that
    /// is empty, none.</summary>
    public static void Forward(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w, int wRow,
        ReadOnlySpan<float> bias, Span<float> y, int yRow)
    {
        var kernels = Pack(c, w, wRow, bias);
        var shifts = c.Shifts();
        var lines = 0;
        if (Vector512.IsHardwareAccelerated)
            lines = Lines<Simd512, Vector512<float>>(c, lines, shifts, x, xRow, kernels, y, yRow);
        if (Vector256.IsHardwareAccelerated)
            lines = Lines<Simd256, Vector256<float>>(c, lines, shifts, x, xRow, kernels, y, yRow);
        lines = Lines<Simd128, Vector128<float>>(c, lines, shifts, x, xRow, kernels, y, yRow);
        Lines<Simd32, float>(c, lines, shifts, x, xRow, kernels, y, yRow);
    }

    /// <summary>dx (N, C, H, W), the gradient by the input, from g (N, O, OH, OW): the convolution of g, in a frame of
    /// zeros, with the kernels turned by half a turn.</summary>
    public static void InputGradient(in ConvolutionShape c, ReadOnlySpan<float> g, int gRow, ReadOnlySpan<float> w,
        int wRow, Span<float> dx, int dxRow)
    {
        var area = c.KernelHeight * c.KernelWidth;
        var kernels = Scratch(ref turned, c.Channels * c.Outputs * area);
        for (var o = 0; o < c.Outputs; o++)
            for (var i = 0; i < c.Channels; i++)
                for (var place = 0; place < area; place++)
                    kernels[(i * c.Outputs + o) * area + area - 1 - place] = w[o * wRow + i * area + place];
        Forward(c.Back, g, gRow, kernels, c.Outputs * area, [], dx, dxRow);
    }

    // The output's lines from `first` on that vectors of this length can do; the line after them.
    static int Lines<S, V>(in ConvolutionShape c, int first, int[] shifts, ReadOnlySpan<float> x, int xRow,
        ReadOnlySpan<float> kernels, Span<float> y, int yRow) where S : struct, ISimd<V> where V : struct
    {
        var places = c.Places(S.Lanes, first, c.LinesFor(S.Lanes));
        if (places.Length == 0) return first;
        var frame = Frame(c, 1);
        for (var n = 0; n < c.Images; n++)
        {
            var image = x.Slice(n * xRow, xRow);
            ref var from = ref MemoryMarshal.GetReference(
                c.IsFramed ? Framed(c with { Images = 1 }, image, xRow, frame) : image);
            for (int o = 0, rows; o < c.Outputs; o += rows)
            {
                rows = RowsOf(c.Outputs - o);
                ref var w = ref Unsafe.AsRef(in kernels[o * (c.Patch + 1)]);
                ref var to = ref y[n * yRow + o * c.OutSize];
                if (rows == 6) Outputs<S, V, Six>(places, shifts, ref from, ref w, ref to, c.OutSize);
                else if (rows == 4) Outputs<S, V, Four>(places, shifts, ref from, ref w, ref to, c.OutSize);
                else if (rows == 2) Outputs<S, V, Two>(places, shifts, ref from, ref w, ref to, c.OutSize);
                else Outputs<S, V, One>(places, shifts, ref from, ref w, ref to, c.OutSize);
            }
        }
        return c.LinesFor(S.Lanes);
    }

    // How many outputs are done together: a type, so that the JIT drops those that are not there.
    interface ICount { static abstract int Count { get; } }
    readonly struct Six : ICount { public static int Count => 6; }
    readonly struct Four : ICount { public static int Count => 4; }
    readonly struct Three : ICount { public static int Count => 3; }
    readonly struct Two : ICount { public static int Count => 2; }
    readonly struct One : ICount { public static int Count => 1; }

    // As many where so many are left.
    static int RowsOf(int outputs) => outputs switch { >= 6 => 6, >= 4 => 4, >= 2 => 2, _ => 1 };

    // Kernels in the order that a block of outputs reads them: each one's bias, then for each pixel of the patch each
    // one's weight.
    static Span<float> Pack(in ConvolutionShape c, ReadOnlySpan<float> w, int wRow, ReadOnlySpan<float> bias)
    {
        var kernels = Scratch(ref packed, c.Outputs * (c.Patch + 1));
        for (int o = 0, rows, at = 0; o < c.Outputs; o += rows)
        {
            rows = RowsOf(c.Outputs - o);
            for (var row = 0; row < rows; row++) kernels[at++] = bias.IsEmpty ? 0 : bias[o + row];
            for (var k = 0; k < c.Patch; k++)
                for (var row = 0; row < rows; row++) kernels[at++] = w[(o + row) * wRow + k];
        }
        return kernels;
    }

    // Up to six outputs of one image at two places at once: twelve sums in registers over the patch. In order, so that
    // what one vector writes beyond its line is overwritten by the next line's.
    [MethodImpl(Hot)]
    static void Outputs<S, V, R>(ReadOnlySpan<Place> places, ReadOnlySpan<int> shifts, ref float x, ref float w,
        ref float y, nint plane) where S : struct, ISimd<V> where V : struct where R : struct, ICount
    {
        for (var place = 0; place < places.Length; place += 2)
        {
            var (one, two) = (places[place], places[Math.Min(place + 1, places.Length - 1)]);
            ref var x0 = ref Unsafe.Add(ref x, one.X);
            ref var x1 = ref Unsafe.Add(ref x, two.X);
            ref var f = ref w;
            V s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51;
            s00 = s01 = S.All(f);
            s10 = s11 = R.Count > 1 ? S.All(Unsafe.Add(ref f, 1)) : default;
            s20 = s21 = R.Count > 2 ? S.All(Unsafe.Add(ref f, 2)) : default;
            s30 = s31 = R.Count > 2 ? S.All(Unsafe.Add(ref f, 3)) : default;
            s40 = s41 = R.Count > 4 ? S.All(Unsafe.Add(ref f, 4)) : default;
            s50 = s51 = R.Count > 4 ? S.All(Unsafe.Add(ref f, 5)) : default;
            for (var i = 0; i < shifts.Length; i++)
            {
                f = ref Unsafe.Add(ref f, R.Count);
                V v = S.Load(ref Unsafe.Add(ref x0, shifts[i])), u = S.Load(ref Unsafe.Add(ref x1, shifts[i]));
                var k = S.All(f);
                s00 = S.MultiplyAdd(k, v, s00); s01 = S.MultiplyAdd(k, u, s01);
                if (R.Count > 1)
                {
                    k = S.All(Unsafe.Add(ref f, 1));
                    s10 = S.MultiplyAdd(k, v, s10); s11 = S.MultiplyAdd(k, u, s11);
                }
                if (R.Count > 2)
                {
                    k = S.All(Unsafe.Add(ref f, 2));
                    s20 = S.MultiplyAdd(k, v, s20); s21 = S.MultiplyAdd(k, u, s21);
                    k = S.All(Unsafe.Add(ref f, 3));
                    s30 = S.MultiplyAdd(k, v, s30); s31 = S.MultiplyAdd(k, u, s31);
                }
                if (R.Count > 4)
                {
                    k = S.All(Unsafe.Add(ref f, 4));
                    s40 = S.MultiplyAdd(k, v, s40); s41 = S.MultiplyAdd(k, u, s41);
                    k = S.All(Unsafe.Add(ref f, 5));
                    s50 = S.MultiplyAdd(k, v, s50); s51 = S.MultiplyAdd(k, u, s51);
                }
            }
            ref var y0 = ref Unsafe.Add(ref y, one.Y);
            ref var y1 = ref Unsafe.Add(ref y, two.Y);
            S.Store(s00, ref y0); S.Store(s01, ref y1);
            if (R.Count > 1)
            {
                S.Store(s10, ref Unsafe.Add(ref y0, plane)); S.Store(s11, ref Unsafe.Add(ref y1, plane));
            }
            if (R.Count > 2)
            {
                S.Store(s20, ref Unsafe.Add(ref y0, 2 * plane)); S.Store(s21, ref Unsafe.Add(ref y1, 2 * plane));
                S.Store(s30, ref Unsafe.Add(ref y0, 3 * plane)); S.Store(s31, ref Unsafe.Add(ref y1, 3 * plane));
            }
            if (R.Count > 4)
            {
                S.Store(s40, ref Unsafe.Add(ref y0, 4 * plane)); S.Store(s41, ref Unsafe.Add(ref y1, 4 * plane));
                S.Store(s50, ref Unsafe.Add(ref y0, 5 * plane)); S.Store(s51, ref Unsafe.Add(ref y1, 5 * plane));
            }
        }
    }

    // Memory for images in frames of zeros. Only the frame stays as it is cleared here.
    static Span<float> Frame(scoped in ConvolutionShape c, int images)
    {
        if (!c.IsFramed) return [];
        var frame = Scratch(ref frames, images * c.Channels * c.PaddedSize);
        frame.Clear();
        return frame;
    }

    // Images into their frames.
    static Span<float> Framed(scoped in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, Span<float> frame)
    {
        var (above, beside) = (Math.Max(0, c.Above), Math.Max(0, c.Beside));
        var outside = (above - c.Above) * c.Width + beside - c.Beside;
        for (var n = 0; n < c.Images; n++)
            CopyRows(c.Channels, Math.Min(c.Height, c.PaddedHeight), Math.Min(c.Width, c.PaddedWidth),
                x[(n * xRow + outside)..], c.Height * c.Width, c.Width,
                frame[(n * c.Channels * c.PaddedSize + above * c.PaddedWidth + beside)..], c.PaddedSize, c.PaddedWidth);
        return frame;
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

    static Span<float> Scratch(ref Block block, int length)
    {
        if (block.Length < length) block = Block.Owned(length);
        return MemoryMarshal.CreateSpan(ref block.First, length);
    }
}
