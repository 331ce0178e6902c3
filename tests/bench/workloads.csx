#load "../../lib/lab.csx"
#nullable enable
// What is measured, and the lab's side of it.

/// <summary>A net in training. Convolutions and Dense are the sizes of its layers, by which operations are counted.
/// </summary>
public sealed record Workload(string Name, string Text, Config Config, int[] Dense,
    params IReadOnlyList<ConvolutionSizes> Convolutions)
{
    static readonly Config paper = new();

    // Colour images of 32 x 32, at a rate at which all nets train, the deepest without BN too.
    static readonly Config colour = paper with
    {
        Activation = Activation.Relu, BatchSize = 128, Lr = 1e-3, Momentum = 0.9, Init = Scheme.HeNormal, Width = 16,
        TrainSize = 10_000,
    };

    public static readonly Workload[] All =
    [
        new("W1", "MLP 784-100-100-100-10, sigmoid, batch 60, SGD", paper, [784, 100, 100, 100, 10]),
        new("W2", "MLP 784-512-512-512-10, ReLU, batch 128, SGD with momentum", paper with
        {
            Width = 512, Activation = Activation.Relu, BatchSize = 128, Lr = 0.01, Momentum = 0.9,
        }, [784, 512, 512, 512, 10]),
        new("W3", "LeNet 32x32, batch 64, RMSprop", paper with
        {
            Model = Architecture.Lenet, Activation = Activation.Relu, BatchSize = 64, Lr = 1e-3,
            Optimizer = Optimization.RmspropTorch,
        }, [576, 120, 84, 10], new(1, 32, 32, 6, 3, 3, 1, 0), new(6, 15, 15, 16, 3, 3, 1, 0)),
        new("W4", "W1 at batch 4", paper with { BatchSize = 4 }, [784, 100, 100, 100, 10]),
        new("W5", "ResNet-8 of width 16, 32x32 colours, batch 128, SGD with momentum",
            colour with { Model = Architecture.Resnet, Depth = 8 }, [64, 10], [.. ResNet(8)]),
        new("W6", "VGG of 6 convolutions, width 16, 32x32 colours, batch 128, SGD with momentum",
            colour with { Model = Architecture.Vgg, Depth = 6 }, [64, 10], [.. Vgg(6)]),
        new("W7", "ResNet-20 of width 16, 32x32 colours, batch 128, SGD with momentum",
            colour with { Model = Architecture.Resnet, Depth = 20 }, [64, 10], [.. ResNet(20)]),
    ];

    static IEnumerable<ConvolutionSizes> ResNet(int depth)
    {
        yield return new(3, 32, 32, 16, 3, 3, 1, 1);
        for (var stage = 0; stage < 3; stage++)
        {
            var (outputs, side) = (16 << stage, 32 >> stage);
            for (var block = 0; block < (depth - 2) / 6; block++)
            {
                var halves = stage > 0 && block == 0;
                if (halves) yield return new(outputs / 2, 2 * side, 2 * side, outputs, 1, 1, 2, 0);
                yield return halves ? new(outputs / 2, 2 * side, 2 * side, outputs, 3, 3, 2, 1)
                    : new(outputs, side, side, outputs, 3, 3, 1, 1);
                yield return new(outputs, side, side, outputs, 3, 3, 1, 1);
            }
        }
    }

    static IEnumerable<ConvolutionSizes> Vgg(int convolutions)
    {
        for (var i = 0; i < convolutions; i++)
            yield return new(i == 0 ? 3 : 16 << (i - 1) / 2, 32 >> i / 2, 32 >> i / 2, 16 << i / 2, 3, 3, 1, 1);
    }

    public bool HasConvolutions => Convolutions.Count > 0;
    public bool HasColours => HasConvolutions && Convolutions[0].Channels == 3;

    /// <summary>Of a step, matrix products and convolutions alone, as they are defined: each layer's forward, gradient
    /// by the weights and, but for the first layer, gradient by the input.</summary>
    public double Flops
    {
        get
        {
            var dense = Dense.Zip(Dense.Skip(1), (fanIn, fanOut) => 2.0 * fanIn * fanOut);
            var products = Convolutions.Select(c => c.Flops).Concat(dense)
                .Select((flops, layer) => flops * (layer == 0 ? 2 : 3));
            return Config.BatchSize * products.Sum();
        }
    }

    /// <summary>What to train on: drawn digits, whose zeros lie where those of handwriting do, since the lab's products
    /// pass over them; in colours noise.</summary>
    public ImageSet Images()
    {
        if (!HasColours) return LoadDataset("digits").Train;
        var random = new Random(1);
        var (pixels, labels) = (new byte[Config.TrainSize * 3 * 32 * 32], new byte[Config.TrainSize]);
        random.NextBytes(pixels);
        for (var i = 0; i < labels.Length; i++) labels[i] = (byte)random.Next(10);
        return new(pixels, labels, 32, 32, 3);
    }

    /// <summary>What the lab is to reach with two models at once and vectors of 256 bits: for `lab` a share of the
    /// peak, for a peer steps per CPU-second over the peer's.</summary>
    public static double? Target(string workload, bool bn, string engine) => (workload, engine) switch
    {
        ("W1", "lab") => 0.58,
        ("W2", "lab") => 0.65,
        ("W3", "lab") => 0.45,
        ("W4", "lab") => bn ? 0.36 : 0.40,
        (_, "lab") => 0.80,
        ("W3", "pytorch" or "pytorch_nhwc") => bn ? 9 : 6,
        ("W5" or "W7", _) => bn ? 2.5 : 2,
        _ => null,
    };
}

