#nullable enable
// Convolutions and their gradients against loops in float64, for every vector width on any machine, and sizes around
// every block's, tile's and border's edge.

/// <summary>Random images x (N, C, H, W), kernels w (O, C, KH, KW) and gradients g (N, O, OH, OW).</summary>
public sealed class ConvolutionCase
{
    // Where memory is not to be written, or not to be read before it is.
    const float Guard = 12345;

    readonly ConvolutionSizes c;
    readonly int images;
    readonly float[] x, w, g;
    readonly double[] y, dx, dw;

    public ConvolutionCase(ConvolutionSizes sizes, int images)
    {
        (c, this.images) = (sizes, images);
        float[] Draw(string purpose, int length)
        {
            var random = new RandomStream(1, $"{purpose}/{sizes}");
            return [.. Enumerable.Range(0, length).Select(_ => (float)random.Uniform(-1, 1))];
        }
        x = Draw("x", images * c.Channels * c.Height * c.Width);
        w = Draw("w", c.Outputs * c.Channels * c.Area);
        g = Draw("g", images * c.Outputs * c.OutHeight * c.OutWidth);
        (y, dx, dw) = (new double[g.Length], new double[x.Length], new double[w.Length]);
        for (var at = 0; at < g.Length; at++)
        {
            var (row, column) = (at / c.OutWidth % c.OutHeight, at % c.OutWidth);
            var (n, o) = Math.DivRem(at / (c.OutHeight * c.OutWidth), c.Outputs);
            for (var k = 0; k < c.Channels * c.Area; k++)
            {
                var (i, j) = (row * c.Stride + k % c.Area / c.KernelWidth - c.Padding,
                    column * c.Stride + k % c.KernelWidth - c.Padding);
                if (i < 0 || j < 0 || i >= c.Height || j >= c.Width) continue;
                var pixel = ((n * c.Channels + k / c.Area) * c.Height + i) * c.Width + j;
                var weight = o * c.Channels * c.Area + k;
                y[at] += (double)x[pixel] * w[weight];
                dx[pixel] += (double)g[at] * w[weight];
                dw[weight] += (double)g[at] * x[pixel];
            }
        }
    }

    /// <summary>y, dx and dw by vectors of a width, or narrower ones where a block is.</summary>
    public void Check<S, V>() where S : struct, IPairs<V> where V : struct
    {
        var (frames, gFrames) = (Pack(x, c.InputFrame), Pack(g, c.GradientFrame));
        var packed = Memory(ImageConvolution.ForwardLength(c));
        ImageConvolution.PackForward(c, w, c.Channels * c.Area, packed);
        var result = Memory(images * c.Output.Length);
        Run<S, V>(ImageConvolution.Pass.Forward, frames, packed, result, c.Output);
        Check(Unpack(result, c.Output), y, "y");

        packed = Memory(ImageConvolution.InputGradientLength(c));
        ImageConvolution.PackInputGradient(c, w, c.Channels * c.Area, packed);
        result = Memory(images * c.Input.Length);
        Run<S, V>(ImageConvolution.Pass.InputGradient, gFrames, packed, result, c.Input);
        Check(Unpack(result, c.Input), dx, "dx");

        // Twice the same.
        var sums = Memory(ImageConvolution.ForwardLength(c));
        sums.AsSpan(0, ImageConvolution.ForwardLength(c)).Clear();
        for (var i = 0; i < 2; i++) Run<S, V>(ImageConvolution.Pass.KernelGradient, frames, gFrames, sums, c.Output);
        var gradient = new float[w.Length];
        ImageConvolution.KernelGradient(c, sums, gradient, c.Channels * c.Area);
        Check(gradient, [.. dw.Select(value => 2 * value)], "dw");
    }

    void Run<S, V>(ImageConvolution.Pass pass, float[] a, float[] b, float[] result, PixelLayout layout)
        where S : struct, IPairs<V> where V : struct
    {
        var loop = new ImageConvolution.Loop(pass, c, images, a, b, result, layout.Length);
        if (S.Lanes <= layout.Block) loop.Run<S, V>(); else loop.Run<Simd256, Vector256<float>>();
        result[^Extra..].ShouldAllBe(value => value == Guard, "wrote behind the result");
    }

