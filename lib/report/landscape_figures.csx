#nullable enable
// The loss along the gradient as figures.

/// <summary>Each measure of smoothness for each net, then the norms that stand behind them for the first.</summary>
static IReadOnlyList<Figure> LandscapeFigures(IReadOnlyList<Trial> runs, IReadOnlyList<Net> nets)
{
    IEnumerable<Figure> Each(string id, string title, string y, Func<CurvePoint, double> of, string caption) =>
        nets.Select(net => OverTraining($"{id}_{net.Id}", title, runs, net, y, of, caption));
    Figure First(string id, string title, string column, string caption) =>
        OverTraining(id, title, runs, nets[0], "Norm", at => at.Own[column], caption);
    return
    [
        .. Each("loss", "Range of the loss along the gradient", "Nats", Landscape.LossRange,
            "Largest less smallest over the distances; lower is smoother."),
        .. Each("gradient", "Change of the gradient along it", "Largest change", Landscape.GradientRange,
            "Largest over the distances; lower is smoother."),
        .. Each("scale_free", "Change of the gradient, scales taken out", "Share per share", Landscape.ScaleFree,
            "Largest over the distances, as a share of the gradient's norm, per distance as a share of the weights' "
                + "norm; lower is smoother."),
        First("gradient_norm", "Norm of the gradient", "gradient_norm", ""),
        First("weight_norm", "Norm of the weights", "weight_norm", "Of all parameters: BN makes the loss indifferent to "
            + "the weights' scale, so that the same distance means less where they are large."),
    ];
}
