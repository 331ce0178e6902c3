#nullable enable
// Normalizers. They differ in which numbers share a mean and a variance (NormalizationSets), and in little else.

/// <summary>Running mean and variance of a BN layer (PyTorch's conventions): running = (1 - momentum) * running +
/// momentum * batch, the variance made unbiased; momentum null averages all batches equally.</summary>
public sealed record Running(Tensor Mean, Tensor Variance, Tensor Batches, double? Momentum)
{
    public static Running In(Scope scope, string name, int channels, double? momentum) =>
        new(scope.Buffer($"{name}.running_mean", channels, 0), scope.Buffer($"{name}.running_var", channels, 1),
            scope.Buffer($"{name}.batches", 1, 0), momentum);

    public Moments Moments => Moments.From(Mean, Variance);

    public void Update(Moments batch, in NormalizationSets sets)
    {
        // With ghost batches, each sub-batch counts as a batch of its own.
        for (var block = 0; block < sets.Blocks; block++)
        {
            Batches.Row(0)[0]++;
            var share = Momentum ?? 1.0 / Batches.Item;
            double size = sets.SizeOf(block);
            var own = sets.SetsOf(block);
            Elementwise.Blend(Mean.Row(0), 1 - share, batch.Mean[own], share);
            // A mean square is unbiased as it is.
            Elementwise.Blend(Variance.Row(0), 1 - share, batch.Variance[own],
                sets.Uncentred ? share : share * size / (size - 1));
        }
    }
}

/// <summary>Batch normalization (Ioffe and Szegedy 2015, algorithms 1 and 2) of (N, C), (N, C, L) or (N, C, H, W),
/// statistics per channel over everything else.</summary>
/// <param name="momentum">Weight of the newest batch in the running statistics; null averages all batches.</param>
/// <param name="epsilon">Added to the variance, inside the root.</param>
/// <param name="ghost">In training, statistics are over sub-batches of this many examples (Hoffer et al. 2017); 0: the
/// whole batch.</param>
/// <param name="uncentred">Half of it: nothing is subtracted, and values are divided by their root mean square.</param>
static Layer BatchNorm(int channels, double? momentum = 0.1, double epsilon = 1e-5, bool gamma = true,
    bool beta = true, int ghost = 0, bool uncentred = false) => new(scope =>
{
    var name = scope.Next("norm");
    var (scale, shift) = Affine(scope, name, channels, gamma, beta);
    var running = Running.In(scope, name, channels, momentum);
    return (x, mode) =>
    {
        var length = PositionsPerChannel(x, channels);
        var rows = ghost > 0 && mode == Mode.Training ? Math.Min(ghost, x.Shape[0]) : x.Shape[0];
        var sets = new NormalizationSets(x.Shape[0], channels, length, rows, 1, epsilon, Uncentred: uncentred);
        if (mode == Mode.Evaluation)
            return x.Normalize(sets with { ConstantMoments = true }, running.Moments, scale, shift);
        sets.RequireVariance(name, x);
        var moments = Moments.Measure(x, sets);
        running.Update(moments, sets);
        return x.Normalize(sets, moments, scale, shift);
    };
});

/// <summary>The other half: mean-only batch normalization (Salimans and Kingma 2016, section 4), x - mean + beta, with
/// BN's running means in evaluation.</summary>
static Layer BatchMean(int channels, double? momentum = 0.1) => new(scope =>
{
    var name = scope.Next("norm");
    var (_, beta) = Affine(scope, name, channels, gamma: false, beta: true);
    var running = Running.In(scope, name, channels, momentum);
    return (x, mode) =>
    {
        var (rows, length) = (x.Shape[0], PositionsPerChannel(x, channels));
        var perChannel = new Shape([1, channels, .. Enumerable.Repeat(1, x.Shape.Rank - 2)]);
        var shift = beta!.Reshape(perChannel);
        if (mode == Mode.Evaluation) return x - running.Mean.Reshape(perChannel) + shift;
        var sets = new NormalizationSets(rows, channels, length, rows, 1, 0);
        sets.RequireVariance(name, x);
        running.Update(Moments.Measure(x, sets), sets);
        return x - x.SumTo(perChannel) * (1f / (rows * length)) + shift;
    };
});

/// <summary>Batch renormalization (Ioffe 2017, algorithm 1): in training BN's output is moved to where the running
/// statistics would put it, xhat r + d with r = deviation / running deviation and d = (mean - running mean) / running
/// deviation, taken before the batch is counted. No gradient goes through r and d, and they are limited to [1 / rmax,
/// rmax] and [-dmax, dmax]. Evaluation is BN's.</summary>
/// <param name="limits">rmax and dmax for a step of training, the first being 0; (1, 0) is BN.</param>
static Layer BatchRenorm(int channels, Func<int, (double RMax, double DMax)> limits, double momentum = 0.1,
    double epsilon = 1e-5) => new(scope =>
{
    var name = scope.Next("norm");
    var (gamma, beta) = Affine(scope, name, channels, gamma: true, beta: true);
    var running = Running.In(scope, name, channels, momentum);
    return (x, mode) =>
    {
        var (rows, length) = (x.Shape[0], PositionsPerChannel(x, channels));
        var sets = new NormalizationSets(rows, channels, length, rows, 1, epsilon);
        if (mode == Mode.Evaluation)
            return x.Normalize(sets with { ConstantMoments = true }, running.Moments, gamma, beta);
        sets.RequireVariance(name, x);
        var moments = Moments.Measure(x, sets);
        var (rMax, dMax) = limits((int)running.Batches.Item);
        Tensor r = Tensor.Filled(channels, 0), d = Tensor.Filled(channels, 0);
        for (var c = 0; c < channels; c++)
        {
            var deviation = Math.Sqrt(running.Variance.Row(0)[c] + epsilon);
            r.Row(0)[c] = (float)Math.Clamp(Math.Sqrt(moments.Variance[c] + epsilon) / deviation, 1 / rMax, rMax);
            d.Row(0)[c] = (float)Math.Clamp((moments.Mean[c] - running.Mean.Row(0)[c]) / deviation, -dMax, dMax);
        }
        running.Update(moments, sets);
        // (xhat r + d) gamma + beta = xhat (r gamma) + (d gamma + beta)
        return x.Normalize(sets, moments, gamma! * r, gamma! * d + beta!);
    };
});

