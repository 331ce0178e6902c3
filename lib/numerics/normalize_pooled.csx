#nullable enable
// Normalization, ReLU and average pooling of (N, C, H, W) in one pass over memory: the normalized pixels are never
// stored.

/// <summary>max((x - center) * scale + shift, 0). Its gradient includes the part that reaches x through the moments:
/// (x - center) * slope + offset.</summary>
public readonly struct NormalizedReluPixels(float center, float scale, float shift, float slope = 0, float offset = 0)
    : IPixelFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Forward<S, V>(V x) where S : struct, ISimd<V> where V : struct =>
        S.Relu(S.MultiplyAdd(Distance<S, V>(x), S.All(scale), S.All(shift)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Gradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct =>
        S.MultiplyAdd(ReluGradient<S, V>(x, g), S.All(scale),
            S.MultiplyAdd(Distance<S, V>(x), S.All(slope), S.All(offset)));

    public NormalizedReluPixels With(float slope, float offset) => new(center, scale, shift, slope, offset);

    /// <summary>g where the argument of max is positive, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V ReluGradient<S, V>(V x, V g) where S : struct, ISimd<V> where V : struct =>
        S.WherePositive(S.MultiplyAdd(Distance<S, V>(x), S.All(scale), S.All(shift)), g);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Distance<S, V>(V x) where S : struct, ISimd<V> where V : struct => S.Subtract(x, S.All(center));
}

public static class PooledNormalization
{
    [ThreadStatic] static Block functionMemory;

    /// <summary>y (N, C, H / 2, W / 2) = AveragePool(ReLU(Normalization.Forward(x))).</summary>
    /// <param name="xRow">Floats from one image of x to the next; yRow the same of y.</param>
    public static void Forward(in NormalizationSets sets, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, int height, int width, int xRow,
        Span<float> y, int yRow)
    {
        for (var block = 0; block < sets.Blocks; block++)
        {
            ReadOnlySpan<NormalizedReluPixels> functions = Functions(sets, block, mean, variance, gamma, beta);
            var first = block * sets.RowsPerBlock;
            for (var row = first; row < first + sets.RowsOf(block); row++)
                Pooling.Average(functions, x[(row * xRow)..], sets.Channels, height, width, y[(row * yRow)..]);
        }
    }

    /// <summary>Gradients by x, gamma and beta from g, the gradient by y: Normalization.Backward, given the gradient
    /// that pooling and ReLU pass back.</summary>
    public static void Backward(in NormalizationSets sets, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, int height, int width, int xRow,
        ReadOnlySpan<float> g, int gRow, Span<float> dx, Span<float> dGamma, Span<float> dBeta)
    {
        dGamma.Clear();
        dBeta.Clear();
        for (var block = 0; block < sets.Blocks; block++)
        {
            var (first, rows) = (block * sets.RowsPerBlock, sets.RowsOf(block));
            var functions = Functions(sets, block, mean, variance, gamma, beta);
            var sums = new GradientSums(sets, block, mean);
            sums.Clear();
            for (var row = first; row < first + rows; row++)
                AddGradients(functions, g[(row * gRow)..], x[(row * xRow)..], height, width, sums);
            // Distances were taken from the mean rounded to float32.
            for (var channel = 0; channel < sets.Channels; channel++)
                sums.GD[channel] -= (float)(sums.Mean[channel] - (float)sums.Mean[channel]) * sums.G[channel];
            var map = Normalization.BackwardMap(sets, block, sums, variance, gamma, dGamma, dBeta);
            for (var channel = 0; channel < functions.Length; channel++)
                functions[channel] = functions[channel].With(map.Scale[channel], map.Shift[channel]);
            for (var row = first; row < first + rows; row++)
                Pooling.AverageGradient<NormalizedReluPixels>(functions, g[(row * gRow)..], x[(row * xRow)..],
                    sets.Channels, height, width, dx[(row * xRow)..]);
        }
    }

    // The function of each channel's pixels.
    static Span<NormalizedReluPixels> Functions(scoped in NormalizationSets sets, int block, ReadOnlySpan<double> mean,
        ReadOnlySpan<double> variance, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        var map = Normalization.ForwardMap(sets, block, mean, variance, gamma, beta);
        var functions = Block.Scratch<NormalizedReluPixels>(ref functionMemory, sets.Channels);
        for (var i = 0; i < functions.Length; i++) functions[i] = new(map.Center[i], map.Scale[i], map.Shift[i]);
        return functions;
    }

    // Adds, for each channel of x (C, H, W), the sums of the gradient that ReLU passes back and of its product with
    // x - center.
    static void AddGradients(ReadOnlySpan<NormalizedReluPixels> functions, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, in GradientSums sums)
    {
        if (VectorWidth.TryWidest(new AddLoop(functions, g, x, height, width, sums), lanes: width)) return;
        for (var i = 0; i < functions.Length * height * width; i++)
        {
            var channel = i / (height * width);
            var passed = functions[channel].ReluGradient<Simd32, float>(x[i],
                Pooling.NarrowGradient(g, height, width, i));
            sums.G[channel] += passed;
            sums.GD[channel] += passed * functions[channel].Distance<Simd32, float>(x[i]);
        }
    }

    readonly ref struct AddLoop(ReadOnlySpan<NormalizedReluPixels> functions, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, GradientSums sums) : IVectorLoop
    {
        readonly ReadOnlySpan<NormalizedReluPixels> functions = functions;
        readonly ReadOnlySpan<float> g = g, x = x;
        readonly GradientSums sums = sums;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct =>
            AddGradients<S, V>(functions, g, x, height, width, sums);
    }

    [MethodImpl(Hot)]
    static void AddGradients<S, V>(ReadOnlySpan<NormalizedReluPixels> functions, ReadOnlySpan<float> g,
        ReadOnlySpan<float> x, int height, int width, in GradientSums sums)
        where S : struct, IPairs<V> where V : struct
    {
        var columns = width / 2;
        // Windows that the last vector of a row shares with the vector before it are counted once.
        Span<float> shares = stackalloc float[S.Lanes];
        shares.Fill(0.25f);
        shares[..((S.Lanes - 2 * columns % S.Lanes) % S.Lanes)].Clear();
        ref var from = ref MemoryMarshal.GetReference(g);
        for (var channel = 0; channel < functions.Length; channel++)
        {
            var function = functions[channel];
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
                    Add<S, V>(function, ref pixel, share, ref sum0, ref product0);
                    Add<S, V>(function, ref Unsafe.Add(ref pixel, width), share, ref sum1, ref product1);
                }
                upper = ref Unsafe.Add(ref upper, 2 * width);
                from = ref Unsafe.Add(ref from, columns);
            }
            sums.G[channel] += S.Sum(S.Add(sum0, sum1));
            sums.GD[channel] += S.Sum(S.Add(product0, product1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add<S, V>(NormalizedReluPixels function, ref float x, V g, ref V sum, ref V product)
        where S : struct, ISimd<V> where V : struct
    {
        var pixels = S.Load(ref x);
        g = function.ReluGradient<S, V>(pixels, g);
        sum = S.Add(sum, g);
        product = S.MultiplyAdd(g, function.Distance<S, V>(pixels), product);
    }
}
