#nullable enable
// ReLU and then average pooling of one image, whose pixels are an affine function of x: a visit to x for the result,
// one for the sums of the gradient dz by that function, and one for the gradient by x. The image between the two and
// dz, four times as large as the result, are never in memory.
//
// A window's four pixels have the same gradient, a quarter of the window's, where ReLU lets it through. Pixels in no
// window, of an odd last row or column, have none.

public static class PooledRelu
{
    /// <summary>y = the mean of max(term, 0) over each window of 2 x 2.</summary>
    /// <param name="from">The layout of x, without a border.</param>
    /// <param name="at">The layout of y, as of IPixels.Fill.</param>
    [MethodImpl(Hot)]
    public static void Forward(in PixelTerm x, in PixelLayout from, in PixelLayout at, Span<float> y)
    {
        nint block = from.Block, line = from.RowStride, step = at.Block;
        for (var chunk = 0; chunk < from.Chunks; chunk++)
            for (var row = 0; row < at.Height; row++)
                // Upper lanes first, because of what lies closer than a block: see PixelLoops.Map.
                for (var part = from.Block - Vector<float>.Count; part >= 0; part -= Vector<float>.Count)
                {
                    var channel = chunk * from.Block + part;
                    Vector<float> center = Elementwise.Load(x.Center, channel),
                        scale = Elementwise.Load(x.Scale, channel), shift = Elementwise.Load(x.Shift, channel);
                    ref var pixel = ref Unsafe.Add(ref MemoryMarshal.GetReference(x.Image),
                        from.Offset(chunk, 2 * row, 0) + part);
                    ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(y), at.Offset(chunk, row, 0) + part);
                    for (var window = at.Width; window > 0; window--)
                    {
                        Vector<float> a = Relu(ref pixel, center, scale, shift),
                            b = Relu(ref Unsafe.Add(ref pixel, block), center, scale, shift),
                            c = Relu(ref Unsafe.Add(ref pixel, line), center, scale, shift),
                            d = Relu(ref Unsafe.Add(ref pixel, line + block), center, scale, shift);
                        ((a + c + (b + d)) * 0.25f).StoreUnsafe(ref to);
                        pixel = ref Unsafe.Add(ref pixel, 2 * block);
                        to = ref Unsafe.Add(ref to, step);
                    }
                }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Relu(ref float x, Vector<float> center, Vector<float> scale, Vector<float> shift) =>
        Vector.MaxNative(Vector<float>.Zero, Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref x) - center, scale,
            shift));

    /// <summary>Adds the sums of dz of each channel, and of its product with x - center.</summary>
    /// <param name="g">The gradient by the result.</param>
    /// <param name="sums">As PixelLoops.Gradient has them.</param>
    [MethodImpl(Hot)]
    public static void AddGradientSums(in PixelTerm x, in PixelLayout at, ReadOnlySpan<float> g, Span<double> sums)
    {
        nint block = at.Block, line = at.RowStride;
        ref var gradient = ref MemoryMarshal.GetReference(g);
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var row = 0; row < at.Height - 1; row += 2)
            {
                for (var part = 0; part < at.Block; part += Vector<float>.Count)
                {
                    var channel = chunk * at.Block + part;
                    Vector<float> center = Elementwise.Load(x.Center, channel),
                        scale = Elementwise.Load(x.Scale, channel), shift = Elementwise.Load(x.Shift, channel);
                    ref var from = ref Unsafe.Add(ref MemoryMarshal.GetReference(x.Image),
                        at.Offset(chunk, row, 0) + part);
                    ref var share = ref Unsafe.Add(ref gradient, part);
                    // Upper and lower pixels have sums of their own, so that few additions wait for one before.
                    Vector<float> upper = default, lower = default, upperX = default, lowerX = default;
                    for (var window = at.Width / 2; window > 0; window--)
                    {
                        var own = Vector.LoadUnsafe(ref share);
                        Add(own, ref from, center, scale, shift, ref upper, ref upperX);
                        Add(own, ref Unsafe.Add(ref from, line), center, scale, shift, ref lower, ref lowerX);
                        Add(own, ref Unsafe.Add(ref from, block), center, scale, shift, ref upper, ref upperX);
                        Add(own, ref Unsafe.Add(ref from, line + block), center, scale, shift, ref lower, ref lowerX);
                        from = ref Unsafe.Add(ref from, 2 * block);
                        share = ref Unsafe.Add(ref share, block);
                    }
                    AddTo(sums, channel, (upper + lower) * 0.25f);
                    AddTo(sums, sums.Length / 3 + channel, (upperX + lowerX) * 0.25f);
                }
                gradient = ref Unsafe.Add(ref gradient, at.Width / 2 * block);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(Vector<float> g, ref float x, Vector<float> center, Vector<float> scale, Vector<float> shift,
        ref Vector<float> sum, ref Vector<float> sumX)
    {
        var distance = Vector.LoadUnsafe(ref x) - center;
        var d = Masked(g, distance, scale, shift);
        sum += d;
        sumX = Vector.MultiplyAddEstimate(d, distance, sumX);
    }

    // g where the term is positive, else 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector<float> Masked(Vector<float> g, Vector<float> distance, Vector<float> scale, Vector<float> shift) =>
        g & Vector.AsVectorSingle(Vector.GreaterThan(Vector.MultiplyAddEstimate(distance, scale, shift),
            Vector<float>.Zero));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddTo(Span<double> sums, int i, Vector<float> value) =>
        (DoubleVector.Load(sums, i) + value).Store(sums, i);

    /// <summary>dx = dz times g's scale, plus byX.</summary>
    /// <param name="g">The gradient by the result, and scales for dz.</param>
    /// <param name="byX">A term of x with constants of its own; default: there is none.</param>
    /// <param name="at">The layout of dx, which may have a border.</param>
    public static void Gradient(in PixelTerm x, in PixelTerm g, in PixelTerm byX, in PixelLayout at, Span<float> dx)
    {
        if (byX.Image.IsEmpty) Gradient<PixelLoops.No>(x, g, byX, at, dx);
        else Gradient<PixelLoops.Yes>(x, g, byX, at, dx);
    }

    [MethodImpl(Hot)]
    static void Gradient<Two>(in PixelTerm x, in PixelTerm g, in PixelTerm byX, in PixelLayout at, Span<float> dx)
        where Two : struct, PixelLoops.ISwitch
    {
        nint block = at.Block;
        var windows = at.Width / 2;
        ref var image = ref MemoryMarshal.GetReference(x.Image);
        for (var chunk = 0; chunk < at.Chunks; chunk++)
            for (var row = 0; row < at.Height; row++)
            {
                var within = (row | 1) < at.Height ? windows : 0;
                for (var part = 0; part < at.Block; part += Vector<float>.Count)
                {
                    var channel = chunk * at.Block + part;
                    Vector<float> center = Elementwise.Load(x.Center, channel),
                        scale = Elementwise.Load(x.Scale, channel), shift = Elementwise.Load(x.Shift, channel),
                        quarter = Elementwise.Load(g.Scale, channel) * 0.25f, center2 = default, scale2 = default,
                        shift2 = default;
                    if (Two.IsOn)
                    {
                        center2 = Elementwise.Load(byX.Center, channel);
                        scale2 = Elementwise.Load(byX.Scale, channel);
                        shift2 = Elementwise.Load(byX.Shift, channel);
                    }
                    ref var from = ref Unsafe.Add(ref image, part);
                    ref var share = ref Unsafe.Add(ref MemoryMarshal.GetReference(g.Image),
                        (chunk * (at.Height / 2) + row / 2) * windows * block + part);
                    ref var to = ref dx[at.Offset(chunk, row, 0) + part];
                    for (var window = within; window > 0; window--)
                    {
                        var own = Vector.LoadUnsafe(ref share) * quarter;
                        Vector<float> left = Vector.LoadUnsafe(ref from),
                            right = Vector.LoadUnsafe(ref Unsafe.Add(ref from, block)),
                            dLeft = Masked(own, left - center, scale, shift),
                            dRight = Masked(own, right - center, scale, shift);
                        if (Two.IsOn)
                        {
                            dLeft += Vector.MultiplyAddEstimate(left - center2, scale2, shift2);
                            dRight += Vector.MultiplyAddEstimate(right - center2, scale2, shift2);
                        }
                        dLeft.StoreUnsafe(ref to);
                        dRight.StoreUnsafe(ref Unsafe.Add(ref to, block));
                        from = ref Unsafe.Add(ref from, 2 * block);
                        share = ref Unsafe.Add(ref share, block);
                        to = ref Unsafe.Add(ref to, 2 * block);
                    }
                    for (var left = at.Width - 2 * within; left > 0; left--)
                    {
                        Vector<float> d = default;
                        if (Two.IsOn)
                            d = Vector.MultiplyAddEstimate(Vector.LoadUnsafe(ref from) - center2, scale2, shift2);
                        d.StoreUnsafe(ref to);
                        from = ref Unsafe.Add(ref from, block);
                        to = ref Unsafe.Add(ref to, block);
                    }
                }
                image = ref Unsafe.Add(ref image, at.Width * block);
            }
    }
}
