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

    /// <summary>The largest of Training.DivergedAbove's multiples that the median of the last 100 mini-batch losses
    /// exceeded after step 200; 0 if none, infinite if a loss or parameter was not finite.</summary>
    public double LossExcess { get; init; }

    /// <summary>Of the mini-batch losses in the second half of training: their standard deviation by successive
    /// differences (von Neumann 1941), which a falling trend does not raise, over their mean.</summary>
    public double LossVolatility { get; init; } = double.NaN;

    /// <summary>Hash of the code that determines results.</summary>
    public string Code { get; init; } = "";

    /// <summary>Time on the clock; the one number that may differ between runs.</summary>
    public double Seconds { get; init; } = double.NaN;

    public IReadOnlyList<CurvePoint> Curve { get; init; } = [];

    /// <summary>This trial with its status as it would be if divergence began at another of the multiples.</summary>
    public Trial JudgedAt(double multiple) => Status == Status.Failed ? this : this with
    {
        Status = LossExcess >= multiple ? Status.Diverged : IsStuck ? Status.Stuck : Status.Ok,
    };

    /// <summary>Accuracy ends under twice chance: validation's, or test's where there is no validation.</summary>
    public bool IsStuck =>
        (double.IsNaN(ValidationAccuracy) ? TestAccuracy : ValidationAccuracy) < Training.StuckBelow;
}

/// <summary>A measurement during training: the mean loss of the mini-batches since the last one, and loss and accuracy
/// on the fixed 2,000 validation images.</summary>
public sealed record CurvePoint(string Trial, int Step, long Examples, double TrainLoss, double ValidationLoss,
    double ValidationAccuracy) : IOwnNumbers
{
    /// <summary>What the experiment's probe measured, by column.</summary>
    public Dictionary<string, double> Own { get; } = [];
}

/// <summary>What an experiment measures during training beside the common columns, and when. It must leave model and
/// random streams as they are.</summary>
/// <param name="Columns">Names of its columns in curves.csv.</param>
/// <param name="Steps">Steps at which to measure, in place of the common ones.</param>
/// <param name="Measure">Numbers by column; a missing one is NaN.</param>
public sealed record Probe(IReadOnlyList<string> Columns, Func<Config, IEnumerable<int>> Steps,
    Func<Moment, IEnumerable<(string Column, double Value)>> Measure);

/// <summary>A model at a step of its training. EpochAccuracy is the share of this epoch's training images that were
/// right when their batch was trained on, in training mode, as Keras reports it.</summary>
public sealed partial record Moment(Config Config, Dataset Data, Tape Tape, Model Model, int Step, double EpochAccuracy)
{
    public bool EndsEpoch => Step % Config.StepsPerEpoch == 0;

    /// <summary>The model as it stands, with memory and random streams of its own: whatever is done to it, training
    /// goes on as if nothing had been.</summary>
    /// <param name="around">Takes each activation, and gives what stands in its place.</param>
    public Model Copy(Func<Layer, Layer>? around = null)
    {
        var copy = Config.Layers(Data.Train.Height, Data.Train.Width, Dataset.Classes, around).ToModel(Config.Seed);
        foreach (var (to, from) in copy.Parameters.Zip(Model.Parameters).Concat(copy.Buffers.Zip(Model.Buffers)))
            to.Assign(from.ToArray());
        return copy;
    }

    public double TrainAccuracy(int images) => OnTraining(images).Accuracy;

    public double TestAccuracy() => Training.Evaluate(Tape, Config, Model, Data.Test, 0, Data.Test.Count).Accuracy;
}

public static class Training
{
    const int CurveImages = 2_000, TrainImages = 5_000, CurvePoints = 16, EvaluationBatch = 250;

    /// <summary>The last of the training set.</summary>
    public const int ValidationImages = 10_000;

    /// <summary>Twice chance: a net that ends below has not learned.</summary>
    public const double StuckBelow = 2.0 / Dataset.Classes;

    /// <summary>Median of the last 100 mini-batch losses, in units of ln(classes), above which training after step
    /// 200 has diverged: a spike that recovers stays below.</summary>
    public const double DivergedAbove = 5;

