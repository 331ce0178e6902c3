#nullable enable
// What a run will take, before it begins: trials, time and memory, from a few steps of each kind of net.

/// <summary>A run before it begins: trials, those on disk already, and what the others take on this machine; and how
/// many more the results may ask for, and what all take then.</summary>
public sealed record Estimate(IReadOnlyList<Config> Asked, int Kept, TimeSpan Time, double Bytes, int Perhaps = 0,
    TimeSpan Longest = default)
{
    static readonly TimeSpan patience = TimeSpan.FromSeconds(0.35);

    /// <summary>Measures nets for a third of a second: those that take most of the time first; the others are reckoned
    /// from them by the images that they see. A trial that diverges early takes less.</summary>
    /// <param name="trials">All that will be asked for.</param>
    /// <param name="missing">Those of them that must be run.</param>
    /// <param name="perhaps">What the results may ask for beside.</param>
    public static Estimate Measure(IReadOnlyList<Config> trials, IReadOnlyList<Config> missing, Dataset data,
        Probe? probe, int jobs, IReadOnlyList<Config>? perhaps = null)
    {
        var clock = Stopwatch.StartNew();
        var (measured, images, seconds, bytes) = (0, 0.0, 0.0, 0L);
        var kinds = missing.GroupBy(trial => (trial.Model, trial.Depth, trial.Width, trial.Activation, trial.Norm,
            trial.BatchSize, trial.Optimizer, trial.Role)).OrderByDescending(kind => kind.Sum(Cost)).ToList();
        foreach (var kind in kinds.TakeWhile(_ => measured == 0 || clock.Elapsed < patience))
        {
            // The first net also compiles the kernels.
            if (measured++ == 0) TryMeasureNet(kind.First(), data, probe);
            if (TryMeasureNet(kind.First(), data, probe) is not { } cost) continue;
            images += kind.Sum(Cost);
            bytes = Math.Max(bytes, cost.Bytes);
            seconds += kind.Sum(trial =>
            {
                List<int> points = [.. (probe ?? Probe.Curves()).Steps(trial).Where(at => at <= trial.Steps)];
                int Measured(int images, int step) => Evaluation.AtMost(images, (long)step * trial.BatchSize);
                return trial.Steps * cost.Step + points.Count * cost.Probing + cost.Image
                    * (points.Sum(at => Measured(Evaluation.CurveImages, at))
                        + Measured(Evaluation.TrainImages, trial.Steps)
                        + Measured(Evaluation.ValidationImages(trial, data), trial.Steps)
                        + (trial.Role == Role.Evaluate ? Measured(data.Test.Count, trial.Steps) : 0));
            });
        }
        TimeSpan TimeOf(double cost) =>
            TimeSpan.FromSeconds(images == 0 ? 0 : seconds * cost / images / Math.Min(jobs, missing.Count));
        var (sure, more) = (missing.Sum(Cost), perhaps?.Sum(Cost) ?? 0);
        return new(trials, trials.Count - missing.Count, TimeOf(sure), Environment.WorkingSet + (double)bytes * jobs,
            perhaps?.Count ?? 0, TimeOf(sure + more));
    }

    /// <summary>What a trial costs, roughly: images seen, convolutions being dearer.</summary>
    public static double Cost(Config config) => (double)config.Steps * config.BatchSize * config.Model switch
    {
        Architecture.Lenet => 6,
        Architecture.Resnet or Architecture.PreactResnet or Architecture.Vgg =>
            config.Depth * config.Width * config.Width / 15.0,
        _ => 1,
    };

    /// <summary>"612 to 840 trials on mnist (36 kept), about 1 min 30 s to 2 min with 2 jobs and 0.3 GB of memory".
    /// </summary>
    public string Words(string dataset, int jobs)
    {
        string Span(TimeSpan time) =>
            Format.Span(TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)), tenths: false);
        string To(string least, string most) => Perhaps == 0 ? least : $"{least} to {most}";
        var trials = To($"{Asked.Count}", $"{Asked.Count + Perhaps}");
        if (Perhaps == 0 && Asked.Any(config => double.IsNaN(config.Lr))) trials = $"up to {trials}";
        return string.Create(CultureInfo.InvariantCulture, $"{trials} trials on {dataset}{
            (Kept > 0 ? $" ({Kept} kept)" : "")}, about {To(Span(Time), Span(Longest))} with {jobs} {
            (jobs == 1 ? "job" : "jobs")} and {Bytes / 1e9:0.0} GB of memory");
    }

    /// <summary>A line for each trial: what sets it apart from others.</summary>
    public IEnumerable<string> Lines(string fingerprint)
    {
        var varied = Design.Varied(Asked).ToList();
        foreach (var trial in Asked)
            yield return string.Join("  ",
            [
                double.IsNaN(trial.Lr) ? "(rate open) " : Fingerprint.OfTrial(trial, fingerprint),
                .. varied.Select(name => $"{name} {Hyperparameters.Text(trial, name).Replace("NaN", "open"),-8}"),
                $"seed {trial.Seed}", $"{trial.Steps} steps",
            ]);
    }

    // An estimate decides nothing: what cannot be trained or measured fails in the run, as a trial.
    static (double Step, double Image, double Probing, long Bytes)? TryMeasureNet(Config config, Dataset data,
        Probe? probe)
    {
        try { return MeasureNet(double.IsNaN(config.Lr) ? config with { Lr = 1e-3 } : config, data, probe); }
        catch (Exception e) when (e is not OutOfMemoryException) { return null; }
    }

    // Seconds of a step, of evaluation on an image and of the probe, and the bytes that a worker has in hand.
    static (double Step, double Image, double Probing, long Bytes) MeasureNet(Config config, Dataset data, Probe? probe)
    {
        var images = Math.Min(250, config.TrainSize);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var model = config.Layers(data).ToModel(config.Seed);
        var (tape, optimizer) = (new Tape(), config.NewOptimizer(model));
        var order = Batches.Order(config.TrainSize, config.Seed, 0);
        var batch = order[..Math.Min(config.BatchSize, order.Length)];
        var labels = new byte[batch.Length];
        Batches.Labels(data.Train, batch, labels);
        void Step() => tape.Step(() =>
        {
            var loss = model.Forward(config.Input(data.Train, batch), Mode.Training).CrossEntropy(labels);
            optimizer.Step(loss);
            return loss.Item;
        });
        // The mean, not the best: who shares this machine now will share it during the run.
        double Mean(Action action)
        {
            action();
            var (clock, count) = (Stopwatch.StartNew(), 0);
            do
            {
                action();
                count++;
            }
            while (clock.Elapsed.TotalMilliseconds < 12);
            return clock.Elapsed.TotalSeconds / count;
        }
        var step = Mean(Step);
        var image = Mean(() => Evaluation.Run(tape, config, model, data.Train, order[..images])) / images;
        var probing = Stopwatch.StartNew();
        probe?.Begin(config)(new(config, data, tape, model, 1, 0)).Count();
        return (step, image, probe is null ? 0 : probing.Elapsed.TotalSeconds,
            GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
