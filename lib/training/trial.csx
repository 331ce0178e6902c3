#nullable enable
// A trial: a configuration, its results, and what was measured while it was trained.

public enum Status { Ok, Stuck, Diverged, Failed }

/// <summary>A configuration and its results. Numbers that a lost trial does not have are NaN.</summary>
public sealed record Trial : Config
{
    public Trial(Config config) : base(config) { }

    /// <summary>Of the data that it was trained on.</summary>
    public DatasetFacts Data { get; init; } = DatasetFacts.Mnist;

    /// <summary>Identity: the hash of the configuration and the dataset's bytes.</summary>
    public string Id { get; init; } = "";
    public Status Status { get; init; }

    /// <summary>The last step, in which a lost or failed trial was given up; 0 if it failed before its first.</summary>
    public int EndedAt { get; init; }

    /// <summary>Why a trial is not ok; empty where it is.</summary>
    public string Reason { get; init; } = "";

    /// <summary>At the end, in evaluation mode: on 2,000 training images (or all, if fewer), on the validation images
    /// (5,000 where the role is to tune), and, where the role is to evaluate, on the test images; on fewer of each,
    /// spread evenly, after a training that took few (Evaluation.AtMost). Accuracies are shares of 1, losses mean
    /// cross-entropies in nats.</summary>
    public double TrainLoss { get; init; } = double.NaN;
    public double TrainAccuracy { get; init; } = double.NaN;
    public double ValidationLoss { get; init; } = double.NaN;
    public double ValidationAccuracy { get; init; } = double.NaN;
    public double TestAccuracy { get; init; } = double.NaN;

    /// <summary>The largest of Divergence.Multiples that the median of the last 100 mini-batch losses
    /// exceeded after step 200; 0 if none, infinite if a loss, parameter or buffer was not finite.</summary>
    public double LossExcess { get; init; }

    /// <summary>Of the mini-batch losses in the second half of training: their standard deviation by successive
    /// differences (von Neumann 1941), which a falling trend does not raise, over their mean.</summary>
    public double LossVolatility { get; init; } = double.NaN;

    /// <summary>Hash of the code that determines results.</summary>
    public string Code { get; init; } = "";

    /// <summary>Wall-clock time; the only number that may differ between runs.</summary>
    public double Seconds { get; init; } = double.NaN;

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];

    /// <summary>This trial with the status that it has by another multiple of the divergence rule.</summary>
    public Trial JudgedAt(double multiple) => Status == Status.Failed ? this : this with
    {
        Status = LossExcess >= multiple ? Status.Diverged : IsStuck ? Status.Stuck : Status.Ok,
    };

    /// <summary>Accuracy ends near chance: validation's, or test's where there is no validation.</summary>
    public bool IsStuck =>
        (double.IsNaN(ValidationAccuracy) ? TestAccuracy : ValidationAccuracy) < Divergence.StuckBelow(Data.Chance);
}

/// <summary>A measurement during training: the mean loss of the mini-batches since the last one, and loss and accuracy
/// on validation images (Snapshot.OnCurve).</summary>
public sealed record CurvePoint(string Trial, int Step, long Examples, double TrainLoss, double ValidationLoss,
    double ValidationAccuracy) : IOwnNumbers
{
    /// <summary>Columns of every curves.csv, in its order.</summary>
    public static IReadOnlyList<string> CommonColumns { get; } =
        ["trial", "step", "examples", "train_loss", "validation_loss", "validation_accuracy"];

    /// <summary>What the experiment's probe measured, by column.</summary>
    public Dictionary<string, double> Own { get; } = [];
}