/// <summary>Group normalization (Wu and He 2018): statistics per example over each group of neighbouring channels. One
/// group is layer normalization (Ba et al. 2016), one for each channel is instance normalization (Ulyanov et al. 2016).
/// Gamma and beta are per channel.</summary>
/// <param name="groups">Number of groups, a divisor of channels.</param>
static Layer GroupNorm(int channels, int groups, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    channels % groups != 0
        ? throw new ArgumentException($"{channels} channels do not divide into {groups} equal groups")
        : PerExample(channels, channels / groups, epsilon, gamma, beta);

static Layer LayerNorm(int channels, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    GroupNorm(channels, 1, epsilon, gamma, beta);

static Layer InstanceNorm(int channels, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    GroupNorm(channels, channels, epsilon, gamma, beta);

/// <summary>RMS normalization (Zhang and Sennrich 2019, equations 2 and 4): x / sqrt(mean(x^2) + epsilon) * gamma +
/// beta, the mean over each example.</summary>
static Layer RmsNorm(int channels, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    PerExample(channels, channels, epsilon, gamma, beta, uncentred: true);

/// <summary>The layer of the program that this lab grew from: one mean and one variance over the whole tensor, (x -
/// mean) / (sqrt(var) + 1e-3), no running statistics (evaluation uses its own batch too), a shift per channel, and a
/// scale in the last layer only.</summary>
static Layer SeedNorm(int channels, bool last = false) => new(scope =>
{
    var (scale, shift) = Affine(scope, scope.Next("norm"), channels, gamma: last, beta: true);
    return (x, _) =>
    {
        var sets = new NormalizationSets(x.Shape[0], channels, PositionsPerChannel(x, channels), x.Shape[0], channels,
            1e-3, EpsilonOutside: true);
        return x.Normalize(sets, Moments.Measure(x, sets), scale, shift);
    };
});

/// <summary>BN with noise after it, drawn anew in every training step (Santurkar et al. 2018, section 2.2 and appendix
/// A.2): y = x * scale + shift. For each step and channel a mean shift in [-0.5, 0.5) and a mean scale in [1, 1.25) are
/// drawn. Each example's shift differs from that mean by up to 0.1, and its scale by a normal number with standard
/// deviation 0.1.</summary>
static Layer NoisyBatchNorm(int channels, double? momentum = 0.1) => BatchNorm(channels, momentum) >> new Layer(scope =>
{
    var next = scope.StreamOfEachStep(scope.Next("noise"));
    return (x, mode) =>
    {
        if (mode == Mode.Evaluation) return x;
        var random = next();
        var shape = new Shape([x.Shape[0], channels, .. Enumerable.Repeat(1, x.Shape.Rank - 2)]);
        Tensor scale = Tensor.Filled(shape, 0), shift = Tensor.Filled(shape, 0);
        for (var channel = 0; channel < channels; channel++)
        {
            var (meanShift, meanScale) = (random.Uniform(-0.5, 0.5), random.Uniform(1, 1.25));
            for (var n = 0; n < x.Shape[0]; n++)
            {
                shift.Row(n)[channel] = (float)(meanShift + random.Uniform(-0.1, 0.1));
                scale.Row(n)[channel] = (float)(meanScale + 0.1 * random.Normal());
            }
        }
        return x * scale + shift;
    };
});

static Layer PerExample(int channels, int channelsPerGroup, double epsilon, bool gamma, bool beta,
    bool uncentred = false) => new(scope =>
{
    var name = scope.Next("norm");
    var (scale, shift) = Affine(scope, name, channels, gamma, beta);
    return (x, _) =>
    {
        var sets = new NormalizationSets(x.Shape[0], channels, PositionsPerChannel(x, channels), 1, channelsPerGroup,
            epsilon, Uncentred: uncentred);
        if (sets.SizeOf(0) < 2 && !uncentred)
            throw new ArgumentException($"{name}: each set of {x.Shape} is a single value, which has no variance");
        return x.Normalize(sets, Moments.Measure(x, sets), scale, shift);
    };
});

static void RequireVariance(this in NormalizationSets sets, string name, Tensor x)
{
    if (sets.SizeOf(sets.Blocks - 1) < 2)
        throw new ArgumentException($"{name}: one value per channel in {x.Shape} has no variance to normalize by; "
            + "train with at least 2 values per channel");
}

static (Tensor? Gamma, Tensor? Beta) Affine(Scope scope, string name, int channels, bool gamma, bool beta) =>
    (gamma ? scope.PerChannel($"{name}.gamma", channels, One) : null,
        beta ? scope.PerChannel($"{name}.beta", channels, Zero) : null);

static int PositionsPerChannel(Tensor x, int channels) => x.Shape.Rank is >= 2 and <= 4 && x.Shape[1] == channels
    ? x.Shape.Columns / channels
    : throw new ArgumentException($"a normalizer for {channels} channels got {x.Shape}; "
        + $"(N, {channels}), (N, {channels}, L) or (N, {channels}, H, W) is wanted");
