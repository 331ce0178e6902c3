#nullable enable
// Generalization: how much better a net does on the images that it was trained on, at equal training loss. (At equal
// steps the net that fits faster would have the larger gap for that reason alone.)

public static class Gap
{
    const int TrainImages = 5_000;

    /// <summary>Columns of the probe: loss and accuracy in evaluation mode on the first 5,000 training images (or all,
    /// if fewer) and on all validation images.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["eval_train_loss", "eval_train_accuracy", "full_validation_loss", "full_validation_accuracy"];

    public static IEnumerable<(string, double)> Measure(Snapshot moment)
    {
        var (train, validation) = (moment.OnTraining(TrainImages), moment.OnValidation());
        return Columns.Zip([train.Loss, train.Accuracy, validation.Loss, validation.Accuracy]);
    }

    /// <summary>Training less validation accuracy, as a share of 1, when the training loss first fell to a value; NaN
    /// where it did not, or the trial was lost.</summary>
    public static double At(Trial trial, double loss) =>
        WhenItFallsTo(loss, Points(trial).Select(point => (point.Own["eval_train_loss"],
            point.Own["eval_train_accuracy"] - point.Own["full_validation_accuracy"])));

    /// <summary>The gap of one trial less the other's at the lowest training loss that both reach, which is where the
    /// worse of them ends; NaN where one was lost.</summary>
    public static double Narrowed(Trial wide, Trial narrow) =>
        LowestLoss(wide, narrow) is var loss ? At(wide, loss) - At(narrow, loss) : 0;

    /// <summary>The lowest training loss that every one of the trials reaches; infinite where one was lost.</summary>
    public static double LowestLoss(params IEnumerable<Trial> trials) => trials.Max(trial =>
        Points(trial).Select(point => point.Own["eval_train_loss"]).DefaultIfEmpty(double.PositiveInfinity).Min());

    /// <summary>Each trial's gap while its training loss falls.</summary>
    public static Figure Figure(string id, string title, IReadOnlyList<Trial> trials) => CurveChart.Draw(id, title,
        new("Training loss (falls from right to left)", Log: true), new("Training less validation accuracy, points"),
        [
            .. from trial in trials
               from loss in LogGrid(1e-4, 2, 30, digits: 2)
               let gap = At(trial, loss)
               where double.IsFinite(gap)
               select new Point(ArmOf(trial), $"{trial.Seed}", loss, 100 * gap),
        ]);

    static IEnumerable<CurvePoint> Points(Trial trial) => IsOk(trial) ? trial.Curve : [];

    /// <summary>A value when the loss first falls to a level, interpolated in the loss's logarithm from the measurement
    /// before; NaN where it does not, or was below from the first.</summary>
    public static double WhenItFallsTo(double level, IEnumerable<(double Loss, double Value)> curve)
    {
        (double Loss, double Value)? before = null;
        foreach (var (loss, value) in curve)
        {
            if (loss <= level)
                return before is not { } last ? double.NaN
                    : last.Value + (value - last.Value) * Math.Log(last.Loss / level) / Math.Log(last.Loss / loss);
            before = (loss, value);
        }
        return double.NaN;
    }
}
