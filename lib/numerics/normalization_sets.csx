#nullable enable

/// <summary>Which numbers of a matrix (rows, channels * length) share a mean and a variance. Normalizers differ in this
/// alone: rows are divided into blocks and channels into groups, and the numbers of one block and one group are a set.
/// </summary>
/// <param name="Length">Positions of a channel: 1 for (N, C), H * W for (N, C, H, W).</param>
/// <param name="RowsPerBlock">The last block may have fewer.</param>
/// <param name="Epsilon">Added to the variance or to the deviation, so that no division is by 0.</param>
/// <param name="EpsilonOutside">The deviation is sqrt(variance) + epsilon in place of sqrt(variance + epsilon).</param>
/// <param name="ConstantMoments">Mean and variance do not depend on x, so that no gradient goes through them.</param>
/// <param name="Uncentred">The mean is taken as 0, and so the variance is the mean square.</param>
public readonly record struct NormalizationSets(int Rows, int Channels, int Length, int RowsPerBlock,
    int ChannelsPerGroup, double Epsilon, bool EpsilonOutside = false, bool ConstantMoments = false,
    bool Uncentred = false)
{
    public int Blocks => (Rows + RowsPerBlock - 1) / RowsPerBlock;
    public int Groups => Channels / ChannelsPerGroup;
    public int Count => Blocks * Groups;

    /// <summary>Rows of a block.</summary>
    public int RowsOf(int block) => Math.Min(RowsPerBlock, Rows - block * RowsPerBlock);

    /// <summary>Numbers in each set of a block.</summary>
    public int SizeOf(int block) => RowsOf(block) * ChannelsPerGroup * Length;

    /// <summary>The sets of a block, one for each group of channels.</summary>
    public Range SetsOf(int block) => (block * Groups)..((block + 1) * Groups);

    /// <summary>1 / deviation of each set.</summary>
    public void InverseDeviations(ReadOnlySpan<double> variance, Span<double> inverse)
    {
        TensorPrimitives.Add(variance, EpsilonOutside ? 0 : Epsilon, inverse);
        TensorPrimitives.Sqrt(inverse, inverse);
        if (EpsilonOutside) TensorPrimitives.Add(inverse, Epsilon, inverse);
        TensorPrimitives.Reciprocal(inverse, inverse);
    }

    /// <summary>2 deviation (d deviation / d variance) of each set: 1 if epsilon is inside the root, and the factor
    /// that corrects the gradient through the variance if it is outside.</summary>
    public void EpsilonCorrections(ReadOnlySpan<double> variance, Span<double> correction)
    {
        for (var set = 0; set < variance.Length; set++)
            correction[set] = !EpsilonOutside ? 1 : variance[set] > 0 ? 1 + Epsilon / Math.Sqrt(variance[set]) : 0;
    }

    /// <summary>Gives each channel its group's value.</summary>
    public void ToChannels(ReadOnlySpan<double> groups, Span<double> channels)
    {
        if (ChannelsPerGroup == 1) groups.CopyTo(channels);
        else for (var group = 0; group < groups.Length; group++)
            channels.Slice(group * ChannelsPerGroup, ChannelsPerGroup).Fill(groups[group]);
    }

    /// <summary>The sum of the values of each group's channels.</summary>
    public void SumGroups(ReadOnlySpan<double> channels, Span<double> groups)
    {
        if (ChannelsPerGroup == 1) channels[..groups.Length].CopyTo(groups);
        else for (var group = 0; group < groups.Length; group++)
            groups[group] = TensorPrimitives.Sum(channels.Slice(group * ChannelsPerGroup, ChannelsPerGroup));
    }

    /// <summary>Replaces each channel's value by the sum over its group.</summary>
    public void SumWithinGroups(Span<double> channels)
    {
        if (ChannelsPerGroup == 1) return;
        for (var first = 0; first < Channels; first += ChannelsPerGroup)
        {
            var group = channels.Slice(first, ChannelsPerGroup);
            group.Fill(TensorPrimitives.Sum<double>(group));
        }
    }
}
