#nullable enable
// Arms compared at their own rates, depths that train, and gradients before the first step.

static Trial Trained(Config cell, int seed, params (int Step, double Accuracy)[] curve) => new Trial(cell with
    { Seed = seed })
{
    Id = $"{cell.Norm} {cell.Lr} {seed}", ValidationAccuracy = curve[^1].Accuracy, TestAccuracy = curve[^1].Accuracy,
    Curve = [.. curve.Select(point => new CurvePoint("", point.Step, 0, 0, 0, point.Accuracy))],
}.JudgedAt(Divergence.Default);

Test("comparison: arms are compared at their own rates, at the steps to where the first arm ends", () =>
{
    Config none = new(), batch = new() { Norm = Norm.Batch };
    double[] rates = [0.1, 1];
    int[] seeds = [Tuning.FirstSeed, Tuning.FirstSeed + 1];
    // none ends at 0.8 and 0.9 at its best rate; batch is there at once at 0.1, and gets further at 1.
    Trial Tried(Config cell, double lr, int seed) => Trained(cell with { Lr = lr, Role = Role.Tune }, seed,
        (cell.Norm, lr) switch
        {
            (Norm.None, 0.1) => [(10, 0.2), (1000, 0.5)],
            (Norm.None, _) => [(10, 0.2), (1000, seed == Tuning.FirstSeed ? 0.8 : 0.9)],
            (_, 0.1) => [(10, 0.9), (1000, 0.9)],
            _ => [(10, 0.2), (1000, 0.95)],
        });
    var net = new Net("Net, made up", [none, batch], rates);
    var tuning = Tuned([net], [.. from cell in net.Cells
                                  from lr in rates
                                  from seed in seeds
                                  select Tried(cell, lr, seed)]);
    var compared = tuning.Compare().Single();
    compared.Target.ShouldBe(0.85, 1e-12);
    compared["batch"].ForSpeed.Cell.Lr.ShouldBe(0.1);
    compared["batch"].ForAccuracy.Cell.Lr.ShouldBe(1);
    Evaluate(compared.Chosen(), [1]).Stages.Single().Configs().Select(cell => (cell.Norm, cell.Lr))
        .ShouldBe([(Norm.None, 1), (Norm.Batch, 0.1), (Norm.Batch, 1)]);
    compared.Net.Id.ShouldBe("net_made_up");

    // The first seed of none needs ten times the steps; its second does not get there.
    Trial[] evaluated =
    [
        Trained(none with { Lr = 1 }, 1, (100, 0.86), (1000, 0.9)), Trained(none with { Lr = 1 }, 2, (1000, 0.7)),
        Trained(batch with { Lr = 0.1 }, 1, (10, 0.86)), Trained(batch with { Lr = 0.1 }, 2, (10, 0.86)),
        Trained(batch with { Lr = 1 }, 1, (10, 0.93)), Trained(batch with { Lr = 1 }, 2, (10, 0.94)),
    ];
    compared.Steps(evaluated, "none", over: "batch").Differences
        .ShouldBe([1, double.PositiveInfinity]);
    compared.Accuracy(evaluated, "batch", less: "none").Differences
        .Select(value => Math.Round(value, 12)).ShouldBe([0.03, 0.24]);
    var table = tuning.Compare().TargetsTable(evaluated).Frame;
    table["arm"][0].ShouldBe("none");
    table["none's end"][1].ShouldBe("10 (10 to 10)");

    // All lost: the target is beyond reach, and nothing throws.
    Trial Gone(Trial trial) => new Trial(trial) { LossExcess = double.PositiveInfinity, Status = Status.Diverged };
    var lost = Tuned([net], [.. tuning.Trials.Select(Gone)]).Compare().Single();
    lost.Target.ShouldBe(1);
    lost.Steps([.. evaluated.Select(Gone)], "none", over: "batch").Differences.ShouldAllBe(one => one == 0);
});

