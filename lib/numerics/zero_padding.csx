#nullable enable

/// <summary>Copies of images with zeros around them, as convolutions with padding need them. The memory lives until the
/// thread makes the next copies.</summary>
public readonly ref struct ZeroPadding
{
    [ThreadStatic] static Block memory;

    readonly ConvolutionShape shape;
    readonly Span<float> copies;

    /// <summary>Memory for `images` images at a time; without padding there is none, and images are used in place.
    /// </summary>
    public ZeroPadding(scoped in ConvolutionShape shape, int images)
    {
        this.shape = shape;
        if (!shape.IsPadded) return;
        copies = Block.Scratch<float>(ref memory, images * shape.Channels * shape.PaddedSize);
        // Only the zeros around the images stay as they are set here.
        copies.Clear();
    }

    /// <summary>Floats from one image to the next in what Apply returns.</summary>
    public int Stride(int xRow) => shape.IsPadded ? shape.Channels * shape.PaddedSize : xRow;

    /// <summary>The images of x with their padding.</summary>
    /// <param name="xRow">Floats from one image of x to the next.</param>
    public ReadOnlySpan<float> Apply(ReadOnlySpan<float> x, int xRow, int images)
    {
        if (!shape.IsPadded) return x;
        var (top, left) = (Math.Max(0, shape.PadY), Math.Max(0, shape.PadX));
        var cropped = (top - shape.PadY) * shape.Width + left - shape.PadX;
        for (var n = 0; n < images; n++)
            CopyPlanes(shape.Channels, Math.Min(shape.Height, shape.PaddedHeight),
                Math.Min(shape.Width, shape.PaddedWidth), x[(n * xRow + cropped)..], shape.Height * shape.Width,
                shape.Width, copies[(n * shape.Channels * shape.PaddedSize + top * shape.PaddedWidth + left)..],
                shape.PaddedSize, shape.PaddedWidth);
        return copies;
    }

    // Copies planes of height x width; plane and row strides differ. Rows are short, so a call for each row would cost
    // more than the copy. The last vector of a row starts early enough to end with it.
    [MethodImpl(Hot)]
    static void CopyPlanes(int planes, int height, int width, ReadOnlySpan<float> x, int xPlane, int xRow,
        Span<float> y, int yPlane, int yRow)
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
}
