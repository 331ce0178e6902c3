#nullable enable
// Against values recorded from PyTorch (tests/golden). A layer's outputs agree to 1e-5 of the largest, gradients and
// statistics to 1e-4; training trajectories as stated at each.

static string GoldenFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

static JsonElement ReadGolden(string name) =>
    JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFolder(), "golden", name))).RootElement;

static IEnumerable<JsonElement> GoldenCases(string name) => ReadGolden(name).GetProperty("cases").EnumerateArray();

static string Text(this JsonElement e, string key) => e.GetProperty(key).GetString()!;
static double Number(this JsonElement e, string key) => e.GetProperty(key).GetDouble();

/// <summary>A recorded array's numbers: its data, in its unit where it has one.</summary>
static double[] Values(this JsonElement array)
{
    var unit = array.TryGetProperty("unit", out var recorded) ? recorded.GetDouble() : 1;
    return [.. array.GetProperty("data").EnumerateArray().Select(value => value.GetDouble() * unit)];
}

static Shape ShapeOf(JsonElement array) =>
    new([.. array.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())]);

static Tensor ToTensor(this JsonElement array) => Numeric.TensorOf(ShapeOf(array), array.Floats());

static float[] Floats(this JsonElement array) => [.. array.Values().Select(value => (float)value)];

/// <summary>Sets parameters and buffers from recorded ones, by the end of their names.</summary>
static Model Load(this Model model, JsonElement recorded)
{
    foreach (var tensor in model.Parameters.Concat(model.Buffers))
        foreach (var entry in recorded.EnumerateObject())
            if (tensor.Name == entry.Name || tensor.Name!.EndsWith("." + entry.Name))
                tensor.Assign(entry.Value.Floats());
    return model;
}

/// <summary>Recorded arrays by name against a model's, to a tolerance relative to the largest value.</summary>
static void ShouldMatch(this IEnumerable<(string? Name, float[] Values)> actual, JsonElement recorded, double tolerance)
{
    foreach (var entry in recorded.EnumerateObject())
    {
        var own = actual.Where(pair => pair.Name == entry.Name || pair.Name!.EndsWith("." + entry.Name)).ToList();
        own.Count.ShouldBe(1, entry.Name);
        Numeric.Distance(own[0].Values, entry.Value.Values()).ShouldBeLessThan(tolerance, entry.Name);
    }
}

static IEnumerable<(string?, float[])> Values(this IEnumerable<Tensor> tensors) =>
    [.. tensors.Select(tensor => (tensor.Name, tensor.ToArray()))];

/// <summary>The layer that a recorded case is about.</summary>
static Layer LayerOf(JsonElement test)
{
    var (config, first) = (test.GetProperty("config"), ShapeOf(test.GetProperty("inputs")[0]));
    var parameters = test.GetProperty("parameters");
    Shape Of(string name) => ShapeOf(parameters.GetProperty(name));
    var bias = parameters.TryGetProperty("bias", out _);
    var momentum = config.TryGetProperty("momentum", out var m) && m.ValueKind == JsonValueKind.Number
        ? m.GetDouble() : (double?)null;
    byte[] Labels() => [.. config.GetProperty("labels").EnumerateArray().Select(label => (byte)label.GetInt32())];
    return test.Text("layer") switch
    {
        "linear" => Linear(Of("weight")[0], Of("weight")[1], Zero, bias),
        "sigmoid" => Sigmoid,
        "tanh" => Tanh,
        "relu" => Relu,
        "exp" => Layer.From(x => x.Exp()),
        "log" => Layer.From(x => x.Log()),
        "sqrt" => Layer.From(x => x.Sqrt()),
        "softmax_cross_entropy" => Layer.From(x => x.CrossEntropy(Labels())),
        "conv2d" => Conv2d(Of("weight")[1], Of("weight")[0], Of("weight")[2], Zero, bias,
            config.GetProperty("padding").GetInt32()),
        "avg_pool" => AveragePool,
        "max_pool" => MaxPool,
        "flatten" => Flatten,
        "batch" => BatchNorm(first[1], momentum),
        "batch_no_gamma" => BatchNorm(first[1], momentum, gamma: false),
        "batch_no_affine" => BatchNorm(first[1], momentum, gamma: false, beta: false),
        "ghost" => BatchNorm(first[1], momentum, ghost: config.GetProperty("ghost_size").GetInt32()),
        "seed" => SeedNorm(first[1], last: parameters.TryGetProperty("gamma", out _)),
        "layer" => LayerNorm(first[1]),
        "group" => GroupNorm(first[1], config.GetProperty("groups").GetInt32()),
        "instance" => InstanceNorm(first[1]),
        "noisy" => BatchNorm(first[1], momentum) >> Layer.From(x => x * Noise("scale_noise") + Noise("shift_noise")),
        var other => throw new NotSupportedException(other),
    };

    // (N, C) or (C), spread over positions.
    Tensor Noise(string name)
    {
        var shape = ShapeOf(config.GetProperty(name));
        return Tensor.From(new([.. shape.Sizes, .. Enumerable.Repeat(1, first.Rank - 2)]),
            config.GetProperty(name).Floats());
    }
}

