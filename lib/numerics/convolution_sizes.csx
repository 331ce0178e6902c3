#nullable enable

/// <summary>Sizes of a convolution of images (C, H, W) with kernels (O, C, KH, KW).</summary>
/// <param name="Padding">Rows and columns of zeros on every side of each image.</param>
/// <param name="First">The gradient by x is not wanted, as in a net's first layer.</param>
public readonly record struct ConvolutionSizes(int Channels, int Height, int Width, int Outputs, int KernelHeight,
    int KernelWidth, int Stride, int Padding, bool First = false)
{
    public int OutHeight => (Height + 2 * Padding - KernelHeight) / Stride + 1;
    public int OutWidth => (Width + 2 * Padding - KernelWidth) / Stride + 1;
    public int Area => KernelHeight * KernelWidth;

    /// <summary>Multiplications and additions of one image.</summary>
    public double Flops => 2.0 * Channels * Area * Outputs * OutHeight * OutWidth;

    /// <summary>x, and its gradient.</summary>
    public PixelLayout Input => PixelLayout.Plain(Channels, Height, Width);

    /// <summary>y, and its gradient.</summary>
    public PixelLayout Output => PixelLayout.Plain(Outputs, OutHeight, OutWidth);

    /// <summary>How x lies as the input of Forward and AddKernelGradient. Up to 8 channels lie without gaps, so that
    /// what a row of a kernel reads is one run of floats, of which none is wasted.</summary>
    public PixelLayout InputFrame
    {
        get
        {
            var (top, bottom) = Border(ForwardRows, Height);
            var (left, right) = Border(ForwardColumns, Width);
            return new(Channels, Height, Width, Channels <= 8 ? Channels : 16, top, left, bottom, right);
        }
    }

    /// <summary>How the gradient by y lies as the input of InputGradient and AddKernelGradient.</summary>
    public PixelLayout GradientFrame
    {
        get
        {
            if (First) return Output;
            var (top, left, bottom, right) = (0, 0, 0, 0);
            for (var phase = 0; phase < Stride; phase++)
            {
                var (above, below) = Border(GradientRows(phase), OutHeight);
                var (before, after) = Border(GradientColumns(phase), OutWidth);
                (top, bottom) = (Math.Max(top, above), Math.Max(bottom, below));
                (left, right) = (Math.Max(left, before), Math.Max(right, after));
            }
            return Output with { Top = top, Left = left, Bottom = bottom, Right = right };
        }
    }

    /// <summary>Pixels of y are sums over pixels of x.</summary>
    public ConvolutionAxis ForwardRows => new(0, 1, OutHeight, KernelHeight, 1, 0, -Padding, Stride);

    public ConvolutionAxis ForwardColumns => new(0, 1, OutWidth, KernelWidth, 1, 0, -Padding, Stride);

    /// <summary>Pixels of dx are sums over pixels of g. Those whose distance from the padding's edge leaves the
    /// remainder `phase` when it is divided by the stride meet the same elements of a kernel.</summary>
    public ConvolutionAxis GradientRows(int phase) => Gradient(phase, Height, KernelHeight);

    public ConvolutionAxis GradientColumns(int phase) => Gradient(phase, Width, KernelWidth);

    ConvolutionAxis Gradient(int phase, int size, int kernel)
    {
        var first = ((phase - Padding) % Stride + Stride) % Stride;
        var count = Math.Max(0, (size - first + Stride - 1) / Stride);
        var taps = Math.Max(0, (kernel - phase + Stride - 1) / Stride);
        // As pixels of g ascend, elements of the kernel descend.
        return new(first, Stride, count, taps, -Stride, phase + (taps - 1) * Stride,
            (first + Padding - phase) / Stride - (taps - 1), 1);
    }

    public override string ToString() => $"{Channels} to {Outputs} channels, {Height} x {Width}, "
        + $"kernels {KernelHeight} x {KernelWidth}, stride {Stride}, padding {Padding}";

    static (int Before, int After) Border(ConvolutionAxis axis, int size) => axis.Count == 0 || axis.Taps == 0 ? (0, 0)
        : (Math.Max(0, -axis.Source), Math.Max(0, axis.Source + (axis.Count - 1) * axis.SourceStep + axis.Taps - size));
}

/// <summary>One axis of a convolution or of its gradient by the input. Of the result, Count pixels First, First + Step
/// and so on are computed: number n is a sum over Taps neighbouring pixels of the source, from Source + n * SourceStep
/// on, which meet the kernel's elements Element, Element + ElementStep and so on.</summary>
public readonly record struct ConvolutionAxis(int First, int Step, int Count, int Taps, int ElementStep, int Element,
    int Source, int SourceStep);
