#nullable enable
// Convolution as matrix products without a copy of patches. For kernel position (i, j), the input pixels that a line of
// output pixels needs are a line too: i rows further down and j columns to the right. So each step of a product's inner
// loop reads the image at another offset. Only padding needs a copy of the image.

public static class Convolution
{
    [ThreadStatic] static Block rotated;

    /// <summary>y (N, O, OH, OW) = x (N, C, H, W) convolved with w (O, C KH KW), plus one bias for each output; an
    /// empty bias is 0.</summary>
    /// <param name="xRow">Floats from one image of x to the next; yRow the same of y, wRow from kernel to
    /// kernel.</param>
    public static void Forward(in ConvolutionShape c, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w, int wRow,
        ReadOnlySpan<float> bias, Span<float> y, int yRow) =>
        VectorWidth.WidestToScalar(new ForwardLoop(c, c.Shifts(), x, xRow, w, wRow, bias, y, yRow));

    /// <summary>dx (N, C, H, W), the gradient by the input, from g (N, O, OH, OW): g, padded with zeros, convolved with
    /// the kernels rotated by 180 degrees.</summary>
    public static void InputGradient(in ConvolutionShape c, ReadOnlySpan<float> g, int gRow, ReadOnlySpan<float> w,
        int wRow, Span<float> dx, int dxRow)
    {
        var area = c.KernelHeight * c.KernelWidth;
        var kernels = Block.Scratch<float>(ref rotated, c.Channels * c.Outputs * area);
        for (var o = 0; o < c.Outputs; o++)
            for (var i = 0; i < c.Channels; i++)
                for (var pixel = 0; pixel < area; pixel++)
                    kernels[(i * c.Outputs + o) * area + area - 1 - pixel] = w[o * wRow + i * area + pixel];
        Forward(c.InputGradient, g, gRow, kernels, c.Outputs * area, [], dx, dxRow);
    }

    // Each width computes the lines that are left and that it can.
    ref struct ForwardLoop(ConvolutionShape c, int[] shifts, ReadOnlySpan<float> x, int xRow, ReadOnlySpan<float> w,
        int wRow, ReadOnlySpan<float> bias, Span<float> y, int yRow) : IContinuedLoop
    {
        readonly ReadOnlySpan<float> x = x, w = w, bias = bias;
        readonly Span<float> y = y;
        int done;

        public void Run<S, V>() where S : struct, ISimd<V> where V : struct
        {
            var vectors = c.Vectors(S.Lanes, done, c.LinesFor(S.Lanes));
            if (vectors.Length == 0) return;
            done = c.LinesFor(S.Lanes);
            var padding = new ZeroPadding(c, 1);
            var columns = new Patches(vectors, shifts, bias);
            ref var kernels = ref MemoryMarshal.GetReference(w);
            for (var n = 0; n < c.Images; n++)
            {
                ref var image = ref MemoryMarshal.GetReference(padding.Apply(x.Slice(n * xRow, xRow), xRow, 1));
                Gemm.Tiles<S, V, Patches, StoreTo>(c.Outputs, vectors.Length, c.Patch, ref kernels,
                    TiledRows.Strided<S, V>(wRow, 1), ref image, columns, new StoreTo(ref y[n * yRow]), c.OutSize);
            }
        }
    }

    // The patches of an image as columns of a matrix. They are computed in order, because what a vector writes beyond
    // its line is overwritten by the vectors of the next line.
    readonly ref struct Patches(ReadOnlySpan<OutputVector> vectors, ReadOnlySpan<int> shifts, ReadOnlySpan<float> bias)
        : IColumns
    {
        readonly ReadOnlySpan<OutputVector> vectors = vectors;
        readonly ref int shifts = ref MemoryMarshal.GetReference(shifts);
        readonly ReadOnlySpan<float> bias = bias;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public nint RowOffset(nint i) => Unsafe.Add(ref shifts, i);

        public nint Source(int vector, int lanes) => vectors[vector].Input;
        public nint Target(int vector, int lanes) => vectors[vector].Output;
        public V Start<S, V>(int row) where S : struct, ISimd<V> where V : struct =>
            bias.IsEmpty ? default : S.All(bias[row]);
    }
}