Test("comparison: arms that share a normalizer have names of their own", () =>
{
    ArmOf(new Config()).ShouldBe("none");
    ArmOf(new Config { Norm = Norm.BatchNoGamma, Depth = 7, Lr = 3 }).ShouldBe("batch_no_gamma");
    ArmOf(new Config { ClipNorm = 1 }).ShouldBe("none_clipped");
    ArmOf(new Config { NormInput = true }).ShouldBe("none_input");
    ArmOf(new Config { Norm = Norm.Batch, Placement = Placement.After, KeepBias = true })
        .ShouldBe("batch_after_with_bias");
    ArmOf(new Config { Norm = Norm.Batch, Model = Architecture.ResidualMlp }).ShouldBe("batch_residual");
    // None of them looks like none or batch.
    string[] known = [Palette.Styles(["none"])[0].Style.Color, Palette.Styles(["batch"])[0].Style.Color];
    foreach (var arm in new[] { "none_input", "batch_after", "batch_with_bias", "none_clipped", "batch_residual" })
        known.ShouldNotContain(Palette.Styles([arm])[0].Style.Color);
});

Test("report: effects stand beside what is claimed, those without a bound at the ends", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Ratio, Region.Within(Math.Log10(1.5)));
    var figure = Effects("e", "E", claim.Judge([], _ =>
        [
            Effect.From("layer, sigmoid", [0.01, 0.02, 0]) with { Arm = "layer" },
            Effect.From("group, sigmoid", Enumerable.Repeat(double.PositiveInfinity, 6)) with { Arm = "group" },
            Effect.From("lost", []),
        ]), "Steps");
    figure.Alt.ShouldContain("layer, sigmoid: ×1.02: supported. group, sigmoid: beyond all: contradicted.");
    figure.Alt.ShouldNotContain("lost");
    var bars = TracesOf(figure).Where(t => StringAt(t, "mode") == "lines+markers").ToList();
    bars.Count.ShouldBe(2);
    // The second bar lies at the right end of the axis, with an arrow.
    bars[1].GetProperty("marker").GetProperty("symbol")[1].GetString().ShouldBe("triangle-right");
    Effects("e", "E", claim.Judge([], _ => []), "Steps").Alt.ShouldNotBeEmpty();
});

Test("depth: the largest that works is the last before the first that is lost", () =>
{
    Trial At(int depth, double accuracy) => Made(accuracy: accuracy, with: config => config with { Depth = depth });
    double Largest(params Trial[] trials) => LargestWorking(trials, trial => trial.Depth);
    Largest(At(8, 0.1), At(2, 0.9), At(4, 0.5), At(16, 0.9)).ShouldBe(4);
    Largest(At(2, 0.1), At(4, 0.9)).ShouldBe(0);
    Largest(At(2, 0.9), At(4, 0.9)).ShouldBe(4);
});

Test("depth: growth per layer is a geometric mean away from the ends", () =>
{
    Growth.PerLayer([9e9, 9e9, 8, 4, 2, 1, 7, 7]).ShouldBe(2, 1e-12);
    Growth.PerLayer([1, 1, 0, 1, 0, 1, 1, 1]).ShouldBe(double.NaN);
});

