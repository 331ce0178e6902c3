#nullable enable
// From bytes to batches: which examples, in which order, as which tensor.

public static class Batches
{
    const int Ahead = 2;

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
        var size = set.Height * set.Width;
        var x = Tensor.Empty((at.Length, height * width));
        for (var i = 0; i < at.Length; i++)
        {
            // Into the nearest cache, while those before it are converted.
            Ask(set, at, i + Ahead, 1);
            var image = set.Pixels.AsSpan(at[i] * size, size);
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

    /// <summary>Asks for the next images of an order, `count` from `start` on or as far as it goes: drawn at random,
    /// they are in no cache, and a step is time enough to fetch them.</summary>
    public static void Ask(ImageSet set, ReadOnlySpan<int> order, int start, int count)
    {
        var size = set.Height * set.Width;
        for (var i = start; i < Math.Min(start + count, order.Length); i++)
            Cache.Prefetch(set.Pixels.AsSpan(order[i] * size, size));
    }

    /// <summary>The labels at the given places.</summary>
    public static void Labels(ImageSet set, ReadOnlySpan<int> at, Span<byte> to)
    {
        for (var i = 0; i < at.Length; i++) to[i] = set.Labels[at[i]];
    }

    // y = x / 255. The last vector of a row starts early enough to end with it.
    [MethodImpl(Hot)]
    static void Scale(ReadOnlySpan<byte> x, Span<float> y)
    {
        const float scale = 1f / 255;
        if (x.Length < Vector128<byte>.Count)
            for (var i = 0; i < x.Length; i++) y[i] = x[i] * scale;
        else
            for (var i = 0; i < x.Length; i += Vector128<byte>.Count)
            {
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
}
