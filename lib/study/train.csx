#nullable enable
// One trial: a configuration trained on one thread, watched, and measured.

public enum Status { Ok, Stuck, Diverged, Failed }

/// <summary>A configuration and what came of it. Numbers that a lost trial does not have are NaN.</summary>
public sealed record Trial : Config
{
    public Trial(Config config) : base(config) { }

    /// <summary>Identity: the hash of the configuration and the dataset's bytes.</summary>
    public string Id { get; init; } = "";
    public Status Status { get; init; }

    /// <summary>Steps done.</summary>
    public int EndedAt { get; init; }

    /// <summary>Why a trial that is not ok ended.</summary>
    public string Reason { get; init; } = "";

    /// <summary>At the end, in evaluation mode: on the first 5,000 training images (or all, if fewer), on the
    /// 10,000 validation images, and, in evaluation seeds alone, on the 10,000 test images. Accuracies are shares of
    /// 1, losses mean cross-entropies in nats.</summary>
    public double TrainLoss { get; init; } = double.NaN;
    public double TrainAccuracy { get; init; } = double.NaN;
    public double ValidationLoss { get; init; } = double.NaN;
    public double ValidationAccuracy { get; init; } = double.NaN;
    public double TestAccuracy { get; init; } = double.NaN;

    /// <summary>Hash of the code that determines results.</summary>
    public string Code { get; init; } = "";

    /// <summary>Time on the clock; the one number that may differ between runs.</summary>
    public double Seconds { get; init; } = double.NaN;

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];
}

/// <summary>A measurement during training: the mean loss of the mini-batches since the last one, and loss and accuracy
/// on the fixed 2,000 validation images.</summary>
public sealed record CurvePoint(string Trial, int Step, long Examples, double TrainLoss, double ValidationLoss,
    double ValidationAccuracy);

public static class Training
{
    const int CurveImages = 2_000, TrainImages = 5_000, ValidationImages = 10_000, CurvePoints = 16;
    const int EvaluationBatch = 250;

    /// <summary>Median of the last 100 mini-batch losses, in units of ln(classes), above which training after step
    /// 200 has diverged. A spike that recovers stays below.</summary>
    const double DivergedAbove = 5;
    const int LossWindow = 100, DivergenceFrom = 200;