// Known answers (Yang et al. 2019): ReLU tends to pi / (pi - 1) = 1.467, linear is (B - 2) / (B - 3). At width 384 and
// depth 40 another program measured 1.79, 1.52 and 1.474; nets scatter by a few hundredths, most at small batches.
Test("depth: gradients grow at initialization as theory has it", () =>
{
    var random = new RandomStream(1, "noise");
    ImageSet images = new([.. Enumerable.Range(0, 600 * 784).Select(_ => (byte)random.Below(256))],
        [.. Enumerable.Range(0, 600).Select(_ => (byte)random.Below(10))], 28, 28);
    var data = new Dataset("noise", images, images, "", null);
    double Measured(Config config) => Enumerable.Range(1, 4).Select(seed => config with { Seed = seed })
        .Select(own => Growth.PerLayer(Growth.InitialSquares(new(own, data, new(),
            own.Layers(28, 28, 10).ToModel(own.Seed), 1, 0)))).Average();
    var deep = new Config { Width = 384, Depth = 40, TrainSize = 600, Init = Scheme.HeNormal,
        Activation = Activation.Relu, Norm = Norm.Batch };
    foreach (var (size, growth) in new[] { (8, 1.79), (32, 1.52), (128, 1.474) })
        Measured(deep with { BatchSize = size }).ShouldBe(growth, 0.02 * growth, $"ReLU, batch {size}");
    foreach (var size in new[] { 8, 32 })
        Measured(deep with { BatchSize = size, Model = Architecture.DeepLinear })
            .ShouldBe((size - 2.0) / (size - 3), 0.02, $"linear, batch {size}");
    Measured(deep with { BatchSize = 32, Norm = Norm.None }).ShouldBe(1, 0.05);
});

Test("claims: a title says the effects that two seeds know, and none where there are none", () =>
{
    Judgement Of(Unit unit, params Effect[] effects) =>
        new Claim("c", "t", "s", "o", unit, Region.Above(1)).Judge([], _ => effects);
    Effect Lost = Effect.From("lost", [double.NaN]), Once = Effect.From("once", [1]);
    Of(Unit.Ratio, Effect.From("a", [1, 1]), Lost, Effect.From("b", [0, 0]), Once, Effect.From("c", [-1, -1])).InWords()
        .ShouldBe("×10 (a), ×1 (b) and ×0.1 (c)");
    Of(Unit.Ratio, Effect.From("", [1, 1])).InWords().ShouldBe("×10");
    Of(Unit.Ratio, Lost, Once).InWords().ShouldBeNull();
    Of(Unit.Ratio, Effect.From("a", [1, 1]), Effect.From("b", [0, 0])).InWords(effect => effect.Condition == "b")
        .ShouldBe("×1 (b)");
    // Beyond all others, either way.
    var never = double.PositiveInfinity;
    Of(Unit.Ratio, Effect.From("a", [never, never]), Effect.From("b", [-never, -never])).InWords()
        .ShouldBe("×∞ (a) and ×0 (b)");
    Of(Unit.Points, Effect.From("a", [-0.00123, -0.00123])).InWords().ShouldBe("−0.12 points (a)");

    Headline("{0} or {1}", "×10", "×1").ShouldBe("×10 or ×1");
    Headline("{0} or {1}", "×10", Of(Unit.Ratio, Lost, Once).InWords()).ShouldBe("Too few data for a finding");

    var number = Effect.From("", [0.01, 0.03]).ToNumber("Gain", Unit.Points, "More.");
    (number.Label, number.Value).ShouldBe(("Gain", "+2 points"));
    number.Detail.ShouldStartWith("95% interval −10.7");
    number.Detail.ShouldEndWith("N = 2. More.");
    Once.ToNumber("Gain", Unit.Points).Value.ShouldBe(Unit.TooFewData);
});

Test("comparison: growth of a deep net's first gradients is read from what the probe measured", () =>
{
    Trial Deep(Config with, Func<int, double> square)
    {
        var point = new CurvePoint("", 1, 0, 0, 0, 0);
        for (var layer = 1; layer <= with.Depth; layer++) point.Own[$"gradient_{layer}"] = square(layer);
        return new(with) { Curve = [point] };
    }
    var cell = new Config { Depth = 10 };
    Growth.PerLayer(Deep(cell, layer => Math.Pow(1.5, -layer))).ShouldBe(1.5, 1e-12);
    Growth.PerLayer(Deep(cell with { Depth = 5 }, _ => 1)).ShouldBe(double.NaN);
    Growth.PerLayer(Deep(cell, _ => double.NaN)).ShouldBe(double.NaN);
    Growth.PerLayer(new Trial(cell)).ShouldBe(double.NaN);
});