    void Check(float[] actual, double[] expected, string what) =>
        Numeric.Distance(actual, expected).ShouldBeLessThan(3e-6, $"{what} of {images} times {c}");

    const int Extra = 16;

    static float[] Memory(int length)
    {
        var memory = new float[length + Extra];
        Array.Fill(memory, Guard);
        return memory;
    }

    float[] Pack(float[] values, PixelLayout to)
    {
        var frames = new float[images * to.Length];
        foreach (var (place, i) in Places(to).Select((place, i) => (place, i))) frames[place] = values[i];
        return frames;
    }

    float[] Unpack(float[] blocks, PixelLayout from)
    {
        int[] places = [.. Places(from)];
        Enumerable.Range(0, images * from.Length).Except(places).ShouldAllBe(place => blocks[place] == 0);
        return [.. places.Select(place => blocks[place])];
    }

    IEnumerable<int> Places(PixelLayout at) =>
        from n in Enumerable.Range(0, images)
        from channel in Enumerable.Range(0, at.Channels)
        from row in Enumerable.Range(0, at.Height)
        from column in Enumerable.Range(0, at.Width)
        select n * at.Length + at.Offset(channel / at.Block, row, column) + channel % at.Block;
}

static readonly ConvolutionSizes[] convolutionSizes =
[
    // Channels from and to, around blocks of 8 and 16.
    .. from channels in new[] { 1, 3, 6, 16, 20, 32 }
       from outputs in new[] { 1, 3, 6, 16, 20, 32 }
       select new ConvolutionSizes(channels, 5, 6, outputs, 3, 3, 1, 1),
    // Kernels, strides and padding, with rows and columns left over.
    .. from kernel in new[] { 1, 3, 5 }
       from stride in new[] { 1, 2, 3 }
       from padding in new[] { 0, 1, 2 }
       from channels in new[] { 3, 16 }
       select new ConvolutionSizes(channels, 7, 10, channels + 2, kernel, kernel, stride, padding),
    // Every division of a line into tiles.
    .. Enumerable.Range(1, 20).Select(width => new ConvolutionSizes(8, 3, width, 9, 3, 1, 1, 1)),
    // Kernels of other forms, images of one pixel, row and column, and images in more than one go.
    new(2, 6, 5, 7, 2, 3, 1, 0), new(9, 1, 1, 3, 3, 3, 1, 1), new(9, 1, 9, 3, 3, 3, 2, 1), new(4, 7, 1, 2, 3, 1, 1, 0),
    new(2, 4, 4, 17, 5, 5, 3, 4), new(1, 9, 9, 1, 2, 2, 4, 0), new(3, 25, 20, 5, 3, 3, 1, 1),
    // Where Winograd's transformation fits, with whole and broken groups of tiles.
    .. from size in new[] { (2, 2), (4, 4), (8, 6), (12, 12), (18, 16) }
       from channels in new[] { (9, 16), (16, 16), (20, 32), (48, 16) }
       select new ConvolutionSizes(channels.Item1, size.Item1, size.Item2, channels.Item2, 3, 3, 1, 1),
];

static void CheckConvolutions<S, V>() where S : struct, IPairs<V> where V : struct
{
    foreach (var sizes in convolutionSizes)
        foreach (var images in new[] { 1, 3 }) new ConvolutionCase(sizes, images).Check<S, V>();
}

Test("op: convolutions in blocks and their gradients, vectors of 512 bits",
    () => CheckConvolutions<Simd512, Vector512<float>>());
Test("op: convolutions in blocks and their gradients, vectors of 256 bits",
    () => CheckConvolutions<Simd256, Vector256<float>>());
Test("op: convolutions in blocks and their gradients, vectors of 128 bits",
    () => CheckConvolutions<Simd128, Vector128<float>>());
