#nullable enable
// Convnets and their normalization methods against values recorded from PyTorch (tests/golden/record_convnets.py).

const string Recorded = "double_to_7_digits";

static readonly JsonElement Convnets = ReadGolden("convnets.json");

/// <summary>The layer or net of a recorded case.</summary>
static Layer ConvnetOf(JsonElement test)
{
    var config = test.GetProperty("config");
    int Size(string name) => config.GetProperty(name).GetInt32();
    var norm = Enum.GetValues<Norm>().Single(norm => Snake(norm) == test.Text("norm"));
    (double, double) Limits(int step) => config.GetProperty("limits") is var limits
        ? (limits[0].GetDouble(), limits[1].GetDouble()) : default;
    var renorm = NormMethod.By(channels => BatchRenorm(channels, Limits));
    if (config.TryGetProperty("model", out var name))
    {
        var model = Enum.GetValues<Architecture>().Single(model => Snake(model) == name.GetString());
        // Its limits of renormalization depend on the training's length, and at first are those of BN.
        if (norm == Norm.Renorm)
            return model == Architecture.Vgg ? Vgg(3, Size("depth"), Size("width"), Size("classes"), Relu, renorm, Zero)
                : ResNet(3, Size("depth"), Size("width"), Size("classes"), Relu, renorm, Zero);
        return new Config
        {
            Model = model, Norm = norm, Depth = Size("depth"), Width = Size("width"), Activation = Activation.Relu,
        }.Layers(height: 9, width: 7, Size("classes"), channels: 3);
    }
    var channels = ShapeOf(test.GetProperty("inputs")[0])[1];
    Layer Normalizer(int channels) => GroupNorm(channels, Size("groups"));
    var method = norm switch
    {
        Norm.WeightNorm => NormMethod.WeightNormalization,
        Norm.WeightStd => NormMethod.WeightStandardization(Normalizer),
        Norm.ScaledWeightStd => NormMethod.ScaledWeightStandardization,
        Norm.BatchMeanWeightNorm => NormMethod.WeightNormalization with { Normalizer = (size, _) => BatchMean(size) },
        Norm.BatchMean => NormMethod.By(size => BatchMean(size)),
        Norm.BatchRms => NormMethod.By(size => BatchNorm(size, uncentred: true)),
        Norm.Rms => NormMethod.By(size => RmsNorm(size)),
        Norm.Renorm => renorm,
        _ => new(),
    };
    return config.Text("layer") switch
    {
        "conv2d" => Conv2d(channels, Size("outputs"), Size("size"), Zero, config.GetProperty("bias").GetBoolean(),
            Size("padding"), Size("stride")),
        "norm" => method.After(channels),
        "conv_norm" => method.Conv(channels, Size("outputs"), 3, Zero, bias: method.Normalizer is null)
            >> method.After(Size("outputs")),
        "linear_norm" => method.Dense(channels, Size("outputs"), Zero, bias: method.Normalizer is null)
            >> method.After(Size("outputs")),
        var other => throw new NotSupportedException(other),
    };
}

/// <summary>The weights that all arms of a recorded net share, but for layers, which have their own.</summary>
static Model LoadWeights(this Model model, JsonElement test) =>
    test.GetProperty("config") is var config && config.TryGetProperty("model", out var net)
        ? model.Load(Convnets.GetProperty("weights").GetProperty($"{net.GetString()} {config.Number("width")}"))
        : model;

foreach (var test in Convnets.GetProperty("cases").EnumerateArray().ToList())
    Test($"golden: convnets {test.Text("name")}", () =>
    {
        var model = ConvnetOf(test).ToModel(0).LoadWeights(test).Load(test.GetProperty("parameters"));
        var (inputs, upstream, expected) =
            (test.GetProperty("inputs"), test.GetProperty("upstream"), test.GetProperty(Recorded));
        model.Parameters.Count.ShouldBe(expected.GetProperty("parameter_gradients").EnumerateObject().Count());
        CheckGolden(model, inputs[0], upstream, Mode.Training, expected);
        var last = inputs.GetArrayLength() - 1;
        for (var i = 1; i < last; i++) RunGolden(model, inputs[i], upstream, Mode.Training);
        if (last > 0) CheckGolden(model, inputs[last], upstream, Mode.Training, expected.GetProperty("last"));
        model.Buffers.Values().ShouldMatch(expected.GetProperty("buffers"), 1e-5);
        if (expected.TryGetProperty("evaluation", out var evaluation))
            Numeric.Distance(model.Forward(inputs[0].ToTensor(), Mode.Evaluation).ToArray(), evaluation.Values())
                .ShouldBeLessThan(1e-5, "evaluation");
    });

foreach (var test in Convnets.GetProperty("trajectories").EnumerateArray().ToList())
    Test($"golden: trajectory {test.Text("name")}, 50 steps of SGD with momentum, to 1e-3", () =>
    {
        var data = Convnets.GetProperty("dataset");
        var images = data.GetProperty("inputs").ToTensor();
        byte[] labels = [.. data.GetProperty("labels").EnumerateArray().Select(label => (byte)label.GetInt32())];
        var model = ConvnetOf(test).ToModel(0).LoadWeights(test);
        var optimizer = new Sgd(test.Number("lr"), test.Number("momentum"));
        var (tape, step) = (new Tape(), 0);
        var size = test.GetProperty("batch_size").GetInt32();
        var expected = test.GetProperty(Recorded);
        foreach (var loss in expected.GetProperty("losses").Values())
        {
            var own = tape.TrainStep(model, optimizer, images, labels, size, step++);
            own.ShouldBe(loss, 1e-3 * loss, $"loss at step {step}");
        }
        model.Parameters.Values().ShouldMatch(expected.GetProperty("vectors"), 1e-2);
        model.Buffers.Values().ShouldMatch(expected.GetProperty("buffers"), 1e-2);
    });
