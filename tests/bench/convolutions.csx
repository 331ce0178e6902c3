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

    public static void Report(TextWriter to, int rounds, string only = "")
    {
        to.WriteLine($"  {"share of the peak",-40}{"forward",9}{"by input",10}{"by kernels",12}");
        foreach (var layer in Layers.Where(layer => Name(layer).Contains(only)))
        {
            var shares = Passes(layer).Select(pass => Share(layer.Flops * ImageConvolution.ImagesTogether(layer), pass, rounds));
            to.WriteLine($"  {Name(layer),-40}{string.Concat(shares.Zip([9, 10, 12], (share, width) =>
                $"{share:P0}".PadLeft(width)))}");
        }
    }

    static string Name(in ConvolutionSizes c) => $"{c.Channels} to {c.Outputs}, {c.Height} x {c.Width}, kernel "
        + $"{c.KernelHeight}, stride {c.Stride}, padding {c.Padding}";

    // Images of one call, in frames.
    static Action[] Passes(ConvolutionSizes c)
    {
        var images = ImageConvolution.ImagesTogether(c);
        var (x, g) = (Noise(images * c.InputFrame.Length), Noise(images * c.GradientFrame.Length));
        var (y, dx) = (new float[images * c.Output.Length], new float[images * c.Input.Length]);
        var w = Noise(c.Outputs * c.Channels * c.Area);
        var (forward, back) = (Noise(ImageConvolution.ForwardLength(c)), Noise(ImageConvolution.InputGradientLength(c)));
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
