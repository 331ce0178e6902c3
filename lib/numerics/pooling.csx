#nullable enable
// Pooling in windows of 2 x 2, stride 2; an odd last row or column is left out (its gradient is 0).

public static class Pooling
{
    /// <summary>y = the mean of each window of x, plane by plane.</summary>
    public static void Average(ReadOnlySpan<float> x, int height, int width, Span<float> y)
    {
        for (var line = 0; line < height / 2; line++)
            AverageRow(x.Slice(2 * line * width, width), x.Slice((2 * line + 1) * width, width), y.Slice(line * (width / 2), width / 2));
    }

    /// <summary>dx = a quarter of the gradient of each pixel's window.</summary>
    public static void AverageGradient(ReadOnlySpan<float> g, int height, int width, Span<float> dx)
    {
        for (var line = 0; line < height / 2; line++)
        {
            var upper = dx.Slice(2 * line * width, width);
            QuarterRow(g.Slice(line * (width / 2), width / 2), upper);
            upper.CopyTo(dx.Slice((2 * line + 1) * width, width));
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
                y[line * (width / 2) + column] = MathF.Max(MathF.Max(x[at], x[at + 1]), MathF.Max(x[at + width], x[at + width + 1]));
            }
    }

    /// <summary>dx = the gradient at the first pixel of each window that has its largest value, else 0.</summary>
    public static void MaxGradient(ReadOnlySpan<float> g, ReadOnlySpan<float> x, ReadOnlySpan<float> y, int height, int width, Span<float> dx)
    {
        dx.Clear();
        for (var line = 0; line < height / 2; line++)
            for (var column = 0; column < width / 2; column++)
            {
                var (at, to) = (2 * line * width + 2 * column, line * (width / 2) + column);
                var largest = y[to];
                var first = x[at] == largest ? at : x[at + 1] == largest ? at + 1 : x[at + width] == largest ? at + width : at + width + 1;
                dx[first] = g[to];
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AverageRow(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, Span<float> y)
    {
        var i = 0;
        var quarter = Vector128.Create(0.25f);
        for (; i <= y.Length - 4; i += 4)
        {
            var left = Load(upper, 2 * i) + Load(lower, 2 * i);
            var right = Load(upper, 2 * i + 4) + Load(lower, 2 * i + 4);
            var even = Vector128.Create(Vector128.Shuffle(left, Vector128.Create(0, 2, 0, 2)).GetLower(),
                Vector128.Shuffle(right, Vector128.Create(0, 2, 0, 2)).GetLower());
            var odd = Vector128.Create(Vector128.Shuffle(left, Vector128.Create(1, 3, 1, 3)).GetLower(),
                Vector128.Shuffle(right, Vector128.Create(1, 3, 1, 3)).GetLower());
            ((even + odd) * quarter).CopyTo(y[i..]);
        }
        for (; i < y.Length; i++) y[i] = (upper[2 * i] + lower[2 * i] + (upper[2 * i + 1] + lower[2 * i + 1])) * 0.25f;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void QuarterRow(ReadOnlySpan<float> g, Span<float> dx)
    {
        var i = 0;
        var quarter = Vector128.Create(0.25f);
        for (; i <= g.Length - 4; i += 4)
        {
            var v = Load(g, i) * quarter;
            Vector128.Shuffle(v, Vector128.Create(0, 0, 1, 1)).CopyTo(dx[(2 * i)..]);
            Vector128.Shuffle(v, Vector128.Create(2, 2, 3, 3)).CopyTo(dx[(2 * i + 4)..]);
        }
        for (; i < g.Length; i++) dx[2 * i] = dx[2 * i + 1] = g[i] * 0.25f;
        if (dx.Length % 2 == 1) dx[^1] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Load(ReadOnlySpan<float> x, int i) => Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(x), (nuint)i);
}
