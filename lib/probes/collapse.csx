#nullable enable
// How alike a net makes different examples, layer by layer, before its first step.
using MathNet.Numerics.LinearAlgebra;

public static class Collapse
{
    /// <summary>The cosine between two examples' outputs of a wide ReLU layer with He's weights, given that of its
    /// inputs (Cho and Saul 2009, the arc-cosine kernel of degree 1).</summary>
    public static double AfterRelu(double cosine) =>
        (Math.Sqrt(1 - cosine * cosine) + (Math.PI - Math.Acos(cosine)) * cosine) / Math.PI;

    /// <summary>The same after so many layers.</summary>
    public static double AfterRelu(double cosine, int layers) =>
        Enumerable.Range(0, layers).Aggregate(cosine, (c, _) => Math.Min(1, AfterRelu(c)));

    /// <summary>The cosine that deep, wide ReLU nets with BN tend to, whatever the images: BN makes the mean of a batch
    /// 0, so that two of its B examples, all alike, have a cosine of -1 / (B - 1) before ReLU. Large batches: 1 / pi.
    /// </summary>
    public static double WithBatchNorm(int batch) => AfterRelu(-1.0 / (batch - 1));

    /// <summary>The mean cosine of two different rows of (rows, units); rows of zeros alone have none, and are left
    /// out.</summary>
    public static double MeanCosine(float[] values, int units)
    {
        var sum = new double[units];
        var count = 0;
        foreach (var row in values.Chunk(units))
            if (Math.Sqrt(row.Sum(value => (double)value * value)) is var norm and > 0)
            {
                count++;
                for (var i = 0; i < units; i++) sum[i] += row[i] / norm;
            }
        // |sum of unit vectors|^2 counts each pair twice, and each row with itself.
        return (sum.Sum(value => value * value) - count) / ((double)count * (count - 1));
    }

    /// <summary>The effective rank of (rows, units): e to the entropy of the singular values as shares of their sum
    /// (Roy and Vetterli 2007), from 1 to the smaller of rows and units. Not a number where all are 0.</summary>
    public static double EffectiveRank(float[] values, int units)
    {
        var singular = Matrix<double>.Build.Dense(values.Length / units, units,
            (row, column) => values[row * units + column]).Svd(computeVectors: false).S;
        return Math.Exp(-singular.Select(value => value / singular.Sum()).Where(share => share is not 0)
            .Sum(share => share * Math.Log(share)));
    }

    /// <summary>Both of the first batch, before the first step, by layer; layer 0 is the images.</summary>
    /// <param name="layers">Those that are measured.</param>
    public static IEnumerable<(int Layer, double Cosine, double Rank)> AtStart(Snapshot snapshot,
        IReadOnlyList<int> layers)
    {
        var config = snapshot.Config;
        var first = Batches.Order(config.TrainSize, config.Seed, 0)[..Math.Min(config.BatchSize, config.TrainSize)];
        var images = snapshot.Config.Input(snapshot.Data.Train, first);
        var outputs = (snapshot with { Model = snapshot.Start() }).ActivationOutputs(first, Mode.Training)
            .Prepend((Values: images.ToArray(), Units: images.Shape.Columns)).ToList();
        return from layer in layers
               let output = outputs[layer]
               select (layer, MeanCosine(output.Values, output.Units), EffectiveRank(output.Values, output.Units));
    }
}
