#nullable enable
// Every layer function, arm, architecture, optimizer, scheme and activation stands in a table here, and what stands in
// a table is run: whoever adds one without a row is told so.

public static class Coverage
{
    const BindingFlags Any =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // The class that a script's functions and variables are members of.
    static readonly Type script = typeof(Coverage).DeclaringType!;

    // Functions of the tests.
    static readonly string[] own = ["LayerOf", "ConvnetOf"];

    static readonly NormMethod Batched = NormMethod.By(c => BatchNorm(c));

    /// <summary>Names of the script's functions and variables that give a T.</summary>
    public static IReadOnlyList<string> Giving<T>() => [.. script.GetMethods(Any).Where(m => m.ReturnType == typeof(T))
        .Select(m => m.Name).Concat(script.GetFields(Any).Where(f => f.FieldType == typeof(T)).Select(f => f.Name))
        .Where(name => !name.Contains('<')).Except(own).Distinct().Order()];

    public static IReadOnlyList<string> Deriving<T>() =>
        [.. script.GetNestedTypes(Any).Where(type => type.IsSubclassOf(typeof(T))).Select(type => type.Name).Order()];

    /// <summary>An example of each function or variable that gives a layer, and an input for it.</summary>
    public static IReadOnlyDictionary<string, (Layer Layer, Shape Input)> Layers { get; } =
        new Dictionary<string, (Layer, Shape)>
        {
            ["Identity"] = (Identity, (3, 5)),
            ["Sigmoid"] = (Sigmoid, (3, 5)),
            ["Tanh"] = (Tanh, (3, 5)),
            ["Relu"] = (Relu, (3, 5)),
            ["Linear"] = (Linear(5, 4, HeNormal), (3, 5)),
            ["Conv2d"] = (Conv2d(2, 3, 3, HeNormal, padding: 1), (2, 2, 5, 4)),
            ["AveragePool"] = (AveragePool, (2, 3, 4, 6)),
            ["Stages"] = (Stages(Identity, 8, 3,
                (inputs, outputs, _) => Conv2d(inputs, outputs, 3, HeNormal)), (2, 3, 8, 8)),
            ["MaxPool"] = (MaxPool, (2, 3, 4, 6)),
            ["Flatten"] = (Flatten, (2, 3, 4, 6)),
            ["Dropout"] = (Dropout(0.3), (4, 5)),
            ["Residual"] = (Residual(Linear(5, 5, HeNormal) >> Tanh), (3, 5)),
            ["BatchNorm"] = (BatchNorm(5), (6, 5)),
            ["GroupNorm"] = (GroupNorm(6, 2), (4, 6)),
            ["LayerNorm"] = (LayerNorm(5), (3, 5)),
            ["InstanceNorm"] = (InstanceNorm(3), (2, 3, 4)),
            ["PerExample"] = (PerExample(6, 3, 1e-3, gamma: true, beta: true), (4, 6)),
            ["SeedNorm"] = (SeedNorm(5, last: true), (4, 5)),
            ["NoisyBatchNorm"] = (NoisyBatchNorm(5), (6, 5)),
            ["BatchRenorm"] = (BatchRenorm(5, _ => (1, 0)), (6, 5)),
            ["BatchMean"] = (BatchMean(5), (6, 5)),
            ["RmsNorm"] = (RmsNorm(5), (3, 5)),
            ["GlobalAveragePool"] = (GlobalAveragePool, (2, 3, 4, 5)),
            ["LearnedScale"] = (LearnedScale(0.5), (3, 5)),
            ["LearnedShift"] = (LearnedShift, (3, 5)),
            ["Mlp"] = (Mlp(6, 2, 5, 3, Sigmoid, Batched, HeNormal), (6, 6)),
            ["LeNet"] = (LeNet(1, 14, 14, 3, Batched, HeNormal), (6, 1, 14, 14)),
            ["ResidualMlp"] = (ResidualMlp(6, 2, 5, 3, Tanh, Batched, HeNormal), (6, 6)),
            ["DeepLinear"] = (DeepLinear(6, 3, 5, 3, Batched, HeNormal), (6, 6)),
            ["ResNet"] = (ResNet(2, 8, 4, 3, Tanh, Batched, HeNormal), (3, 2, 9, 7)),
            ["PreactivationResNet"] = (PreactivationResNet(2, 8, 4, 3, Tanh, Batched, HeNormal), (3, 2, 9, 7)),
            ["Vgg"] = (Vgg(2, 6, 4, 3, Tanh, Batched, HeNormal), (3, 2, 9, 8)),
        };

