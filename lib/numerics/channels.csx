#nullable enable
// What normalization computes for each channel of a block.

/// <summary>Constants of an affine function, one of each for each channel: y = (x - Center) * Scale + Shift, and in
/// backward passes + g * GradientScale. They are padded to whole vectors and live until the thread makes the next map.
/// </summary>
public readonly ref struct ChannelMap
{
    [ThreadStatic] static Block memory;

    public ChannelMap(int channels)
    {
        var width = Block.Padded(channels);
        var all = Block.Scratch<float>(ref memory, 4 * width);
        Channels = channels;
        Center = all[..width];
        Scale = all[width..(2 * width)];
        Shift = all[(2 * width)..(3 * width)];
        GradientScale = all[(3 * width)..];
    }

    public int Channels { get; }
    public Span<float> Center { get; }
    public Span<float> Scale { get; }
    public Span<float> Shift { get; }
    public Span<float> GradientScale { get; }

    /// <summary>Sets y = (x - center) * scale + shift for a vector of channels from i on. Rounding the center to
    /// float32 would move y by up to center * scale * 6e-8, so the rest of the center goes into the shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int i, DoubleVector center, DoubleVector scale, DoubleVector shift)
    {
        var rounded = center.Rounded;
        rounded.StoreUnsafe(ref Center[i]);
        scale.Rounded.StoreUnsafe(ref Scale[i]);
        (shift - (center - rounded) * scale).Rounded.StoreUnsafe(ref Shift[i]);
    }
}

/// <summary>For each channel of a block, the mean of its set, and what a backward pass sums over the channel: G =
/// sum(g) and GD = sum(g (x - mean)), where D stands for distance. The memory is padded to whole vectors and lives
/// until the thread makes the next sums.</summary>
public readonly ref struct GradientSums
{
    [ThreadStatic] static Block memory;

    public GradientSums(scoped in NormalizationSets sets, int block, ReadOnlySpan<double> mean)
    {
        var width = Block.Padded(sets.Channels);
        var all = Block.Scratch<double>(ref memory, 3 * width);
        Mean = all[..width];
        G = all[width..(2 * width)];
        GD = all[(2 * width)..];
        sets.ToChannels(mean[sets.SetsOf(block)], Mean);
    }

    public Span<double> Mean { get; }
    public Span<double> G { get; }
    public Span<double> GD { get; }

    /// <summary>Adds the sums of one image, whose distances were taken from a center: the mean rounded to float32.
    /// </summary>
    public void Add(ReadOnlySpan<double> g, ReadOnlySpan<double> gd, ReadOnlySpan<float> center)
    {
        for (var channel = 0; channel < center.Length; channel++)
        {
            G[channel] += g[channel];
            GD[channel] += gd[channel] - (Mean[channel] - center[channel]) * g[channel];
        }
    }

    public void Clear()
    {
        G.Clear();
        GD.Clear();
    }
}
