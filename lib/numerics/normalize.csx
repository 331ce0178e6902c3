#nullable enable
// Normalization, forward and backward: the equations of batch normalization (Ioffe and Szegedy 2015), for any sets of
// numbers that share a mean and a variance.

public static class Normalization
{
    [ThreadStatic] static Block forwardScratch, backwardScratch;

    /// <summary>Mean and biased variance of every set of x (N, C). Distances from the mean are squared, because
    /// E[x^2] - E[x]^2 cancels.</summary>
    public static void MeasureMoments(in NormalizationSets sets, ReadOnlySpan<float> x, int stride, Span<double> mean,
        Span<double> variance)
    {
        mean.Clear();
        variance.Clear();
        for (var block = 0; block < sets.Blocks; block++)
        {
            var start = block * sets.RowsPerBlock * stride;
            ColumnLoops.MeasureMoments(sets, block, x[start..], stride, mean, variance);
        }
    }

    /// <summary>y = (x - mean) / deviation * gamma + beta for x (N, C). Gamma and beta have one value for each channel;
    /// if empty, they are 1 and 0.</summary>
    public static void Forward(in NormalizationSets sets, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta, ReadOnlySpan<float> x, Span<float> y, int stride)
    {
        for (var block = 0; block < sets.Blocks; block++)
        {
            var map = ForwardMap(sets, block, mean, variance, gamma, beta);
            var (start, rows) = (block * sets.RowsPerBlock * stride, sets.RowsOf(block));
            ColumnLoops.Map(map, x[start..], y[start..], rows, stride);
        }
    }

    /// <summary>The constants of y = (x - mean) / deviation * gamma + beta for the channels of a block.</summary>
    public static ChannelMap ForwardMap(scoped in NormalizationSets sets, int block, ReadOnlySpan<double> mean,
        ReadOnlySpan<double> variance, ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        var width = Block.Padded(sets.Channels);
        var scratch = Block.Scratch<double>(ref forwardScratch, 3 * width);
        Span<double> center = scratch[..width], inverse = scratch[width..(2 * width)],
            perSet = scratch.Slice(2 * width, sets.Groups);
        sets.ToChannels(mean[sets.SetsOf(block)], center);
        sets.InverseDeviations(variance[sets.SetsOf(block)], perSet);
        sets.ToChannels(perSet, inverse);
        var map = new ChannelMap(sets.Channels);
        SetForward(map, center, inverse, gamma, beta);
        return map;
    }

