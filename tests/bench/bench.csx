#load "workloads.csx"
#load "engines.csx"
#load "products.csx"
#load "convolutions.csx"
#load "small_batches.csx"
#load "startup.csx"
#nullable enable
// Steps per CPU-second of the lab, NumPy and PyTorch, two models at once. Engines take turns, round after round, and
// what counts is the ratio within a round: on a machine with other work the numbers themselves drift, by a half and
// more.

const string Help = """
    Usage: tests/bench/run.sh [OPTION...]

    Trains seven workloads with BN and without: steps per CPU-second of the lab beside its peers, two models at once,
    and of the lab alone with one. Perceptrons' peers are PyTorch and NumPy, which is there twice: by hand, an
    expression for each equation, and in place, as one makes it fast. Convnets' are PyTorch and TorchSharp (libtorch
    2.10), each with channels first and last (nhwc) in memory. Then the workloads' matrix products, the lab's beside
    OpenBLAS's. Prints tables and writes a line of JSON for each measurement. About ten minutes.

      --quick         one short round: shows that it runs
      --only W1,W3    these workloads, of W1 to W7
      --no-peers      the lab alone
      --no-products   without the matrix products
      --avx2          vectors of 256 bits at most, for all sides: what the targets are for
      --layers        in place of all this: what share of the peak convolutions reach, layer by layer
      --batches       in place of all this: how many images a second are left of ResNet-8 in small batches
      --startup       in place of all this: seconds from Enter to the first trained step, warm and cold
      --out FILE      in place of results/bench.jsonl

    Python's peers run under $PYTHON or else /usr/bin/python3; TorchSharp is restored from NuGet and built (half a
    gigabyte, once). What is not to be had is skipped and named.
    """;

return Bench.Run([.. Args], Help);

public sealed record BenchOptions(Workload[] Workloads, bool Quick, bool Peers, bool Products, bool Layers,
    bool Batches, bool StartUp, string Out)
{
    /// <summary>Null where an option is unknown.</summary>
    public static BenchOptions? Parse(string[] args)
    {
        var options = new BenchOptions(Workload.All, Quick: false, Peers: true, Products: true, Layers: false,
            Batches: false, StartUp: false, Out: Path.Combine(Folders.Project, "results", "bench.jsonl"));
        var from = ".";
        for (var rest = args; rest.Length > 0;)
            switch (rest)
            {
                case ["--quick", .. var next]: (options, rest) = (options with { Quick = true }, next); break;
                case ["--no-peers", .. var next]: (options, rest) = (options with { Peers = false }, next); break;
                case ["--no-products", .. var next]: (options, rest) = (options with { Products = false }, next); break;
                case ["--layers", .. var next]: (options, rest) = (options with { Layers = true }, next); break;
                case ["--batches", .. var next]: (options, rest) = (options with { Batches = true }, next); break;
                case ["--startup", .. var next]: (options, rest) = (options with { StartUp = true }, next); break;
                case ["--out", var file, .. var next]:
                    (options, rest) = (options with { Out = Path.GetFullPath(file, Path.GetFullPath(from)) }, next);
                    break;
                // Done by run.sh: a process takes its vectors when it starts.
                case ["--avx2", .. var next]: rest = next; break;
                // From run.sh: where its user is.
                case ["--from", var folder, .. var next]: (from, rest) = (folder, next); break;
                case ["--only", var names, .. var next] when Named(names) is { } workloads:
                    (options, rest) = (options with { Workloads = workloads }, next);
                    break;
                default:
                    Error.WriteLine($"not understood: {string.Join(' ', rest)}; --help lists the options");
                    return null;
            }
        return options;
    }

    static Workload[]? Named(string names)
    {
        var wanted = names.Split(',');
        var found = Workload.All.Where(workload => wanted.Contains(workload.Name)).ToArray();
        return found.Length == wanted.Length ? found : null;
    }
}

/// <summary>One measurement, a line of JSON. steps_per_cpu_s, gflops and share_of_peak are one core's, by CPU time; the
/// others are all models' together. procs: models at once.</summary>
public sealed record EngineRound(string Workload, int Bn, string Engine, int Procs, int Round, double StepsPerS,
    double StepsPerCpuS, double SamplesPerS, double Gflops, double ShareOfPeak, double? AllocBytesPerStep,
    double PeakRssMib)
{
    public static EngineRound From(Workload workload, bool bn, Engine engine, int round, Answer answer, double peak)
    {
        var (perSecond, perCpuSecond) = (answer.Steps / answer.Seconds, answer.Steps / answer.Cpu);
        var gflops = workload.Flops * perCpuSecond / 1e9;
        return new(workload.Name, bn ? 1 : 0, engine.Name, engine.Models, round, perSecond, perCpuSecond,
            perSecond * workload.Config.BatchSize, gflops, gflops / peak, answer.Allocated / answer.Steps, answer.Rss);
    }
}

