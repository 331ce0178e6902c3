#nullable enable
// Pooling in windows of 2 x 2, stride 2; an odd last row or column is left out (its gradient is 0).

public static class Pooling
{
    /// <summary>y = the mean of each window of a plane of x.</summary>
    [MethodImpl(Hot)]
    public static void Average(ReadOnlySpan<float> x, int height, int width, Span<float> y)
    {
        var columns = width / 2;
        ref var upper = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        for (var line = 0; line < height / 2; line++)
        {
            ref var lower = ref Unsafe.Add(ref upper, width);
            // The last vector of a row starts early enough to end with it, and does some windows again.
            for (var i = 0; i < columns; i += 4)
            {
                if (columns < 4)
                {
                    for (; i < columns; i++) Unsafe.Add(ref to, i) = Mean(ref Unsafe.Add(ref upper, 2 * i), width);
                    break;
                }
                var at = Math.Min(i, columns - 4);
                var left = PairSums(Load(ref upper, 2 * at) + Load(ref lower, 2 * at));
                var right = PairSums(Load(ref upper, 2 * at + 4) + Load(ref lower, 2 * at + 4));
                (Vector128.Narrow(left, right).AsSingle() * Vector128.Create(0.25f)).StoreUnsafe(ref to, (nuint)at);
            }
            upper = ref Unsafe.Add(ref upper, 2 * width);
            to = ref Unsafe.Add(ref to, columns);
        }
    }

    /// <summary>dx = a quarter of the gradient of each pixel's window.</summary>
    [MethodImpl(Hot)]
    public static void AverageGradient(ReadOnlySpan<float> g, int height, int width, Span<float> dx)
    {
        var columns = width / 2;
        ref var from = ref MemoryMarshal.GetReference(g);
        ref var upper = ref MemoryMarshal.GetReference(dx);
        for (var line = 0; line < height / 2; line++)
        {
            ref var lower = ref Unsafe.Add(ref upper, width);
            for (var i = 0; i < columns; i += 4)
            {
                if (columns < 4)
                {
                    for (; i < columns; i++)
                        Unsafe.Add(ref upper, 2 * i) = Unsafe.Add(ref upper, 2 * i + 1) =
                            Unsafe.Add(ref lower, 2 * i) = Unsafe.Add(ref lower, 2 * i + 1) =
                                0.25f * Unsafe.Add(ref from, i);
                    break;
                }
                var at = Math.Min(i, columns - 4);
                var v = Load(ref from, at) * Vector128.Create(0.25f);
                var (first, second) = Vector128.Widen(v.AsUInt32());
                var left = (first | first << 32).AsSingle();
                var right = (second | second << 32).AsSingle();
                left.StoreUnsafe(ref upper, (nuint)(2 * at));
                right.StoreUnsafe(ref upper, (nuint)(2 * at + 4));
                left.StoreUnsafe(ref lower, (nuint)(2 * at));
                right.StoreUnsafe(ref lower, (nuint)(2 * at + 4));
            }
            if (width % 2 == 1) Unsafe.Add(ref upper, width - 1) = Unsafe.Add(ref lower, width - 1) = 0;
            upper = ref Unsafe.Add(ref upper, 2 * width);
            from = ref Unsafe.Add(ref from, columns);
        }
        if (height % 2 == 1) dx.Slice((height - 1) * width, width).Clear();
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

    static float Mean(ref float x, int width) =>
        0.25f * (x + Unsafe.Add(ref x, width) + (Unsafe.Add(ref x, 1) + Unsafe.Add(ref x, width + 1)));

    // The sum of each pair of neighbours, in the lower half of the pair's place.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<ulong> PairSums(Vector128<float> x) => (x + (x.AsUInt64() >> 32).AsSingle()).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Load(ref float x, int i) => Vector128.LoadUnsafe(ref x, (nuint)i);
}
