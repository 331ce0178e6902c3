#load "testing.csx"
#nullable enable
// Training: divergence, what configurations do, probes that disturb nothing, and trials that fail.

Test("training: each multiple of the divergence rule judges by itself", () =>
{
    Status[] At(Trial trial) => [.. Divergence.Multiples.Select(multiple => trial.JudgedAt(multiple).Status)];
    At(Made(excess: 0)).ShouldBe([Status.Ok, Status.Ok, Status.Ok]);
    At(Made(excess: 3)).ShouldBe([Status.Diverged, Status.Ok, Status.Ok]);
    At(Made(excess: 5)).ShouldBe([Status.Diverged, Status.Diverged, Status.Ok]);
    At(Made(excess: 5, accuracy: 0.19)).ShouldBe([Status.Diverged, Status.Diverged, Status.Stuck]);
    At(Made(excess: double.PositiveInfinity)).ShouldAllBe(status => status == Status.Diverged);
    Made().JudgedAt(3).ShouldBe(Made());
    (Made() with { Status = Status.Failed }).JudgedAt(3).Status.ShouldBe(Status.Failed);
});

Test("training: divergence is a median of losses that stays above a limit, not a spike", () =>
{
    (double Excess, string? Reason, int Seen) Of(params IEnumerable<double> lossesInGuesses)
    {
        var (watch, seen) = (new LossWatch(1, 10), 0);
        foreach (var loss in lossesInGuesses.TakeWhile(_ => watch.Reason is null))
        {
            watch.See(loss * Math.Log(10));
            seen++;
        }
        return (watch.Excess, watch.Reason, seen);
    }
    IEnumerable<double> Losses(double loss, int count) => Enumerable.Repeat(loss, count);
    Of(Losses(1, 400)).ShouldBe((0, null, 400));
    Of(Losses(50, 150).Concat(Losses(1, 250))).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(50, 50), .. Losses(1, 100)]).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(4, 51), .. Losses(1, 99)]).ShouldBe((3, null, 400));
    Of(Losses(6, 400)).ShouldBe((5, null, 400));
    Of(Losses(11, 400)).ShouldBe((10, "the median of 100 losses exceeded 10 ln(classes)", 201));
    Of([1, double.NaN, 1]).ShouldBe((double.PositiveInfinity, "the loss is not finite", 2));

    // Losses 1, 2, 1, 2, ... have successive differences of 1: deviation sqrt(1/2) by them, mean 1.5. What came before
    // the 100 first does not count.
    var watch = new LossWatch(100, 10);
    for (var i = 0; i < 300; i++) watch.See(i < 99 ? 1000 : 1 + i % 2);
    watch.Volatility.ShouldBe(Math.Sqrt(0.5) / 1.5, 1e-9);
    var learned = new LossWatch(1, 10);
    for (var i = 0; i < 9; i++) learned.See(i == 0 ? 1 : 0);
    learned.Volatility.ShouldBe(0);
});

// Losses of a net whose rate rises: quiet first, then beyond any limit.
Test("training: training watches its loss, and a range test finds the rate that loses it", () =>
{
    var data = NoiseData();
    var cell = new Config { Width = 10, TrainSize = 600, BatchSize = 6, Epochs = 4, Activation = Activation.Relu };
    var quiet = Training.Run(cell with { Lr = 1e-3 }, data);
    (quiet.LossExcess, quiet.EndedAt, quiet.Status == Status.Diverged).ShouldBe((0, 400, false));
    quiet.LossVolatility.ShouldBeInRange(0.01, 0.5);
    var lost = Training.Run(cell with { Lr = 1e9 }, data);
    (lost.Status, lost.LossExcess, double.IsNaN(lost.TrainLoss))
        .ShouldBe((Status.Diverged, double.PositiveInfinity, true));

    var test = RangeTest.Configure(new Config(), 1e-2, 1e3);
    (test.Steps, test.Role).ShouldBe((200, Role.Tune));
    (test.RateAt(0), test.RateAt(199)).ShouldBe((1e-2, 1e3));
    CurvePoint At(int step, double loss) => new("", step, 60 * step, loss, double.NaN, double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3), At(100, 11), At(105, 12), At(110, 4)] })
        .ShouldBe(test.RateAt(104), 1e-9);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3)] }).ShouldBe(double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [], LossExcess = double.PositiveInfinity, EndedAt = 7 })
        .ShouldBe(test.RateAt(6), 1e-9);
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
        net with { NormInput = true }, net with { Dropout = 0.1 } })
        Coverage.ShouldLearn(config);
});

