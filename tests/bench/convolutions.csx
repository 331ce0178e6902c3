#nullable enable
// Layers of convolutions: the loops' share of a core's peak, counted in the multiplications and additions of the
// definition, which Winograd's transformation has fewer of.

public static class Convolutions
{
    // CPU time of one measurement: long against the clock's steps, short against what else the machine does.
    const double Seconds = 0.02;

    /// <summary>Of LeNet on digits, and of residual nets and VGG on colour images of 32 x 32.</summary>
    public static IReadOnlyList<ConvolutionSizes> Layers { get; } =
    [
        new(1, 28, 28, 6, 3, 3, 1, 2), new(6, 15, 15, 16, 3, 3, 1, 0), new(3, 32, 32, 16, 3, 3, 1, 1),
        new(16, 32, 32, 16, 3, 3, 1, 1), new(32, 16, 16, 32, 3, 3, 1, 1), new(64, 8, 8, 64, 3, 3, 1, 1),
        new(16, 32, 32, 32, 3, 3, 2, 1), new(32, 16, 16, 64, 3, 3, 2, 1), new(16, 32, 32, 32, 1, 1, 2, 0),
        new(32, 16, 16, 64, 1, 1, 2, 0),
    ];

    /// <summary>Prints a line for each layer.</summary>
    public static void Report(int rounds, Action<object> write)
    {
        Out.WriteLine($"  {"share of the peak",-60}{"forward",9}{"by input",10}{"by kernels",12}");
        foreach (var layer in Layers)
        {
            var flops = layer.Flops * ImageConvolution.ImagesTogether(layer);
            double[] shares = [.. Passes(layer).Select(pass => Share(flops, pass, rounds))];
            Out.WriteLine($"  {layer,-60}{shares[0],9:P0}{shares[1],10:P0}{shares[2],12:P0}");
            write(new { Layer = $"{layer}", Forward = shares[0], ByInput = shares[1], ByKernels = shares[2] });
        }
    }

    // Images of one call, in frames.
    static Action[] Passes(ConvolutionSizes c)
    {
        var images = ImageConvolution.ImagesTogether(c);
        var (x, g) = (Noise(images * c.InputFrame.Length), Noise(images * c.GradientFrame.Length));
        var (y, dx) = (new float[images * c.Output.Length], new float[images * c.Input.Length]);
        var w = Noise(c.Outputs * c.Channels * c.Area);
        var forward = new float[ImageConvolution.ForwardLength(c)];
        var back = new float[ImageConvolution.InputGradientLength(c)];
        var sums = new float[ImageConvolution.ForwardLength(c)];
        ImageConvolution.PackForward(c, w, c.Channels * c.Area, forward);
        ImageConvolution.PackInputGradient(c, w, c.Channels * c.Area, back);
        return
        [
            () => ImageConvolution.Forward(c, images, x, forward, y, c.Output.Length),
            () => ImageConvolution.InputGradient(c, images, g, back, dx, c.Input.Length),
            () => ImageConvolution.AddKernelGradient(c, images, x, g, sums),
        ];
    }

    static float[] Noise(int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }

    // The median over rounds, each beside a measurement of the peak.
    static double Share(double flops, Action pass, int rounds)
    {
        for (var i = 0; i < 50; i++) pass();
        return Enumerable.Range(0, rounds).Select(_ =>
        {
            var peak = Cpu.Peak(1);
            var (begun, cpu, done) = (Cpu.Seconds, 0.0, 0);
            for (var some = Math.Max(1, (int)(1e8 / flops)); cpu < Seconds; cpu = Cpu.Seconds - begun)
            {
                for (var i = 0; i < some; i++) pass();
                done += some;
            }
            return flops * done / cpu / 1e9 / peak;
        }).Order().ElementAt(rounds / 2);
    }
}
