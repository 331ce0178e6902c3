#nullable enable

/// <summary>Which numbers of a matrix (rows, channels * length) share a mean and a variance. Every normalizer is a
/// choice of these: rows are cut into blocks, channels into parts, and a set is one block by one part.</summary>
/// <param name="AllRows">Rows of the matrix; the last block may be shorter than the others.</param>
/// <param name="AllChannels">Channels of the matrix.</param>
/// <param name="Length">Positions per channel: 1 for (N, C), H * W for (N, C, H, W).</param>
/// <param name="Rows">Rows in a block.</param>
/// <param name="Channels">Channels in a part.</param>
/// <param name="Epsilon">Keeps the deviation from 0.</param>
/// <param name="EpsilonOutside">The deviation is sqrt(var) + eps instead of sqrt(var + eps).</param>
/// <param name="Fixed">The moments are constants, so that no gradient goes through them.</param>
public readonly record struct Groups(int AllRows, int AllChannels, int Length, int Rows, int Channels,
    double Epsilon, bool EpsilonOutside = false, bool Fixed = false)
{
    public int Blocks => (AllRows + Rows - 1) / Rows;
    public int Parts => AllChannels / Channels;
    public int Sets => Blocks * Parts;
    public int RowsOf(int block) => Math.Min(Rows, AllRows - block * Rows);
    public int SizeOf(int block) => RowsOf(block) * Channels * Length;
    public int Set(int block, int channel) => block * Parts + channel / Channels;
    public Range ChannelsOf(int part) => (part * Channels)..((part + 1) * Channels);

    /// <summary>One divided by the deviation, for each set's variance.</summary>
    public void Scales(ReadOnlySpan<double> variance, Span<double> scale)
    {
        TensorPrimitives.Add(variance, EpsilonOutside ? 0 : Epsilon, scale);
        TensorPrimitives.Sqrt(scale, scale);
        if (EpsilonOutside) TensorPrimitives.Add(scale, Epsilon, scale);
        TensorPrimitives.Reciprocal(scale, scale);
    }

    /// <summary>The derivative of the deviation by the variance, times twice the deviation, for each set: 1 where eps
    /// stands inside the root.</summary>
    public void Steepness(ReadOnlySpan<double> variance, Span<double> steepness)
    {
        for (var set = 0; set < variance.Length; set++)
            steepness[set] = !EpsilonOutside ? 1 : variance[set] > 0 ? 1 + Epsilon / Math.Sqrt(variance[set]) : 0;
    }
}

/// <summary>Planes of height x width of (N, C, H, W) that are pooled in windows of 2 x 2; width 0: nothing is.
/// </summary>
/// <param name="RowStride">Floats from one image's results to the next's.</param>
public readonly record struct PooledPlanes(int Height, int Width, int RowStride);
