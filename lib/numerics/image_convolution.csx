#nullable enable
// Convolutions of images in frames, a few at a time, and their gradients. A caller copies images into frames, and what
// it does to them on that way costs no visit of its own to memory. What it adds to ReadAhead.Own before a call, the
// next images, is fetched meanwhile.

public static class ImageConvolution
{
    /// <summary>Images that one call should get, so that small ones are done together.</summary>
    public static int ImagesTogether(in ConvolutionSizes c) =>
        Winograd.Fits(c) ? Winograd.ImagesTogether(c) : DirectConvolution.ImagesTogether(c);

    /// <summary>Floats of the kernels as PackForward lays them out, and of the sums of AddKernelGradient.</summary>
    public static int ForwardLength(in ConvolutionSizes c) =>
        Winograd.Fits(c) ? Winograd.PackedLength(c) : DirectConvolution.PackedLength(c, c.InputFrame, c.Output);

    /// <summary>Floats of the kernels as PackInputGradient lays them out.</summary>
    public static int InputGradientLength(in ConvolutionSizes c) =>
        Winograd.Fits(c) ? Winograd.PackedLength(c) : DirectConvolution.PackedLength(c, c.GradientFrame, c.Input);

    /// <summary>Kernels w (O, C KH KW), wRow floats apart, as Forward needs them.</summary>
    public static void PackForward(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed)
    {
        if (Winograd.Fits(c)) Winograd.PackForward(c, w, wRow, packed);
        else DirectConvolution.PackForward(c, w, wRow, packed);
    }

    /// <summary>The same for InputGradient.</summary>
    public static void PackInputGradient(in ConvolutionSizes c, ReadOnlySpan<float> w, int wRow, Span<float> packed)
    {
        if (Winograd.Fits(c)) Winograd.PackInputGradient(c, w, wRow, packed);
        else DirectConvolution.PackInputGradient(c, w, wRow, packed);
    }

    /// <summary>y, laid out as c.Output, of images in frames, laid out as c.InputFrame, one behind the other. Places of
    /// y beyond its channels become 0.</summary>
    /// <param name="yImage">Floats from one image of y to the next.</param>
    public static void Forward(in ConvolutionSizes c, int images, ReadOnlySpan<float> frames,
        ReadOnlySpan<float> packed, Span<float> y, int yImage) =>
        VectorWidth.TryWidest(new Loop(Pass.Forward, c, images, frames, packed, y, yImage), c.Output.Block);

    /// <summary>dx, laid out as c.Input, of gradients by y in frames, laid out as c.GradientFrame.</summary>
    public static void InputGradient(in ConvolutionSizes c, int images, ReadOnlySpan<float> gFrames,
        ReadOnlySpan<float> packed, Span<float> dx, int dxImage) =>
        VectorWidth.TryWidest(new Loop(Pass.InputGradient, c, images, gFrames, packed, dx, dxImage), c.Input.Block);

    /// <summary>Adds what these images contribute to the gradient by the kernels. The sums begin as zeros.</summary>
    public static void AddKernelGradient(in ConvolutionSizes c, int images, ReadOnlySpan<float> frames,
        ReadOnlySpan<float> gFrames, Span<float> sums) =>
        VectorWidth.TryWidest(new Loop(Pass.KernelGradient, c, images, frames, gFrames, sums, 0), c.Output.Block);

    /// <summary>The gradient dw (O, C KH KW) by the kernels, dwRow floats apart, of the sums over all images.</summary>
    public static void KernelGradient(in ConvolutionSizes c, ReadOnlySpan<float> sums, Span<float> dw, int dwRow)
    {
        if (Winograd.Fits(c)) Winograd.KernelGradient(c, sums, dw, dwRow);
        else DirectConvolution.KernelGradient(c, sums, dw, dwRow);
    }

    public enum Pass { Forward, InputGradient, KernelGradient }

    /// <summary>One of the three for a given vector width (the tests run every width on any machine).</summary>
    public readonly ref struct Loop(Pass pass, ConvolutionSizes c, int images, ReadOnlySpan<float> a,
        ReadOnlySpan<float> b, Span<float> y, int yImage) : IVectorLoop
    {
        readonly ref float a = ref MemoryMarshal.GetReference(a);
        readonly ref float b = ref MemoryMarshal.GetReference(b);
        readonly ref float y = ref MemoryMarshal.GetReference(y);

        public void Run<S, V>() where S : struct, IPairs<V> where V : struct
        {
            switch (pass, Winograd.Fits(c))
            {
                case (Pass.Forward, true):
                    Winograd.Forward<S, V>(c, images, ref a, ref b, ref y, yImage);
                    break;
                case (Pass.Forward, false):
                    DirectConvolution.Forward<S, V>(c, images, ref a, ref b, ref y, yImage);
                    break;
                case (Pass.InputGradient, true):
                    Winograd.InputGradient<S, V>(c, images, ref a, ref b, ref y, yImage);
                    break;
                case (Pass.InputGradient, false):
                    DirectConvolution.InputGradient<S, V>(c, images, ref a, ref b, ref y, yImage);
                    break;
                case (_, true): Winograd.AddKernelGradient<S, V>(c, images, ref a, ref b, ref y); break;
                case (_, false): DirectConvolution.AddKernelGradient<S, V>(c, images, ref a, ref b, ref y); break;
            }
        }
    }
}
