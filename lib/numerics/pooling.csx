#nullable enable
// Pooling in windows of 2 x 2 with stride 2. An odd last row or column belongs to no window, and its gradient is 0.

/// <summary>A function of pixels that is applied before average pooling, in the same pass over memory.</summary>
public interface IPixelFunction
{
    V Forward<S, V>(V x) where S : struct, ISimd<V> where V : struct;

    /// <summary>The gradient by a pixel x from g, the gradient by its function value.</summary>
    V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct;
}

public readonly struct IdentityPixels : IPixelFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<S, V>(V x) where S : struct, ISimd<V> where V : struct => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct => g;
}

/// <summary>max(x, 0).</summary>
public readonly struct ReluPixels : IPixelFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Relu(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct => S.WherePositive(x, g);
}

public static class Pooling
{
    // One call does all planes of an image, because a plane can be small. A vector of pixels gives half as many
    // windows. The last vector of a row starts early enough to end with it, so some windows are computed twice.

    /// <summary>y = the mean over each window of a function of x (C, H, W).</summary>
    /// <param name="functions">One for each channel, or one for all.</param>
    public static void Average<P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where P : struct, IPixelFunction
    {
        if (VectorWidth.TryWidest(new AverageLoop<P>(functions, x, channels, height, width, y), lanes: width)) return;
        // Planes of width 2 or 3 have one window in a line.
        var lines = height / 2;
        for (var window = 0; window < channels * lines; window++)
        {
            var (channel, line) = Math.DivRem(window, lines);
            var pixels = x[((channel * height + 2 * line) * width)..];
            var function = functions[Math.Min(channel, functions.Length - 1)];
            float Value(float pixel) => function.Forward<Simd32, float>(pixel);
            y[window] = 0.25f
                * (Value(pixels[0]) + Value(pixels[width]) + (Value(pixels[1]) + Value(pixels[width + 1])));
        }
    }

    readonly ref struct AverageLoop<P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> x, int channels, int height,
        int width, Span<float> y) : IVectorLoop where P : struct, IPixelFunction
    {
        readonly ReadOnlySpan<P> functions = functions;
        readonly ReadOnlySpan<float> x = x;
        readonly Span<float> y = y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            Average<S, V, P>(functions, x, channels, height, width, y);
    }

    [MethodImpl(Hot)]
    static void Average<S, V, P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> x, int channels, int height, int width,
        Span<float> y) where S : struct, IPairs<V> where V : struct where P : struct, IPixelFunction
    {
        var columns = width / 2;
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var channel = 0; channel < channels; channel++)
        {
            var function = functions[Math.Min(channel, functions.Length - 1)];
            ref var upper = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes / 2)
                {
                    var at = Math.Min(i, columns - S.Lanes / 2);
                    ref var pixel = ref Unsafe.Add(ref upper, 2 * at);
                    var sum = S.Add(function.Forward<S, V>(S.Load(ref pixel)),
                        function.Forward<S, V>(S.Load(ref Unsafe.Add(ref pixel, width))));
                    S.StorePairSums(S.Multiply(sum, S.All(0.25f)), ref Unsafe.Add(ref to, at));
                }
                upper = ref Unsafe.Add(ref upper, 2 * width);
                to = ref Unsafe.Add(ref to, columns);
            }
        }
    }

    /// <summary>dx = the gradient by x (C, H, W) from g, the gradient by y.</summary>
    public static void AverageGradient<P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx) where P : struct, IPixelFunction
    {
        var loop = new AverageGradientLoop<P>(functions, g, x, channels, height, width, dx);
        if (VectorWidth.TryWidest(loop, lanes: width)) return;
        for (var i = 0; i < channels * height * width; i++)
            dx[i] = functions[Math.Min(i / (height * width), functions.Length - 1)]
                .Gradient<Simd32, float>(x[i], NarrowGradient(g, height, width, i));
    }

    readonly ref struct AverageGradientLoop<P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx) : IVectorLoop where P : struct, IPixelFunction
    {
        readonly ReadOnlySpan<P> functions = functions;
        readonly ReadOnlySpan<float> g = g, x = x;
        readonly Span<float> dx = dx;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            AverageGradient<S, V, P>(functions, g, x, channels, height, width, dx);
    }

    /// <summary>The gradient that reaches a pixel from the mean over its window, in planes whose lines have one window:
    /// width 2 or 3.</summary>
    public static float NarrowGradient(ReadOnlySpan<float> g, int height, int width, int pixel)
    {
        var (line, column) = (pixel / width % height / 2, pixel % width);
        return column == 2 || line == height / 2 ? 0 : 0.25f * g[pixel / (height * width) * (height / 2) + line];
    }

    [MethodImpl(Hot)]
    static void AverageGradient<S, V, P>(ReadOnlySpan<P> functions, ReadOnlySpan<float> g, ReadOnlySpan<float> x,
        int channels, int height, int width, Span<float> dx)
        where S : struct, IPairs<V> where V : struct where P : struct, IPixelFunction
    {
        var columns = width / 2;
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var channel = 0; channel < channels; channel++)
        {
            var function = functions[Math.Min(channel, functions.Length - 1)];
            ref var start = ref Unsafe.Add(ref MemoryMarshal.GetReference(x), channel * height * width);
            ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(dx), channel * height * width);
            for (var line = 0; line < height / 2; line++)
            {
                for (var i = 0; i < columns; i += S.Lanes / 2)
                {
                    var at = Math.Min(i, columns - S.Lanes / 2);
                    var share = S.Multiply(S.LoadTwice(ref Unsafe.Add(ref from, at)), S.All(0.25f));
                    var pixel = 2 * (line * width + at);
                    PixelGradients<S, V, P>(function, ref start, ref to, pixel, share);
                    PixelGradients<S, V, P>(function, ref start, ref to, pixel + width, share);
                }
                if (width % 2 == 1)
                {
                    PixelGradients<Simd32, float, P>(function, ref start, ref to, (2 * line + 1) * width - 1, 0);
                    PixelGradients<Simd32, float, P>(function, ref start, ref to, (2 * line + 2) * width - 1, 0);
                }
                from = ref Unsafe.Add(ref from, columns);
            }
            if (height % 2 == 0) continue;
            for (var i = 0; i < width; i += S.Lanes)
                PixelGradients<S, V, P>(function, ref start, ref to,
                    (height - 1) * width + Math.Min(i, width - S.Lanes), default);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void PixelGradients<S, V, P>(P function, ref float x, ref float dx, int at, V g)
        where S : struct, ISimd<V> where V : struct where P : struct, IPixelFunction =>
        S.Store(function.Gradient<S, V>(S.Load(ref Unsafe.Add(ref x, at)), g), ref Unsafe.Add(ref dx, at));

    /// <summary>y = the maximum of each window of x (H, W).</summary>
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

    /// <summary>dx = g at the first pixel of each window that has the window's maximum, else 0.</summary>
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