    /// <summary>Trains the configuration's model from its seed. Divergence is a result, not an error.</summary>
    public static Trial Run(Config config, Dataset data, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        var (pixels, classes) = (data.Train.Height * data.Train.Width, Dataset.Classes);
        var model = config.Layers(pixels, classes).ToModel(config.Seed);
        var optimizer = config.NewOptimizer();
        var tape = new Tape();
        var watch = new LossWatch(DivergedAbove * Math.Log(classes));
        var measureAt = MeasuredSteps(config.Steps);
        var labels = new byte[Math.Min(config.BatchSize, config.TrainSize)];
        var curve = new List<CurvePoint>();
        var (trial, step, examples) = (new Trial(config), 0, 0L);
        int[] order = [];
        while (step < config.Steps && watch.Reason is null)
        {
            stop.ThrowIfCancellationRequested();
            var (epoch, place) = Math.DivRem(step, config.StepsPerEpoch);
            if (place == 0) order = Batches.Order(config.TrainSize, config.Seed, epoch);
            var batch = order.AsMemory(place * labels.Length, labels.Length);
            watch.See(Step(tape, model, optimizer, data.Train, batch, labels));
            step++;
            examples += batch.Length;
            if (watch.Reason is not null || !measureAt.Contains(step)) continue;
            if (!model.IsFinite()) watch.Lose("a parameter is not finite");
            var (loss, accuracy) = Evaluate(tape, model, data.Train, ValidationStart(data), CurveImages);
            curve.Add(new("", step, examples, watch.MeanSinceLast(), loss, accuracy));
        }
        trial = trial with { EndedAt = step, Curve = curve };
        trial = watch.Reason is { } reason
            ? trial with { Status = Status.Diverged, Reason = reason }
            : Finish(trial, tape, model, data);
        return trial with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3) };
    }

    /// <summary>Accuracy and mean loss of the model on images first..first+count-1, in evaluation mode.</summary>
    public static (double Loss, double Accuracy) Evaluate(Tape tape, Model model, ImageSet set, int first, int count)
    {
        var (loss, correct) = (0.0, 0);
        for (var start = first; start < first + count; start += EvaluationBatch)
        {
            var at = Enumerable.Range(start, Math.Min(EvaluationBatch, first + count - start)).ToArray();
            var labels = set.Labels.AsMemory(start, at.Length);
            var (mean, right) = tape.Step(() =>
            {
                var logits = model.Forward(Batches.Images(set, at), Mode.Evaluation);
                return ((double)logits.CrossEntropy(labels).Item, logits.CountCorrect(labels.Span));
            }, record: false);
            loss += mean * at.Length;
            correct += right;
        }
        return (loss / count, (double)correct / count);
    }

    /// <summary>About `points` different steps from 1 to the last, evenly spaced in their logarithms.</summary>
    public static SortedSet<int> MeasuredSteps(int last, int points = CurvePoints) =>
        [.. Enumerable.Range(0, points).Select(i => (int)Math.Round(Math.Pow(last, i / (points - 1.0))))];

    static float Step(Tape tape, Model model, Optimizer optimizer, ImageSet set, ReadOnlyMemory<int> batch, byte[] labels)
    {
        Batches.Labels(set, batch.Span, labels);
        return tape.Step(() =>
        {
            var logits = model.Forward(Batches.Images(set, batch.Span), Mode.Training);
            var loss = logits.CrossEntropy(labels);
            optimizer.Step(loss);
            return loss.Item;
        });
    }

    static Trial Finish(Trial trial, Tape tape, Model model, Dataset data)
    {
        if (!model.IsFinite()) return trial with { Status = Status.Diverged, Reason = "a parameter is not finite" };
        var train = Evaluate(tape, model, data.Train, 0, Math.Min(TrainImages, trial.TrainSize));
        var validation = Evaluate(tape, model, data.Train, ValidationStart(data), ValidationImages);
        // Test images are for the evaluation seeds alone, so that nothing can be selected by them.
        var test = trial.Role == Role.Evaluate ? Evaluate(tape, model, data.Test, 0, data.Test.Count).Accuracy : double.NaN;
        var stuck = validation.Accuracy < 2.0 / Dataset.Classes;
        return trial with
        {
            Status = stuck ? Status.Stuck : Status.Ok,
            Reason = stuck ? "validation accuracy under twice chance" : "",
            TrainLoss = train.Loss,
            TrainAccuracy = train.Accuracy,
            ValidationLoss = validation.Loss,
            ValidationAccuracy = validation.Accuracy,
            TestAccuracy = test,
        };
    }

    static int ValidationStart(Dataset data) => data.Train.Count - ValidationImages;

    /// <summary>Watches mini-batch losses for divergence.</summary>
    sealed class LossWatch(double limit)
    {
        readonly double[] window = new double[LossWindow];
        int seen, above, since;
        double sum;

        public string? Reason { get; private set; }

        public void Lose(string reason) => Reason ??= reason;

        public void See(double loss)
        {
            if (!double.IsFinite(loss)) Lose("the loss is not finite");
            ref var slot = ref window[seen++ % LossWindow];
            // The median exceeds the limit once more than half of the window does: counting spares sorting it.
            above += (loss > limit ? 1 : 0) - (slot > limit ? 1 : 0);
            slot = loss;
            if (seen > DivergenceFrom && above > LossWindow / 2)
                Lose(string.Create(CultureInfo.InvariantCulture,
                    $"the median of the last {LossWindow} losses exceeds {DivergedAbove} ln(classes)"));
            (sum, since) = (sum + loss, since + 1);
        }

        public double MeanSinceLast()
        {
            var mean = sum / since;
            (sum, since) = (0, 0);
            return mean;
        }
    }
}
