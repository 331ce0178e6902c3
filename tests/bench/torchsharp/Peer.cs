using System.Diagnostics;
using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

// The convnets of peers.py in TorchSharp, with the same words on standard input and output:
//
//     dotnet peer.dll ENGINE W5 0|1       with BN (1) or without (0); engines: torchsharp, torchsharp_nhwc
//     dotnet peer.dll ENGINE W5 0|1 20    the losses of 20 steps

try
{
    set_num_threads(1);
    var job = new Job(args[1], bn: args[2] == "1", nhwc: args[0] == "torchsharp_nhwc");
    if (args.Length > 3)
        for (var i = 0; i < int.Parse(args[3]); i++) Console.WriteLine($"{job.Step():R}");
    else Work(job);
    return 0;
}
catch (TypeInitializationException error)
{
    Console.Error.WriteLine($"libtorch cannot be loaded: {error.InnerException!.Message.Split('\n')[0]}");
    return 1;
}

static void Work(Job job)
{
    Train(job, seconds: 1);
    Console.WriteLine("ready");
    while (Console.ReadLine() is { } seconds)
        Console.WriteLine(JsonSerializer.Serialize(Train(job, double.Parse(seconds))));
}

static object Train(Job job, double seconds)
{
    var (steps, cpu, clock) = (0, Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
    for (; clock.Elapsed.TotalSeconds < seconds; steps++) job.Step();
    return new
    {
        steps, seconds = clock.Elapsed.TotalSeconds, cpu = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds,
        rss = Process.GetCurrentProcess().PeakWorkingSet64 / 1048576.0,
    };
}

/// <summary>A net in training, step by step as peers.py does it.</summary>
sealed class Job
{
    readonly nn.Module<Tensor, Tensor> model;
    readonly optim.Optimizer optimizer;
    readonly Tensor pixels, labels, mean, scale;
    readonly bool nhwc;
    readonly int count, batch;
    Tensor order = empty(0);
    int place;

    public Job(string workload, bool bn, bool nhwc)
    {
        var (channels, lenet) = (workload == "W3" ? 1 : 3, workload == "W3");
        (this.nhwc, count, batch) = (nhwc, lenet ? 50_000 : 10_000, lenet ? 64 : 128);
        place = count;
        random.manual_seed(1);
        pixels = randint(0, 256, [count, channels, 32, 32], ScalarType.Byte);
        pixels *= randint(0, 5, pixels.shape, ScalarType.Byte) == 0;
        labels = randint(0, 10, [count], ScalarType.Int64);
        var (deviation, average) = std_mean(pixels.@float(), [0L, 2, 3], unbiased: false, keepdim: true);
        (mean, scale) = lenet ? (tensor(0f), tensor(1 / 255f)) : (average, 1 / deviation);
        if (nhwc) pixels = Convnet.ChannelsLast(pixels);
        model = Convnet.Create(workload, bn, nhwc);
        optimizer = lenet ? optim.RMSProp(model.parameters(), 1e-3, alpha: 0.9, eps: 1e-7)
            : optim.SGD(model.parameters(), 1e-3, momentum: 0.9);
        random.manual_seed(3);
    }

    public float Step()
    {
        if (place + batch > count) (order, place) = (randperm(count, ScalarType.Int64), 0);
        using var scope = NewDisposeScope();
        var at = order.narrow(0, place, batch);
        place += batch;
        var x = pixels[at].@float().sub_(mean).mul_(scale);
        var loss = nn.functional.cross_entropy(model.call(x), labels[at]);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }
}
