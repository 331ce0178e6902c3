#nullable enable

public static class Softmax
{
    /// <summary>Row-wise softmax of x (rows, columns) into p, and the mean over rows of -ln p[label]. The largest of a
    /// row is taken out first, so that no exponential overflows.</summary>
    public static double CrossEntropy(ReadOnlySpan<float> x, int stride, int columns, ReadOnlySpan<byte> labels,
        Span<float> p) =>
        Vector512.IsHardwareAccelerated ? CrossEntropy<Simd512, Vector512<float>>(x, stride, columns, labels, p)
        : Vector256.IsHardwareAccelerated ? CrossEntropy<Simd256, Vector256<float>>(x, stride, columns, labels, p)
        : CrossEntropy<Simd128, Vector128<float>>(x, stride, columns, labels, p);

    [MethodImpl(Hot)]
    static double CrossEntropy<S, V>(ReadOnlySpan<float> x, int stride, int columns, ReadOnlySpan<byte> labels,
        Span<float> p) where S : struct, ISimd<V> where V : struct
    {
        var loss = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var from = x.Slice(row * stride, stride);
            var to = p.Slice(row * stride, stride);
            from.CopyTo(to);
            var largest = TensorPrimitives.Max(from[..columns]);
            for (var i = 0; i < stride; i += S.Lanes)
                S.Store(Elementwise.Exp<S, V>(S.Subtract(S.Load(ref to[i]), S.All(largest))), ref to[i]);
            var sum = Elementwise.Sum(to[..columns]);
            loss += Math.Log(sum) - ((double)from[labels[row]] - largest);
            TensorPrimitives.Multiply(to, (float)(1 / sum), to);
        }
        return loss / labels.Length;
    }

    /// <summary>dx = g (p - onehot(label)) / rows, g being the gradient of the mean loss.</summary>
    public static void CrossEntropyGradient(ReadOnlySpan<float> p, int stride, ReadOnlySpan<byte> labels, float g,
        Span<float> dx)
    {
        TensorPrimitives.Multiply(p, g / labels.Length, dx);
        for (var row = 0; row < labels.Length; row++) dx[row * stride + labels[row]] -= g / labels.Length;
    }
}
