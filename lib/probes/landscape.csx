#nullable enable

public sealed partial record Snapshot
{
    /// <summary>Santurkar et al. 2018, section 3.1: loss and gradient at distances along the gradient, from where
    /// training stands, in training mode on copies, so that running statistics take no part. loss_range: largest less
    /// smallest loss; gradient_range: the largest change of the gradient; effective_beta: the largest per distance;
    /// gradient_norm and weight_norm, of all parameters together.</summary>
    /// <param name="images">Training images, always the same ones.</param>
    /// <param name="distances">In the space of all parameters.</param>
    public IEnumerable<(string Column, double Value)> Landscape(int images, IReadOnlyList<double> distances)
    {
        var (batch, start) = (FixedBatch(images), Copy());
        var (loss, gradient) = LossAndGradients(start, batch);
        double Norm(Func<Tensor, float[]> of) =>
            Math.Sqrt(start.Parameters.Sum(parameter => of(parameter).Sum(value => (double)value * value)));
        var (norm, weights) = (Norm(parameter => gradient[parameter.Name!]), Norm(parameter => parameter.ToArray()));
        var along = distances.Select(distance =>
        {
            var moved = Copy();
            foreach (var parameter in moved.Parameters)
                parameter.Assign([.. parameter.ToArray().Zip(gradient[parameter.Name!],
                    (w, g) => (float)(w - distance / norm * g))]);
            var (there, changed) = LossAndGradients(moved, batch);
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
}
