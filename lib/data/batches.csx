#nullable enable
// Batches: the order of the examples, and tensors made from their bytes.

public static class Batches
{
    // Images that are prefetched before the one that is converted.
    const int Ahead = 2;

    /// <summary>The examples 0..count-1 in random order. It depends on seed and epoch only, so that both arms of a
    /// comparison see the same batches.</summary>
    public static int[] Order(int count, long seed, int epoch)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++) order[i] = i;
        new RandomStream(seed, $"batches/{epoch}").Shuffle(order);
        return order;
    }

    /// <summary>The images with the given indices, each pixel / 255, as (N, H * W), with `padding` zeros on every side.
    /// </summary>
    public static Tensor Images(ImageSet set, ReadOnlySpan<int> at, int padding = 0)
    {
        var (height, width) = (set.Height + 2 * padding, set.Width + 2 * padding);
        var size = set.Height * set.Width;
        var x = TensorValues.Empty((at.Length, height * width));
        for (var i = 0; i < at.Length; i++)
        {
            Prefetch(set, at, i + Ahead, 1);
            var image = set.Pixels.AsSpan(at[i] * size, size);
            var row = x.Row(i);
            if (padding == 0) Elementwise.FromBytes(image, row);
            else
            {
                row.Clear();
                for (var line = 0; line < set.Height; line++)
                    Elementwise.FromBytes(image.Slice(line * set.Width, set.Width),
                        row[((line + padding) * width + padding)..]);
            }
        }
        return x;
    }

    /// <summary>Starts to load `count` images of an order from `start` on, or fewer if the order ends before. Images in
    /// random order are in no cache; if the next batch is prefetched, it arrives during a training step.</summary>
    public static void Prefetch(ImageSet set, ReadOnlySpan<int> order, int start, int count)
    {
        var size = set.Height * set.Width;
        for (var i = start; i < Math.Min(start + count, order.Length); i++)
            CacheLine.Prefetch(set.Pixels.AsSpan(order[i] * size, size));
    }

    /// <summary>Copies the labels of the examples with the given indices.</summary>
    public static void Labels(ImageSet set, ReadOnlySpan<int> at, Span<byte> to)
    {
        for (var i = 0; i < at.Length; i++) to[i] = set.Labels[at[i]];
    }
}
