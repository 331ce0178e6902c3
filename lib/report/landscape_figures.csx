#nullable enable
// The loss along the gradient as figures.

/// <summary>The relative measure for each net, and the parts of it for the first.</summary>
/// <param name="relative">Change of the gradient per distance, relative to its norm.</param>
static IReadOnlyList<Figure> LandscapeFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> nets,
    Func<CurvePoint, double> relative)
{
    Figure First(string id, string title, string y, string column, string caption) =>
        OverTraining(id, title, runs, nets[0], y, at => at.Own[column], caption);
    return
    [
        .. nets.Select(net => OverTraining($"relative_{net.Id}", "Change of the gradient per distance, relative to its "
            + "norm", runs, net, "Per distance", relative, "Largest over the distances; lower is smoother.")),
        First("beta", "Change of the gradient per distance", "Per distance", "effective_beta", "The same, not "
            + "relative: the effective beta-smoothness of Santurkar et al."),
        First("loss", "Range of the loss along the gradient", "Nats", "loss_range",
            "Largest less smallest over the distances."),
        First("gradient", "Norm of the gradient", "Norm", "gradient_norm", ""),
        First("weights", "Norm of the weights", "Norm", "weight_norm", "Of all parameters: BN makes the loss "
            + "indifferent to the weights' scale, so that the same distance means less where they are large."),
    ];
}
