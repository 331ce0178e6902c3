#nullable enable
// Loops over the pixels of one image in blocks of channels, for functions that differ from channel to channel.

/// <summary>A summand of a function of pixels: (x - center) * scale + shift.</summary>
/// <param name="image">x, one image of a tensor.</param>
/// <param name="map">The channels' centers, then their scales, then their shifts: three times `width` numbers, of which
/// those beyond the channels are 0.</param>
public readonly ref struct PixelTerm(ReadOnlySpan<float> image, ReadOnlySpan<float> map)
{
    public ReadOnlySpan<float> Image { get; } = image;
    public ReadOnlySpan<float> Center { get; } = map[..(map.Length / 3)];
    public ReadOnlySpan<float> Scale { get; } = map.Slice(map.Length / 3, map.Length / 3);
    public ReadOnlySpan<float> Shift { get; } = map[(2 * map.Length / 3)..];
}

public static class PixelLoops
{
    /// <summary>The sum of one or two terms or, with ReLU, the maximum of it and 0, into an image that may have a
    /// border.</summary>
    /// <param name="z">The second term; default: there is none.</param>
    public static void Map(in PixelTerm x, in PixelTerm z, bool relu, in PixelLayout at, Span<float> y)
    {
        var least = new Vector<float>(relu ? 0 : float.NegativeInfinity);
        if (z.Image.IsEmpty) Map<No>(x, z, least, at, y);
        else Map<Yes>(x, z, least, at, y);
    }

    /// <summary>A switch that the JIT knows.</summary>
    public interface ISwitch { static abstract bool IsOn { get; } }
    public readonly struct Yes : ISwitch { public static bool IsOn => true; }
    public readonly struct No : ISwitch { public static bool IsOn => false; }

