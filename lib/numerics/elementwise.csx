#nullable enable
// Loops over elements that the packages do not have, or have slower; a gradient's loop stands beside its function's.
// Rows are padded to whole vectors, so that none of these has a tail.

public static class Elementwise
{
    /// <summary>y = 1 / (1 + exp(-x)).</summary>
    [MethodImpl(Hot)]
    public static void Sigmoid(ReadOnlySpan<float> x, Span<float> y)
    {
        for (var i = 0; i < x.Length; i += Vector<float>.Count)
            (Vector<float>.One / (Vector<float>.One + Exp(-Load(x, i)))).CopyTo(y[i..]);
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
    public static Vector<float> Exp(Vector<float> x)
    {
        var clamped = Vector.Min(Vector.Max(x, new Vector<float>(-87.33654f)), new Vector<float>(88.37626f));
        var n = Vector.Floor(Vector.MultiplyAddEstimate(clamped, new Vector<float>(1.44269504f),
            new Vector<float>(0.5f)));
        var r = Vector.MultiplyAddEstimate(n, new Vector<float>(-0.693359375f), clamped);
        r = Vector.MultiplyAddEstimate(n, new Vector<float>(2.12194440e-4f), r);
        var p = new Vector<float>(1.9875691500e-4f);
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.MultiplyAddEstimate(p, r * r, r) + Vector<float>.One;
        var power = Vector.ShiftLeft(Vector.ConvertToInt32Native(n) + new Vector<int>(127), 23);
        var y = p * Vector.AsVectorSingle(power);
        // Min and Max may lose a NaN; a lost loss must stay lost.
        return Vector.ConditionalSelect(Vector.Equals(x, x), y, x);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector<float> Load(ReadOnlySpan<float> x, int i) =>
        Vector.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);
}
