#nullable enable
// The edge of stability: full-batch gradient descent lets the sharpness rise until steps are as long as they can be.

public static class EdgeOfStability
{
    /// <summary>The sharpness times the learning rate beyond which gradient descent diverges on a quadratic, and near
    /// which full-batch training settles (Cohen et al. 2021).</summary>
    public const double Limit = 2;

    // Products with the Hessian: the eleventh eigenvalue of nets of this size is then known to some percent.
    const int Products = 30;

    /// <summary>The first step that is measured.</summary>
    public const int FirstStep = 10;

    /// <summary>The training loss below which sharpness counts, in nats: before, the net leaves its start, however
    /// sharp that was.</summary>
    public const double FirstLoss = 0.5;

    /// <summary>In all but tuning trials, at those of about so many log-spaced steps that are not before FirstStep, by
    /// Lanczos on all training images in training mode: columns sharpness, the Hessian's largest eigenvalue, and
    /// eigenvalue_after_classes, the next one after as many as there are classes, which begins the bulk where each
    /// class has an outlier (Ghorbani et al. 2019; Papyan 2018).</summary>
    public static Probe Probe(int points) => new(["sharpness", "eigenvalue_after_classes"],
        config => LogSpacedSteps(config.Steps, points).Where(step => step >= FirstStep || step == config.Steps),
        snapshot =>
        {
            var values = Hessian.Largest(snapshot, snapshot.FixedBatch(snapshot.Config.TrainSize), Products);
            // Where units are saturated the Hessian is nearly 0, and few products span its space.
            var after = values.Count - 1 - snapshot.Data.Classes;
            return [("sharpness", values[^1]), ("eigenvalue_after_classes", after < 0 ? double.NaN : values[after])];
        });

    /// <summary>The largest sharpness of a training, once its loss is below FirstLoss, times its rate; NaN where it was
    /// not measured.</summary>
    public static double Peak(Trial trial) => trial.Lr * trial.Curve.Where(point => point.TrainLoss < FirstLoss)
        .Select(Sharpness).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Max();

    /// <summary>The largest eigenvalue over the first of the bulk; NaN where that is not positive.</summary>
    public static double Outlier(CurvePoint at) => Sharpness(at)
        / (at.Own.GetValueOrDefault("eigenvalue_after_classes", double.NaN) is > 0 and var bulk ? bulk : double.NaN);

    public static double Sharpness(CurvePoint at) => at.Own.GetValueOrDefault("sharpness", double.NaN);
}