    /// <summary>What each arm adds to a hidden layer of `mlp` or, if it is about residual branches, to a block of
    /// `residual_mlp`: parameters, and whether it keeps running statistics.</summary>
    public static IReadOnlyDictionary<Norm, (string[] Parameters, bool Tracks)> Norms { get; } =
        new Dictionary<Norm, (string[], bool)>
        {
            [Norm.None] = (["bias"], false),
            [Norm.Batch] = (["gamma", "beta"], true),
            [Norm.BatchNoGamma] = (["beta"], true),
            [Norm.BatchNoBeta] = (["gamma"], true),
            [Norm.BatchNoAffine] = ([], true),
            [Norm.Seed] = (["beta"], false),
            [Norm.Layer] = (["gamma", "beta"], false),
            [Norm.Group] = (["gamma", "beta"], false),
            [Norm.Instance] = (["gamma", "beta"], false),
            [Norm.Ghost] = (["gamma", "beta"], true),
            [Norm.Noisy] = (["gamma", "beta"], true),
            [Norm.Renorm] = (["gamma", "beta"], true),
            [Norm.Rms] = (["gamma", "beta"], false),
            [Norm.WeightNorm] = (["bias", "gain"], false),
            [Norm.WeightStd] = (["gamma", "beta"], false),
            [Norm.ScaledWeightStd] = (["bias", "gain"], false),
            [Norm.SkipInit] = (["bias", "scale"], false),
            [Norm.Fixup] = (["shift", "shift", "bias", "scale"], false),
            [Norm.BatchMean] = (["beta"], true),
            [Norm.BatchMeanWeightNorm] = (["gain", "beta"], true),
            [Norm.BatchRms] = (["gamma", "beta"], true),
        };

    /// <summary>A rate at which the small problem below is learned.</summary>
    public static IReadOnlyDictionary<Optimization, (string Class, double Rate)> Optimizers { get; } =
        new Dictionary<Optimization, (string, double)>
        {
            [Optimization.Sgd] = ("Sgd", 0.3),
            [Optimization.RmspropTorch] = ("RmsProp", 0.01),
            [Optimization.RmspropKeras] = ("RmsProp", 0.01),
            [Optimization.Adam] = ("Adam", 0.02),
        };

    public static IReadOnlyDictionary<Scheme, string> Schemes { get; } = new Dictionary<Scheme, string>
    {
        [Scheme.Zero] = "Zero", [Scheme.Normal] = "Normal", [Scheme.LecunNormal] = "LeCunNormal",
        [Scheme.LecunUniform] = "LeCunUniform", [Scheme.GlorotNormal] = "GlorotNormal",
        [Scheme.GlorotUniform] = "GlorotUniform", [Scheme.HeNormal] = "HeNormal", [Scheme.HeUniform] = "HeUniform",
        [Scheme.Orthogonal] = "Orthogonal",
    };

    /// <summary>For each architecture a small depth and how many weights it then has.</summary>
    public static IReadOnlyDictionary<Architecture, (int Depth, int Weights)> Architectures { get; } =
        new Dictionary<Architecture, (int, int)>
        {
            [Architecture.Mlp] = (2, 3), [Architecture.Lenet] = (2, 5), [Architecture.ResidualMlp] = (2, 4),
            [Architecture.DeepLinear] = (2, 3), [Architecture.Resnet] = (8, 10), [Architecture.PreactResnet] = (8, 10),
            [Architecture.Vgg] = (4, 5),
        };

