#nullable enable

/// <summary>Sizes of a convolution with stride 1 of images (N, C, H, W) with kernels (O, C, KH, KW).</summary>
/// <param name="PadY">Rows of zeros above and below each image. If negative, that many rows are left out.</param>
/// <param name="PadX">Columns of zeros to its left and right. If negative, that many columns are left out.</param>
public readonly record struct ConvolutionShape(int Images, int Channels, int Height, int Width, int Outputs,
    int KernelHeight, int KernelWidth, int PadY, int PadX)
{
    public int PaddedHeight => Height + 2 * PadY;
    public int PaddedWidth => Width + 2 * PadX;
    public int PaddedSize => PaddedHeight * PaddedWidth;
    public int OutHeight => PaddedHeight - KernelHeight + 1;
    public int OutWidth => PaddedWidth - KernelWidth + 1;
    public int OutSize => OutHeight * OutWidth;
    public int Patch => Channels * KernelHeight * KernelWidth;
    public bool IsPadded => (PadY, PadX) != (0, 0);

    /// <summary>The gradient by the input is itself a convolution: of the gradient by the output, with kernels rotated
    /// by 180 degrees.</summary>
    public ConvolutionShape InputGradient => new(Images, Outputs, OutHeight, OutWidth, Channels, KernelHeight,
        KernelWidth, KernelHeight - 1 - PadY, KernelWidth - 1 - PadX);

    /// <summary>Floats from a patch's first pixel to each of its pixels, channel by channel.</summary>
    public int[] Shifts()
    {
        var shifts = new int[Patch];
        for (var i = 0; i < shifts.Length; i++)
        {
            var (channel, pixel) = Math.DivRem(i, KernelHeight * KernelWidth);
            shifts[i] = channel * PaddedSize + pixel / KernelWidth * PaddedWidth + pixel % KernelWidth;
        }
        return shifts;
    }

    /// <summary>How many lines of the output, from the first on, vectors of `lanes` lanes can compute: a vector that is
    /// longer than a line also covers part of the lines after it, which must exist.</summary>
    public int LinesFor(int lanes) => Math.Max(0, OutHeight - (lanes - 1) / OutWidth);

    /// <summary>The vectors that cover the output's lines from `first` to before `end`, in order.</summary>
    public OutputVector[] Vectors(int lanes, int first, int end)
    {
        var each = (OutWidth + lanes - 1) / lanes;
        var vectors = new OutputVector[Math.Max(0, end - first) * each];
        for (var i = 0; i < vectors.Length; i++)
        {
            var (line, part) = (first + i / each, i % each);
            // The last vector of a line starts early enough to end with it.
            var column = Math.Min(part * lanes, Math.Max(0, OutWidth - lanes));
            vectors[i] = new(line * PaddedWidth + column, line * OutWidth + column, part == each - 1 ? lanes : 0);
        }
        return vectors;
    }
}

/// <summary>A vector of neighbouring output pixels, by offsets of its first pixel.</summary>
/// <param name="Input">Of the first pixel of its patch, within a channel of the padded input.</param>
/// <param name="Output">Within a channel of the output.</param>
/// <param name="Mask">Into the masks that select the lanes which no other vector computes.</param>
public readonly record struct OutputVector(int Input, int Output, int Mask);