/// <summary>One model in training, step by step as Training.Run does it, without what that measures on the way.
/// </summary>
public sealed class Job(Config config, ImageSet images)
{
    readonly Model model = config.Layers(images.Height, images.Width, 10, channels: images.Channels)
        .ToModel(config.Seed);
    Optimizer? optimizer;
    readonly Tape tape = new();
    readonly byte[] labels = new byte[config.BatchSize];
    int[] order = [];
    int step;

    public int BatchSize => labels.Length;

    public float Step()
    {
        optimizer ??= config.NewOptimizer(model);
        var (epoch, place) = Math.DivRem(step++, config.StepsPerEpoch);
        if (place == 0) order = Batches.Order(config.TrainSize, config.Seed, epoch);
        var batch = order.AsMemory(place * labels.Length, labels.Length);
        Batches.Prefetch(images, order, (place + 1) * labels.Length, labels.Length);
        Batches.Labels(images, batch.Span, labels);
        return tape.Step(() =>
        {
            var logits = model.Forward(config.Input(images, batch.Span), Mode.Training);
            var loss = logits.CrossEntropy(labels);
            optimizer.Step(loss);
            return loss.Item;
        });
    }
}

/// <summary>What a worker answers: steps, seconds on the clock and of CPU, bytes allocated, MiB at the peak; all of
/// its jobs together.</summary>
public sealed record Answer(long Steps, double Seconds, double Cpu, double Rss, double? Allocated = null);

/// <summary>Trains models, each on its thread; as a process, on request, as peers.py does.</summary>
public static class Worker
{
    // Seconds of CPU for each model before anything is measured, so that all is compiled for good.
    const double WarmUp = 1;

    public static int Run(string workload, bool bn, int jobs)
    {
        var own = Workload.All.Single(known => known.Name == workload);
        var config = own.Config with { Norm = bn ? Norm.Batch : Norm.None };
        var images = own.Images();
        Job[] models = [.. Enumerable.Range(1, jobs).Select(seed => new Job(config with { Seed = seed }, images))];
        for (var begun = Cpu.Seconds; Cpu.Seconds - begun < jobs * WarmUp;) Train(models, 0.5);
        Out.WriteLine("ready");
        while (In.ReadLine() is { } seconds)
            Out.WriteLine(JsonSerializer.Serialize(Train(models, double.Parse(seconds)), Json));
        return 0;
    }

    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    static Answer Train(Job[] jobs, double seconds)
    {
        var (steps, allocated) = (0L, 0L);
        // Read by whoever arrives last: when all are ready to begin, and when all have ended.
        var clock = new List<(double Seconds, double Cpu)>();
        using var together = new Barrier(jobs.Length, _ => clock.Add((Now, Cpu.Seconds)));
        void Work(Job job)
        {
            // A new thread makes its scratch memory in its first steps.
            for (var i = 0; i < 3; i++) job.Step();
            var before = GC.GetAllocatedBytesForCurrentThread();
            together.SignalAndWait();
            var done = 0L;
            for (var end = Now + seconds; Now < end; done++) job.Step();
            together.SignalAndWait();
            Interlocked.Add(ref steps, done);
            Interlocked.Add(ref allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        List<Thread> threads = [.. jobs.Select(job => new Thread(() => Work(job)))];
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return new(steps, clock[1].Seconds - clock[0].Seconds, clock[1].Cpu - clock[0].Cpu,
            Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0, allocated);
    }

    static double Now => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}

/// <summary>CPU time, the measure of everything here: a busy machine changes it little.</summary>
public static class Cpu
{
    /// <summary>Seconds of CPU that this process has used, all threads together.</summary>
    public static double Seconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>GFLOP/s of one core that only multiplies and adds in registers: the best of several tries.</summary>
    public static double Peak(int tries) => Enumerable.Range(0, tries).Max(_ =>
        Vector512.IsHardwareAccelerated ? Try<Simd512, Vector512<float>>()
        : Vector256.IsHardwareAccelerated ? Try<Simd256, Vector256<float>>() : Try<Simd128, Vector128<float>>());

    static double Try<S, V>() where S : struct, ISimd<V> where V : struct
    {
        const int Rounds = 5_000_000;
        var begun = Seconds;
        MultiplyAdd<S, V>(Rounds, 0.5f, 1f);
        return 2.0 * 12 * S.Lanes * Rounds / (Seconds - begun) / 1e9;
    }

    // Twelve sums, as in the lab's product, so that nothing waits for a result.
    [MethodImpl(Hot)]
    static V MultiplyAdd<S, V>(int rounds, float factor, float term) where S : struct, ISimd<V> where V : struct
    {
        V f = S.All(factor), t = S.All(term),
            a = t, b = t, c = t, d = t, e = t, g = t, h = t, i = t, j = t, k = t, l = t, m = t;
        for (var round = 0; round < rounds; round++)
        {
            a = S.MultiplyAdd(a, f, t); b = S.MultiplyAdd(b, f, t); c = S.MultiplyAdd(c, f, t);
            d = S.MultiplyAdd(d, f, t); e = S.MultiplyAdd(e, f, t); g = S.MultiplyAdd(g, f, t);
            h = S.MultiplyAdd(h, f, t); i = S.MultiplyAdd(i, f, t); j = S.MultiplyAdd(j, f, t);
            k = S.MultiplyAdd(k, f, t); l = S.MultiplyAdd(l, f, t); m = S.MultiplyAdd(m, f, t);
        }
        V Four(V p, V q, V r, V s) => S.Add(S.Add(p, q), S.Add(r, s));
        return S.Add(Four(a, b, c, d), S.Add(Four(e, g, h, i), Four(j, k, l, m)));
    }
}
