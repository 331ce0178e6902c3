#nullable enable
// Accuracy by other statistics than the running ones.

/// <summary>A copy of the model whose running statistics are the averages of these batches' statistics, all computed
/// with the current weights (precise BN, Wu and Johnson 2021). Where no layer is BN, a plain copy.</summary>
/// <param name="batches">Places in the training set, batch by batch.</param>
/// <exception cref="ArgumentException">No batches.</exception>
static Model PreciseCopy(this Snapshot snapshot, params IReadOnlyList<int[]> batches)
{
    if (batches.Count == 0) throw new ArgumentException("precise statistics need a batch");
    // With a momentum of 1 the running statistics are those of the last batch.
    var config = snapshot.Config with { BnMomentum = 1 };
    var (model, precise) = ((snapshot with { Config = config }).Copy(), snapshot.Copy());
    static List<Tensor> Running(Model model) => [.. model.Buffers.Where(b => b.Name!.Contains(".running_"))];
    var running = Running(model);
    var sums = running.Select(buffer => new double[buffer.Shape.Count]).ToList();
    foreach (var batch in batches)
    {
        snapshot.Tape.Step(() => model.Forward(config.Input(snapshot.Data.Train, batch), Mode.Training),
            record: false);
        foreach (var (sum, buffer) in sums.Zip(running))
        {
            var values = buffer.ToArray();
            for (var i = 0; i < sum.Length; i++) sum[i] += values[i];
        }
    }
    foreach (var (buffer, sum) in Running(precise).Zip(sums))
        buffer.Assign([.. sum.Select(value => (float)(value / batches.Count))]);
    return precise;
}

/// <summary>The share of images that a model classifies correctly, batch by batch; in training mode it normalizes by
/// each batch's own statistics, and a last batch that is short is left out.</summary>
/// <param name="model">A copy: training mode changes its running statistics.</param>
/// <param name="at">Places in the training set.</param>
static double AccuracyByBatch(this Snapshot snapshot, Model model, IEnumerable<int> at, int batch, Mode mode)
{
    var batches = at.Chunk(batch).Where(places => mode == Mode.Evaluation || places.Length == batch).ToList();
    return (double)batches.Sum(places =>
    {
        var labels = new byte[places.Length];
        Batches.Labels(snapshot.Data.Train, places, labels);
        return snapshot.Tape.Step(() => model.Forward(snapshot.Config.Input(snapshot.Data.Train, places), mode)
            .CountCorrect(labels), record: false);
    }) / batches.Sum(places => places.Length);
}

/// <summary>Accuracy on validation images by each kind of statistics.</summary>
public static class InferenceStatistics
{
    const int LargeBatch = 1_000;

    /// <summary>`running`: the statistics of the deployed model. `precise`: averages over training batches of the
    /// training's size; `large`: over batches of 1,000. `batch`: those of each validation batch, of the training's
    /// size; `sorted`: the same where the batches are sorted by class.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["running", "precise", "large", "batch", "sorted"];

    /// <summary>In evaluation trials, a column for each kind: on all validation images at the last step, on those
    /// of curves before.</summary>
    /// <param name="points">About how many log-spaced steps.</param>
    public static Probe Probe(int points) => new(Kinds, config => LogSpacedSteps(config.Steps, points), Measure);

    static IEnumerable<(string, double)> Measure(Snapshot snapshot)
    {
        var config = snapshot.Config;
        var count = snapshot.Step == config.Steps ? snapshot.OfWhole(snapshot.Data.ValidationImages)
            : snapshot.CurveImages;
        var images = Evaluation.ValidationPlaces(snapshot.Data, count);
        var trained = Enumerable.Range(0, Math.Min(Math.Max(count, config.BatchSize), config.TrainSize));
        double ByRunning(Model model) =>
            snapshot.AccuracyByBatch(model, images, Evaluation.BatchSize, Mode.Evaluation);
        double ByBatch(IEnumerable<int> at) =>
            snapshot.AccuracyByBatch(snapshot.Copy(), at, config.BatchSize, Mode.Training);
        var whole = trained.Chunk(config.BatchSize).Where(batch => batch.Length == config.BatchSize);
        return
        [
            ("running", ByRunning(snapshot.Copy())), ("precise", ByRunning(snapshot.PreciseCopy([.. whole]))),
            ("large", ByRunning(snapshot.PreciseCopy([.. trained.Chunk(LargeBatch)]))), ("batch", ByBatch(images)),
            ("sorted", ByBatch(images.OrderBy(at => snapshot.Data.Train.Labels[at]))),
        ];
    }
}
