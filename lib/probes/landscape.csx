#nullable enable
// How the loss and its gradient change along the gradient.

public static class Landscape
{
    static readonly string[] columns =
        ["loss_range", "gradient_range", "gradient_norm", "weight_norm", "effective_beta"];

    /// <summary>The landscape in evaluation trials, at about so many log-spaced steps.</summary>
    /// <inheritdoc cref="Measure"/>
    public static Probe Probe(int images, IReadOnlyList<double> distances, int points) => new(columns,
        config => LogSpacedSteps(config.Steps, points), snapshot => Measure(snapshot, images, distances));

    /// <summary>Santurkar et al. 2018, section 3.1: loss and gradient at distances along the gradient, starting from
    /// the model as it is, in training mode on copies, so that running statistics take no part. loss_range is the
    /// largest less the smallest loss; gradient_range the largest change of the gradient; effective_beta the largest
    /// change per distance; gradient_norm and weight_norm are of all parameters together.</summary>
    /// <param name="images">Training images, the same ones in every measurement.</param>
    /// <param name="distances">Euclidean, in the space of all parameters.</param>
    public static IEnumerable<(string Column, double Value)> Measure(Snapshot snapshot, int images,
        IReadOnlyList<double> distances)
    {
        var (batch, start) = (snapshot.FixedBatch(images), snapshot.Copy());
        var (loss, gradient) = snapshot.LossAndGradients(start, batch);
        double Norm(Func<Tensor, float[]> values) =>
            Math.Sqrt(start.Parameters.Sum(parameter => values(parameter).Sum(value => (double)value * value)));
        var (norm, weights) = (Norm(parameter => gradient[parameter.Name!]), Norm(parameter => parameter.ToArray()));
        var along = distances.Select(distance =>
        {
            var moved = snapshot.Copy();
            foreach (var parameter in moved.Parameters)
                parameter.Assign([.. parameter.ToArray().Zip(gradient[parameter.Name!],
                    (w, g) => (float)(w - distance / norm * g))]);
            var (there, changed) = snapshot.LossAndGradients(moved, batch);
            return (Distance: distance, Loss: there, Change: Norm(parameter => [.. changed[parameter.Name!]
                .Zip(gradient[parameter.Name!], (a, b) => a - b)]));
        }).ToList();
        var losses = along.Select(at => at.Loss).Append(loss).ToList();
        return
        [
            ("loss_range", losses.Max() - losses.Min()), ("gradient_range", along.Max(at => at.Change)),
            ("effective_beta", along.Max(at => at.Change / at.Distance)), ("gradient_norm", norm),
            ("weight_norm", weights),
        ];
    }

    /// <summary>Largest less smallest loss over the distances (Santurkar et al. 2018, figure 4a).</summary>
    public static double LossRange(CurvePoint at) => at.Own["loss_range"];

    /// <summary>The largest change of the gradient over the distances (their figure 4b).</summary>
    public static double GradientRange(CurvePoint at) => at.Own["gradient_range"];

    /// <summary>The largest change of the gradient per distance, relative to its norm: a loss that is multiplied by a
    /// number is as smooth as before.</summary>
    public static double Relative(CurvePoint at) => at.Own["effective_beta"] / at.Own["gradient_norm"];

    /// <summary>The same with the distance relative to the weights' norm: weights in another unit make no difference
    /// either.</summary>
    public static double ScaleFree(CurvePoint at) => Relative(at) * at.Own["weight_norm"];
}