/// <summary>Runs the model on a recorded input with the recorded upstream gradient.</summary>
static (float[] Output, List<(string?, float[])> Gradients) RunGolden(Model model, JsonElement input,
    JsonElement upstream, Mode mode)
{
    var x = Numeric.Parameter("input", input.ToTensor());
    return new Tape().Step(() =>
    {
        var y = model.Forward(x, mode);
        var gradients = Tape.Gradients(y, upstream.ToTensor())
            .Select(pair => (pair.Parameter.Name, pair.Gradient.ToArray())).ToList();
        return (y.ToArray(), gradients);
    });
}

static void CheckGolden(Model model, JsonElement input, JsonElement upstream, Mode mode, JsonElement expected)
{
    var (output, gradients) = RunGolden(model, input, upstream, mode);
    Numeric.Distance(output, expected.GetProperty("output").Values()).ShouldBeLessThan(1e-5, "output");
    Numeric.Distance(gradients.Single(pair => pair.Item1 == "input").Item2,
        expected.GetProperty("input_gradient").Values()).ShouldBeLessThan(1e-4, "input gradient");
    gradients.ShouldMatch(expected.GetProperty("parameter_gradients"), 1e-4);
}
foreach (var test in GoldenCases("layers.json").ToList())
    Test($"golden: layer {test.Text("name")}", () =>
    {
        var model = LayerOf(test).ToModel(0).Load(test.GetProperty("parameters"));
        var (inputs, upstream, expected) =
            (test.GetProperty("inputs"), test.GetProperty("upstream"), test.GetProperty("double"));
        CheckGolden(model, inputs[0], upstream, Mode.Training, expected);
        model.Buffers.Values().ShouldMatch(expected.GetProperty("buffers"), 1e-5);
        if (!expected.TryGetProperty("evaluation", out var evaluation)) return;
        for (var i = 1; i < 3; i++) RunGolden(model, inputs[i], upstream, Mode.Training);
        model.Buffers.Values().ShouldMatch(expected.GetProperty("buffers_after_3"), 1e-5);
        CheckGolden(model, inputs[3], upstream, Mode.Evaluation, evaluation);
        model.Buffers.Values().ShouldMatch(expected.GetProperty("buffers_after_3"), 1e-5);
    });

static Optimizer OptimizerOf(JsonElement test)
{
    var config = test.GetProperty("config");
    var lr = config.Number("lr");
    Optimizer optimizer = test.Text("optimizer") switch
    {
        "sgd" => new Sgd(lr, config.Number("momentum")),
        "rmsprop_torch" => new RmsProp(lr, config.Number("rho"), config.Number("eps")),
        "rmsprop_keras" => new RmsProp(lr, config.Number("rho"), config.Number("eps"), epsilonInside: true),
        "adam" => new Adam(lr, config.Number("beta1"), config.Number("beta2"), config.Number("eps")),
        var other => throw new NotSupportedException(other),
    };
    optimizer.WeightDecay = config.TryGetProperty("weight_decay", out var decay) ? decay.GetDouble() : 0;
    optimizer.Decay = config.Choice("decay", Decay.Coupled);
    optimizer.Decayed = config.Choice("decayed", Decayed.All);
    return optimizer;
}

