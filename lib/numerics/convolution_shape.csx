#nullable enable

/// <summary>Sizes of a convolution with stride 1 of (N, C, H, W) by (O, C, KH, KW), zeros around the image.</summary>
/// <param name="Above">Rows of zeros above and below the image; fewer than 0: rows left out.</param>
/// <param name="Beside">Columns of zeros on its left and right; fewer than 0: columns left out.</param>
public readonly record struct ConvolutionShape(int Images, int Channels, int Height, int Width, int Outputs,
    int KernelHeight, int KernelWidth, int Above, int Beside)
{
    public int PaddedHeight => Height + 2 * Above;
    public int PaddedWidth => Width + 2 * Beside;
    public int PaddedSize => PaddedHeight * PaddedWidth;
    public int OutHeight => PaddedHeight - KernelHeight + 1;
    public int OutWidth => PaddedWidth - KernelWidth + 1;
    public int OutSize => OutHeight * OutWidth;
    public int Patch => Channels * KernelHeight * KernelWidth;
    public bool IsFramed => (Above, Beside) != (0, 0);

    /// <summary>The gradient by the input as a convolution: of the gradient by the output, with turned kernels.
    /// </summary>
    public ConvolutionShape Back => new(Images, Outputs, OutHeight, OutWidth, Channels, KernelHeight, KernelWidth,
        KernelHeight - 1 - Above, KernelWidth - 1 - Beside);

    /// <summary>From a patch's first pixel to each of its pixels, channel by channel.</summary>
    public int[] Shifts()
    {
        var shifts = new int[Patch];
        for (var i = 0; i < shifts.Length; i++)
        {
            var (channel, place) = Math.DivRem(i, KernelHeight * KernelWidth);
            shifts[i] = channel * PaddedSize + place / KernelWidth * PaddedWidth + place % KernelWidth;
        }
        return shifts;
    }

    /// <summary>How many of the output's lines, from the first, can be done in vectors of so many lanes, though a
    /// vector longer than a line runs into the lines after it.</summary>
    public int LinesFor(int lanes) => Math.Max(0, OutHeight - (lanes - 1) / OutWidth);

    /// <summary>Vectors that cover the output's lines from `first` to before `end`, in order.</summary>
    public Place[] Places(int lanes, int first, int end)
    {
        var each = (OutWidth + lanes - 1) / lanes;
        var places = new Place[Math.Max(0, end - first) * each];
        for (var i = 0; i < places.Length; i++)
        {
            var (line, part) = (first + i / each, i % each);
            // The last vector of a line starts early enough to end with it.
            var column = Math.Min(part * lanes, Math.Max(0, OutWidth - lanes));
            places[i] = new(line * PaddedWidth + column, line * OutWidth + column, part == each - 1 ? lanes : 0);
        }
        return places;
    }
}

/// <summary>Where a vector of output pixels stands: its patches' first pixels in a channel of the input, itself in a
/// channel of the output, and, in the masks, the lanes that are its own.</summary>
public readonly record struct Place(int X, int Y, int Mask);
