#nullable enable
// Convolution as matrix products without a copy of patches: for kernel position (i, j), the input pixels that a line of
// output pixels needs are themselves a line, i rows further down and j columns to the right. So one step of a product's
// inner loop is one shift of the image, and only a frame of zeros, where there is one, needs a copy.

public static partial class Convolution
{
    [ThreadStatic] static Block frames, turned;

    /// <summary>y (N, O, OH, OW) = x (N, C, H, W) convolved with w (O, C KH KW), plus a bias per output or, where that
    /// is empty, none.</summary>
    public static void Forward(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w, int wRow,
        ReadOnlySpan<float> bias, Span<float> y, int yRow)
    {
        var shifts = c.Shifts();
        var lines = 0;
        if (Vector512.IsHardwareAccelerated)
            lines = Lines<Simd512, Vector512<float>>(c, lines, shifts, x, xRow, w, wRow, bias, y, yRow);
        if (Vector256.IsHardwareAccelerated)
            lines = Lines<Simd256, Vector256<float>>(c, lines, shifts, x, xRow, w, wRow, bias, y, yRow);
        lines = Lines<Simd128, Vector128<float>>(c, lines, shifts, x, xRow, w, wRow, bias, y, yRow);
        Lines<Simd32, float>(c, lines, shifts, x, xRow, w, wRow, bias, y, yRow);
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
        ReadOnlySpan<float> w, int wRow, ReadOnlySpan<float> bias, Span<float> y, int yRow)
        where S : struct, ISimd<V> where V : struct
    {
        var places = c.Places(S.Lanes, first, c.LinesFor(S.Lanes));
        if (places.Length == 0) return first;
        var frame = Frame(c, 1);
        var patches = new Patches(places, shifts, bias);
        ref var kernels = ref MemoryMarshal.GetReference(w);
        for (var n = 0; n < c.Images; n++)
        {
            var image = x.Slice(n * xRow, xRow);
            ref var from = ref MemoryMarshal.GetReference(
                c.IsFramed ? Framed(c with { Images = 1 }, image, xRow, frame) : image);
            Gemm.Blocks<S, V, Patches, StoreTo>(c.Outputs, places.Length, c.Patch, ref kernels, wRow, 1, ref from,
                patches, new StoreTo(ref y[n * yRow]), c.OutSize);
        }
        return c.LinesFor(S.Lanes);
    }

    // Patches of an image as columns of a matrix: in order, so that what one vector writes beyond its line is
    // overwritten by the next line's.
    readonly ref struct Patches(ReadOnlySpan<Place> places, ReadOnlySpan<int> shifts, ReadOnlySpan<float> bias)
        : IColumns
    {
        readonly ReadOnlySpan<Place> places = places;
        readonly ref int shifts = ref MemoryMarshal.GetReference(shifts);
        readonly ReadOnlySpan<float> bias = bias;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nint Inner(nint i) => Unsafe.Add(ref shifts, i);

        public nint Source(int vector, int lanes) => places[vector].X;
        public nint Target(int vector, int lanes) => places[vector].Y;
        public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct =>
            bias.IsEmpty ? default : S.All(bias[row]);
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