public static class Bench
{
    static readonly SortedSet<string> skipped = [];
    static StreamWriter lines = StreamWriter.Null;

    public static int Run(string[] args, string help)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["--work", var name, var bn, var models]) return Worker.Run(name, bn == "1", int.Parse(models));
        if (args.Contains("--help"))
        {
            Out.WriteLine(help);
            return 0;
        }
        if (BenchOptions.Parse(args) is not { } options) return 2;
        Directory.CreateDirectory(Path.GetDirectoryName(options.Out)!);
        using (lines = new StreamWriter(options.Out) { AutoFlush = true })
        {
            if (options.StartUp) StartUp(options);
            else if (options.Layers) Convolutions.Report(options.Quick ? 1 : 9, Write);
            else if (options.Batches)
                SmallBatches.Report(Workload.All.Single(workload => workload.Name == "W5"), options.Quick ? 1 : 9,
                    options.Quick ? 0.2 : 0.75, Write);
            else
            {
                var peak = Cpu.Peak(options.Quick ? 5 : 30);
                var (machine, cores, bits) = (Source.Machine(), Environment.ProcessorCount, Source.VectorBits);
                Out.WriteLine($"{machine}, {cores} cores, {bits}-bit vectors, {RuntimeInformation.FrameworkDescription}"
                    + $"; one core's peak {peak:F0} GFLOP/s");
                Write(new { Peak = peak, Machine = machine, Cores = cores, VectorBits = bits });
                foreach (var workload in options.Workloads)
                    foreach (var norm in new[] { true, false })
                        Report(workload, norm, Measure(workload, norm, options, peak));
                if (options.Products) Multiply(options, peak);
            }
        }
        foreach (var reason in skipped) Out.WriteLine($"skipped {reason}");
        Out.WriteLine($"wrote {options.Out}");
        return 0;
    }

    // A list of rounds for each engine.
    static List<List<EngineRound>> Measure(Workload workload, bool bn, BenchOptions options, double peak)
    {
        var (rounds, seconds) = options.Quick ? (1, 0.5) : (9, 0.75);
        var engines = Engine.For(workload, bn, options.Peers);
        try
        {
            engines.ForEach(engine => engine.Start());
            var ready = engines.Where(engine => engine.IsReady()).ToList();
            skipped.UnionWith(engines.Except(ready).Select(engine => $"{engine.Name}: {engine.Missing}"));
            var measured = ready.Select(_ => new List<EngineRound>()).ToList();
            for (var round = 1; round <= rounds; round++)
                foreach (var (engine, results) in ready.Zip(measured))
                {
                    results.Add(EngineRound.From(workload, bn, engine, round, engine.Train(seconds), peak));
                    Write(results[^1]);
                }
            return measured;
        }
        finally { engines.ForEach(engine => engine.Dispose()); }
    }

    static void Report(Workload workload, bool bn, List<List<EngineRound>> measured)
    {
        Out.WriteLine($"\n{workload.Name} {(bn ? "with BN" : "without BN")}: {workload.Text}");
        Row("steps per CPU-second", "median", "of rounds", "GFLOP/s", "of peak", "B/step", "MiB", "lab over it",
            "of rounds", "target");
        foreach (var rounds in measured)
        {
            var (lab, first) = (measured[0], rounds[0]);
            var (steps, ratios) = (rounds.Select(r => r.StepsPerCpuS), Ratios(lab, rounds, r => r.StepsPerCpuS));
            var shares = rounds.Select(r => r.ShareOfPeak);
            var (value, format) = rounds == lab ? (Median(shares), "P0") : (Median(ratios), "F1");
            var target = Source.VectorBits == 256 && first.Procs > 1
                && Workload.Target(workload.Name, bn, first.Engine) is { } least
                ? $"{least.ToString(format)} {(value >= least ? "reached" : "missed")}" : "";
            Row(first.Engine + (first.Procs == 1 ? ", one model" : ""), $"{Median(steps):F1}", Range(steps, "F0"),
                $"{Median(rounds.Select(r => r.Gflops)):F1}", $"{Median(shares):P0}",
                $"{first.AllocBytesPerStep:F0}", $"{rounds.Max(r => r.PeakRssMib):F0}",
                rounds == lab ? "" : $"{Median(ratios):F2}", rounds == lab ? "" : Range(ratios, "F2"), target);
            if (first.Procs > 1) continue;
            Out.WriteLine($"  two models over one: {Median(Ratios(lab, rounds, r => r.StepsPerS)):F2} on the clock, "
                + $"{Median(ratios):F2} per CPU-second");
        }
    }

    static void Row(params string[] cells) => Out.WriteLine(string.Format(
        "  {0,-22}{1,9}{2,13}{3,9}{4,9}{5,8}{6,6}{7,13}{8,13}  {9}", cells).TrimEnd());

    static void Multiply(BenchOptions options, double peak)
    {
        Out.WriteLine("\nMatrix products, GFLOP/s of one core (NN: y = x w, NT: dx = g w^T, TN: dw = x^T g)");
        Out.WriteLine($"  {"",-8}{"m",5}{"n",5}{"k",5}{"lab",9}{"OpenBLAS",10}{"ratio",8}");
        if (!OpenBlas.IsHere) skipped.Add("OpenBLAS: libopenblas.so.0 is not installed");
        var all = new List<double>();
        foreach (var workload in options.Workloads)
        {
            var own = new List<double>();
            foreach (var shape in ProductShape.Of(workload).Distinct())
            {
                var rounds = Products.Measure(shape, options.Quick ? 1 : 7, options.Peers && OpenBlas.IsHere);
                var (ours, theirs) = (Median(rounds.Select(r => r.Ours)), Median(rounds.Select(r => r.Theirs)));
                var ratio = Median(rounds.Select(r => r.Ours / r.Theirs));
                own.Add(ratio);
                Write(new
                {
                    shape.Workload, Product = shape.Kind, shape.M, shape.N, shape.K, Gflops = ours,
                    ShareOfPeak = ours / peak, OpenblasGflops = Known(theirs), Ratio = Known(ratio),
                });
                Out.WriteLine($"  {shape.Workload,-4}{shape.Kind,-4}{shape.M,5}{shape.N,5}{shape.K,5}{ours,9:F1}"
                    + $"{theirs,10:F1}{ratio,8:F2}");
            }
            Mean(workload.Name, own);
            all.AddRange(own);
        }
        Mean("all", all);
    }

    static void Mean(string workload, List<double> ratios)
    {
        var mean = Math.Exp(ratios.Average(Math.Log));
        Write(new { Workload = workload, Product = "geometric mean", Ratio = Known(mean) });
        Out.WriteLine($"  {workload}: geometric mean of the ratios {mean:F2}");
    }

    static void StartUp(BenchOptions options)
    {
        var (warm, cold) = FirstStep.Measure(options.Quick ? 1 : 9, options.Quick ? 1 : 3);
        foreach (var (kind, runs) in new[] { ("warm", warm), ("cold", cold) })
        {
            Out.WriteLine($"from Enter to the first trained step, {kind}: {Median(runs.Select(run => run.Total)):F2} s "
                + $"({Range(runs.Select(run => run.Total), "F2")})");
            void Part(string name, Func<StartUp, double> seconds) =>
                Out.WriteLine($"  {Median(runs.Select(seconds)),6:F2} {name}");
            Part("compile in Debug, or read from the cache, and start again", run => run.Debug);
            Part("compile in Release, or read from the cache, and load", run => run.Release);
            Part("read options", run => run.Options);
            Part("read data", run => run.Data);
            Part($"build the model and train a step, {Median(runs.Select(run => run.Jit)):F2} of it JIT",
                run => run.Step);
            foreach (var run in runs)
                Write(new { Workload = "startup", Kind = kind, Seconds = run.Total, Parts = run });
        }
    }

    static void Write(object measurement) =>
        lines.WriteLine(JsonSerializer.Serialize(measurement, measurement.GetType(), Worker.Json));

    // The lab's numbers over the engine's, round by round.
    static List<double> Ratios(List<EngineRound> lab, List<EngineRound> engine, Func<EngineRound, double> of) =>
        [.. lab.Zip(engine, (ours, theirs) => of(ours) / of(theirs))];

    static double Median(IEnumerable<double> values) => MathNet.Numerics.Statistics.Statistics.Median(values);

    static string Range(IEnumerable<double> values, string format) =>
        $"{values.Min().ToString(format)}-{values.Max().ToString(format)}";

    // JSON has no NaN.
    static double? Known(double value) => double.IsNaN(value) ? null : value;
}
