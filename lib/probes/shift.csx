#nullable enable
// Internal covariate shift by its two measures: the drift of a layer's inputs, and the change of a layer's gradient
// when the layers before it are updated.

public static class Shift
{
    static readonly string[] inputColumns =
        ["unit_low", "unit_middle", "unit_high", "layer_low", "layer_middle", "layer_high", "drift"];

    /// <summary>Both measures, in evaluation trials.</summary>
    /// <param name="images">Training images whose layer inputs are taken, the same ones in every measurement.</param>
    /// <param name="layers">Layers whose gradients are compared, by number; the first is 1.</param>
    /// <param name="points">About how many log-spaced steps.</param>
    public static Probe Probe(int images, IReadOnlyList<int> layers, int points) => new(
        [
            .. inputColumns, .. layers.Select(layer => $"cosine_{layer}"), .. layers.Select(layer => $"change_{layer}"),
        ],
        config => LogSpacedSteps(config.Steps, points), () =>
        {
            // The units' medians at this trial's last measurement.
            IReadOnlyList<double>? before = null;
            return snapshot =>
            {
                var (numbers, medians) = OfInputs(snapshot, images, before);
                before = medians;
                return [.. numbers, .. OfGradients(snapshot, layers)];
            };
        });

    /// <summary>Ioffe and Szegedy 2015, figure 1(b, c): the 15th, 50th and 85th percentile of the inputs of one unit of
    /// the last activation (unit_*) and of all its units (layer_*), over training images in training mode. A unit of a
    /// convnet is a channel at all its places. `drift` is how far the units' medians moved since the last measurement,
    /// in interquartile ranges, averaged over the units.</summary>
    /// <param name="before">The units' medians at the last measurement; null: there was none, so no drift.</param>
    /// <returns>The numbers, and the units' medians.</returns>
    public static (IReadOnlyList<(string Column, double Value)> Numbers, IReadOnlyList<double> Medians) OfInputs(
        Snapshot snapshot, int images, IReadOnlyList<double>? before)
    {
        var (values, units) = snapshot.ActivationInputs(snapshot.FixedBatch(images), Mode.Training)[^1];
        double[] Inputs(int unit) =>
            [.. Enumerable.Range(0, values.Length / units).Select(row => (double)values[row * units + unit])];
        // Every 41st number is enough for percentiles of all; 41 shares no factor with the usual widths.
        var layer = values.Where((_, i) => i % 41 == 0).Select(value => (double)value).ToArray();
        List<(string, double)> numbers =
        [
            .. from part in new[] { (Name: "unit", Values: Inputs(0)), (Name: "layer", Values: layer) }
               from level in new[] { "low", "middle", "high" }.Zip(Quantiles(part.Values, 0.15, 0.5, 0.85))
               select ($"{part.Name}_{level.First}", level.Second),
        ];
        var quartiles = (from unit in Enumerable.Range(0, units)
                         let own = Quantiles(Inputs(unit), 0.25, 0.5, 0.75)
                         select (Low: own[0], Middle: own[1], High: own[2])).ToList();
        if (before is not null)
            numbers.Add(("drift", quartiles.Zip(before, (now, last) =>
                Math.Abs(now.Middle - last) / (now.High - now.Low)).Average()));
        return (numbers, [.. quartiles.Select(now => now.Middle)]);
    }

    /// <summary>Santurkar et al. 2018, definition 2.1: G is the gradient of a layer's weights, G' the same after the
    /// earlier layers took a step of plain gradient descent at the last step's rate, both on one batch. cosine_i is the
    /// cosine between them, change_i = |G - G'| / |G|.</summary>
    /// <param name="layers">Layers with weights, by number; the first is 1.</param>
    public static IEnumerable<(string Column, double Value)> OfGradients(Snapshot snapshot, IEnumerable<int> layers)
    {
        var batch = snapshot.FixedBatch(snapshot.Config.BatchSize);
        var (now, rate) = (snapshot.LossAndGradients(snapshot.Copy(), batch).Gradients, snapshot.Rate);
        // Parameters stand in the order of the layers.
        List<string> names = [.. snapshot.Model.Parameters.Select(parameter => parameter.Name!)],
            weights = [.. names.Where(name => name.EndsWith(".weight"))];
        foreach (var layer in layers)
        {
            var (weight, stepped) = (weights[layer - 1], snapshot.Copy());
            foreach (var parameter in stepped.Parameters.Take(names.IndexOf(weight)))
                parameter.Assign([.. parameter.ToArray()
                    .Zip(now[parameter.Name!], (w, g) => (float)(w - rate * g))]);
            var (before, after) = (now[weight], snapshot.LossAndGradients(stepped, batch).Gradients[weight]);
            yield return ($"cosine_{layer}", TensorPrimitives.CosineSimilarity<float>(before, after));
            yield return ($"change_{layer}",
                TensorPrimitives.Distance<float>(before, after) / TensorPrimitives.Norm<float>(before));
        }
    }
}