/// <summary>The loss of a step of a recorded trajectory: step t, from 0, takes `size` images from t * size modulo their
/// number on.</summary>
static double TrainStep(this Tape tape, Model model, Optimizer optimizer, Tensor images, byte[] labels, int size,
    int step) => tape.Step(() =>
    {
        var (start, sample) = (size * step % labels.Length, images.Shape.Columns);
        var x = Tensor.From(new([size, .. images.Shape.Sizes[1..]]),
            images.ToArray().AsSpan(start * sample, size * sample));
        var loss = model.Forward(x, Mode.Training).CrossEntropy(labels.AsMemory(start, size));
        optimizer.Step(loss);
        return loss.Item;
    });

/// <summary>One of an enumeration's values, by its name; where it is not recorded, the default.</summary>
static T Choice<T>(this JsonElement e, string key, T unset) where T : struct, Enum =>
    e.TryGetProperty(key, out var name) ? Enum.GetValues<T>().Single(value => Snake(value) == name.GetString()) : unset;

/// <summary>A configuration of so many steps with the recorded rate and schedule.</summary>
static Config ScheduleOf(JsonElement recorded, int steps) => new()
{
    TrainSize = 1, BatchSize = 1, Epochs = steps, Lr = recorded.Number("lr"),
    Schedule = recorded.Choice("schedule", Schedule.Constant),
    Warmup = recorded.TryGetProperty("warmup", out var share) ? share.GetDouble() : 0,
};

Test("golden: every schedule is recorded, with a warm-up and without", () =>
    GoldenCases("schedules.json")
        .Select(test => (test.Choice("schedule", Schedule.Constant), test.Number("warmup") > 0)).Distinct()
        .ShouldBe(from schedule in Enum.GetValues<Schedule>() from warmup in new[] { false, true }
                  select (schedule, warmup), ignoreOrder: true));

foreach (var test in GoldenCases("schedules.json").ToList())
    Test($"golden: schedule {test.Text("name")}", () =>
    {
        var expected = test.GetProperty("double").GetProperty("rates").Values();
        var config = ScheduleOf(test, expected.Length);
        config.Steps.ShouldBe(expected.Length);
        foreach (var (step, rate) in expected.Index())
            config.RateAt(step).ShouldBe(rate, 1e-11 * config.Lr, $"step {step}");
    });

foreach (var test in GoldenCases("optimizers.json")
    .Where(test => test.Text("optimizer") != "clip_global_norm").ToList())
    foreach (var panels in new[] { false, true })
        Test($"golden: optimizer {test.Text("name")}{(panels ? ", panels" : "")}", () =>
        {
            var start = test.GetProperty("parameter");
            var parameter = Tensor.Parameter("p", ShapeOf(start), panels).Assign(start.Floats());
            var optimizer = OptimizerOf(test);
            foreach (var (gradient, expected) in test.GetProperty("gradients").EnumerateArray()
                .Zip(test.GetProperty("double").GetProperty("values").EnumerateArray()))
            {
                optimizer.Update(parameter, gradient.ToTensor());
                Numeric.Distance(parameter.ToArray(), expected.Values()).ShouldBeLessThan(1e-5);
            }
        });

