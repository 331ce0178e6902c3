#nullable enable

Test("training: a trial that fails carries the step that failed, and its reason", () =>
{
    // The last batch of an epoch of 61 images has one: step 11 has no variance.
    var config = new Config { Width = 5, TrainSize = 61, BatchSize = 6, ShortBatch = true, Norm = Norm.Batch };
    var trial = Training.Run(config, NoiseData());
    (trial.Status, trial.EndedAt, trial.Curve.Count).ShouldBe((Status.Failed, 11, 0));
    trial.Reason.ShouldContain("one value per channel");
    var probe = new Probe([], _ => [4], _ => throw new InvalidOperationException("two\nlines"));
    var measured = Training.Run(config with { Norm = Norm.None }, NoiseData(), probe);
    (measured.Status, measured.EndedAt, measured.Reason).ShouldBe((Status.Failed, 4, "two lines"));
    Training.Run(config with { Dropout = 2 }, NoiseData()).EndedAt.ShouldBe(0);
});

Test("training: test images are for selected settings alone", () =>
{
    foreach (var role in Enum.GetValues<Role>())
    {
        var trial = Training.Run(Watchable with { Epochs = 0.1, Role = role }, NoiseOf(600));
        double.IsNaN(trial.TestAccuracy).ShouldBe(role != Role.Evaluate, $"{role}");
        double.IsNaN(trial.ValidationAccuracy).ShouldBeFalse();
    }
});

// Gradients are clipped to a length below theirs, so that a step is as long as its rate times that.
Test("training: each step is taken at its rate of the schedule, and a snapshot tells that rate", () =>
{
    const double limit = 0.01;
    foreach (var schedule in Enum.GetValues<Schedule>())
    {
        var config = new Config
        {
            Width = 5, TrainSize = 60, BatchSize = 6, Epochs = 2, ClipNorm = limit, Schedule = schedule, Warmup = 0.2,
        };
        List<float[]> at = [];
        List<double> rates = [];
        Watched(config, Enumerable.Range(1, config.Steps), snapshot =>
        {
            at.Add([.. snapshot.Model.Parameters.SelectMany(parameter => parameter.ToArray())]);
            rates.Add(snapshot.Rate);
        });
        rates.ShouldBe(Enumerable.Range(0, 20).Select(config.RateAt));
        for (var step = 1; step < 20; step++)
            ((double)TensorPrimitives.Distance<float>(at[step - 1], at[step]) / limit)
                .ShouldBe(rates[step], 0.02 * rates[step], $"{schedule}, step {step}");
    }
});

// Gradients are clipped to next to nothing, so that decay alone moves parameters.
Test("training: what decays shrinks at each step's rate, and only what is to decay", () =>
{
    foreach (var decay in new[] { Decay.Coupled, Decay.Decoupled })
        foreach (var decayed in Enum.GetValues<Decayed>())
        {
            var config = new Config
            {
                Width = 5, Norm = Norm.Batch, TrainSize = 60, BatchSize = 6, Epochs = 2, ClipNorm = 1e-20,
                Schedule = Schedule.Linear, WeightDecay = 0.5, Decay = decay, Decayed = decayed,
            };
            var shrunk = Enumerable.Range(0, config.Steps).Aggregate(1.0, (share, step) =>
                share * (1 - config.RateAt(step) * config.WeightDecay));
            Dictionary<string, double> left = [];
            Watched(config, [config.Steps], snapshot => left = snapshot.Model.Parameters
                .Zip(snapshot.Start().Parameters).ToDictionary(pair => pair.First.Name!, pair =>
                    Math.Sqrt(pair.First.SumOfSquares() / pair.Second.SumOfSquares())));
            left["linear1.weight"].ShouldBe(shrunk, 1e-5);
            left["linear4.weight"].ShouldBe(decayed == Decayed.Hidden ? 1 : shrunk, 1e-5);
            left["norm1.gamma"].ShouldBe(decayed == Decayed.All ? shrunk : 1, 1e-5);
        }
});

// Weights of 1e19: the variance of a unit leaves float32's range, but training, in float64, still normalizes by it.
static readonly Config Huge = new()
{
    Depth = 1, Width = 10, TrainSize = 600, Norm = Norm.Batch, Activation = Activation.Relu, Init = Scheme.Normal,
    InitScale = 1e19,
};

Test("training: running statistics that overflow are a divergence of their own", () =>
{
    var trial = Training.Run(Huge, NoiseData());
    (trial.Status, trial.Reason, trial.LossExcess).ShouldBe(
        (Status.Diverged, "a buffer is not finite", double.PositiveInfinity));
    // A probe does not see a model that is not finite, where it could fail.
    Training.Run(Huge, NoiseData(), new Probe([], config => [config.Steps], _ => throw new ArgumentException("seen")))
        .ShouldSatisfyAllConditions(seen => seen.Status.ShouldBe(Status.Diverged), seen => seen.Curve.ShouldBeEmpty());
    Training.Run(Huge with { Lr = 1e30, Norm = Norm.None, InitScale = 1 }, NoiseData()).Reason
        .ShouldBeOneOf("a parameter is not finite", "the loss is not finite");
});