    /// <summary>A small net of an architecture with an arm.</summary>
    public static Config NetOf(Architecture architecture, Norm norm) => Small with
    {
        Model = architecture, Norm = norm, Depth = Architectures[architecture].Depth, Width = 8,
        Activation = Activation.Relu, Optimizer = Optimization.RmspropKeras, Lr = 0.003,
    };

    public static IReadOnlyDictionary<Activation, Func<double, double>> Activations { get; } =
        new Dictionary<Activation, Func<double, double>>
        {
            [Activation.Sigmoid] = x => 1 / (1 + Math.Exp(-x)), [Activation.Tanh] = Math.Tanh,
            [Activation.Relu] = x => Math.Max(x, 0),
        };

    const int Side = 8, Classes = 3, Images = 48;

    /// <summary>Three kinds of noisy images of 8 x 8 pixels.</summary>
    static readonly Lazy<ImageSet> images = new(() =>
    {
        var random = Numeric.Random("images");
        byte[] labels = [.. Enumerable.Range(0, Images).Select(i => (byte)(i % Classes))];
        byte[] pixels = [.. labels.SelectMany(label => Enumerable.Range(0, Side * Side).Select(at =>
            (byte)(random.Uniform(0, 128) + (at / Side % Classes == label ? 100 : 0))))];
        return new(pixels, labels, Side, Side);
    });

    public static Config Small { get; } = new()
    {
        Depth = 2, Width = 20, Activation = Activation.Tanh, Lr = 0.3, BatchSize = Images,
    };

    public static Model ModelOf(Config config) => config.Layers(Side, Side, Classes).ToModel(config.Seed);

    public static Tensor Input(Config config) => config.Input(images.Value, [.. Enumerable.Range(0, Images)]);

    /// <summary>The losses of the first steps on one batch.</summary>
    public static IReadOnlyList<double> Train(Config config, int steps = 30)
    {
        var (model, tape) = (ModelOf(config), new Tape());
        var optimizer = config.NewOptimizer(model);
        return [.. Enumerable.Range(0, steps).Select(_ => tape.Step(() =>
        {
            var loss = model.Forward(Input(config), Mode.Training).CrossEntropy(images.Value.Labels);
            optimizer.Step(loss);
            return (double)loss.Item;
        }))];
    }

    public static void ShouldLearn(Config config)
    {
        var losses = Train(config);
        losses.ShouldAllBe(loss => double.IsFinite(loss), Snake(config.Norm));
        losses.TakeLast(5).Average().ShouldBeLessThan(0.8 * losses.Take(3).Average(), $"{config.Norm}, {config.Model}");
    }

    /// <summary>The derivative of sum(g y) by each parameter and the input, along a random direction, averaged over a
    /// short way (for the corners of ReLU), against the difference over that way.</summary>
    public static void ShouldHaveItsGradients(Func<Model> build, Tensor input)
    {
        const float h = 1 / 256f;
        const int Points = 16;
        foreach (var name in build().Parameters.Select(p => p.Name!).Append("x"))
        {
            (double Value, double Slope, double Size) At(float by)
            {
                // Built anew so that its noise is the same.
                var (model, x) = (build(), Tensor.Parameter("x", input.Shape).Assign(input.ToArray()));
                var moved = model.Parameters.SingleOrDefault(p => p.Name == name) ?? x;
                var direction = Numeric.Draw(moved.Shape, $"direction {name}").ToArray();
                moved.Assign([.. moved.ToArray().Zip(direction, (v, d) => v + by * d)]);
                return new Tape().Step(() =>
                {
                    // Added so that there is something to differentiate where the layer hands its input through.
                    var y = model.Forward(x + 0, Mode.Training);
                    var g = Numeric.Draw(y.Shape, "upstream");
                    var gradient = Tape.Gradients(y, g).Single(pair => ReferenceEquals(pair.Parameter, moved)).Gradient;
                    return (y.ToArray().Zip(g.ToArray(), (y, w) => (double)y * w).Sum(),
                        gradient.ToArray().Zip(direction, (a, b) => (double)a * b).Sum(),
                        Math.Sqrt(gradient.SumOfSquares()));
                });
            }
            var way = Enumerable.Range(0, Points).Select(i => At(h * (2 * i + 1 - Points) / Points)).ToList();
            var expected = (At(h).Value - At(-h).Value) / (2 * h);
            way.Average(point => point.Slope).ShouldBe(expected, 1e-2 * way[0].Size + 1e-3, name);
        }
    }
}