// The arm with noise of its own, dropout's noise, running statistics: all of it must be as without the probe.
Test("training: a probe on a copy disturbs nothing, and only gamma and beta are learned where so asked", () =>
{
    var data = NoiseData();
    var config = new Config { Width = 10, TrainSize = 600, Norm = Norm.Noisy, Dropout = 0.2, Lr = 0.5 };
    List<int> units = [];
    var probe = new Probe(["loss"], _ => [1, 5, 20], snapshot =>
    {
        var (copy, batch) = (snapshot.Copy(), snapshot.FixedBatch(60));
        var (loss, gradients) = snapshot.LossAndGradients(copy, batch);
        gradients.Keys.ShouldBe(copy.Parameters.Select(parameter => parameter.Name!), ignoreOrder: true);
        foreach (var parameter in copy.Parameters) parameter.Assign(new float[parameter.Shape.Count]);
        units.AddRange(snapshot.ActivationInputs(batch, Mode.Evaluation).Select(input => input.Units));
        return [("loss", loss)];
    });
    var (with, without) = (Training.Run(config, data, probe), Training.Run(config, data));
    (with.TrainLoss, with.TestAccuracy).ShouldBe((without.TrainLoss, without.TestAccuracy));
    with.Curve.Select(point => point.Own["loss"]).ShouldAllBe(loss => loss > 1);
    units.ShouldBe(Enumerable.Repeat(10, 9));

    List<float[]> weights = [], gammas = [];
    var watch = new Probe([], _ => [1, 20], snapshot =>
    {
        weights.Add(snapshot.Model.Parameters.First(parameter => parameter.Name == "linear1.weight").ToArray());
        gammas.Add(snapshot.Model.Parameters.First(parameter => parameter.Name == "norm1.gamma").ToArray());
        return [];
    });
    Training.Run(config with { Learned = Learned.Affine }, data, watch);
    weights[1].ShouldBe(weights[0]);
    gammas[1].ShouldNotBe(gammas[0]);
    // Steps of a clipped gradient are no longer than rate times limit.
    weights.Clear();
    Training.Run(config with { ClipNorm = 1e-3, Lr = 1 }, data, watch);
    ((double)TensorPrimitives.Distance<float>(weights[0], weights[1])).ShouldBeInRange(1e-6, 19.01e-3);
});

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

Test("training: outputs that are not finite in evaluation are wrong, and the trial says so", () =>
{
    // With a momentum of 0 evaluation does not normalize, and numbers overflow.
    var trial = Training.Run(Huge with { BnMomentum = 0 }, NoiseData());
    (trial.TrainAccuracy, trial.TestAccuracy, trial.Status).ShouldBe((0, 0, Status.Stuck));
    trial.Reason.ShouldBe("the outputs are not finite in evaluation");
});

Test("training: a row of outputs is right where its largest value is finite and stands at the label", () =>
{
    int Correct(params float[] row) => Tensor.From((1, 3), row).CountCorrect([0]);
    Correct(2, 1, 0).ShouldBe(1);
    Correct(2, 2, 0).ShouldBe(1);
    Correct(1, 2, 0).ShouldBe(0);
    Correct(float.NaN, float.NaN, float.NaN).ShouldBe(0);
    Correct(2, float.NaN, 0).ShouldBe(0);
    Correct(float.PositiveInfinity, 0, 0).ShouldBe(0);
    Correct(float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity).ShouldBe(0);
});