    /// <summary>A stricter and a laxer rule. Training goes on up to the last, so that each verdict can be taken by all
    /// three.</summary>
    public static readonly IReadOnlyList<double> Multiples = [3, DivergedAbove, 10];
    const int LossWindow = 100, DivergenceFrom = 200;

    /// <summary>Trains the configuration's model from its seed. Divergence is a result, not an error.</summary>
    public static Trial Run(Config config, Dataset data, Probe? probe = null, CancellationToken stop = default)
    {
        var clock = Stopwatch.StartNew();
        var model = config.Layers(data.Train.Height, data.Train.Width, Dataset.Classes).ToModel(config.Seed);
        var optimizer = config.NewOptimizer();
        var tape = new Tape();
        var watch = new LossWatch(Math.Max(1, config.Steps / 2));
        var measureAt = (probe?.Steps(config) ?? MeasuredSteps(config.Steps)).ToHashSet();
        var labels = new byte[Math.Min(config.BatchSize, config.TrainSize)];
        var curve = new List<CurvePoint>();
        var (step, examples, epochExamples, epochCorrect) = (0, 0L, 0, 0);
        int[] order = [];
        while (step < config.Steps && watch.Reason is null)
        {
            stop.ThrowIfCancellationRequested();
            var (epoch, place) = Math.DivRem(step, config.StepsPerEpoch);
            if (place == 0)
                (order, epochExamples, epochCorrect) = (Batches.Order(config.TrainSize, config.Seed, epoch), 0, 0);
            var start = place * labels.Length;
            var batch = order.AsMemory(start, Math.Min(labels.Length, order.Length - start));
            optimizer.Rate = config.RateAt(step);
            Batches.Ask(data.Train, order, start + batch.Length, labels.Length);
            var (loss, correct) = Step(tape, config, model, optimizer, data.Train, batch, labels);
            watch.See(loss);
            (step, examples) = (step + 1, examples + batch.Length);
            (epochExamples, epochCorrect) = (epochExamples + batch.Length, epochCorrect + correct);
            if (watch.Reason is not null || !measureAt.Contains(step)) continue;
            if (!model.IsFinite()) watch.Lose("a parameter is not finite");
            var validation = HasValidation(config, data)
                ? Evaluate(tape, config, model, data.Train, ValidationStart(data), CurveImages)
                : (Loss: double.NaN, Accuracy: double.NaN);
            curve.Add(new("", step, examples, watch.MeanSinceLast(), validation.Loss, validation.Accuracy));
            var moment = new Moment(config, data, tape, model, step, (double)epochCorrect / epochExamples);
            foreach (var (column, value) in probe?.Measure(moment) ?? []) curve[^1].Own[column] = value;
        }
        if (!model.IsFinite()) watch.Lose("a parameter is not finite");
        var trial = new Trial(config) { EndedAt = step, Curve = curve, LossExcess = watch.Excess };
        if (watch.Reason is null) trial = Finish(trial, tape, model, data) with { LossVolatility = watch.Volatility };
        trial = trial.JudgedAt(DivergedAbove);
        return trial with
        {
            Reason = trial.Status switch
            {
                Status.Diverged => watch.Reason ?? LossWatch.Exceeded(trial.LossExcess),
                Status.Stuck => "accuracy under twice chance",
                _ => "",
            },
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3),
        };
    }

    /// <summary>Mean loss and accuracy of the model on images first..first+count-1, in evaluation mode.</summary>
    public static (double Loss, double Accuracy) Evaluate(Tape tape, Config config, Model model, ImageSet set,
        int first, int count)
    {
        var (loss, correct) = (0.0, 0);
        for (var start = first; start < first + count; start += EvaluationBatch)
        {
            var at = Enumerable.Range(start, Math.Min(EvaluationBatch, first + count - start)).ToArray();
            var labels = set.Labels.AsMemory(start, at.Length);
            var (mean, right) = tape.Step(() =>
            {
                var logits = model.Forward(config.Input(set, at), Mode.Evaluation);
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

    static (float Loss, int Correct) Step(Tape tape, Config config, Model model, Optimizer optimizer, ImageSet set,
        ReadOnlyMemory<int> batch, byte[] labels)
    {
        Batches.Labels(set, batch.Span, labels);
        return tape.Step(() =>
        {
            var logits = model.Forward(config.Input(set, batch.Span), Mode.Training);
            var loss = logits.CrossEntropy(labels.AsMemory(0, batch.Length));
            var correct = logits.CountCorrect(labels.AsSpan(0, batch.Length));
            if (config is { ClipNorm: 0, Learned: Learned.All }) optimizer.Step(loss);
            else
                foreach (var (parameter, gradient) in Gradients(config, loss)) optimizer.Update(parameter, gradient);
            return (loss.Item, correct);
        });
    }

    // The gradients that the configuration lets through to the optimizer.
    static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Config config, Tensor loss)
    {
        var all = Tape.Gradients(loss).Where(pair => config.Learned == Learned.All
            || pair.Parameter.Name!.EndsWith(".gamma") || pair.Parameter.Name!.EndsWith(".beta"));
        return config.ClipNorm == 0 ? all : ClippedGradients(all, config.ClipNorm, out _);
    }

    static Trial Finish(Trial trial, Tape tape, Model model, Dataset data)
    {
        var train = Evaluate(tape, trial, model, data.Train, 0, Math.Min(TrainImages, trial.TrainSize));
        var validation = HasValidation(trial, data)
            ? Evaluate(tape, trial, model, data.Train, ValidationStart(data), ValidationImages)
            : (Loss: double.NaN, Accuracy: double.NaN);
        // Test images are for the evaluation seeds alone, so that nothing can be selected by them.
        var test = trial.Role == Role.Tune ? double.NaN
            : Evaluate(tape, trial, model, data.Test, 0, data.Test.Count).Accuracy;
        return trial with
        {
            TrainLoss = train.Loss,
            TrainAccuracy = train.Accuracy,
            ValidationLoss = validation.Loss,
            ValidationAccuracy = validation.Accuracy,
            TestAccuracy = test,
        };
    }

    // Where all images are for training, as in the seed, there is no validation.
    static bool HasValidation(Config config, Dataset data) => config.TrainSize <= ValidationStart(data);

    /// <summary>Place of the first validation image in the training set.</summary>
    public static int ValidationStart(Dataset data) => data.Train.Count - ValidationImages;

    /// <summary>Watches mini-batch losses for divergence, and how much they jump from a step on.</summary>
    public sealed class LossWatch(int jumpsFrom)
    {
        static readonly double unit = Math.Log(Dataset.Classes);

        readonly double[] window = new double[LossWindow];
        readonly int[] above = new int[Multiples.Count];
        int seen, since;
        double last, sum, squares, total;

        /// <summary>Why training must end.</summary>
        public string? Reason { get; private set; }

        public double Excess { get; private set; }

        public double Volatility =>
            Math.Sqrt(squares / 2 / (seen - jumpsFrom)) / (total / (seen - jumpsFrom));

        public static string Exceeded(double multiple) => string.Create(CultureInfo.InvariantCulture,
            $"the median of {LossWindow} losses exceeded {multiple} ln(classes)");

        public void Lose(string reason) => (Reason, Excess) = (Reason ?? reason, double.PositiveInfinity);

        public void See(double loss)
        {
            if (!double.IsFinite(loss)) Lose("the loss is not finite");
            ref var slot = ref window[seen++ % LossWindow];
            for (var i = 0; i < above.Length; i++)
            {
                // The median exceeds a limit once more than half of the window does: counting spares sorting it.
                above[i] += (loss > Multiples[i] * unit ? 1 : 0) - (slot > Multiples[i] * unit ? 1 : 0);
                if (seen > DivergenceFrom && above[i] > LossWindow / 2) Excess = Math.Max(Excess, Multiples[i]);
            }
            if (Excess == Multiples[^1]) Reason ??= Exceeded(Excess);
            slot = loss;
            if (seen > jumpsFrom) (squares, total) = (squares + (loss - last) * (loss - last), total + loss);
            (last, sum, since) = (loss, sum + loss, since + 1);
        }

        public double MeanSinceLast()
        {
            var mean = sum / since;
            (sum, since) = (0, 0);
            return mean;
        }
    }
}
