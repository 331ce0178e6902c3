#nullable enable
// Mean and variance of images in blocks of channels: first of each channel of each image, then merged over any sets.

public static class ChannelMoments
{
    // Positions that are summed in float32, before their moments are merged with the others' in float64. They stay in
    // the first-level cache for the second pass.
    const int Segment = 64;

    /// <summary>The mean of each channel of an image, and the sum of squared distances from it. Each segment is passed
    /// twice, and the segments' moments are merged (Chan et al. 1983).</summary>
    /// <param name="mean">One for each channel, padded to whole blocks; so are the squares.</param>
    [MethodImpl(Hot)]
    public static void Measure(ReadOnlySpan<float> image, int channels, int positions, Span<double> mean,
        Span<double> squares)
    {
        var block = PixelLayout.BlockFor(channels);
        mean.Clear();
        squares.Clear();
        for (var channel = 0; channel < mean.Length; channel += Vector<float>.Count)
        {
            var at = channel / block * block * positions + channel % block;
            DoubleVector own = default, ownSquares = default;
            for (var done = 0; done < positions; done += Segment)
            {
                var count = Math.Min(Segment, positions - done);
                var end = at + count * block;
                // Distances from the first number are summed, so that the mean of equal numbers is exact.
                var origin = Elementwise.Load(image, at);
                Vector<float> even = default, odd = default;
                var i = at;
                for (; i < end - block; i += 2 * block)
                {
                    even += Elementwise.Load(image, i) - origin;
                    odd += Elementwise.Load(image, i + block) - origin;
                }
                if (i < end) even += Elementwise.Load(image, i) - origin;
                var center = origin + (even + odd) * (1f / count);
                Vector<float> evenSquares = default, oddSquares = default;
                (even, odd) = (default, default);
                for (i = at; i < end - block; i += 2 * block)
                {
                    Vector<float> u = Elementwise.Load(image, i) - center,
                        v = Elementwise.Load(image, i + block) - center;
                    (even, odd) = (even + u, odd + v);
                    evenSquares = Vector.MultiplyAddEstimate(u, u, evenSquares);
                    oddSquares = Vector.MultiplyAddEstimate(v, v, oddSquares);
                }
                if (i < end)
                {
                    var u = Elementwise.Load(image, i) - center;
                    even += u;
                    evenSquares = Vector.MultiplyAddEstimate(u, u, evenSquares);
                }
                // The center is the mean but for rounding, which the sum of the distances shows.
                DoubleVector sum = even + odd, toMean = sum * (1.0 / count);
                var distance = center + toMean - own;
                own += distance * ((double)count / (done + count));
                ownSquares += (DoubleVector)(evenSquares + oddSquares) - sum * toMean
                    + distance * distance * ((double)done * count / (done + count));
                at = end;
            }
            own.Store(mean, channel);
            ownSquares.Store(squares, channel);
        }
        if (TensorPrimitives.IsFiniteAll<double>(squares[..channels])) return;
        for (var channel = 0; channel < channels; channel++)
            (mean[channel], squares[channel]) = Elementwise.MomentsInFloat64(
                image[(channel / block * block * positions + channel % block)..], positions, 1, block);
    }

    /// <summary>Mean and biased variance of every set, from those of each channel of each image.</summary>
    /// <param name="means">`width` numbers for each image, of which the first are its channels'; so are the squares.
    /// </param>
    public static void Merge(in NormalizationSets sets, ReadOnlySpan<double> means, ReadOnlySpan<double> squares,
        int width, Span<double> mean, Span<double> variance)
    {
        for (var set = 0; set < sets.Count; set++)
        {
            var (block, group) = Math.DivRem(set, sets.Groups);
            var (first, rows, together) =
                (block * sets.RowsPerBlock * width + group * sets.ChannelsPerGroup, sets.RowsOf(block),
                    sets.ChannelsPerGroup);
            // All parts have the same size.
            double own = 0, ownSquares = 0;
            for (var row = 0; row < rows; row++)
                own += TensorPrimitives.Sum(means.Slice(first + row * width, together));
            own /= rows * together;
            for (var row = 0; row < rows; row++)
                for (var at = first + row * width; at < first + row * width + together; at++)
                    ownSquares += squares[at] + sets.Length * (means[at] - own) * (means[at] - own);
            (mean[set], variance[set]) = (own, Math.Max(0, ownSquares / sets.SizeOf(block)));
        }
    }
}
