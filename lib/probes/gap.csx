#nullable enable
// Generalization: by how much accuracy on training images exceeds accuracy on validation images, at equal training
// loss. (At equal steps the net that fits faster would have the larger gap for that reason alone.)

public static class Gap
{
    const int TrainImages = 5_000;

    /// <summary>Loss and accuracy in evaluation mode on 5,000 training images (or all, if fewer) and on all
    /// validation images.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["eval_train_loss", "eval_train_accuracy", "full_validation_loss", "full_validation_accuracy"];

    /// <summary>The columns, in evaluation trials, at those of about `points` log-spaced steps that are not before
    /// `firstStep`.</summary>
    public static Probe Probe(int points, int firstStep) => new(Columns,
        config => LogSpacedSteps(config.Steps, points).Where(step => step >= firstStep), Measure);

    static IEnumerable<(string, double)> Measure(Snapshot snapshot)
    {
        var (train, validation) = (snapshot.OnTraining(TrainImages), snapshot.OnValidation());
        return Columns.Zip([train.Loss, train.Accuracy, validation.Loss, validation.Accuracy]);
    }

    /// <summary>Training less validation accuracy, as a share of 1, when the training loss first fell to a value; NaN
    /// where it did not, or the trial was lost.</summary>
    public static double At(Trial trial, double loss) =>
        ValueAtLoss(loss, Points(trial).Select(point => (point.Own["eval_train_loss"],
            point.Own["eval_train_accuracy"] - point.Own["full_validation_accuracy"])));

    /// <summary>The gap of one trial less the other's at the lowest training loss that both reach, which is where the
    /// worse of them ends; NaN where one was lost.</summary>
    public static double Narrowed(Trial wide, Trial narrow)
    {
        var loss = LowestLoss(wide, narrow);
        return At(wide, loss) - At(narrow, loss);
    }

    /// <summary>The lowest training loss that every one of the trials reaches; infinite where one was lost.</summary>
    public static double LowestLoss(params IEnumerable<Trial> trials) => trials.Max(trial =>
        Points(trial).Select(point => point.Own["eval_train_loss"]).DefaultIfEmpty(double.PositiveInfinity).Min());

    /// <summary>A value when the loss first falls to a level, interpolated in the loss's logarithm from the measurement
    /// before; NaN where the loss does not fall to it, or was below it from the first measurement on.</summary>
    public static double ValueAtLoss(double level, IEnumerable<(double Loss, double Value)> curve) =>
        FirstCrossing(curve, point => point.Loss <= level) is not ({ } last, var at) ? double.NaN
            : last.Value + (at.Value - last.Value) * Math.Log(last.Loss / level) / Math.Log(last.Loss / at.Loss);

    static IEnumerable<CurvePoint> Points(Trial trial) => trial.Status == Status.Ok ? trial.Curve : [];
}
