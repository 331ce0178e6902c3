#nullable enable

Test("training: a schedule begins at the rate, a warm-up ends there, and no step has a rate of 0", () =>
{
    var config = new Config { Lr = 0.7, TrainSize = 100, BatchSize = 10, Epochs = 3 };
    config.RateAt(0).ShouldBe(0.7);
    config.RateAt(29).ShouldBe(0.7);
    foreach (var schedule in Enum.GetValues<Schedule>())
        foreach (var (warmup, steps) in new[] { (0, 0), (0.01, 0), (0.02, 1), (0.1, 3), (0.98, 29), (0.99, 30) })
        {
            var rates = Enumerable.Range(0, config.Steps)
                .Select((config with { Schedule = schedule, Warmup = warmup }).RateAt).ToList();
            rates.ShouldAllBe(rate => rate > 0 && rate <= 0.7);
            rates[Math.Max(0, steps - 1)].ShouldBe(0.7);
            if (steps > 0) rates[0].ShouldBe(0.7 / steps, 1e-12);
        }
    // A range test has a schedule of its own.
    var test = RangeTest.Configure(config with { Schedule = Schedule.Cosine, Warmup = 0.1 }, 1e-2, 1e2);
    test.ShouldBe(RangeTest.Configure(config, 1e-2, 1e2));
    test.RateAt(test.Steps - 1).ShouldBe(1e2, 1e-9);
});

Test("training: extras do what they say", () =>
{
    string[] Names(Config config) => [.. Coverage.ModelOf(config).Parameters.Select(parameter => parameter.Name!)];
    var net = Coverage.Small with { Norm = Norm.Batch };
    Names(net).ShouldNotContain("linear1.bias");
    Names(net with { KeepBias = true }).ShouldContain("linear1.bias");
    Names(net with { NormOutput = true }).ShouldContain("norm3.gamma");
    Names(net with { NormOutput = true }).ShouldNotContain("linear3.bias");
    Coverage.ModelOf(net with { NormInput = true, Norm = Norm.None }).Buffers.Select(buffer => buffer.Name)
        .ShouldBe(["norm1.running_mean", "norm1.running_var", "norm1.batches"]);
    foreach (var config in new[] { net with { KeepBias = true }, net with { NormOutput = true },
        net with { NormInput = true }, net with { Dropout = 0.1 },
        net with { Dropout = 0.1, DropoutPlace = DropoutPlace.Last } })
        Coverage.ShouldLearn(config);
    string[] Dropouts(DropoutPlace place) => [.. Coverage.ModelOf(net with { Dropout = 0.1, DropoutPlace = place })
        .Buffers.Select(buffer => buffer.Name!).Where(name => name.StartsWith("dropout"))];
    Dropouts(DropoutPlace.Each).ShouldBe(["dropout1.steps", "dropout2.steps"]);
    Dropouts(DropoutPlace.Last).ShouldBe(["dropout1.steps"]);
});
