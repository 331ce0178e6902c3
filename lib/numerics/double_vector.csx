#nullable enable

/// <summary>As many float64 numbers as Vector&lt;float&gt; has lanes, so that one loop can run over float32 and float64
/// numbers. Memory that is loaded and stored must be padded to whole vectors.</summary>
public readonly struct DoubleVector(Vector<double> low, Vector<double> high)
{
    readonly Vector<double> low = low, high = high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleVector Load(ReadOnlySpan<double> x, int i)
    {
        ref var first = ref MemoryMarshal.GetReference(x);
        return new(Vector.LoadUnsafe(ref first, (nuint)i),
            Vector.LoadUnsafe(ref first, (nuint)(i + Vector<double>.Count)));
    }

    /// <summary>Numbers of a span from i on or, if the span is empty, one number in every lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleVector LoadOr(double otherwise, ReadOnlySpan<float> x, int i) =>
        x.IsEmpty ? otherwise : Elementwise.Load(x, i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(Span<double> to, int i)
    {
        ref var first = ref MemoryMarshal.GetReference(to);
        low.StoreUnsafe(ref first, (nuint)i);
        high.StoreUnsafe(ref first, (nuint)(i + Vector<double>.Count));
    }

    /// <summary>The numbers rounded to float32.</summary>
    public Vector<float> Rounded => Vector.Narrow(low, high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator DoubleVector(Vector<float> x)
    {
        Vector.Widen(x, out var low, out var high);
        return new(low, high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator DoubleVector(double value) => new(new(value), new(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleVector operator +(DoubleVector a, DoubleVector b) => new(a.low + b.low, a.high + b.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleVector operator -(DoubleVector a, DoubleVector b) => new(a.low - b.low, a.high - b.high);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleVector operator *(DoubleVector a, DoubleVector b) => new(a.low * b.low, a.high * b.high);
}
