#nullable enable
// Normalizers: one definition, and arms that differ in which numbers share a mean and a variance.

/// <summary>Running mean and variance of a BN layer (PyTorch's conventions): running = (1 - momentum) * running +
/// momentum * batch, the variance made unbiased; momentum null averages all batches equally.</summary>
public sealed record Running(Tensor Mean, Tensor Variance, Tensor Batches, double? Momentum)
{
    public Moments Moments => Moments.From(Mean, Variance);

    public void Update(Moments batch, in Groups groups)
    {
        // Sub-batches (ghost) count as batches of their own, one after another.
        for (var block = 0; block < groups.Blocks; block++)
        {
            Batches.Row(0)[0]++;
            var share = Momentum ?? 1.0 / Batches.Item;
            double size = groups.SizeOf(block);
            var sets = (block * groups.Parts)..((block + 1) * groups.Parts);
            Elementwise.Blend(Mean.Row(0), 1 - share, batch.Mean[sets], share);
            Elementwise.Blend(Variance.Row(0), 1 - share, batch.Variance[sets], share * size / (size - 1));
        }
    }
}

/// <summary>Batch normalization (Ioffe and Szegedy 2015, algorithms 1 and 2) of (N, C), (N, C, L) or (N, C, H, W),
/// statistics per channel over everything else.</summary>
/// <param name="momentum">Share of the newest batch in the running statistics; null averages all batches.</param>
/// <param name="epsilon">Added to the variance, inside the root.</param>
/// <param name="track">Without running statistics, evaluation uses those of its batch.</param>
/// <param name="ghost">Statistics over sub-batches of this many examples (Hoffer et al. 2017); 0: the whole batch.
/// </param>
static Layer BatchNorm(int channels, double? momentum = 0.1, double epsilon = 1e-5, bool gamma = true,
    bool beta = true, bool track = true, int ghost = 0) => new(scope =>
{
    var name = scope.Next("norm");
    var (scale, shift) = Affine(scope, name, channels, gamma, beta);
    var running = !track ? null : new Running(scope.Buffer($"{name}.running_mean", channels, 0),
        scope.Buffer($"{name}.running_var", channels, 1), scope.Buffer($"{name}.batches", 1, 0), momentum);
    return (x, mode) =>
    {
        var length = PositionsPerChannel(x, channels);
        var rows = ghost > 0 && mode == Mode.Training ? Math.Min(ghost, x.Shape[0]) : x.Shape[0];
        var groups = new Groups(x.Shape[0], channels, length, rows, 1, epsilon);
        if (mode == Mode.Evaluation && running is not null)
            return x.Normalize(groups with { Fixed = true }, running.Moments, scale, shift);
        if (groups.SizeOf(groups.Blocks - 1) < 2)
            throw new ArgumentException($"{name}: one value per channel in {x.Shape} has no variance to normalize by; "
                + "train with at least 2 values per channel");
        var moments = Moments.Of(x, groups);
        if (mode == Mode.Training) running?.Update(moments, groups);
        return x.Normalize(groups, moments, scale, shift);
    };
});

/// <summary>Group normalization (Wu and He 2018): statistics per example over each of `parts` groups of channels.
/// One part is layer normalization (Ba et al. 2016), as many as channels instance normalization (Ulyanov et al. 2016).
/// Gamma and beta are per channel.</summary>
static Layer GroupNorm(int channels, int parts, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    channels % parts != 0
        ? throw new ArgumentException($"{channels} channels do not divide into {parts} equal groups")
        : PerExample(channels, channels / parts, epsilon, gamma, beta);

static Layer LayerNorm(int channels, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    GroupNorm(channels, 1, epsilon, gamma, beta);

static Layer InstanceNorm(int channels, double epsilon = 1e-5, bool gamma = true, bool beta = true) =>
    GroupNorm(channels, channels, epsilon, gamma, beta);

/// <summary>The seed's layer: one mean and one variance over the whole tensor, (x - mean) / (sqrt(var) + 1e-3), no
/// running statistics (evaluation, too, uses its batch), a shift per channel, and a scale in the last layer only.
/// </summary>
static Layer SeedNorm(int channels, bool last = false) => new(scope =>
{
    var (scale, shift) = Affine(scope, scope.Next("norm"), channels, gamma: last, beta: true);
    return (x, _) =>
    {
        var groups = new Groups(x.Shape[0], channels, PositionsPerChannel(x, channels), x.Shape[0], channels,
            1e-3, EpsilonOutside: true);
        return x.Normalize(groups, Moments.Of(x, groups), scale, shift);
    };
});

/// <summary>BN whose output is moved and stretched by fresh noise in every training step (Santurkar et al. 2018,
/// section 2.2 and appendix A.2): per step and channel a shift within +-0.5 and a stretch within 1 to 1.25 are drawn,
/// and around them, for every example, a shift within +-0.1 and a stretch with deviation 0.1.</summary>
static Layer NoisyBatchNorm(int channels) => BatchNorm(channels) >> new Layer(scope =>
{
    var random = scope.Stream(scope.Next("noise"));
    return (x, mode) =>
    {
        if (mode == Mode.Evaluation) return x;
        var shape = new Shape([x.Shape[0], channels, .. Enumerable.Repeat(1, x.Shape.Rank - 2)]);
        Tensor stretch = Tensor.Filled(shape, 0), shift = Tensor.Filled(shape, 0);
        for (var channel = 0; channel < channels; channel++)
        {
            var (middle, around) = (random.Uniform(-0.5, 0.5), random.Uniform(1, 1.25));
            for (var n = 0; n < x.Shape[0]; n++)
            {
                shift.Row(n)[channel] = (float)(middle + random.Uniform(-0.1, 0.1));
                stretch.Row(n)[channel] = (float)(around + 0.1 * random.Normal());
            }
        }
        return x * stretch + shift;
    };
});

static Layer PerExample(int channels, int together, double epsilon, bool gamma, bool beta) => new(scope =>
{
    var name = scope.Next("norm");
    var (scale, shift) = Affine(scope, name, channels, gamma, beta);
    return (x, _) =>
    {
        var groups = new Groups(x.Shape[0], channels, PositionsPerChannel(x, channels), 1, together, epsilon);
        if (groups.SizeOf(0) < 2)
            throw new ArgumentException($"{name}: each set of {x.Shape} is a single value, which has no variance");
        return x.Normalize(groups, Moments.Of(x, groups), scale, shift);
    };
});

static (Tensor? Gamma, Tensor? Beta) Affine(Scope scope, string name, int channels, bool gamma, bool beta) =>
    (gamma ? scope.PerChannel($"{name}.gamma", channels, One) : null,
        beta ? scope.PerChannel($"{name}.beta", channels, Zero) : null);

static int PositionsPerChannel(Tensor x, int channels) => x.Shape.Rank is >= 2 and <= 4 && x.Shape[1] == channels
    ? x.Shape.Columns / channels
    : throw new ArgumentException($"a normalizer for {channels} channels got {x.Shape}; "
        + $"(N, {channels}), (N, {channels}, L) or (N, {channels}, H, W) is wanted");