Test("coverage: every layer function has an example, every scheme an entry, every optimizer's class a rule", () =>
{
    Coverage.Giving<Layer>().ShouldBe(Coverage.Layers.Keys.Order());
    Coverage.Giving<Init>().ShouldBe(InitCase.All.Select(test => test.Name).Order());
    var optimizers = Coverage.Deriving<Optimizer>();
    OptimizerCase.All.Select(test => test.Name.Split(',')[0]).Distinct().Order().ShouldBe(optimizers);
    Coverage.Optimizers.Values.Select(row => row.Class).Distinct().Order().ShouldBe(optimizers);
});

Test("coverage: every arm, architecture, optimizer, scheme and activation of a configuration has a row", () =>
{
    Enum.GetValues<Norm>().ShouldBe(Coverage.Norms.Keys, ignoreOrder: true);
    Enum.GetValues<Architecture>().ShouldBe(Coverage.Architectures.Keys, ignoreOrder: true);
    Enum.GetValues<Optimization>().ShouldBe(Coverage.Optimizers.Keys, ignoreOrder: true);
    Enum.GetValues<Scheme>().ShouldBe(Coverage.Schemes.Keys, ignoreOrder: true);
    Enum.GetValues<Activation>().ShouldBe(Coverage.Activations.Keys, ignoreOrder: true);
    Coverage.Schemes.Values.ShouldBeSubsetOf(InitCase.All.Select(test => test.Name));
});

foreach (var (name, (layer, shape)) in Coverage.Layers)
    Test($"coverage: layer {name} has the gradients that differences show", () =>
        Coverage.ShouldHaveItsGradients(() => layer.ToModel(2), Numeric.Draw(shape, "input")));

foreach (var (norm, (parameters, tracks)) in Coverage.Norms.Where(row => row.Key != Norm.Instance))
{
    var isOfBranches = norm is Norm.SkipInit or Norm.Fixup;
    var config = Coverage.Small with { Norm = norm, Model = isOfBranches ? Architecture.ResidualMlp : default };
    Test($"coverage: arm {Snake(norm)} has its parameters and buffers, its gradients, and learns", () =>
    {
        var model = Coverage.ModelOf(config);
        var own = model.Parameters.Where(p => p.Shape.Rank == 1).Select(p => p.Name!.Split('.')[1]).ToList();
        // A layer of its kind after each weight but the last.
        if (!isOfBranches) own.ShouldBe([.. parameters, .. parameters, "bias"]);
        else
            foreach (var name in parameters.Distinct())
                own.Count(other => other == name)
                    .ShouldBeGreaterThanOrEqualTo(2 * parameters.Count(other => other == name));
        // Noise counts its steps, in each of its layers.
        model.Buffers.Count.ShouldBe((tracks ? 6 : 0) + (norm == Norm.Noisy ? 2 : 0));
        Coverage.ShouldHaveItsGradients(() => Coverage.ModelOf(config), Coverage.Input(config));
        foreach (var placement in Enum.GetValues<Placement>())
            Coverage.ShouldLearn(config with { Placement = placement });
    });
}

Test("coverage: arm instance is an error in layers of units, where an example has one value per channel", () =>
    Should.Throw<ArgumentException>(() => Coverage.Train(Coverage.Small with { Norm = Norm.Instance })).Message
        .ShouldContain("is a single value"));

