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
    // Planes of one image are done in one call, since a plane can be small. The last vector of a row starts early
    // enough to end with it, and does some windows again.

    /// <summary>y = the mean of each window of x (C, H, W), its pixels mapped.</summary>
    /// <param name="pixels">One for each channel, or one for all.</param>
    public static void Average<P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where P : struct, IPixels
    {
        if (Vector512.IsHardwareAccelerated && width / 2 >= Simd512.Lanes)
            Average<Simd512, Vector512<float>, P>(pixels, x, channels, height, width, y);
        else if (Vector256.IsHardwareAccelerated && width / 2 >= Simd256.Lanes)
            Average<Simd256, Vector256<float>, P>(pixels, x, channels, height, width, y);
        else if (width / 2 >= Simd128.Lanes)
            Average<Simd128, Vector128<float>, P>(pixels, x, channels, height, width, y);
        else Average<Simd32, float, P>(pixels, x, channels, height, width, y);
    }

    [MethodImpl(Hot)]
    static void Average<S, V, P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where S : struct, ISimd<V> where V : struct where P : struct, IPixels
    {
        var columns = width / 2;
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var channel = 0; channel < channels; channel++)
        {
            var map = pixels[Math.Min(channel, pixels.Length - 1)];
            ref var upper = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes)
                {
                    var at = Math.Min(i, columns - S.Lanes);
                    ref var left = ref Unsafe.Add(ref upper, 2 * at);
                    ref var right = ref Unsafe.Add(ref left, S.Lanes);
                    var a = S.Add(map.Of<S, V>(S.Load(ref left)),
                        map.Of<S, V>(S.Load(ref Unsafe.Add(ref left, width))));
                    var b = S.Add(map.Of<S, V>(S.Load(ref right)),
                        map.Of<S, V>(S.Load(ref Unsafe.Add(ref right, width))));
                    S.Store(S.Multiply(S.PairSums(a, b), S.All(0.25f)), ref Unsafe.Add(ref to, at));
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
        if (Vector512.IsHardwareAccelerated && width / 2 >= Simd512.Lanes)
            AverageGradient<Simd512, Vector512<float>, P>(pixels, g, x, channels, height, width, dx);
        else if (Vector256.IsHardwareAccelerated && width / 2 >= Simd256.Lanes)
            AverageGradient<Simd256, Vector256<float>, P>(pixels, g, x, channels, height, width, dx);
        else if (width / 2 >= Simd128.Lanes)
            AverageGradient<Simd128, Vector128<float>, P>(pixels, g, x, channels, height, width, dx);
        else AverageGradient<Simd32, float, P>(pixels, g, x, channels, height, width, dx);
    }

    [MethodImpl(Hot)]
    static void AverageGradient<S, V, P>(ReadOnlySpan<P> pixels, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx)
        where S : struct, ISimd<V> where V : struct where P : struct, IPixels
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
                for (var i = 0; i < columns; i += S.Lanes)
                {
                    var at = Math.Min(i, columns - S.Lanes);
                    var (left, right) = S.Twice(S.Multiply(S.Load(ref Unsafe.Add(ref from, at)), S.All(0.25f)));
                    var pixel = 2 * (line * width + at);
                    Pixels<S, V, P>(map, ref start, ref to, pixel, left);
                    Pixels<S, V, P>(map, ref start, ref to, pixel + S.Lanes, right);
                    Pixels<S, V, P>(map, ref start, ref to, pixel + width, left);
                    Pixels<S, V, P>(map, ref start, ref to, pixel + width + S.Lanes, right);
                }
                if (width % 2 == 1)
                {
                    Pixels<Simd32, float, P>(map, ref start, ref to, (2 * line + 1) * width - 1, 0);
                    Pixels<Simd32, float, P>(map, ref start, ref to, (2 * line + 2) * width - 1, 0);
                }
                from = ref Unsafe.Add(ref from, columns);
            }
            for (var i = height / 2 * 2 * width; i < height * width; i++)
                Pixels<Simd32, float, P>(map, ref start, ref to, i, 0);
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
        if (Vector512.IsHardwareAccelerated && width / 2 >= Simd512.Lanes)
            AddProducts<Simd512, Vector512<float>>(pixels, g, x, height, width, sums, products);
        else if (Vector256.IsHardwareAccelerated && width / 2 >= Simd256.Lanes)
            AddProducts<Simd256, Vector256<float>>(pixels, g, x, height, width, sums, products);
        else if (width / 2 >= Simd128.Lanes)
            AddProducts<Simd128, Vector128<float>>(pixels, g, x, height, width, sums, products);
        else AddProducts<Simd32, float>(pixels, g, x, height, width, sums, products);
    }

    [MethodImpl(Hot)]
    static void AddProducts<S, V>(ReadOnlySpan<NormalizedRectified> pixels, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, Span<double> sums, Span<double> products)
        where S : struct, ISimd<V> where V : struct
    {
        var columns = width / 2;
        // Windows that the last vector of a row has in common with the one before it count once.
        Span<float> shares = stackalloc float[S.Lanes];
        shares.Fill(0.25f);
        shares[..((S.Lanes - columns % S.Lanes) % S.Lanes)].Clear();
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var channel = 0; channel < pixels.Length; channel++)
        {
            var map = pixels[channel];
            ref var upper = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            V sum0 = default, sum1 = default, p0 = default, p1 = default, q0 = default, q1 = default;
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes)
                {
                    var at = Math.Min(i, columns - S.Lanes);
                    var share = i <= columns - S.Lanes ? S.All(0.25f) : S.Load(ref shares[0]);
                    var (left, right) = S.Twice(S.Multiply(S.Load(ref Unsafe.Add(ref from, at)), share));
                    ref var pixel = ref Unsafe.Add(ref upper, 2 * at);
                    Add<S, V>(map, ref pixel, left, ref sum0, ref p0);
                    Add<S, V>(map, ref Unsafe.Add(ref pixel, S.Lanes), right, ref sum1, ref p1);
                    Add<S, V>(map, ref Unsafe.Add(ref pixel, width), left, ref sum0, ref q0);
                    Add<S, V>(map, ref Unsafe.Add(ref pixel, width + S.Lanes), right, ref sum1, ref q1);
                }
                upper = ref Unsafe.Add(ref upper, 2 * width);
                from = ref Unsafe.Add(ref from, columns);
            }
            sums[channel] += S.Sum(S.Add(sum0, sum1));
            products[channel] += S.Sum(S.Add(S.Add(p0, p1), S.Add(q0, q1)));
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
