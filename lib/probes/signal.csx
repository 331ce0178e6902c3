#nullable enable
// What becomes of the signal on its way through a net: collapse before training, lost units during it.

public static class Signal
{
    /// <summary>In evaluation trials. Of nets of one depth, before the first step, columns cosine_N and rank_N (in the
    /// row of step 1): see Collapse. Of others, at about so many log-spaced steps, columns lost_N of each hidden layer
    /// and lost, their mean: see Saturation.</summary>
    /// <param name="deep">The depth at which collapse is measured.</param>
    /// <param name="layers">At which of its layers; 0: the images.</param>
    /// <param name="depth">The largest depth of the others.</param>
    /// <param name="images">Training images that the others are measured on.</param>
    public static Probe Probe(int deep, IReadOnlyList<int> layers, int depth, int images, int points) => new(
        [
            .. layers.Select(layer => $"cosine_{layer}"), .. layers.Select(layer => $"rank_{layer}"), "lost",
            .. Enumerable.Range(1, depth).Select(layer => $"lost_{layer}"),
        ],
        config => LogSpacedSteps(config.Steps, points), snapshot =>
        {
            if (snapshot.Config.Depth == deep)
                return snapshot.Step > 1 ? [] : [.. Collapse.AtStart(snapshot, layers).SelectMany(one => new[]
                    { ($"cosine_{one.Layer}", one.Cosine), ($"rank_{one.Layer}", one.Rank) })];
            var shares = Saturation.Shares(snapshot, images);
            return [("lost", shares.Average()), .. shares.Index().Select(one => ($"lost_{one.Index + 1}", one.Item))];
        });

    /// <summary>A column in the row of step 1; NaN where it was not measured.</summary>
    public static double AtStart(Trial trial, string column) =>
        trial.Curve.Count == 0 ? double.NaN : trial.Curve[0].Own.GetValueOrDefault(column, double.NaN);
}
