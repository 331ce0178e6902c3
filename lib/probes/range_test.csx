#nullable enable

/// <summary>The learning-rate range test (Smith 2017): one short training whose rate rises geometrically, and the rate
/// at which its loss diverges. A cheap check on a sweep, not a measurement: each rate meets another net.</summary>
public static class RangeTest
{
    const int Steps = 200, Every = 5;

    /// <summary>The test of a cell from the lowest rate to the highest, in place of its schedule. It selects nothing,
    /// and sees no test images.</summary>
    public static Config Configure(Config cell, double low, double high) => cell with
    {
        Lr = low, LrEnd = high, Epochs = (double)Steps / cell.StepsPerEpoch, Role = Role.Tune,
        Schedule = Schedule.Constant, Warmup = 0,
    };

    /// <summary>The common columns: of tests every five steps, of other trials at the usual steps.</summary>
    public static Probe Probe { get; } = new([],
        config => config.LrEnd > 0 ? Enumerable.Range(1, config.Steps / Every).Select(i => i * Every)
            : LogSpacedSteps(config.Steps), _ => []);

    /// <summary>The rate reached when the mean mini-batch loss of five steps first exceeded the divergence rule's
    /// limit; NaN where it never did.</summary>
    public static double LostAt(Trial test) =>
        test.Curve.FirstOrDefault(point => !(point.TrainLoss <= Divergence.Default * Math.Log(test.Data.Classes)))
            is { } lost ? test.RateAt(lost.Step - 1)
        : double.IsInfinity(test.LossExcess) ? test.RateAt(test.EndedAt - 1) : double.NaN;
}
