#nullable enable
// How large the signal of a residual net is, block by block, before its first step.

public static class BranchSignal
{
    /// <summary>The second moment of the signal after so many blocks of wide ReLU nets with He's weights, normalized at
    /// the start of each branch: each branch adds 1 (De and Smith 2020, section 2).</summary>
    /// <param name="first">Before the first block.</param>
    public static double WithBatchNorm(double first, int blocks) => first + blocks;

    /// <summary>The same without a normalizer: each branch adds as much as it is given.</summary>
    /// <inheritdoc cref="WithBatchNorm" path="/param"/>
    public static double WithoutNorm(double first, int blocks) => first * Math.Pow(2, blocks);

    /// <summary>The mean square of the signal after each block, over units and the examples of the first batch (of
    /// images, their places too), before the first step; the first number is before the first block.</summary>
    /// <param name="snapshot">Of a `residual_mlp` with BN or without any normalizer; or of a `resnet`, where the signal
    /// is what the activation after each block's sum is given, and 0 the one before the first block.</param>
    public static IReadOnlyList<double> SecondMoments(Snapshot snapshot)
    {
        var config = snapshot.Config;
        var first = Batches.Order(config.TrainSize, config.Seed, 0)[..Math.Min(config.BatchSize, config.TrainSize)];
        var start = snapshot with { Model = snapshot.Start() };
        var residual = config.Model == Architecture.Resnet;
        if (residual || config.Norm != Norm.Batch)
            // Of a resnet, every other activation stands within a branch.
            return [.. start.ActivationInputs(first, Mode.Training).Where((_, i) => !residual || i % 2 == 0)
                .Select(input => input.Values.Average(value => (double)value * value))];
        // What BN is given is known by its statistics: the variance is the unbiased one, and contains epsilon.
        var share = 1 - 1.0 / first.Length;
        return [.. ScaleAndShift.LayersOf(start.PreciseCopy(first)).Select(layer =>
            layer.Mu.Zip(layer.Sigma, (mu, sigma) => (double)mu * mu + share * sigma * sigma).Average())];
    }

    /// <summary>In evaluation trials, columns moment_N in the row of step 1, after N blocks.</summary>
    /// <param name="blocks">Those that are measured, where a net has so many; 0: before the first.</param>
    public static Probe Probe(IReadOnlyList<int> blocks, int points) => new(
        [.. blocks.Select(block => $"moment_{block}")], config => LogSpacedSteps(config.Steps, points),
        snapshot =>
        {
            if (snapshot.Step > 1) return [];
            var moments = SecondMoments(snapshot);
            return [.. from block in blocks
                       where block < moments.Count && double.IsFinite(moments[block])
                       select ($"moment_{block}", moments[block])];
        });
}
