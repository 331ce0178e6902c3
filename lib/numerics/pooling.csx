#nullable enable
// Pooling of images in blocks of channels: over windows of 2 x 2 with stride 2, and over all of an image. An odd last
// row or column belongs to no window, and its gradient is 0. A vector holds neighbouring channels of a pixel.

public static class Pooling
{
    /// <summary>What becomes of the four pixels of a window.</summary>
    interface IWindow
    {
        static abstract Vector<float> Forward(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d);
    }

    readonly struct Mean : IWindow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Forward(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d) =>
            (a + c + (b + d)) * 0.25f;
    }

    readonly struct Largest : IWindow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<float> Forward(Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d) =>
            Vector.Max(Vector.Max(a, b), Vector.Max(c, d));
    }

    /// <summary>y = the mean of each window of one image x.</summary>
    /// <param name="at">The layout of x, without a border.</param>
    public static void Average(in PixelLayout at, ReadOnlySpan<float> x, Span<float> y) => Pool<Mean>(at, x, y);

    /// <summary>y = the maximum of each window of one image x.</summary>
    public static void Max(in PixelLayout at, ReadOnlySpan<float> x, Span<float> y) => Pool<Largest>(at, x, y);

    [MethodImpl(Hot)]
    static void Pool<W>(in PixelLayout at, ReadOnlySpan<float> x, Span<float> y) where W : struct, IWindow
    {
        nint block = at.Block, line = at.RowStride;
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var row = 0; row < at.Height - 1; row += 2)
            {
                ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), at.Offset(chunk, row, 0));
                for (var window = at.Width / 2; window > 0; window--)
                {
                    for (var part = at.Block; part > 0; part -= Vector<float>.Count)
                    {
                        W.Forward(Vector.LoadUnsafe(ref from), Vector.LoadUnsafe(ref Unsafe.Add(ref from, block)),
                            Vector.LoadUnsafe(ref Unsafe.Add(ref from, line)),
                            Vector.LoadUnsafe(ref Unsafe.Add(ref from, line + block))).StoreUnsafe(ref to);
                        from = ref Unsafe.Add(ref from, Vector<float>.Count);
                        to = ref Unsafe.Add(ref to, Vector<float>.Count);
                    }
                    from = ref Unsafe.Add(ref from, block);
                }
            }
    }

    /// <summary>dx = the gradient by an image x from g, the gradient by the means of its windows.</summary>
    /// <param name="at">The layout of dx, which may have a border.</param>
    [MethodImpl(Hot)]
    public static void AverageGradient(ReadOnlySpan<float> g, in PixelLayout at, Span<float> dx)
    {
        nint block = at.Block, line = at.RowStride;
        // Only an odd last row or column is in no window.
        if ((at.Height | at.Width) % 2 == 1) dx[..at.Length].Clear();
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var row = 0; row < at.Height - 1; row += 2)
            {
                ref var to = ref dx[at.Offset(chunk, row, 0)];
                for (var window = at.Width / 2; window > 0; window--)
                {
                    for (var part = at.Block; part > 0; part -= Vector<float>.Count)
                    {
                        var share = Vector.LoadUnsafe(ref from) * 0.25f;
                        share.StoreUnsafe(ref to);
                        share.StoreUnsafe(ref Unsafe.Add(ref to, block));
                        share.StoreUnsafe(ref Unsafe.Add(ref to, line));
                        share.StoreUnsafe(ref Unsafe.Add(ref to, line + block));
                        from = ref Unsafe.Add(ref from, Vector<float>.Count);
                        to = ref Unsafe.Add(ref to, Vector<float>.Count);
                    }
                    to = ref Unsafe.Add(ref to, block);
                }
            }
    }

    /// <summary>dx = g at the first pixel of each window that has the window's maximum y, else 0.</summary>
    /// <param name="at">The layout of dx, which may have a border.</param>
    [MethodImpl(Hot)]
    public static void MaxGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> x, ReadOnlySpan<float> y,
        in PixelLayout at, Span<float> dx)
    {
        var (block, line, window) = (at.Block, at.Width * at.Block, 0);
        // Only an odd last row or column is in no window.
        if ((at.Height | at.Width) % 2 == 1) dx[..at.Length].Clear();
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var row = 0; row < at.Height - 1; row += 2)
            {
                var from = (chunk * at.Height + row) * line;
                var upper = dx[at.Offset(chunk, row, 0)..];
                var lower = dx[at.Offset(chunk, row + 1, 0)..];
                for (var pixel = 0; pixel < at.Width / 2 * 2 * block; pixel += 2 * block)
                    for (var part = 0; part < block; part += Vector<float>.Count, window += Vector<float>.Count)
                    {
                        var i = pixel + part;
                        Vector<float> largest = Elementwise.Load(y, window), left = Elementwise.Load(g, window);
                        Give(Elementwise.Load(x, from + i), largest, ref left, upper[i..]);
                        Give(Elementwise.Load(x, from + i + block), largest, ref left, upper[(i + block)..]);
                        Give(Elementwise.Load(x, from + line + i), largest, ref left, lower[i..]);
                        left.CopyTo(lower[(i + block)..]);
                    }
            }
    }

    // Gives the gradient to a pixel where it is the maximum, if it is left from the pixels before.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Give(Vector<float> x, Vector<float> largest, ref Vector<float> left, Span<float> dx)
    {
        var isLargest = Vector.AsVectorSingle(Vector.Equals(x, largest));
        (left & isLargest).CopyTo(dx);
        left = Vector.AndNot(left, isLargest);
    }

    /// <summary>y = the mean of each channel of one image x.</summary>
    /// <param name="at">The layout of x, without a border.</param>
    [MethodImpl(Hot)]
    public static void GlobalAverage(in PixelLayout at, ReadOnlySpan<float> x, Span<float> y)
    {
        var (block, line) = (at.Block, at.RowStride);
        for (var channel = 0; channel < at.Channels; channel += Vector<float>.Count)
        {
            DoubleVector sum = default;
            var i = at.Offset(channel / block, 0, 0) + channel % block;
            for (var row = 0; row < at.Height; row++, i += line)
            {
                Vector<float> part = default;
                for (var from = i; from < i + line; from += block) part += Elementwise.Load(x, from);
                sum += part;
            }
            var mean = (sum * (1.0 / (at.Height * at.Width))).Rounded;
            for (var lane = 0; lane < Math.Min(Vector<float>.Count, at.Channels - channel); lane++)
                y[channel + lane] = mean[lane];
        }
    }

    /// <summary>dx = the gradient by an image x from g, the gradient by the means of its channels.</summary>
    /// <param name="g">Padded to whole vectors.</param>
    /// <param name="at">The layout of dx, which may have a border.</param>
    [MethodImpl(Hot)]
    public static void GlobalAverageGradient(ReadOnlySpan<float> g, in PixelLayout at, Span<float> dx)
    {
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var part = 0; part < at.Block; part += Vector<float>.Count)
            {
                var channel = chunk * at.Block + part;
                var share = channel >= at.Channels ? default : Elementwise.Load(g, channel)
                    * (1f / (at.Height * at.Width)) & PixelLoops.Lanes(at.Channels - channel);
                for (var row = 0; row < at.Height; row++)
                {
                    ref var to = ref dx[at.Offset(chunk, row, 0) + part];
                    for (var column = 0; column < at.Width; column++)
                        share.StoreUnsafe(ref to, (nuint)(column * at.Block));
                }
            }
    }
}
