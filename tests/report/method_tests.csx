#nullable enable

Test("report: a smoke run, other code and other vectors are said", () =>
{
    var run = RunRecord.Begin(null, jobs: 1) with { VectorBits = 256 };
    Provenance Of(string preset, params RunRecord[] runs) => new("e", "", preset, "mnist", "c0ffee00", null, runs);
    Trial[] trials = [Made() with { Code = "a" }, Made() with { Code = "b" }];
    Method.Caveats(trials[..1], Of("standard", run, run)).ShouldBeEmpty();
    Method.Caveats(trials[..1], Of("smoke", run)).ShouldHaveSingleItem().ShouldContain("smoke run");
    Method.Caveats(trials, Of("standard", run)).ShouldHaveSingleItem().ShouldContain("different versions of the code");
    Method.Caveats(trials[..1], Of("standard", run, run with { VectorBits = 512 })).ShouldHaveSingleItem()
        .ShouldContain("different widths");
    Method.ProducedBy(Of("standard")).ShouldContain("not known");
});

Test("report: the method tells what varied by its role, what was fixed, and how trials ended", () =>
{
    Trial[] trials = [Made(0.1), Made(3, accuracy: 0.1), Made(0.1, norm: Norm.Batch), Made(3, norm: Norm.Batch)];
    var said = Method.Describe([.. trials.Select(trial => trial with { Role = Role.Evaluate })],
        new("e", "", "standard", "mnist", "c0ffee00", null, []), new(["norm"], ["lr"], "Two\nlines.")).Items
        .ToDictionary(item => item.Term, item => item.Text);
    said["Scientific"].ShouldBe("norm: none, batch");
    said["Nuisance, tuned"].ShouldBe("lr: 0.1, 3");
    said["The grid, and why"].ShouldBe("Two lines.");
    said["Fixed"].ShouldContain("depth 3");
    said["Fixed"].ShouldNotContain("norm");
    said["Trials"].ShouldStartWith("4: 3 ended well, 0 diverged, 1 stuck");
    said["Learning rate"].ShouldBe("constant");
    said.ShouldNotContainKey("Weight decay");
});

Test("report: the method tells how the rate changes and what decays, in every way that trials have", () =>
{
    Dictionary<string, string> Said(params Config[] configs) => Method.Describe(
        [.. configs.Select(config => Made(with: _ => config))], new("e", "", "standard", "mnist", "c0ffee00", null, []),
        new([], [], "")).Items.ToDictionary(item => item.Term, item => item.Text);
    foreach (var (config, rate) in new[]
    {
        (new Config(), "constant"), (new() { Schedule = Schedule.Linear }, "falls linearly from lr to 0"),
        (new() { Schedule = Schedule.Cosine }, "falls from lr to 0 along half a cosine (Loshchilov and Hutter 2017)"),
        (new() { Schedule = Schedule.Step },
            "falls to a tenth of lr after 1/2 of the steps, to a hundredth after 3/4 (He et al. 2016)"),
        (new() { Warmup = 0.05 },
            "rises linearly to lr in the first 5% of the steps (Goyal et al. 2017), then is constant"),
        (new() { Warmup = 0.1, Schedule = Schedule.Linear },
            "rises linearly to lr in the first 10% of the steps (Goyal et al. 2017), then falls linearly from lr to "
            + "0"),
    })
        Said(config)["Learning rate"].ShouldBe(rate);
    Said(new(), new() { Schedule = Schedule.Linear }, new() { LrEnd = 10 })["Learning rate"]
        .ShouldBe("constant; or falls linearly from lr to 0; in range tests it rises geometrically");
    // What compares a grid has seeds too, and no test images.
    var swept = Said(new Config { Role = Role.Sweep }, new Config { Role = Role.Sweep, Seed = 2 });
    swept["Seeds"].ShouldStartWith("2 in every cell");
    swept["Data"].ShouldEndWith("no test images, since nothing is selected that they could be for");
    // A range test is no trial.
    Said(new(), new() { LrEnd = 10 })["Trials"].ShouldBe("1: 1 ended well, 0 diverged, 0 stuck, 0 failed; beside them "
        + "1 range tests");
    Said(new Config())["Nets"].ShouldBe("perceptron: 784 inputs, 3 hidden layers of 100 units, 10 outputs. Inputs are "
        + "pixels / 255");
    Said(new Config { Model = Architecture.ResidualMlp, Depth = 50 })["Nets"].ShouldStartWith("residual perceptron: "
        + "784 inputs, a layer of 100 units, 50 blocks that add one such layer to what they get, 10 outputs.");
    Said(new(), new() { Momentum = 0.9 }, new() { Optimizer = Optimization.Adam })["Optimizer"].ShouldBe("SGD without "
        + "momentum; or SGD with momentum 0.9; or Adam with betas 0.9 and 0.999 and epsilon 1e-8");
    Said(new() { Norm = Norm.Batch }, new() { Norm = Norm.Batch, BnMomentum = 0.5 })["Batch normalization"].ShouldBe(
        "epsilon 1e-5 inside the root, momentum 0.1, 0.5. Evaluation, of validation and test images too, is by running "
        + "statistics");
    Said(new() { Norm = Norm.Seed }, new() { Norm = Norm.Group })["Batch normalization"].ShouldBe("Evaluation, of "
        + "validation and test images too, is by running statistics; the arm seed has none and takes the batch's; "
        + "normalizers that take their statistics of each example by itself do so there too");
    Said(new(), new() { WeightDecay = 1e-4 })["Weight decay"]
        .ShouldBe("times the parameter, added to its gradient, of all parameters");
    Said(new Config { WeightDecay = 1e-4, Decay = Decay.Decoupled, Decayed = Decayed.Weights })["Weight decay"]
        .ShouldBe("times rate and parameter, taken from the parameter beside each step (Loshchilov and Hutter 2019), "
            + "of weights alone, not of gamma, beta and biases");
});

Test("report: the method tells that rates were tuned in rounds, where some have more seeds", () =>
{
    string Said(params int[] seeds) => Method.Describe([.. from one in seeds.Index() from seed in Enumerable.Range(1,
        one.Item) select Made(0.1 + one.Index, seed) with { Role = Role.Tune }], new("e", "", "standard", "mnist",
            "c0ffee00", null, []), new([], ["lr"], "")).Items.First(item => item.Term == "Seeds").Text;
    Said(1, 2, 5).ShouldContain("Every rate has the first of these");
    Said(2, 2).ShouldNotContain("first of these");
});
