#nullable enable
// How a matrix lies in memory, and loops over a matrix in any layout.

/// <summary>Position of element (row, column) of a matrix: (column / 16) * PanelStride + row * RowStride + column % 16.
/// Row-major is the case PanelStride = 16. Weights are stored in panels of 16 columns, because a product's inner loop
/// reads each panel from its first float to its last. Images lie in blocks of channels: a row is an image, a column is
/// a channel's position, and the 8 or 16 channels of a block are neighbours at each position.</summary>
/// <param name="Width">Columns that may be written, padding included.</param>
/// <param name="Positions">Of a channel, in blocks of channels; else 0.</param>
public readonly record struct Layout(int Rows, int Columns, int Width, int RowStride, int PanelStride,
    int Positions = 0)
{
    public const int PanelColumns = 16;

    // Rows are padded to whole vectors, so that no loop needs a masked tail.
    static readonly int RowAlign = Vector512.IsHardwareAccelerated ? 16 : 8;

    public static Layout RowMajor(int rows, int columns)
    {
        var stride = Block.Padded(columns, RowAlign);
        // Rows a multiple of 256 bytes apart compete for the same few cache sets.
        if (rows > 1 && stride % 64 == 0) stride += RowAlign;
        return new(rows, columns, stride, stride, PanelColumns);
    }

    /// <summary>Row-major without padding.</summary>
    public static Layout Dense(int rows, int columns) => new(rows, columns, columns, columns, PanelColumns);

    public static Layout Panels(int rows, int columns) =>
        new(rows, columns, Block.Padded(columns, PanelColumns), PanelColumns, rows * PanelColumns);

    /// <summary>Images in blocks of channels: [image][block][position][channel of the block].</summary>
    public static Layout Blocks(int images, int channels, int positions)
    {
        var block = PixelLayout.BlockFor(channels);
        var width = Block.Padded(channels, block) * positions;
        return new(images, channels * positions, width, width, block * positions, positions);
    }

    public bool IsBlocks => Positions > 0;

    /// <summary>Sizes of the axes of images in blocks: images, blocks, positions, channels of a block.</summary>
    public int[] BlockSizes() => [Rows, Width / PanelStride, Positions, PanelStride / Positions];

    /// <summary>Floats from one element to the next along each of these axes.</summary>
    public int[] BlockStrides() => [RowStride, PanelStride, PanelStride / Positions, 1];

    public bool IsRowMajor => !IsBlocks && PanelStride == PanelColumns && RowStride >= Columns;

    /// <summary>Floats from the first element to the last, padding included.</summary>
    public int Length => IsRowMajor ? Rows * RowStride : Width * Rows;

    /// <summary>Columns that lie one after another in memory.</summary>
    public int RunColumns => IsRowMajor ? Columns : IsBlocks ? 1 : PanelColumns;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Offset(int row, int column)
    {
        if (IsBlocks) return row * RowStride + OffsetInBlocks(column);
        return (column >> 4) * PanelStride + row * RowStride + (column & PanelColumns - 1);
    }

    int OffsetInBlocks(int column)
    {
        var (channel, position) = Math.DivRem(column, Positions);
        var block = PanelStride / Positions;
        return channel / block * PanelStride + position * block + channel % block;
    }
}

public static class Matrix
{
    /// <summary>y = x, for two layouts of one size.</summary>
    public static void Copy(ref float x, Layout xAt, ref float y, Layout yAt)
    {
        if (xAt == yAt)
            MemoryMarshal.CreateSpan(ref x, xAt.Length).CopyTo(MemoryMarshal.CreateSpan(ref y, yAt.Length));
        else if (xAt.IsBlocks || yAt.IsBlocks) CopyChannels(ref x, xAt, ref y, yAt);
        else CopyRuns(ref x, xAt, ref y, yAt);
    }

    static void CopyRuns(ref float x, Layout xAt, ref float y, Layout yAt)
    {
        var length = Math.Min(xAt.RunColumns, yAt.RunColumns);
        for (var row = 0; row < xAt.Rows; row++)
            for (var column = 0; column < xAt.Columns; column += length)
                Run(ref x, xAt, row, column, length).CopyTo(Run(ref y, yAt, row, column, length));
    }

    // From or to blocks of channels, channel by channel. What pads the last block is 0.
    [MethodImpl(Hot)]
    static void CopyChannels(ref float x, Layout xAt, ref float y, Layout yAt)
    {
        var positions = Math.Max(xAt.Positions, yAt.Positions);
        var (xStep, yStep) = (Step(xAt), Step(yAt));
        if (yAt.IsBlocks && yAt.Width > yAt.Columns) MemoryMarshal.CreateSpan(ref y, yAt.Length).Clear();
        for (var row = 0; row < xAt.Rows; row++)
            for (var column = 0; column < xAt.Columns; column += positions)
            {
                ref var from = ref Unsafe.Add(ref x, xAt.Offset(row, column));
                ref var to = ref Unsafe.Add(ref y, yAt.Offset(row, column));
                for (var i = 0; i < positions; i++)
                {
                    to = from;
                    from = ref Unsafe.Add(ref from, xStep);
                    to = ref Unsafe.Add(ref to, yStep);
                }
            }
    }

    // Floats from one position of a channel to the next.
    static int Step(Layout at) => at.IsBlocks ? at.PanelStride / at.Positions : at.IsRowMajor ? 1
        : throw new ArgumentException("panels hold no images");

    /// <summary>True if no element is infinite or NaN.</summary>
    public static bool IsFinite(ref float x, Layout at)
    {
        for (var row = 0; row < at.Rows; row++)
            for (var column = 0; column < at.Columns; column += at.RunColumns)
                if (!TensorPrimitives.IsFiniteAll<float>(Run(ref x, at, row, column, at.RunColumns))) return false;
        return true;
    }

    /// <summary>The sum of the squares of all elements, in float64.</summary>
    public static double SumOfSquares(ref float x, Layout at)
    {
        var sum = 0.0;
        for (var row = 0; row < at.Rows; row++)
            for (var column = 0; column < at.Columns; column += at.RunColumns)
                sum += Elementwise.SumOfSquares(Run(ref x, at, row, column, at.RunColumns));
        return sum;
    }

    // Up to `length` elements of a row from a column on.
    static Span<float> Run(ref float x, Layout at, int row, int column, int length) =>
        MemoryMarshal.CreateSpan(ref Unsafe.Add(ref x, at.Offset(row, column)), Math.Min(length, at.Columns - column));
}