foreach (var test in GoldenCases("optimizers.json")
    .Where(test => test.Text("optimizer") == "clip_global_norm").ToList())
    Test($"golden: clipping {test.Text("name")}", () =>
    {
        var gradients = test.GetProperty("gradients").EnumerateArray()
            .Select(g => (g.ToTensor(), g.ToTensor())).ToList();
        var expected = test.GetProperty("double");
        var clipped = ClippedGradients(gradients, test.GetProperty("config").Number("max_norm"), out var norm);
        norm.ShouldBe(expected.GetProperty("norm").Values()[0], 1e-5);
        foreach (var (own, recorded) in clipped.Zip(expected.GetProperty("clipped").EnumerateArray()))
            Numeric.Distance(own.Gradient.ToArray(), recorded.Values()).ShouldBeLessThan(1e-5);
    });

/// <summary>The recorded convolutional net, for images of 14 x 14: a LeNet with fewer and smaller layers.</summary>
public static class GoldenNet
{
    public static Layer Layers(Func<int, bool, Layer>? norm)
    {
        Layer Normalized(Layer layer, int channels, bool last = false) =>
            norm is null ? layer : layer >> norm(channels, last);
        var bias = norm is null;
        return Normalized(Conv2d(1, 3, 3, Zero, bias), 3) >> Relu >> AveragePool
            >> Normalized(Conv2d(3, 4, 3, Zero, bias), 4) >> Relu >> AveragePool >> Flatten
            >> Normalized(Linear(16, 8, Zero, bias), 8) >> Relu
            >> Normalized(Linear(8, 5, Zero, bias), 5, last: true);
    }
}

// Losses within 1e-4 (SGD, 100 steps) or 1e-3 (RMSprop and Adam, 20 steps), parameters and statistics at the end. Or
// within ten times by what PyTorch's own float32 differs from its float64: 3e-5 where rounding grows most
// (lenet_sgd_seed, step 84).
foreach (var test in GoldenCases("trajectories.json").Where(test => test.Text("model") is "mlp" or "lenet").ToList())
    Test($"golden: trajectory {test.Text("name")}", () =>
    {
        var data = ReadGolden("trajectories.json").GetProperty("datasets").GetProperty(test.Text("dataset"));
        var images = data.GetProperty("inputs").ToTensor();
        byte[] labels = [.. data.GetProperty("labels").EnumerateArray().Select(label => (byte)label.GetInt32())];
        Func<int, bool, Layer>? norm = test.Text("norm") switch
        {
            "none" => null,
            "seed" => (channels, last) => SeedNorm(channels, last),
            _ => (channels, _) => BatchNorm(channels),
        };
        var layers = test.Text("model") == "lenet" ? GoldenNet.Layers(norm)
            : Mlp(20, 3, 12, 5, test.Text("activation") == "relu" ? Relu : Sigmoid,
                norm is null ? new() : new(norm), Zero);
        var model = layers.ToModel(0).Load(test.GetProperty("parameters"));
        var optimizer = OptimizerOf(test);
        var size = test.GetProperty("batch_size").GetInt32();
        var tolerance = test.Text("optimizer") == "sgd" ? 1e-4 : 1e-3;
        var (tape, step) = (new Tape(), 0);
        var losses = test.GetProperty("double").GetProperty("losses").Values();
        var schedule = ScheduleOf(test.GetProperty("config"), losses.Length);
        var inFloat32 = test.GetProperty("float").GetProperty("losses").Values();
        foreach (var expected in losses)
        {
            var rounding = 10 * Math.Abs(inFloat32[step] - expected);
            optimizer.Rate = schedule.RateAt(step);
            var loss = tape.TrainStep(model, optimizer, images, labels, size, step++);
            loss.ShouldBe(expected, Math.Max(tolerance * expected, rounding), $"loss at step {step}");
        }
        model.Parameters.Values().ShouldMatch(test.GetProperty("double").GetProperty("parameters"), 10 * tolerance);
        model.Buffers.Values().ShouldMatch(test.GetProperty("double").GetProperty("buffers"), 10 * tolerance);
    });

