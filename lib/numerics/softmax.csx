#nullable enable

public static class Softmax
{
    /// <summary>Row by row, p = softmax(x) for x (rows, columns) with rows padded to `stride`. Returns the mean over
    /// rows of -ln p[label]. The largest number of a row is subtracted first, so that no exponential overflows.
    /// </summary>
    public static double CrossEntropy(ReadOnlySpan<float> x, int stride, int columns, ReadOnlySpan<byte> labels,
        Span<float> p)
    {
        var loss = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var from = x.Slice(row * stride, stride);
            var to = p.Slice(row * stride, stride);
            var largest = TensorPrimitives.Max(from[..columns]);
            Elementwise.ExpShifted(from, largest, to);
            var sum = Elementwise.Sum(to[..columns]);
            loss += Math.Log(sum) - ((double)from[labels[row]] - largest);
            TensorPrimitives.Multiply(to, (float)(1 / sum), to);
        }
        return loss / labels.Length;
    }

    /// <summary>dx = g (p - onehot(label)) / rows, where g is the gradient that arrives at the mean loss.</summary>
    public static void CrossEntropyGradient(ReadOnlySpan<float> p, int stride, ReadOnlySpan<byte> labels, float g,
        Span<float> dx)
    {
        TensorPrimitives.Multiply(p, g / labels.Length, dx);
        for (var row = 0; row < labels.Length; row++) dx[row * stride + labels[row]] -= g / labels.Length;
    }
}
