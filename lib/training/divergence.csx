#nullable enable
// What counts as lost: a training that diverges, or one that ends without having learned.

/// <summary>The rule of divergence, and what counts as stuck.</summary>
public static class Divergence
{
    /// <summary>Twice chance: a net whose accuracy ends below this has not learned, and counts as stuck.</summary>
    public const double StuckBelow = 2.0 / Dataset.Classes;

    /// <summary>Median of the last 100 mini-batch losses, in units of ln(classes), above which training after step
    /// 200 has diverged. A spike that recovers stays below.</summary>
    public const double Default = 5;

    /// <summary>A stricter multiple, the default, and a laxer one. Training goes on up to the last, so that each
    /// verdict can be computed by all three.</summary>
    public static IReadOnlyList<double> Multiples { get; } = [3, Default, 10];

    /// <summary>Over how many losses the median is taken, and the step from which it counts.</summary>
    public const int Window = 100, FirstStep = 200;

    /// <summary>The reason given for a trial whose losses exceeded a multiple.</summary>
    public static string Exceeded(double multiple) => string.Create(CultureInfo.InvariantCulture,
        $"the median of {Window} losses exceeded {multiple} ln(classes)");
}

/// <summary>Watches mini-batch losses for divergence, and how much they jump from a step on.</summary>
public sealed class LossWatch(int jumpsFrom)
{
    static readonly double unit = Math.Log(Dataset.Classes);

    readonly double[] window = new double[Divergence.Window];
    readonly int[] above = new int[Divergence.Multiples.Count];
    int seen, since;
    double last, sum, squares, total;

    /// <summary>Why training must end.</summary>
    public string? Reason { get; private set; }

    public double Excess { get; private set; }

    public double Volatility =>
        Math.Sqrt(squares / 2 / (seen - jumpsFrom)) / (total / (seen - jumpsFrom));

    public void Lose(string reason) => (Reason, Excess) = (Reason ?? reason, double.PositiveInfinity);

    public void See(double loss)
    {
        if (!double.IsFinite(loss)) Lose("the loss is not finite");
        ref var slot = ref window[seen++ % Divergence.Window];
        for (var i = 0; i < above.Length; i++)
        {
            // The median exceeds a limit once more than half of the window does: counting spares sorting it.
            above[i] += (loss > Divergence.Multiples[i] * unit ? 1 : 0) - (slot > Divergence.Multiples[i] * unit ? 1 : 0);
            if (seen > Divergence.FirstStep && above[i] > Divergence.Window / 2) Excess = Math.Max(Excess, Divergence.Multiples[i]);
        }
        if (Excess == Divergence.Multiples[^1]) Reason ??= Divergence.Exceeded(Excess);
        slot = loss;
        if (seen > jumpsFrom) (squares, total) = (squares + (loss - last) * (loss - last), total + loss);
        (last, sum, since) = (loss, sum + loss, since + 1);
    }

    public double MeanSinceLast()
    {
        var mean = sum / since;
        (sum, since) = (0, 0);
        return mean;
    }
}
