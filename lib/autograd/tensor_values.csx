#nullable enable

/// <summary>Float32 numbers in a shape: the memory of a tensor, without its history. The rest of the lab sees tensors;
/// only autograd and numerics know how numbers lie in memory (padded rows, panels of columns, or images in blocks of
/// channels).</summary>
/// <param name="moments">Those of each image, if they were measured while it was computed.</param>
/// <param name="sparse">Many are 0, as the pixels of digits are: products pass over them.</param>
public readonly struct TensorValues(Shape shape, Layout layout, Block block, ImageMoments? moments = null,
    bool sparse = false)
{
    public Shape Shape { get; } = shape;
    public Layout Layout { get; } = layout;
    public Block Block { get; } = block;
    public ImageMoments? Moments { get; } = moments;
    public bool Sparse { get; } = sparse;

    /// <summary>Row-major values to be filled, in the running step's memory if there is one.</summary>
    public static TensorValues Empty(Shape shape, bool sparse = false) =>
        Empty(shape, Layout.RowMajor(shape.Rows, shape.Columns), sparse: sparse);

    public static TensorValues Empty(Shape shape, Layout layout, ImageMoments? moments = null, bool sparse = false) =>
        new(shape, layout, Arena.Allocate(layout.Length), moments, sparse);

    /// <summary>Values of the same shape and layout, to be filled.</summary>
    public TensorValues Like() => Empty(Shape, Layout);

    /// <summary>Values given in row-major order, without padding.</summary>
    public static TensorValues From(Shape shape, ReadOnlySpan<float> values)
    {
        var y = Empty(shape);
        y.Assign(values);
        return y;
    }

    public static TensorValues Filled(Shape shape, float value)
    {
        var y = Empty(shape);
        y.Storage.Fill(value);
        return y;
    }

    public ref float First => ref Block.First;

    /// <summary>All floats, padding included. Padding holds what loops over whole vectors left there.</summary>
    public Span<float> Storage => MemoryMarshal.CreateSpan(ref First, Layout.Length);

    /// <summary>The elements of row r, in a row-major layout.</summary>
    public Span<float> Row(int r) =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref First, r * Layout.RowStride), Layout.Columns);

    /// <summary>The pixels of image n, in blocks of channels.</summary>
    public Span<float> Image(int n) => Images(n, 1);

    /// <summary>The memory of `count` images from n on.</summary>
    public Span<float> Images(int n, int count) => Storage.Slice(n * Layout.RowStride, count * Layout.RowStride);

    /// <summary>These values if they are row-major, else a copy that is.</summary>
    public TensorValues RowMajor() => Layout.IsRowMajor ? this : In(Layout.RowMajor(Shape.Rows, Shape.Columns));

    /// <summary>(N, C, L) or (N, C, H, W) in blocks of channels: these values if they are, else a copy.</summary>
    public TensorValues InBlocks() => Layout.IsBlocks ? this : In(Shape.Blocks);

    /// <summary>These values in a layout: in place if it is theirs, else a copy.</summary>
    public TensorValues In(Layout layout)
    {
        if (Layout == layout) return this;
        var y = Empty(Shape, layout);
        Matrix.Copy(ref First, Layout, ref y.First, layout);
        return y;
    }

    /// <summary>The same numbers under another shape: in the same memory if both have the same rows, else a copy.
    /// </summary>
    public TensorValues View(Shape shape)
    {
        if (shape.Count != Shape.Count) throw new ArgumentException($"{Shape} cannot be seen as {shape}");
        if (shape.Rows != Shape.Rows) return From(shape, ToArray());
        var source = RowMajor();
        return new(shape, source.Layout, source.Block);
    }

    /// <summary>A copy in row-major order, without padding.</summary>
    public float[] ToArray()
    {
        var values = new float[Shape.Count];
        Matrix.Copy(ref First, Layout, ref MemoryMarshal.GetArrayDataReference(values),
            Layout.Dense(Layout.Rows, Layout.Columns));
        return values;
    }

    /// <summary>Overwrites the values, given in row-major order.</summary>
    public void Assign(ReadOnlySpan<float> values)
    {
        if (values.Length != Shape.Count)
            throw new ArgumentException($"{values.Length} values do not fill {Shape}");
        Matrix.Copy(ref MemoryMarshal.GetReference(values), Layout.Dense(Layout.Rows, Layout.Columns), ref First,
            Layout);
    }

    /// <summary>Floats from one element to the next along each axis of a broadcast shape.</summary>
    public int[] StridesWithin(Shape broadcast) => Shape.StridesWithin(broadcast, Layout.RowStride);

    /// <summary>These values as an operand of images in blocks: floats from one image, block of channels, position and
    /// channel to the next. Null where they change from position to position in another shape than the images'.
    /// </summary>
    public (TensorValues Values, int[] Strides)? WithinBlocks(Shape images)
    {
        if (Shape.Equals(images))
        {
            var own = InBlocks();
            return (own, own.Layout.BlockStrides());
        }
        if (Shape.Count == 1) return (RowMajor(), [0, 0, 0, 0]);
        var (n, channels) = (Shape.SizeAt(0, images.Rank), Shape.SizeAt(1, images.Rank));
        if (n * channels != Shape.Count) return null;
        var single = View((n, channels, 1)).InBlocks();
        var strides = single.Layout.BlockStrides();
        return channels == 1 ? (single, [strides[0], 0, 0, 0]) : (single, [n == 1 ? 0 : strides[0], strides[1], 0, 1]);
    }
}
