#nullable enable
// Internal covariate shift by its two measures: how inputs drift, and how a layer's gradient turns.

public sealed partial record Snapshot
{
    /// <summary>Ioffe and Szegedy 2015, figure 1(b, c): the 15th, 50th and 85th percentile of what one unit of the last
    /// hidden layer receives (unit_*), and all of its units (layer_*), over training images in training mode; and
    /// `drift`, how far the units' medians went since the last measurement, in interquartile ranges, on average.
    /// </summary>
    /// <param name="images">How many, always the same ones.</param>
    /// <param name="medians">The last measurement's, kept for each model under training.</param>
    public IEnumerable<(string Column, double Value)> InputShift(int images,
        ConditionalWeakTable<Model, double[]> medians)
    {
        var (values, units) = ActivationInputs(FixedBatch(images), Mode.Training)[^1];
        double[] Of(int unit) =>
            [.. Enumerable.Range(0, values.Length / units).Select(row => (double)values[row * units + unit])];
        // One number in 41 has the percentiles of all, unit after unit and image after image.
        var layer = values.Where((_, i) => i % 41 == 0).Select(value => (double)value).ToArray();
        foreach (var (name, numbers) in new[] { ("unit", Of(0)), ("layer", layer) })
            foreach (var (level, p) in new[] { ("low", 0.15), ("middle", 0.5), ("high", 0.85) })
                yield return ($"{name}_{level}", Quantile(numbers, p));
        var quartiles = Enumerable.Range(0, units).Select(Of).Select(own =>
            (Low: Quantile(own, 0.25), Middle: Quantile(own, 0.5), High: Quantile(own, 0.75))).ToList();
        if (medians.TryGetValue(Model, out var last))
            yield return ("drift", quartiles.Zip(last, (now, before) =>
                Math.Abs(now.Middle - before) / (now.High - now.Low)).Average());
        medians.AddOrUpdate(Model, [.. quartiles.Select(now => now.Middle)]);
    }

    /// <summary>Santurkar et al. 2018, definition 2.1: G of a layer's weights with all layers as they are, G' with the
    /// earlier layers after a step of plain gradient descent, both on the batch of that step. cosine_i between them,
    /// and change_i = |G - G'| / |G|.</summary>
    /// <param name="layers">By their numbers, the first being 1.</param>
    public IEnumerable<(string Column, double Value)> GradientShift(IEnumerable<int> layers)
    {
        var batch = FixedBatch(Config.BatchSize);
        var now = LossAndGradients(Copy(), batch).Gradients;
        foreach (var layer in layers)
        {
            var stepped = Copy();
            foreach (var parameter in stepped.Parameters.Where(parameter => LayerOf(parameter) < layer))
                parameter.Assign([.. parameter.ToArray()
                    .Zip(now[parameter.Name!], (w, g) => (float)(w - Config.Lr * g))]);
            var (before, after) =
                (now[$"linear{layer}.weight"], LossAndGradients(stepped, batch).Gradients[$"linear{layer}.weight"]);
            yield return ($"cosine_{layer}", TensorPrimitives.CosineSimilarity<float>(before, after));
            yield return ($"change_{layer}",
                TensorPrimitives.Distance<float>(before, after) / TensorPrimitives.Norm<float>(before));
        }
    }

    // "linear2.weight" and "norm2.gamma" are of layer 2.
    static int LayerOf(Tensor parameter) =>
        int.Parse(Regex.Match(parameter.Name!, @"\d+").Value, CultureInfo.InvariantCulture);
}