foreach (var architecture in new[] { Architecture.Resnet, Architecture.PreactResnet, Architecture.Vgg })
    foreach (var norm in Enum.GetValues<Norm>())
        if (architecture != Architecture.Vgg || norm is not (Norm.SkipInit or Norm.Fixup))
            Test($"coverage: arm {Snake(norm)} learns in {Snake(architecture)}, before and after the activation", () =>
            {
                foreach (var placement in Enum.GetValues<Placement>())
                    // Normalized last, each channel's mean is a constant.
                    if (norm != Norm.Instance || placement == Placement.Before)
                        Coverage.ShouldLearn(Coverage.NetOf(architecture, norm) with { Placement = placement });
            });

foreach (var (architecture, (_, weights)) in Coverage.Architectures)
    Test($"coverage: architecture {Snake(architecture)} has its weights and learns, normalized or not", () =>
    {
        foreach (var norm in new[] { Norm.None, Norm.Batch, Norm.Seed })
        {
            var config = Coverage.NetOf(architecture, norm) with { Width = 20 };
            Coverage.ModelOf(config).Parameters.Count(p => p.Name!.EndsWith("weight")).ShouldBe(weights);
            Coverage.ShouldLearn(config);
        }
    });

foreach (var (optimizer, (kind, rate)) in Coverage.Optimizers)
    Test($"coverage: optimizer {Snake(optimizer)} is {kind} and learns", () =>
    {
        var config = Coverage.Small with { Optimizer = optimizer, Lr = rate, Norm = Norm.Batch };
        var model = Coverage.ModelOf(config);
        config.NewOptimizer(model).GetType().Name.ShouldBe(kind);
        config.NewOptimizer(model).Rate.ShouldBe(rate);
        var decaying = config with { WeightDecay = 1e-3, Decay = Decay.Decoupled, Decayed = Decayed.Weights };
        var made = (decaying with { LrHidden = 3 }).NewOptimizer(model);
        (made.WeightDecay, made.Decay, made.Decayed).ShouldBe((1e-3, Decay.Decoupled, Decayed.Weights));
        (made.HiddenRate, made.Hidden.Count).ShouldBe((3, config.Depth));
        Coverage.ShouldLearn(config);
        Coverage.ShouldLearn(decaying);
    });

foreach (var (scheme, name) in Coverage.Schemes)
    Test($"coverage: scheme {Snake(scheme)} is {name} times its scale", () =>
    {
        var init = scheme == Scheme.Normal ? Normal(1) : InitCase.All.Single(test => test.Name == name).Init;
        var expected = Linear(64, 20, init).ToModel(1).Parameters[0].ToArray();
        foreach (var scale in new[] { 1, 0.3 })
            Coverage.ModelOf(Coverage.Small with { Init = scheme, InitScale = scale }).Parameters[0].ToArray()
                .ShouldBe(expected.Select(v => v * (float)scale));
    });

foreach (var (activation, f) in Coverage.Activations)
    Test($"coverage: activation {Snake(activation)} is the function", () =>
    {
        var model = Coverage.ModelOf(Coverage.Small with { Depth = 1, Activation = activation });
        var x = Coverage.Input(Coverage.Small);
        Ref Product(Ref x, Tensor w, Tensor b)
        {
            var (weight, bias) = (Ref.From(w), b.ToArray());
            return new([x.Shape[0], w.Shape[1]], [.. Ref.Indices([x.Shape[0], w.Shape[1]]).Select(at =>
                bias[at[1]] + Enumerable.Range(0, w.Shape[0]).Sum(k => x.At(at[0], k) * weight.At(k, at[1])))]);
        }
        var hidden = Product(Ref.From(x), model.Parameters[0], model.Parameters[1]).Map(f);
        var expected = Product(hidden, model.Parameters[2], model.Parameters[3]).Values;
        Numeric.Distance(model.Forward(x, Mode.Evaluation).ToArray(), expected).ShouldBeLessThan(1e-5);
    });