Test("golden: batch normalization alone over 100 steps of SGD, to 1e-4", () =>
{
    var test = GoldenCases("trajectories.json").Single(test => test.Text("name") == "batchnorm_alone");
    var model = BatchNorm(8).ToModel(0);
    var optimizer = OptimizerOf(test);
    Tensor scale = test.GetProperty("target_scale").ToTensor(), shift = test.GetProperty("target_shift").ToTensor();
    var inputs = test.GetProperty("inputs").Floats();
    var recorded = test.GetProperty("double").GetProperty("recorded").EnumerateArray().ToList();
    var tape = new Tape();
    for (var step = 0; step < 100; step++)
    {
        var output = tape.Step(() =>
        {
            var x = Tensor.From((16, 8), inputs.AsSpan(step * 16 * 8, 16 * 8));
            var y = model.Forward(x, Mode.Training);
            var error = y - (x * scale + shift);
            optimizer.Step((error * error).Mean());
            return y.ToArray();
        });
        if (step % 10 != 9) continue;
        var expected = recorded[step / 10];
        Numeric.Distance(output, expected.GetProperty("output").Values()).ShouldBeLessThan(1e-4, "output");
        var names = model.Parameters.Concat(model.Buffers).Values();
        foreach (var entry in expected.EnumerateObject()
            .Where(entry => entry.Name is "gamma" or "beta" or "running_mean" or "running_var"))
            Numeric.Distance(names.Single(pair => pair.Item1!.EndsWith("." + entry.Name)).Item2, entry.Value.Values())
                .ShouldBeLessThan(1e-4, entry.Name);
    }
});

// What the probes of covariate_shift and loss_landscape measure, on the last 40 of 60 images.
foreach (var test in GoldenCases("probes.json").ToList())
    Test($"golden: probes {test.Text("name")}, to 1e-4, running statistics untouched", () =>
    {
        var all = ReadGolden("probes.json");
        byte[] Bytes(IEnumerable<double> values, int before) => [.. new byte[before], .. values.Select(v => (byte)v)];
        var (pixels, labels) = (all.GetProperty("pixels"), all.GetProperty("labels"));
        var images = new ImageSet(Bytes(pixels.Values(), 20 * 20),
            Bytes(labels.EnumerateArray().Select(label => label.GetDouble()), 20), 4, 5);
        var config = new Config
        {
            Width = 12, TrainSize = 60, BatchSize = 40, Lr = all.Number("lr"),
            Norm = test.Text("norm") == "none" ? Norm.None : Norm.Batch,
            Activation = test.Text("activation") == "relu" ? Activation.Relu : Activation.Sigmoid,
        };
        double Length(double[] values) => Math.Sqrt(values.Sum(value => value * value));
        var model = config.Layers(4, 5, 10).ToModel(0).Load(test.GetProperty("parameters"));
        var before = model.Buffers.Values().ToList();
        var snapshot = new Snapshot(config, new("probed", images, images, "", null), new(), model, 1, 0);
        var measured = Landscape.Measure(snapshot, 40, [.. all.GetProperty("distances").EnumerateArray().Select(d =>
            d.GetDouble())]).Concat(Shift.OfGradients(snapshot, [2, 3, 4])).ToDictionary();
        int[] batch = snapshot.FixedBatch(40);
        var gradients = snapshot.LossAndGradients(snapshot.Copy(), batch).Gradients;
        double[] gradient = [.. model.Parameters.SelectMany(one => gradients[one.Name!]).Select(g => (double)g)];
        // ReLU's kinks lie in the way of differences, and it has no such values.
        measured["sharpness"] = Hessian.Sharpness(snapshot, batch, 40);
        measured["hessian_along_gradient"] = Length(Hessian.Times(snapshot, batch,
            [.. gradient.Select(g => g / Length(gradient))]));
        foreach (var expected in test.GetProperty("double").EnumerateObject())
            measured[expected.Name].ShouldBe(expected.Value.Values()[0], 1e-4 * expected.Value.Values()[0],
                expected.Name);
        foreach (var (now, then) in model.Buffers.Values().Zip(before)) now.Item2.ShouldBe(then.Item2);
    });