    [MethodImpl(Hot)]
    static void Map<Two>(in PixelTerm x, in PixelTerm z, Vector<float> least, in PixelLayout at, Span<float> y)
        where Two : struct, ISwitch
    {
        nint block = PixelLayout.BlockFor(at.Channels), step = at.Block;
        int channels = at.Channels, width = at.Width;
        ref var xLine = ref MemoryMarshal.GetReference(x.Image);
        ref var zLine = ref MemoryMarshal.GetReference(z.Image);
        for (var first = 0; first < channels; first += (int)block)
        {
            ref var line = ref y[at.Offset(first / (int)block, 0, 0)];
            for (var row = at.Height; row > 0; row--)
            {
                // Where pixels lie closer than a block, a vector's last lanes are zeros that reach into the next
                // pixels. These are written later, if lower lanes come after upper ones.
                for (var part = (int)block - Vector<float>.Count; part >= 0; part -= Vector<float>.Count)
                {
                    var channel = first + part;
                    Vector<float> center = Elementwise.Load(x.Center, channel),
                        scale = Elementwise.Load(x.Scale, channel), shift = Elementwise.Load(x.Shift, channel),
                        center2 = default, scale2 = default, shift2 = default, kept = Lanes(channels - channel);
                    if (Two.IsOn)
                    {
                        center2 = Elementwise.Load(z.Center, channel);
                        scale2 = Elementwise.Load(z.Scale, channel);
                        shift2 = Elementwise.Load(z.Shift, channel);
                    }
                    ref var a = ref Unsafe.Add(ref xLine, part);
                    ref var b = ref Unsafe.Add(ref zLine, part);
                    ref var to = ref Unsafe.Add(ref line, part);
                    for (var column = width; column > 0; column--)
                    {
                        var v = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref a) - center, scale, shift);
                        if (Two.IsOn)
                            v += Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref b) - center2, scale2, shift2);
                        (Vector.MaxNative(least, v) & kept).StoreUnsafe(ref to);
                        a = ref Unsafe.Add(ref a, block);
                        if (Two.IsOn) b = ref Unsafe.Add(ref b, block);
                        to = ref Unsafe.Add(ref to, step);
                    }
                }
                xLine = ref Unsafe.Add(ref xLine, width * block);
                if (Two.IsOn) zLine = ref Unsafe.Add(ref zLine, width * block);
                line = ref Unsafe.Add(ref line, at.RowStride);
            }
        }
    }

    // Positions whose products are summed in float32, before they are added to a float64 sum.
    const int Segment = 64;

    /// <summary>The gradient by the sum of the terms, from g, the gradient by Map's result: with ReLU, dz = g where the
    /// sum is positive, else 0; without, it is g, and nothing is written. Adds to the sums of each channel: of the
    /// gradient, of its product with x - center, and of that with z - center.</summary>
    /// <param name="sums">Three times as many numbers as a row of the map has.</param>
    public static void Gradient(in PixelTerm x, in PixelTerm z, bool relu, int channels, int positions,
        ReadOnlySpan<float> g, Span<float> dz, Span<double> sums)
    {
        switch (relu, z.Image.IsEmpty)
        {
            case (true, true): Gradient<Yes, No>(x, z, channels, positions, g, dz, sums); break;
            case (true, false): Gradient<Yes, Yes>(x, z, channels, positions, g, dz, sums); break;
            case (false, true): Gradient<No, No>(x, z, channels, positions, g, dz, sums); break;
            case (false, false): Gradient<No, Yes>(x, z, channels, positions, g, dz, sums); break;
        }
    }

    [MethodImpl(Hot)]
    static void Gradient<Masked, Two>(in PixelTerm x, in PixelTerm z, int channels, int positions,
        ReadOnlySpan<float> g, Span<float> dz, Span<double> sums)
        where Masked : struct, ISwitch where Two : struct, ISwitch
    {
        var block = PixelLayout.BlockFor(channels);
        var width = sums.Length / 3;
        ReadOnlySpan<float> xs = x.Image, zs = z.Image;
        ref var to = ref MemoryMarshal.GetReference(dz);
        for (int first = 0, from = 0; first < channels; first += block)
            for (var done = 0; done < positions; done += Segment)
            {
                var end = from + Math.Min(Segment, positions - done) * block;
                for (var part = 0; part < block; part += Vector<float>.Count)
                {
                    var channel = first + part;
                    Vector<float> center = Elementwise.Load(x.Center, channel), scale = default, shift = default,
                        center2 = default, scale2 = default, shift2 = default;
                    if (Masked.IsOn)
                        (scale, shift) = (Elementwise.Load(x.Scale, channel), Elementwise.Load(x.Shift, channel));
                    if (Two.IsOn) center2 = Elementwise.Load(z.Center, channel);
                    if (Masked.IsOn && Two.IsOn)
                        (scale2, shift2) = (Elementwise.Load(z.Scale, channel), Elementwise.Load(z.Shift, channel));
                    // Even and odd positions have sums of their own, so that no addition waits for the one before it.
                    Sums even = default, odd = default;
                    var i = from + part;
                    for (; i < end - block; i += 2 * block)
                    {
                        Add<Masked, Two>(ref even, i, xs, zs, g, ref to, center, scale, shift, center2, scale2,
                            shift2);
                        Add<Masked, Two>(ref odd, i + block, xs, zs, g, ref to, center, scale, shift, center2,
                            scale2, shift2);
                    }
                    if (i < end)
                        Add<Masked, Two>(ref even, i, xs, zs, g, ref to, center, scale, shift, center2, scale2,
                            shift2);
                    Add(sums, channel, even.G + odd.G);
                    Add(sums, width + channel, even.X + odd.X);
                    if (Two.IsOn) Add(sums, 2 * width + channel, even.Z + odd.Z);
                }
                from = end;
            }
    }

    struct Sums { public Vector<float> G, X, Z; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<Masked, Two>(ref Sums sums, int i, ReadOnlySpan<float> xs, ReadOnlySpan<float> zs,
        ReadOnlySpan<float> g, ref float dz, Vector<float> center, Vector<float> scale, Vector<float> shift,
        Vector<float> center2, Vector<float> scale2, Vector<float> shift2)
        where Masked : struct, ISwitch where Two : struct, ISwitch
    {
        Vector<float> x = Elementwise.Load(xs, i) - center, d = Elementwise.Load(g, i),
            z = Two.IsOn ? Elementwise.Load(zs, i) - center2 : default;
        if (Masked.IsOn)
        {
            var v = Vector.MultiplyAddEstimate(x, scale, shift);
            if (Two.IsOn) v += Vector.MultiplyAddEstimate(z, scale2, shift2);
            d &= Vector.AsVectorSingle(Vector.GreaterThan(v, Vector<float>.Zero));
            d.StoreUnsafe(ref dz, (nuint)i);
        }
        sums.G += d;
        sums.X = Vector.MultiplyAddEstimate(d, x, sums.X);
        if (Two.IsOn) sums.Z = Vector.MultiplyAddEstimate(d, z, sums.Z);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(Span<double> sums, int i, Vector<float> value) =>
        (DoubleVector.Load(sums, i) + value).Store(sums, i);

    /// <summary>A mask of the first `count` lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Lanes(int count) =>
        Vector.AsVectorSingle(Vector.LessThan(Vector<int>.Indices, new Vector<int>(count)));
}
