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
    Training.Run(Huge with { Lr = 1e30, Norm = Norm.None, InitScale = 1 }, NoiseData()).Reason
        .ShouldBeOneOf("a parameter is not finite", "the loss is not finite");
});
