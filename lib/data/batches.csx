#nullable enable
// From bytes to batches: which examples, in which order, as which tensor.

public static class Batches
{
    /// <summary>The examples 0..count-1 in the order of an epoch, drawn for seed and epoch alone: both arms of a
    /// comparison see the same batches.</summary>
    public static int[] Order(int count, long seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        new RandomStream(seed, $"batches/{epoch}").Shuffle(order);
        return order;
    }

    /// <summary>The images at the given places, each pixel / 255, as (N, H * W); with padding, p zeros on every side.
    /// </summary>
    public static Tensor Images(ImageSet set, ReadOnlySpan<int> at, int padding = 0)
    {
        var (height, width) = (set.Height + 2 * padding, set.Width + 2 * padding);
        var x = Tensor.Empty((at.Length, height * width));
        for (var i = 0; i < at.Length; i++)
        {
            var image = set.Pixels.AsSpan(at[i] * set.Height * set.Width, set.Height * set.Width);
            var row = x.Row(i);
            if (padding == 0) Scale(image, row);
            else
            {
                row.Clear();
                for (var line = 0; line < set.Height; line++)
                    Scale(image.Slice(line * set.Width, set.Width), row[((line + padding) * width + padding)..]);
            }
        }
        return x;
    }

    /// <summary>The labels at the given places.</summary>
    public static void Labels(ImageSet set, ReadOnlySpan<int> at, Span<byte> to)
    {
        for (var i = 0; i < at.Length; i++) to[i] = set.Labels[at[i]];
    }

    // y = x / 255.
    [MethodImpl(Hot)]
    static void Scale(ReadOnlySpan<byte> x, Span<float> y)
    {
        var i = 0;
        var scale = new Vector<float>(1f / 255);
        for (; i <= x.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(x[i..]), out var low, out var high);
            Scale(low, scale, y[i..]);
            Scale(high, scale, y[(i + Vector<ushort>.Count)..]);
        }
        for (; i < x.Length; i++) y[i] = x[i] * (1f / 255);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Scale(Vector<ushort> x, Vector<float> scale, Span<float> y)
    {
        Vector.Widen(x, out var low, out var high);
        (Vector.ConvertToSingle(Vector.AsVectorInt32(low)) * scale).CopyTo(y);
        (Vector.ConvertToSingle(Vector.AsVectorInt32(high)) * scale).CopyTo(y[Vector<float>.Count..]);
    }
}