    [MethodImpl(Hot)]
    static void SetForward(in ChannelMap map, ReadOnlySpan<double> mean, ReadOnlySpan<double> inverse,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> beta)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
            map.Set(i, center: DoubleVector.Load(mean, i),
                scale: DoubleVector.Load(inverse, i) * DoubleVector.LoadOr(1, gamma, i),
                shift: DoubleVector.LoadOr(0, beta, i));
    }

    /// <summary>Gradients of a loss by x (N, C), gamma and beta from g, its gradient by y. These are the equations of
    /// Ioffe and Szegedy 2015, section 3, where sums run over the m numbers of a set and xhat = (x - mean) / deviation:
    /// <code>
    /// dxhat     = g gamma
    /// dVariance = sum(dxhat (x - mean)) (-1/2) / deviation^3
    /// dMean     = -sum(dxhat) / deviation                  (the paper's other term is 0: sum(x - mean) = 0)
    /// dx        = dxhat / deviation + dVariance 2 (x - mean) / m + dMean / m
    /// dGamma    = sum(g xhat),  dBeta = sum(g)             (sums over all numbers of a channel)
    /// </code>
    /// </summary>
    /// <param name="dGamma">Empty if its gradient is not wanted; so is dBeta.</param>
    public static void Backward(in NormalizationSets sets, ReadOnlySpan<double> mean, ReadOnlySpan<double> variance,
        ReadOnlySpan<float> gamma, ReadOnlySpan<float> x, ReadOnlySpan<float> g, Span<float> dx, int stride,
        Span<float> dGamma, Span<float> dBeta)
    {
        dGamma.Clear();
        dBeta.Clear();
        for (var block = 0; block < sets.Blocks; block++)
        {
            var (start, rows) = (block * sets.RowsPerBlock * stride, sets.RowsOf(block));
            var sums = new GradientSums(sets, block, mean);
            ColumnLoops.SumGradients(sums, g[start..], x[start..], sets.Channels, rows, stride);
            var map = BackwardMap(sets, block, sums, variance, gamma, dGamma, dBeta);
            ColumnLoops.MapGradient(map, x[start..], g[start..], dx[start..], rows, stride);
        }
    }

    /// <summary>Adds a block's part to dGamma and dBeta, and gives the constants of dx for the block's channels: the
    /// equations above, given sum(g) and sum(g (x - mean)).</summary>
    public static ChannelMap BackwardMap(scoped in NormalizationSets sets, int block, scoped in GradientSums sums,
        ReadOnlySpan<double> variance, ReadOnlySpan<float> gamma, Span<float> dGamma, Span<float> dBeta)
    {
        var width = Block.Padded(sets.Channels);
        var scratch = Block.Scratch<double>(ref backwardScratch, 3 * width);
        Span<double> inverse = scratch[..width], correction = scratch[width..(2 * width)],
            perSet = scratch.Slice(2 * width, sets.Groups);
        variance = variance[sets.SetsOf(block)];
        sets.InverseDeviations(variance, perSet);
        sets.ToChannels(perSet, inverse);
        sets.EpsilonCorrections(variance, perSet);
        sets.ToChannels(perSet, correction);
        var map = new ChannelMap(sets.Channels);
        AddParameterGradients(sets.Channels, inverse, gamma, sums, dGamma, dBeta);
        if (sets.ConstantMoments) sums.Clear();
        // After that dMean is 0, as that of a constant.
        if (sets.Uncentred) sums.G.Clear();
        sets.SumWithinGroups(sums.G);
        sets.SumWithinGroups(sums.GD);
        SetBackward(map, sets.SizeOf(block), inverse, correction, gamma, sums);
        return map;
    }

    // dBeta += sum(g) and dGamma += sum(g xhat). Then the sums are replaced by sum(dxhat) and sum(dxhat xhat).
    [MethodImpl(Hot)]
    static void AddParameterGradients(int channels, ReadOnlySpan<double> inverse, ReadOnlySpan<float> gamma,
        in GradientSums sums, Span<float> dGamma, Span<float> dBeta)
    {
        for (var i = 0; i < channels; i += Vector<float>.Count)
        {
            var byBeta = DoubleVector.Load(sums.G, i);
            var byGamma = DoubleVector.Load(sums.GD, i) * DoubleVector.Load(inverse, i);
            if (!dBeta.IsEmpty) Add(byBeta, dBeta, i);
            if (!dGamma.IsEmpty) Add(byGamma, dGamma, i);
            var scale = DoubleVector.LoadOr(1, gamma, i);
            (byBeta * scale).Store(sums.G, i);
            (byGamma * scale).Store(sums.GD, i);
        }
    }

    // dx = (x - mean) (2 dVariance / m) + dMean / m + g (gamma / deviation).
    [MethodImpl(Hot)]
    static void SetBackward(in ChannelMap map, int m, ReadOnlySpan<double> inverse, ReadOnlySpan<double> correction,
        ReadOnlySpan<float> gamma, in GradientSums sums)
    {
        for (var i = 0; i < map.Channels; i += Vector<float>.Count)
        {
            var inverseDeviation = DoubleVector.Load(inverse, i);
            var common = inverseDeviation * (-1.0 / m);
            // dMean / m = -sum(dxhat) / (m deviation)
            var dMeanPerM = common * DoubleVector.Load(sums.G, i);
            // 2 dVariance / m = -sum(dxhat xhat) / (m deviation^2), because x - mean = xhat deviation
            var twoDVariancePerM = common * inverseDeviation * DoubleVector.Load(sums.GD, i)
                * DoubleVector.Load(correction, i);
            map.Set(i, center: DoubleVector.Load(sums.Mean, i), scale: twoDVariancePerM, shift: dMeanPerM);
            (inverseDeviation * DoubleVector.LoadOr(1, gamma, i)).Rounded.StoreUnsafe(ref map.GradientScale[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Add(DoubleVector value, Span<float> to, int i) =>
        (Elementwise.Load(to, i) + value.Rounded).StoreUnsafe(ref MemoryMarshal.GetReference(to), (nuint)i);
}
