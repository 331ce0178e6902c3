#nullable enable
// What dropout does to the statistics of normalizers behind it: in training it adds to the variance, in evaluation it
// does not.

public static class DropoutShift
{
    const int Images = 1_000;

    /// <summary>The variance of numbers in evaluation over that in training, where dropout keeps a share of them and
    /// divides by it: v / ((v + m^2) / keep - m^2) (Li et al. 2019, equation 6). Linear combinations of many such
    /// numbers have the same ratio on average, where the weights' signs are random.</summary>
    public static double VarianceRatio(double mean, double variance, double keep) =>
        variance / ((variance + mean * mean) / keep - mean * mean);

    /// <summary>The same of ReLU of standard normal numbers: .73 for a share of .8.</summary>
    public static double VarianceRatioOfRelu(double keep) =>
        VarianceRatio(1 / Math.Sqrt(2 * Math.PI), 0.5 - 0.5 / Math.PI, keep);

    /// <summary>In evaluation trials with BN and dropout. variance_ratio: the variance of what the BN layers normalize,
    /// without dropout over with it, on the same training images, of all but the first (mean over a layer's units,
    /// geometric mean over the layers); in the row of step 1 before that step, and at the last step. At the last step
    /// also accuracy_by_running and accuracy_by_own: validation accuracy by running statistics, and by statistics
    /// measured again under the final weights with dropout off (Li et al. 2019, section 4.3).</summary>
    public static Probe Probe(int points) => new(["variance_ratio", "accuracy_by_running", "accuracy_by_own"],
        config => LogSpacedSteps(config.Steps, points), snapshot => snapshot.Config is not { Dropout: > 0 }
            || ScaleAndShift.LayersOf(snapshot.Model).Count == 0 ? []
            : snapshot.Step == 1 ? [("variance_ratio", VarianceRatio(snapshot with { Model = snapshot.Start() }))]
            : snapshot.Step < snapshot.Config.Steps ? []
            : [("variance_ratio", VarianceRatio(snapshot)), .. Accuracies(snapshot)]);

    /// <summary>As in column variance_ratio.</summary>
    public static double VarianceRatio(Snapshot snapshot)
    {
        var batch = snapshot.FixedBatch(Images);
        IEnumerable<double> Variances(Model model) => ScaleAndShift.LayersOf(model).Skip(1).Select(layer =>
            layer.Sigma.Average(sigma => (double)sigma * sigma));
        return Math.Exp(Variances(WithoutDropout(snapshot).PreciseCopy(batch))
            .Zip(Variances(snapshot.PreciseCopy(batch)), (without, with) => Math.Log(without / with)).Average());
    }

    static IEnumerable<(string, double)> Accuracies(Snapshot snapshot)
    {
        var plain = WithoutDropout(snapshot);
        var (config, data) = (snapshot.Config, snapshot.Data);
        var batches = Enumerable.Range(0, config.TrainSize).Chunk(config.BatchSize)
            .Where(batch => batch.Length == config.BatchSize).Take(Images / config.BatchSize + 1).ToList();
        var images = Evaluation.ValidationPlaces(data, snapshot.OfWhole(data.ValidationImages));
        double Accuracy(Model model) => Evaluation.Run(snapshot.Tape, config, model, data.Train, images).Accuracy;
        return [("accuracy_by_running", Accuracy(snapshot.Model)),
            ("accuracy_by_own", Accuracy(plain.PreciseCopy(batches)))];
    }

    // The same net, whose training mode drops nothing. It lacks the counters of dropout's random numbers.
    static Snapshot WithoutDropout(Snapshot snapshot)
    {
        var plain = snapshot with
        {
            Config = snapshot.Config with { Dropout = 0, DropoutPlace = DropoutPlace.Each },
        };
        var own = snapshot.Model.Parameters.Concat(snapshot.Model.Buffers).ToDictionary(tensor => tensor.Name!);
        var model = plain.Start();
        foreach (var tensor in model.Parameters.Concat(model.Buffers)) tensor.Assign(own[tensor.Name!].ToArray());
        return plain with { Model = model };
    }
}
