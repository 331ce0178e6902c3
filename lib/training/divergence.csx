#nullable enable
// When a training counts as diverged, and when as stuck.

/// <summary>The rule for divergence, and the limit of accuracy below which a trial is stuck.</summary>
public static class Divergence
{
    /// <summary>Twice chance: a net whose accuracy ends below this has not learned, and counts as stuck. Where chance
    /// is above a tenth, chance and a tenth, but no more than half way from chance to 1.</summary>
    public static double StuckBelow(double chance) =>
        Math.Min(2 * chance, Math.Min(chance + 0.1, (1 + chance) / 2));

    /// <summary>The limit in words.</summary>
    public static string StuckReason(double chance) => chance <= 0.1 ? "accuracy under twice chance"
        : string.Create(CultureInfo.InvariantCulture, $"accuracy under {StuckBelow(chance):0.###}, near chance");

    /// <summary>Median of the last 100 mini-batch losses, in units of ln(classes), above which training after step
    /// 200 has diverged. A spike that recovers stays below.</summary>
    public const double Default = 5;

    /// <summary>A stricter multiple, the default, and a laxer one. Training goes on up to the last, so that each
    /// verdict can be computed by all three.</summary>
    public static IReadOnlyList<double> Multiples { get; } = [3, Default, 10];

    /// <summary>How many losses the median is taken over, and the step after which it counts.</summary>
    public const int Window = 100, FirstStep = 200;

    /// <summary>The reason given for a trial whose losses exceeded a multiple.</summary>
    public static string Exceeded(double multiple) => string.Create(CultureInfo.InvariantCulture,
        $"the median of {Window} losses exceeded {multiple} ln(classes)");
}

/// <summary>Watches mini-batch losses for divergence, and measures their volatility from a step on.</summary>
public sealed class LossWatch(int volatilityFrom, int classes)
{
    readonly double unit = Math.Log(classes);

    readonly double[] window = new double[Divergence.Window];
    readonly int[] above = new int[Divergence.Multiples.Count];
    int seen, since;
    double last, sum, squares, total;

    /// <summary>Why training must end; null while it may go on.</summary>
    public string? Reason { get; private set; }

    /// <summary>The largest multiple that the losses exceeded; infinite where a number was not finite.</summary>
    public double Excess { get; private set; }

    /// <summary>Of the losses from that step on: their standard deviation by successive differences (von Neumann 1941),
    /// over their mean; 0 where all of them are 0.</summary>
    public double Volatility => total == 0 ? 0 :
        Math.Sqrt(squares / 2 / (seen - volatilityFrom)) / (total / (seen - volatilityFrom));

    /// <summary>Ends the training: a number is not finite.</summary>
    public void Lose(string reason) => (Reason, Excess) = (Reason ?? reason, double.PositiveInfinity);

    /// <summary>Takes the loss of the next mini-batch.</summary>
    public void See(double loss)
    {
        if (!double.IsFinite(loss)) Lose("the loss is not finite");
        ref var slot = ref window[seen++ % Divergence.Window];
        for (var i = 0; i < above.Length; i++)
        {
            // The median exceeds a limit when more than half of the window does: counting is cheaper than sorting.
            var limit = Divergence.Multiples[i] * unit;
            above[i] += (loss > limit ? 1 : 0) - (slot > limit ? 1 : 0);
            if (seen > Divergence.FirstStep && above[i] > Divergence.Window / 2)
                Excess = Math.Max(Excess, Divergence.Multiples[i]);
        }
        if (Excess == Divergence.Multiples[^1]) Reason ??= Divergence.Exceeded(Excess);
        slot = loss;
        if (seen > volatilityFrom) (squares, total) = (squares + (loss - last) * (loss - last), total + loss);
        (last, sum, since) = (loss, sum + loss, since + 1);
    }

    /// <summary>The mean loss since the last call.</summary>
    public double MeanSinceLast()
    {
        var mean = sum / since;
        (sum, since) = (0, 0);
        return mean;
    }
}
