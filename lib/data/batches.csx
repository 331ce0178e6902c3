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

    /// <summary>The examples 0..count-1 in an order in which batches are of few classes: each epoch draws groups of so
    /// many classes (the last may have fewer), and each batch is of one group. What is left over makes mixed batches,
    /// which stand anywhere in the epoch, but for a short one at its end.</summary>
    /// <param name="batch">Examples in a batch.</param>
    /// <param name="classes">In a batch.</param>
    public static int[] OrderByClasses(ReadOnlySpan<byte> labels, int count, int batch, int classes, long seed,
        int epoch)
    {
        var random = new RandomStream(seed, $"classes/{epoch}");
        var own = labels[..count].ToArray();
        int[] drawn = [.. own.Select(label => (int)label).Distinct().Order()];
        random.Shuffle(drawn);
        var chunks = Order(count, seed, epoch).GroupBy(at => Array.IndexOf(drawn, own[at]) / classes)
            .OrderBy(group => group.Key).SelectMany(group => group.Chunk(batch))
            .ToLookup(chunk => chunk.Length == batch);
        var mixed = chunks[false].SelectMany(chunk => chunk).Chunk(batch).ToLookup(chunk => chunk.Length == batch);
        int[][] full = [.. chunks[true], .. mixed[true]];
        int[] places = [.. Enumerable.Range(0, full.Length)];
        random.Shuffle(places);
        return [.. places.SelectMany(place => full[place]), .. mixed[false].SelectMany(chunk => chunk)];
    }

    /// <summary>The images with the given indices as (N, C * H * W), in memory the same as (N, C, H, W), with `padding`
    /// zeros on every side: each pixel / 255 or, standardized, less its channel's mean over its deviation.</summary>
    /// <param name="crops">How each image is shown; empty: as it is. What lies outside the image is 0, so the mean
    /// where images are standardized.</param>
    public static Tensor Images(ImageSet set, ReadOnlySpan<int> at, int padding = 0, bool standardize = false,
        ReadOnlySpan<Crop> crops = default)
    {
        var (height, width) = (set.Height + 2 * padding, set.Width + 2 * padding);
        var x = TensorValues.Empty((at.Length, set.Channels * height * width), sparse: !standardize);
        var tables = standardize ? set.StandardizedValues : null;
        for (var i = 0; i < at.Length; i++)
        {
            Prefetch(set, at, i + Ahead, 1);
            var image = set.Pixels.AsSpan(at[i] * set.Size, set.Size);
            if (padding == 0 && tables is null && crops.IsEmpty) Elementwise.FromBytes(image, x.Row(i));
            else ConvertRows(set, image, x.Row(i), padding, tables, crops.IsEmpty ? default : crops[i]);
        }
        return x;
    }

    // Row by row, those that the crop shows.
    static void ConvertRows(ImageSet set, ReadOnlySpan<byte> image, Span<float> to, int padding, float[][]? tables,
        Crop crop)
    {
        if (padding > 0 || crop is not (0, 0, _)) to.Clear();
        var (height, width) = (set.Height + 2 * padding, set.Width + 2 * padding);
        // The first column of the image that is shown, where it is shown, and how many are.
        var (from, left, count) =
            (Math.Max(0, (int)crop.Right), Math.Max(0, -crop.Right), set.Width - Math.Abs(crop.Right));
        if (crop.Flip) left = set.Width - count - left;
        for (var channel = 0; channel < set.Channels; channel++)
            for (var y = Math.Max(0, -crop.Down); y < Math.Min(set.Height, set.Height - crop.Down); y++)
                ConvertRow(image.Slice((channel * set.Height + y + crop.Down) * set.Width + from, count),
                    to.Slice((channel * height + y + padding) * width + left + padding, count), tables?[channel],
                    crop.Flip);
    }

    static void ConvertRow(ReadOnlySpan<byte> pixels, Span<float> to, float[]? table, bool flip)
    {
        if (table is null) Elementwise.FromBytes(pixels, to);
        else for (var i = 0; i < pixels.Length; i++) to[i] = table[pixels[i]];
        if (flip) to.Reverse();
    }

    /// <summary>Starts to load `count` images of an order from `start` on, or fewer if the order ends before. Images in
    /// random order are in no cache; if the next batch is prefetched, it arrives during a training step.</summary>
    public static void Prefetch(ImageSet set, ReadOnlySpan<int> order, int start, int count)
    {
        for (var i = start; i < Math.Min(start + count, order.Length); i++)
            CacheLine.Prefetch(set.Pixels.AsSpan(order[i] * set.Size, set.Size));
    }

    /// <summary>Copies the labels of the examples with the given indices.</summary>
    public static void Labels(ImageSet set, ReadOnlySpan<int> at, Span<byte> to)
    {
        for (var i = 0; i < at.Length; i++) to[i] = set.Labels[at[i]];
    }
}
