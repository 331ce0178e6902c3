#nullable enable
// Accuracies that training is measured by: how soon it comes to them, and what counts as having learned.

/// <summary>Validation accuracies on one data set.</summary>
/// <param name="Begun">Learning has begun.</param>
/// <param name="Trained">A net that comes to it counts as trained, however badly.</param>
/// <param name="Usable">A net that comes to it within the short trainings of `standard` could be used.</param>
/// <param name="Good">Near where these trainings end.</param>
public sealed record Levels(double Begun, double Trained, double Usable, double Good)
{
    /// <summary>Of ten classes that are equally frequent: 30, 50, 90 and 95% on grey images, 20, 30, 40 and 50% on
    /// those in colours, which are natural ones and harder. Elsewhere as large shares of what lies above chance.
    /// </summary>
    public static Levels Of(DatasetFacts data)
    {
        double Above(double accuracy) => Math.Round(data.Chance + (accuracy - 0.1) / 0.9 * (1 - data.Chance), 2);
        return data.Channels > 1 ? new(Above(0.2), Above(0.3), Above(0.4), Above(0.5))
            : new(Above(0.3), Above(0.5), Above(0.9), Above(0.95));
    }
}
