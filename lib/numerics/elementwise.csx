#nullable enable
// Loops over elements that the packages do not have, or have slower; a gradient's loop stands beside its function's.
// Rows are padded to whole vectors, so that none of these has a tail.

public static class Elementwise
{
    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y)
    {
        if (Vector512.IsHardwareAccelerated) Sigmoid<Simd512, Vector512<float>>(x, y);
        else if (Vector256.IsHardwareAccelerated) Sigmoid<Simd256, Vector256<float>>(x, y);
        else Sigmoid<Simd128, Vector128<float>>(x, y);
    }

    [MethodImpl(Hot)]
    static void Sigmoid<S, V>(ReadOnlySpan<float> x, Span<float> y) where S : struct, ISimd<V> where V : struct
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var i = 0; i < x.Length; i += S.Lanes)
        {
            var e = Exp<S, V>(S.Subtract(default, S.Load(ref Unsafe.Add(ref from, i))));
            S.Store(S.Divide(S.All(1), S.Add(S.All(1), e)), ref Unsafe.Add(ref to, i));
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

    /// <summary>y = max(x, 0); not a number stays so.</summary>
    [MethodImpl(Hot)]
    public static void Relu(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
        {
            var v = Load(x, i);
            Vector.ConditionalSelect(Vector.LessThan(v, Vector<float>.Zero), Vector<float>.Zero, v).CopyTo(y[i..]);
        }
    }

    /// <summary>dx = g where y is positive, else 0.</summary>
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

    /// <summary>x = a x + b y, in float64.</summary>
    [MethodImpl(Hot)]
    public static void Blend(Span<float> x, double a, ReadOnlySpan<double> y, double b)
    {
        for (var i = 0; i < x.Length; i++) x[i] = (float)(a * x[i] + b * y[i]);
    }

    /// <summary>exp(x) to 1.2 ulp, by Cephes' polynomial (Moshier 1992, expf) after taking out a power of two; held
    /// between the smallest and the largest normal number.</summary>
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
