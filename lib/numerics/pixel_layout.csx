#nullable enable

/// <summary>Where the pixels of one image lie: [chunk of channels][row][column][channel of the chunk]. What a
/// convolution reads lies in a frame, with a border of zeros that stands for padding; in a tensor there is no border.
/// Places of the last chunk beyond the channels hold zeros too.</summary>
/// <param name="Block">Channels in a chunk.</param>
/// <param name="Top">Rows of zeros above the image; Bottom below it, Left and Right columns beside it.</param>
public readonly record struct PixelLayout(int Channels, int Height, int Width, int Block, int Top = 0, int Left = 0,
    int Bottom = 0, int Right = 0)
{
    /// <summary>Channels in a chunk of a tensor: 16, the floats of a cache line, or half of that for few channels,
    /// where a vector has no more.</summary>
    public static int BlockFor(int channels) => channels <= 8 && Vector<float>.Count <= 8 ? 8 : 16;

    /// <summary>As in a tensor, without a border.</summary>
    public static PixelLayout Plain(int channels, int height, int width) =>
        new(channels, height, width, BlockFor(channels));

    public int Chunks => (Channels + Block - 1) / Block;

    /// <summary>Channels of a chunk that there are.</summary>
    public int ChannelsOf(int chunk) => Math.Min(Block, Channels - chunk * Block);

    /// <summary>Floats from one row of the image to the next.</summary>
    public int RowStride => (Left + Width + Right) * Block;

    public int ChunkStride => (Top + Height + Bottom) * RowStride;

    /// <summary>Floats of one image with its border.</summary>
    public int Length => Chunks * ChunkStride;

    /// <summary>Of a pixel's first channel in a chunk; row and column 0 are the image's first.</summary>
    public int Offset(int chunk, int row, int column) =>
        chunk * ChunkStride + (Top + row) * RowStride + (Left + column) * Block;
}
