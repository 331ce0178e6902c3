#nullable enable
// Loops over elements that the packages lack or have slower. A function is followed by its gradient. The loops over
// whole vectors rely on padding: a row can be read and written up to the next whole vector.

public static class Elementwise
{
    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y) => VectorWidth.Widest(new SigmoidLoop(x, y));

    readonly ref struct SigmoidLoop(ReadOnlySpan<float> x, Span<float> y) : IVectorLoop
    {
        readonly ReadOnlySpan<float> x = x;
        readonly Span<float> y = y;

        [MethodImpl(Hot)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct
        {
            ref var from = ref MemoryMarshal.GetReference(x);
            ref var to = ref MemoryMarshal.GetReference(y);
            var length = x.Length;
            for (var i = 0; i < length; i += S.Lanes)
            {
                var e = Exp<S, V>(S.Subtract(default, S.Load(ref Unsafe.Add(ref from, i))));
                S.Store(S.Divide(S.All(1), S.Add(S.All(1), e)), ref Unsafe.Add(ref to, i));
            }
        }
    }

    /// <summary>dx = g y (1 - y).</summary>
    [MethodImpl(Hot)]
    public static void SigmoidGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> y, Span<float> dx)
    {
        for (var i = 0; i < g.Length; i += Vector<float>.Count)
        {
            var s = Load(y, i);
            (Load(g, i) * (s - s * s)).CopyTo(dx[i..]);
        }
    }

    /// <summary>dx = g (1 - y^2), y being tanh(x).</summary>
    [MethodImpl(Hot)]
    public static void TanhGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> y, Span<float> dx)
    {
        for (var i = 0; i < g.Length; i += Vector<float>.Count)
        {
            var t = Load(y, i);
            (Load(g, i) * (Vector<float>.One - t * t)).CopyTo(dx[i..]);
        }
    }

    /// <summary>y = max(x, 0); NaN stays NaN.</summary>
    [MethodImpl(Hot)]
    public static void Relu(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
        {
            var v = Load(x, i);
            Vector.ConditionalSelect(Vector.LessThan(v, Vector<float>.Zero), Vector<float>.Zero, v).CopyTo(y[i..]);
        }
    }

    /// <summary>dx = g if y is positive, else 0.</summary>
    [MethodImpl(Hot)]
    public static void ReluGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> y, Span<float> dx)
    {
        for (var i = 0; i < g.Length; i += Vector<float>.Count)
        {
            var positive = Vector.GreaterThan(Load(y, i), Vector<float>.Zero);
            Vector.ConditionalSelect(positive, Load(g, i), Vector<float>.Zero).CopyTo(dx[i..]);
        }
    }

    /// <summary>The sum, in float64.</summary>
    [MethodImpl(Hot)]
    public static double Sum(ReadOnlySpan<float> x)
    {
        Vector<double> low = default, high = default;
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Load(x, i), out var a, out var b);
            low += a;
            high += b;
        }
        var sum = Vector.Sum(low + high);
        for (; i < x.Length; i++) sum += x[i];
        return sum;
    }

    /// <summary>The sum of squares, in float64.</summary>
    [MethodImpl(Hot)]
    public static double SumOfSquares(ReadOnlySpan<float> x)
    {
        Vector<double> low = default, high = default;
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Load(x, i), out var a, out var b);
            low += a * a;
            high += b * b;
        }
        var sum = Vector.Sum(low + high);
        for (; i < x.Length; i++) sum += (double)x[i] * x[i];
        return sum;
    }

    /// <summary>The mean of (rows, columns) and the sum of the squared distances from it, in float64: slow, for values
    /// whose squares exceed float32's range.</summary>
    public static (double Mean, double Squares) MomentsInFloat64(ReadOnlySpan<float> x, int rows, int columns,
        int stride)
    {
        var (mean, squares, count) = (0.0, 0.0, rows * columns);
        for (var row = 0; row < rows; row++)
            foreach (var value in x.Slice(row * stride, columns)) mean += (double)value / count;
        for (var row = 0; row < rows; row++)
            foreach (var value in x.Slice(row * stride, columns)) squares += (value - mean) * (value - mean);
        return (mean, squares);
    }

    /// <summary>x = a x + b y, in float64.</summary>
    [MethodImpl(Hot)]
    public static void Blend(Span<float> x, double a, ReadOnlySpan<double> y, double b)
    {
        for (var i = 0; i < x.Length; i++) x[i] = (float)(a * x[i] + b * y[i]);
    }

    /// <summary>y = x / 255: pixels from bytes.</summary>
    [MethodImpl(Hot)]
    public static void FromBytes(ReadOnlySpan<byte> x, Span<float> y)
    {
        const float scale = 1f / 255;
        if (x.Length < Vector128<byte>.Count)
            for (var i = 0; i < x.Length; i++) y[i] = x[i] * scale;
        else
            for (var i = 0; i < x.Length; i += Vector128<byte>.Count)
            {
                // The last vector starts early enough to end with the span.
                var at = Math.Min(i, x.Length - Vector128<byte>.Count);
                var (low, high) = Vector128.Widen(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)at));
                Scale(low, scale, ref y[at]);
                Scale(high, scale, ref y[at + 8]);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Scale(Vector128<ushort> x, float scale, ref float y)
    {
        var (low, high) = Vector128.Widen(x);
        (Vector128.ConvertToSingle(low.AsInt32()) * scale).StoreUnsafe(ref y);
        (Vector128.ConvertToSingle(high.AsInt32()) * scale).StoreUnsafe(ref y, 4);
    }

    /// <summary>Each number is 0 with probability p, else 1 / (1 - p): factors for inverted dropout.</summary>
    public static void DropoutFactors(Span<float> factors, double p, RandomStream random)
    {
        // As Uniform() < p, but on its integers: a branch on a random number would be mispredicted too often.
        var (limit, kept) = ((long)Math.Ceiling(p * (1L << 53)), BitConverter.SingleToInt32Bits((float)(1 / (1 - p))));
        foreach (ref var factor in MemoryMarshal.Cast<float, int>(factors))
            factor = kept & ~(int)((long)(random.Bits() >> 11) - limit >> 63);
    }

    /// <summary>y = exp(x - shift).</summary>
    public static void ExpShifted(ReadOnlySpan<float> x, float shift, Span<float> y) =>
        VectorWidth.Widest(new ExpShiftedLoop(x, shift, y));

    readonly ref struct ExpShiftedLoop(ReadOnlySpan<float> x, float shift, Span<float> y) : IVectorLoop
    {
        readonly ReadOnlySpan<float> x = x;
        readonly Span<float> y = y;

        [MethodImpl(Hot)]
        public void Run<S, V>() where S : struct, IPairs<V> where V : struct
        {
            ref var from = ref MemoryMarshal.GetReference(x);
            ref var to = ref MemoryMarshal.GetReference(y);
            var (length, all) = (x.Length, S.All(shift));
            for (var i = 0; i < length; i += S.Lanes)
                S.Store(Exp<S, V>(S.Subtract(S.Load(ref Unsafe.Add(ref from, i)), all)), ref Unsafe.Add(ref to, i));
        }
    }

    /// <summary>exp(x) to 1.2 ulp, by the polynomial of Cephes' expf (Moshier 1992) after a power of two is divided
    /// out. Results lie between the smallest and the largest normal number; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<S, V>(V x) where S : struct, ISimd<V> where V : struct
    {
        x = S.Clamp(x, -87.33654f, 88.37626f);
        var n = S.Floor(S.MultiplyAdd(x, S.All(1.44269504f), S.All(0.5f)));
        var r = S.MultiplyAdd(n, S.All(-0.693359375f), x);
        r = S.MultiplyAdd(n, S.All(2.12194440e-4f), r);
        var p = S.All(1.9875691500e-4f);
        p = S.MultiplyAdd(p, r, S.All(1.3981999507e-3f));
        p = S.MultiplyAdd(p, r, S.All(8.3334519073e-3f));
        p = S.MultiplyAdd(p, r, S.All(4.1665795894e-2f));
        p = S.MultiplyAdd(p, r, S.All(1.6666665459e-1f));
        p = S.MultiplyAdd(p, r, S.All(5.0000001201e-1f));
        p = S.Add(S.MultiplyAdd(p, S.Multiply(r, r), r), S.All(1));
        return S.Multiply(p, S.PowerOfTwo(n));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(ReadOnlySpan<float> x, int i) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);
}
