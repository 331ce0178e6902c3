#nullable enable
// Evaluation of the model under training: on more images, and by other statistics than the running ones.

public sealed partial record Snapshot
{
    /// <summary>Mean loss and accuracy in evaluation mode on the first so many training images (or all, if fewer).
    /// </summary>
    public (double Loss, double Accuracy) OnTraining(int images) =>
        Evaluation.Run(Tape, Config, Model, Data.Train, 0, Math.Min(images, Config.TrainSize));

    /// <summary>Mean loss and accuracy in evaluation mode on all validation images.</summary>
    public (double Loss, double Accuracy) OnValidation() =>
        Evaluation.Run(Tape, Config, Model, Data.Train, Evaluation.ValidationStart(Data), Evaluation.ValidationImages);

    /// <summary>A copy whose running statistics are the averages of these batches', all by the present weights (precise
    /// BN, Wu and Johnson 2021). Where no layer is BN, a plain copy.</summary>
    /// <param name="batches">Places in the training set, a batch each.</param>
    public Model Precise(params IReadOnlyList<int[]> batches)
    {
        // With a momentum of 1 the running statistics are those of the last batch.
        var (model, precise) = ((this with { Config = Config with { BnMomentum = 1 } }).Copy(), Copy());
        static IEnumerable<Tensor> Running(Model model) => model.Buffers.Where(b => b.Name!.Contains(".running_"));
        var sums = Running(model).Select(buffer => new double[buffer.Shape.Count]).ToList();
        foreach (var batch in batches)
        {
            Tape.Step(() => model.Forward(Config.Input(Data.Train, batch), Mode.Training), record: false);
            foreach (var (sum, buffer) in sums.Zip(Running(model)))
                foreach (var (i, value) in buffer.ToArray().Index()) sum[i] += value;
        }
        foreach (var (buffer, sum) in Running(precise).Zip(sums))
            buffer.Assign([.. sum.Select(value => (float)(value / batches.Count))]);
        return precise;
    }

    /// <summary>The first so many validation images, by their places in the training set.</summary>
    public IReadOnlyList<int> Validation(int images) => [.. Enumerable.Range(Evaluation.ValidationStart(Data), images)];

    /// <summary>Share of the images that a model has right, batch by batch: in training mode by the batch's own
    /// statistics. A last batch that is short is left out.</summary>
    /// <param name="model">A copy: training mode moves its running statistics.</param>
    /// <param name="at">Places in the training set.</param>
    public double Accuracy(Model model, IEnumerable<int> at, int batch, Mode mode)
    {
        var batches = at.Chunk(batch).Where(places => places.Length == batch).ToList();
        var labels = new byte[batch];
        return (double)batches.Sum(places =>
        {
            Batches.Labels(Data.Train, places, labels);
            return Tape.Step(() => model.Forward(Config.Input(Data.Train, places), mode).CountCorrect(labels),
                record: false);
        }) / (batches.Count * batch);
    }
}

/// <summary>Accuracy on validation images by different statistics, on evaluation seeds: on all of them at the last
/// step, on 2,000 before.</summary>
static class ByStatistics
{
    public static string[] Kinds { get; } = ["running", "precise", "large", "batch", "sorted"];

    public static Probe Probe { get; } = new(Kinds, config => Training.MeasuredSteps(config.Steps, 9), Measure);

    static IEnumerable<(string, double)> Measure(Snapshot moment)
    {
        var config = moment.Config;
        if (config.Role == Role.Tune) return [];
        var count = moment.Step == config.Steps ? Evaluation.ValidationImages : 2_000;
        var (images, trained) = (moment.Validation(count), Enumerable.Range(0, Math.Min(count, config.TrainSize)));
        double By(Model model) => moment.Accuracy(model, images, 250, Mode.Evaluation);
        double ByBatch(IEnumerable<int> at) =>
            moment.Accuracy(moment.Copy(), at, config.BatchSize, Mode.Training);
        return
        [
            ("running", By(moment.Copy())), ("precise", By(moment.Precise([.. trained.Chunk(config.BatchSize)
                .Where(batch => batch.Length == config.BatchSize)]))),
            ("large", By(moment.Precise([.. trained.Chunk(1_000)]))), ("batch", ByBatch(images)),
            ("sorted", ByBatch(images.OrderBy(at => moment.Data.Train.Labels[at]))),
        ];
    }
}
