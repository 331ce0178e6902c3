#nullable enable

public static class Softmax
{
    /// <summary>Row-wise softmax of x (rows, columns) into p, and the mean over rows of -ln p[label]. The largest of a
    /// row is taken out first, so that no exponential overflows.</summary>
    public static double CrossEntropy(ReadOnlySpan<float> x, int stride, int columns, ReadOnlySpan<byte> labels,
        Span<float> p)
    {
        var loss = 0.0;
        for (var row = 0; row < labels.Length; row++)
        {
            var from = x.Slice(row * stride, stride);
            var to = p.Slice(row * stride, stride);
            var largest = TensorPrimitives.Max(from[..columns]);
            for (var i = 0; i < stride; i += Vector<float>.Count)
                Elementwise.Exp(Elementwise.Load(from, i) - new Vector<float>(largest)).CopyTo(to[i..]);
            var sum = Elementwise.Sum(to[..columns]);
            loss += Math.Log(sum) - ((double)from[labels[row]] - largest);
            var share = new Vector<float>((float)(1 / sum));
            for (var i = 0; i < stride; i += Vector<float>.Count)
                (Elementwise.Load(to, i) * share).CopyTo(to[i..]);
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
