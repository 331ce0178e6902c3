#nullable enable
// One trial: a configuration trained on one thread, watched, and measured.

public static class Training
{
    const int CurveImages = 2_000, TrainImages = 5_000, CurvePoints = 16;

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
            Batches.Prefetch(data.Train, order, start + batch.Length, labels.Length);
            var (loss, correct) = Step(tape, config, model, optimizer, data.Train, batch, labels);
            watch.See(loss);
            (step, examples) = (step + 1, examples + batch.Length);
            (epochExamples, epochCorrect) = (epochExamples + batch.Length, epochCorrect + correct);
            if (watch.Reason is not null || !measureAt.Contains(step)) continue;
            if (!model.IsFinite()) watch.Lose("a parameter is not finite");
            var validation = Evaluation.HasValidation(config, data)
                ? Evaluation.Run(tape, config, model, data.Train, Evaluation.ValidationStart(data), CurveImages)
                : (Loss: double.NaN, Accuracy: double.NaN);
            curve.Add(new("", step, examples, watch.MeanSinceLast(), validation.Loss, validation.Accuracy));
            var moment = new Snapshot(config, data, tape, model, step, (double)epochCorrect / epochExamples);
            foreach (var (column, value) in probe?.Measure(moment) ?? []) curve[^1].Own[column] = value;
        }
        if (!model.IsFinite()) watch.Lose("a parameter is not finite");
        var trial = new Trial(config) { EndedAt = step, Curve = curve, LossExcess = watch.Excess };
        if (watch.Reason is null) trial = Finish(trial, tape, model, data) with { LossVolatility = watch.Volatility };
        trial = trial.JudgedAt(Divergence.Default);
        return trial with
        {
            Reason = trial.Status switch
            {
                Status.Diverged => watch.Reason ?? Divergence.Exceeded(trial.LossExcess),
                Status.Stuck => "accuracy under twice chance",
                _ => "",
            },
            Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3),
        };
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
        var train = Evaluation.Run(tape, trial, model, data.Train, 0, Math.Min(TrainImages, trial.TrainSize));
        var validation = Evaluation.HasValidation(trial, data)
            ? Evaluation.Run(tape, trial, model, data.Train, Evaluation.ValidationStart(data), Evaluation.ValidationImages)
            : (Loss: double.NaN, Accuracy: double.NaN);
        // Test images are for the evaluation seeds alone, so that nothing can be selected by them.
        var test = trial.Role == Role.Tune ? double.NaN
            : Evaluation.Run(tape, trial, model, data.Test, 0, data.Test.Count).Accuracy;
        return trial with
        {
            TrainLoss = train.Loss,
            TrainAccuracy = train.Accuracy,
            ValidationLoss = validation.Loss,
            ValidationAccuracy = validation.Accuracy,
            TestAccuracy = test,
        };
    }
}
