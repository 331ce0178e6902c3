#nullable enable
// One trial: a configuration is trained on one thread, watched for divergence, and measured.

public static class Training
{
    /// <summary>Trains the configuration's model from its seed. Divergence is a result, not an error, and so is a trial
    /// that fails: its reason is the error's message.</summary>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    /// <exception cref="ProbeFault">The probe measured what is none of its columns.</exception>
    public static Trial Run(Config config, Dataset data, Probe? probe = null, CancellationToken stop = default)
    {
        var (clock, step) = (Stopwatch.StartNew(), 0);
        Trial trial;
        try { trial = Train(config, data, probe ?? Probe.Curves(), ref step, stop); }
        catch (Exception e) when (e is not OperationCanceledException and not OutOfMemoryException and not ProbeFault)
        {
            trial = new(config) { Status = Status.Failed, EndedAt = step, Reason = e.Message.ReplaceLineEndings(" ") };
        }
        return trial with { Seconds = Math.Round(clock.Elapsed.TotalSeconds, 3) };
    }

    /// <summary>Takes a probe's first and last measurement of the untrained model, as in an evaluation trial, so that a
    /// probe that is wrong ends a run before its first trial.</summary>
    /// <exception cref="ProbeFault">The probe measured what is none of its columns.</exception>
    public static void Rehearse(Config config, Dataset data, Probe probe)
    {
        config = config with { Role = Role.Evaluate };
        var steps = probe.Steps(config).Where(step => step <= config.Steps).Order().ToList();
        if (steps.Count == 0) return;
        try
        {
            var measure = probe.Begin(config);
            var model = config.Layers(data).ToModel(config.Seed);
            foreach (var step in new[] { steps[0], steps[^1] }) measure(new(config, data, new(), model, step, 0));
        }
        // Other errors make trials fail, each with its reason.
        catch (Exception e) when (e is not ProbeFault) { }
    }

    static Trial Train(Config config, Dataset data, Probe probe, ref int step, CancellationToken stop)
    {
        var model = config.Layers(data).ToModel(config.Seed);
        var (optimizer, learnable) = (config.NewOptimizer(model), new Learnable(config, model));
        var tape = new Tape();
        var watch = new LossWatch(Math.Max(1, config.Steps / 2), data.Classes);
        var (measureAt, measure) = (probe.Steps(config).ToHashSet(), probe.Begin(config));
        var labels = new byte[Math.Min(config.BatchSize, config.TrainSize)];
        var curve = new List<CurvePoint>();
        var (examples, epochExamples, epochCorrect) = (0L, 0, 0);
        int[] order = [];
        Crop[] crops = [];
        var images = config.ImagesOf(data.Train);
        while (step < config.Steps && watch.Reason is null)
        {
            stop.ThrowIfCancellationRequested();
            var (epoch, place) = Math.DivRem(step, config.StepsPerEpoch);
            if (place == 0)
            {
                (order, epochExamples, epochCorrect) = (config.BatchClasses == 0
                    ? Batches.Order(config.TrainSize, config.Seed, epoch)
                    : Batches.OrderByClasses(data.Train.Labels, config.TrainSize, labels.Length, config.BatchClasses,
                        config.Seed, epoch), 0, 0);
                crops = Crop.Draw(config.Augment, config.TrainSize, config.Seed, epoch);
            }
            var start = place * labels.Length;
            var batch = order.AsMemory(start, Math.Min(labels.Length, order.Length - start));
            optimizer.Rate = config.RateAt(step);
            // From here on an error counts as one of this step, the first being 1.
            step++;
            Batches.Prefetch(images, order, start + batch.Length, labels.Length);
            var shown = crops.Length == 0 ? default : crops.AsMemory(start, batch.Length);
            var (loss, correct) = Step(tape, config, model, optimizer, learnable, data.Train, batch, shown, labels);
            watch.See(loss);
            (examples, epochExamples, epochCorrect) =
                (examples + batch.Length, epochExamples + batch.Length, epochCorrect + correct);
            if (watch.Reason is not null || !measureAt.Contains(step)) continue;
            if (NotFinite(model) is { } reason)
            {
                watch.Lose(reason);
                continue;
            }
            Snapshot snapshot = new(config, data, tape, model, step, (double)epochCorrect / epochExamples);
            var validation = snapshot.OnCurve();
            curve.Add(new("", step, examples, watch.MeanSinceLast(), validation.Loss, validation.Accuracy));
            foreach (var (column, value) in measure(snapshot)) curve[^1].Own[column] = value;
        }
        if (NotFinite(model) is { } lost) watch.Lose(lost);
        var trial = new Trial(config) { Data = data.Facts, EndedAt = step, Curve = curve, LossExcess = watch.Excess };
        if (watch.Reason is null)
            trial = Finish(trial, new(config, data, tape, model, step, (double)epochCorrect / epochExamples)) with
            {
                LossVolatility = watch.Volatility,
            };
        trial = trial.JudgedAt(Divergence.Default);
        return trial with
        {
            Reason = trial.Status switch
            {
                Status.Diverged => watch.Reason ?? Divergence.Exceeded(trial.LossExcess),
                Status.Stuck => double.IsFinite(trial.TrainLoss) ? Divergence.StuckReason(data.Chance)
                    : "the outputs are not finite in evaluation",
                _ => "",
            },
        };
    }

    // Running statistics can overflow though all parameters are finite: the model learns, but evaluation fails.
    static string? NotFinite(Model model) => !model.IsFinite() ? "a parameter is not finite"
        : model.Buffers.Any(buffer => !buffer.IsFinite()) ? "a buffer is not finite" : null;

    static (float Loss, int Correct) Step(Tape tape, Config config, Model model, Optimizer optimizer,
        Learnable learnable, ImageSet set, ReadOnlyMemory<int> batch, ReadOnlyMemory<Crop> crops, byte[] labels)
    {
        Batches.Labels(set, batch.Span, labels);
        return tape.Step(() =>
        {
            var logits = model.Forward(config.Input(set, batch.Span, crops.Span), Mode.Training);
            var loss = logits.CrossEntropy(labels.AsMemory(0, batch.Length));
            var correct = logits.CountCorrect(labels.AsSpan(0, batch.Length));
            if (config.ClipNorm == 0 && learnable.IsAll) optimizer.Step(loss);
            else
                foreach (var (parameter, gradient) in Gradients(config, learnable, loss))
                    optimizer.Update(parameter, gradient);
            return (loss.Item, correct);
        });
    }

    // The gradients that the configuration lets through to the optimizer.
    static IEnumerable<(Tensor Parameter, Tensor Gradient)> Gradients(Config config, Learnable learnable, Tensor loss)
    {
        var all = learnable.Of(Tape.Gradients(loss));
        return config.ClipNorm == 0 ? all : ClippedGradients(all, config.ClipNorm, out _);
    }

    static Trial Finish(Trial trial, Snapshot last)
    {
        var (train, validation) = (last.OnTraining(Evaluation.TrainImages), last.OnValidation());
        // Test images are for selected settings alone, so that nothing can be selected by them.
        var test = trial.Role == Role.Evaluate ? last.OnTest().Accuracy : double.NaN;
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
