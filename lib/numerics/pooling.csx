#nullable enable
// Pooling in windows of 2 x 2, stride 2; an odd last row or column is left out (its gradient is 0).

/// <summary>What becomes of pixels before they are pooled.</summary>
public interface IPixels
{
    V Of<S, V>(V x) where S : struct, ISimd<V> where V : struct;

    /// <summary>The gradient by a pixel x from g at what became of it.</summary>
    V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct;
}

public readonly struct Unchanged : IPixels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<S, V>(V x) where S : struct, ISimd<V> where V : struct => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct => g;
}

/// <summary>max(x, 0).</summary>
public readonly struct Rectified : IPixels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Relu(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct => S.WherePositive(x, g);
}

/// <summary>max((x - center) scale + shift, 0). Besides through that, x has its gradient through the moments that it
/// was normalized by: (x - center) slope + offset.</summary>
public readonly struct NormalizedRectified(float center, float scale, float shift, float slope = 0, float offset = 0)
    : IPixels
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
        S.Relu(S.MultiplyAdd(S.Subtract(x, S.All(center)), S.All(scale), S.All(shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct =>
        S.MultiplyAdd(Passed<S, V>(x, g), S.All(scale),
            S.MultiplyAdd(S.Subtract(x, S.All(center)), S.All(slope), S.All(offset)));

    public NormalizedRectified With(float slope, float offset) => new(center, scale, shift, slope, offset);

    /// <summary>g where max lets it through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Passed<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct =>
        S.WherePositive(S.MultiplyAdd(S.Subtract(x, S.All(center)), S.All(scale), S.All(shift)), g);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Distance<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Subtract(x, S.All(center));
}

public static class Pooling
{
    // Planes of one image are done in one call, since a plane can be small. A vector of pixels is half as many windows;
    // the last of a row starts early enough to end with it, and does some windows again.

    /// <summary>y = the mean of each window of x (C, H, W), its pixels mapped.</summary>
    /// <param name="pixels">One for each channel, or one for all.</param>
    public static void Average<P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where P : struct, IPixels
    {
        if (Vector512.IsHardwareAccelerated && width >= Simd512.Lanes)
            Average<Simd512, Vector512<float>, P>(pixels, x, channels, height, width, y);
        else if (Vector256.IsHardwareAccelerated && width >= Simd256.Lanes)
            Average<Simd256, Vector256<float>, P>(pixels, x, channels, height, width, y);
        else if (width >= Simd128.Lanes)
            Average<Simd128, Vector128<float>, P>(pixels, x, channels, height, width, y);
        else
            for (int window = 0, each = height / 2; window < channels * each; window++)
            {
                var (channel, line) = Math.DivRem(window, each);
                var own = x[((channel * height + 2 * line) * width)..];
                var map = pixels[Math.Min(channel, pixels.Length - 1)];
                float Of(float pixel) => map.Of<Simd32, float>(pixel);
                y[window] = 0.25f * (Of(own[0]) + Of(own[width]) + (Of(own[1]) + Of(own[width + 1])));
            }
    }

    [MethodImpl(Hot)]
    static void Average<S, V, P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where S : struct, IPairs<V> where V : struct where P : struct, IPixels
    {
        var columns = width / 2;
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var channel = 0; channel < channels; channel++)
        {
            var map = pixels[Math.Min(channel, pixels.Length - 1)];
            ref var upper = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes / 2)
                {
                    var at = Math.Min(i, columns - S.Lanes / 2);
                    ref var pixel = ref Unsafe.Add(ref upper, 2 * at);
                    var sum = S.Add(map.Of<S, V>(S.Load(ref pixel)),
                        map.Of<S, V>(S.Load(ref Unsafe.Add(ref pixel, width))));
                    S.StorePairSums(S.Multiply(sum, S.All(0.25f)), ref Unsafe.Add(ref to, at));
                }
                upper = ref Unsafe.Add(ref upper, 2 * width);
                to = ref Unsafe.Add(ref to, columns);
            }
        }
    }

    /// <summary>dx = the gradient by x (C, H, W) from g at y; pixels in no window have g = 0.</summary>
    public static void AverageGradient<P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx) where P : struct, IPixels
    {
        if (Vector512.IsHardwareAccelerated && width >= Simd512.Lanes)
            AverageGradient<Simd512, Vector512<float>, P>(pixels, g, x, channels, height, width, dx);
        else if (Vector256.IsHardwareAccelerated && width >= Simd256.Lanes)
            AverageGradient<Simd256, Vector256<float>, P>(pixels, g, x, channels, height, width, dx);
        else if (width >= Simd128.Lanes)
            AverageGradient<Simd128, Vector128<float>, P>(pixels, g, x, channels, height, width, dx);
        else
            for (var i = 0; i < channels * height * width; i++)
                dx[i] = pixels[Math.Min(i / (height * width), pixels.Length - 1)]
                    .Gradient<Simd32, float>(x[i], NarrowGradient(g, height, width, i));
    }

    // By a pixel of planes of one window's width.
    static float NarrowGradient(ReadOnlySpan<float> g, int height, int width, int pixel)
    {
        var (line, column) = (pixel / width % height / 2, pixel % width);
        return column == 2 || line == height / 2 ? 0 : 0.25f * g[pixel / (height * width) * (height / 2) + line];
    }

    [MethodImpl(Hot)]
    static void AverageGradient<S, V, P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx)
        where S : struct, IPairs<V> where V : struct where P : struct, IPixels
    {
        var columns = width / 2;
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var channel = 0; channel < channels; channel++)
        {
            var map = pixels[Math.Min(channel, pixels.Length - 1)];
            ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(dx), channel * height * width);
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes / 2)
                {
                    var at = Math.Min(i, columns - S.Lanes / 2);
                    var share = S.Multiply(S.LoadTwice(ref Unsafe.Add(ref from, at)), S.All(0.25f));
                    var pixel = 2 * (line * width + at);
                    Pixels<S, V, P>(map, ref start, ref to, pixel, share);
                    Pixels<S, V, P>(map, ref start, ref to, pixel + width, share);
                }
                if (width % 2 == 1)
                {
                    Pixels<Simd32, float, P>(map, ref start, ref to, (2 * line + 1) * width - 1, 0);
                    Pixels<Simd32, float, P>(map, ref start, ref to, (2 * line + 2) * width - 1, 0);
                }
                from = ref Unsafe.Add(ref from, columns);
            }
            if (height % 2 == 0) continue;
            for (var i = 0; i < width; i += S.Lanes)
                Pixels<S, V, P>(map, ref start, ref to, (height - 1) * width + Math.Min(i, width - S.Lanes), default);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Pixels<S, V, P>(P map, ref float x, ref float dx, int at, V g)
        where S : struct, ISimd<V> where V : struct where P : struct, IPixels =>
        S.Store(map.Gradient<S, V>(S.Load(ref Unsafe.Add(ref x, at)), g), ref Unsafe.Add(ref dx, at));

    /// <summary>Adds, for each channel of x (C, H, W), the sums of the gradient that ReLU lets through and of that
    /// times x - center.</summary>
    public static void AddProducts(ReadOnlySpan<NormalizedRectified> pixels, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, Span<double> sums, Span<double> products)
    {
        if (Vector512.IsHardwareAccelerated && width >= Simd512.Lanes)
            AddProducts<Simd512, Vector512<float>>(pixels, g, x, height, width, sums, products);
        else if (Vector256.IsHardwareAccelerated && width >= Simd256.Lanes)
            AddProducts<Simd256, Vector256<float>>(pixels, g, x, height, width, sums, products);
        else if (width >= Simd128.Lanes)
            AddProducts<Simd128, Vector128<float>>(pixels, g, x, height, width, sums, products);
        else
            for (var i = 0; i < pixels.Length * height * width; i++)
            {
                var map = pixels[i / (height * width)];
                var passed = map.Passed<Simd32, float>(x[i], NarrowGradient(g, height, width, i));
                sums[i / (height * width)] += passed;
                products[i / (height * width)] += passed * map.Distance<Simd32, float>(x[i]);
            }
    }

    [MethodImpl(Hot)]
    static void AddProducts<S, V>(ReadOnlySpan<NormalizedRectified> pixels, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, Span<double> sums, Span<double> products)
        where S : struct, IPairs<V> where V : struct
    {
        var columns = width / 2;
        // Windows that the last vector of a row has in common with the one before it count once.
        Span<float> shares = stackalloc float[S.Lanes];
        shares.Fill(0.25f);
        shares[..((S.Lanes - 2 * columns % S.Lanes) % S.Lanes)].Clear();
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var channel = 0; channel < pixels.Length; channel++)
        {
            var map = pixels[channel];
            ref var upper = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            V sum0 = default, sum1 = default, product0 = default, product1 = default;
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes / 2)
                {
                    var at = Math.Min(i, columns - S.Lanes / 2);
                    var share = S.Multiply(S.LoadTwice(ref Unsafe.Add(ref from, at)),
                        at == i ? S.All(0.25f) : S.Load(ref shares[0]));
                    ref var pixel = ref Unsafe.Add(ref upper, 2 * at);
                    Add<S, V>(map, ref pixel, share, ref sum0, ref product0);
                    Add<S, V>(map, ref Unsafe.Add(ref pixel, width), share, ref sum1, ref product1);
                }
                upper = ref Unsafe.Add(ref upper, 2 * width);
                from = ref Unsafe.Add(ref from, columns);
            }
            sums[channel] += S.Sum(S.Add(sum0, sum1));
            products[channel] += S.Sum(S.Add(product0, product1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<S, V>(NormalizedRectified map, ref float x, V g, ref V sum, ref V product)
        where S : struct, ISimd<V> where V : struct
    {
        var pixels = S.Load(ref x);
        g = map.Passed<S, V>(pixels, g);
        sum = S.Add(sum, g);
        product = S.MultiplyAdd(g, map.Distance<S, V>(pixels), product);
    }

    /// <summary>y = the largest of each window of x.</summary>
    public static void Max(ReadOnlySpan<float> x, int height, int width, Span<float> y)
    {
        for (var line = 0; line < height / 2; line++)
            for (var column = 0; column < width / 2; column++)
            {
                var at = 2 * line * width + 2 * column;
                y[line * (width / 2) + column] =
                    MathF.Max(MathF.Max(x[at], x[at + 1]), MathF.Max(x[at + width], x[at + width + 1]));
            }
    }

    /// <summary>dx = the gradient at the first pixel of each window that has its largest value, else 0.</summary>
    public static void MaxGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> x, ReadOnlySpan<float> y, int height,
        int width, Span<float> dx)
    {
        dx.Clear();
        for (var line = 0; line < height / 2; line++)
            for (var column = 0; column < width / 2; column++)
            {
                var (at, to) = (2 * line * width + 2 * column, line * (width / 2) + column);
                var largest = y[to];
                var first = x[at] == largest ? at : x[at + 1] == largest ? at + 1
                    : x[at + width] == largest ? at + width : at + width + 1;
                dx[first] = g[to];
            }
    }
}
