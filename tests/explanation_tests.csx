#nullable enable
// What the experiments on why BN works compute: undoing it, gaps at equal loss, other statistics.

static Dataset NoiseOf(int train, int validation = 10_000)
{
    var random = new RandomStream(1, "noise");
    ImageSet Images(int count) => new([.. Enumerable.Range(0, count * 64).Select(_ => (byte)random.Below(256))],
        [.. Enumerable.Range(0, count).Select(_ => (byte)random.Below(10))], 8, 8);
    return new("noise", Images(train + validation), Images(100), "", null);
}

// Runs a probe at steps of a training, on 600 images.
static Trial Watched(Config config, IEnumerable<int> steps, Action<Snapshot> look) =>
    Training.Run(config, NoiseOf(600), new Probe([], _ => steps, moment =>
    {
        look(moment);
        return [];
    }));

static readonly Config Watchable = new() { Width = 10, TrainSize = 600, Norm = Norm.Batch, Lr = 0.5 };

Test("undo: where gamma and beta make a BN layer the identity they have gone all the way", () =>
{
    var x = Numeric.Draw((40, 5), "x");
    var model = BatchNorm(5, momentum: 1).ToModel(1);
    var tape = new Tape();
    tape.Step(() => model.Forward(x, Mode.Training), record: false);
    ScaleAndShift.Of(model)[0].Way().ShouldBe(0);
    // In training by the biased variance, in evaluation by the running one.
    foreach (var (mode, share) in new[] { (Mode.Training, 39 / 40f), (Mode.Evaluation, 1) })
    {
        model.Parameters[0].Assign([.. model.Buffers[1].ToArray().Select(v => MathF.Sqrt(v * share + 1e-5f))]);
        model.Parameters[1].Assign(model.Buffers[0].ToArray());
        var y = tape.Step(() => model.Forward(x, mode).ToArray(), record: false);
        Numeric.Distance(y, x.ToArray().Select(value => (double)value)).ShouldBeLessThan(1e-6, $"{mode}");
    }
    var undone = ScaleAndShift.Of(model)[0];
    undone.Way().ShouldBe(1, 1e-6);
    undone.Undone().ShouldBe(1);
});

Test("undo: the way is 0 at the start, 1 where undone, and by chance what the layer's other units give", () =>
{
    ScaleAndShift Layer(float[] gamma, float[] beta) => new(gamma, beta, [3, 5], [0, 2]);
    Layer([1, 1], [0, 0]).Way().ShouldBe(0);
    Layer([2, 3], [0, 1]).Way().ShouldBe(0.5, 1e-12);
    Layer([3, 5], [0, 2]).Way().ShouldBe(1);
    Layer([-1, -3], [0, -2]).Way().ShouldBe(-1, 1e-12);
    // Each unit has what the other wants: distances 2 and 2 in both, against 2, 4 and 2 at the start.
    Layer([3, 5], [0, 2]).WayByChance().ShouldBe(1 - Math.Sqrt(16.0 / 24), 1e-12);
    Layer([5, 3], [2, 0]).WayByChance().ShouldBe(1);
    Layer([3.2f, 5.6f], [0.2f, 2]).Undone().ShouldBe(0.5);
    Layer([3.2f, 5], [0.4f, 2]).Undone().ShouldBe(0.5);
});

Test("undo: sigma and mu are those of what the layer receives, by the present weights", () =>
{
    // At a rate of nothing the weights stay those of the net without BN, whose activations receive what BN does.
    var still = Watchable with { Lr = 1e-30, Dropout = 0.1 };
    IReadOnlyList<ScaleAndShift> layers = [];
    (float[] Values, int Units) received = ([], 0);
    Watched(still, [3], moment => layers = ScaleAndShift.Of(moment.Precise(moment.FixedBatch(50))));
    Watched(still with { Norm = Norm.None }, [3], moment =>
        received = moment.ActivationInputs(moment.FixedBatch(50), Mode.Evaluation)[0]);
    layers.Count.ShouldBe(3);
    for (var unit = 0; unit < received.Units; unit++)
    {
        var values = received.Values.Where((_, i) => i % received.Units == unit).Select(v => (double)v).ToList();
        ((double)layers[0].Mu[unit]).ShouldBe(values.Average(), 1e-5);
        ((double)layers[0].Sigma[unit]).ShouldBe(Math.Sqrt(Math.Pow(StandardDeviation(values), 2) + 1e-5), 1e-5);
    }
    layers[0].Way().ShouldBe(0);
});

Test("undo: how far parameters moved is their distance over the norm at the start", () =>
    Watched(Watchable with { Lr = 1e-30 }, [1], moment =>
    {
        var start = moment.Start();
        moment.Moved(start, "weight").ShouldBe(0);
        foreach (var parameter in start.Parameters)
            parameter.Assign([.. parameter.ToArray().Select(value => value / 3)]);
        moment.Moved(start, "weight").ShouldBe(2, 1e-5);
        moment.Moved(start, "gamma", "beta").ShouldBe(2, 1e-5);
    }).Status.ShouldNotBe(Status.Failed));

Test("gap: at the loss that both reach, interpolated in its logarithm", () =>
{
    Gap.WhenItFallsTo(0.1, [(1, 2), (0.01, 4)]).ShouldBe(3, 1e-12);
    Gap.WhenItFallsTo(0.1, [(1, 2), (0.1, 4), (0.2, 9), (0.05, 9)]).ShouldBe(4);
    Gap.WhenItFallsTo(0.1, [(1, 2), (0.5, 4)]).ShouldBe(double.NaN);
    Gap.WhenItFallsTo(0.1, [(0.1, 2), (0.01, 4)]).ShouldBe(double.NaN);

    Trial Of(params (double Loss, double Train, double Validation)[] curve) => Made() with
    {
        Curve = [.. curve.Select((at, i) =>
        {
            var point = new CurvePoint("", i, 0, 0, 0, 0);
            foreach (var (name, value) in Gap.Columns.Zip([at.Loss, at.Train, 2 * at.Loss, at.Validation]))
                point.Own[name] = value;
            return point;
        })],
    };
    var (slow, fast) = (Of((1, 0.7, 0.7), (0.1, 0.95, 0.9)), Of((1, 0.7, 0.68), (0.01, 0.99, 0.91)));
    Gap.LowestLoss(slow, fast).ShouldBe(0.1);
    Gap.At(slow, 0.1).ShouldBe(0.05, 1e-12);
    Gap.At(fast, 0.1).ShouldBe(0.05, 1e-12);
    Gap.LowestLoss(slow, fast with { Status = Status.Diverged }).ShouldBe(double.PositiveInfinity);
    // At 0.1 the wider is 0.05; a net that gets no further than the other counts where it ends.
    var narrow = Of((1, 0.7, 0.69), (0.1, 0.93, 0.9));
    Gap.Narrowed(slow, narrow).ShouldBe(0.02, 1e-12);
    Gap.Narrowed(narrow, fast).ShouldBe(-0.02, 1e-12);
    Gap.Narrowed(slow, fast with { Status = Status.Diverged }).ShouldBe(double.NaN);
    Gap.At(slow, double.PositiveInfinity).ShouldBe(double.NaN);
});

Test("inference: precise statistics are the batches' averages, and running ones those of the deployed model", () =>
{
    var trial = Training.Run(Watchable, NoiseOf(600), new Probe(["running", "loss"], _ => [20], moment =>
    {
        int[] first = [.. Enumerable.Range(0, 60)], second = [.. Enumerable.Range(60, 60)];
        float[][] Buffers(params int[][] batches) => 
            [.. moment.Precise(batches).Buffers.Where(b => b.Shape.Count > 1).Select(b => b.ToArray())];
        var (one, two, both) = (Buffers(first), Buffers(second), Buffers(first, second));
        foreach (var (i, buffer) in both.Index())
            Numeric.Distance(buffer, one[i].Zip(two[i], (a, b) => (a + b) / 2.0)).ShouldBeLessThan(1e-6);
        one[0].ShouldNotBe(two[0]);
        moment.Model.Buffers[0].ToArray().ShouldNotBe(one[0]);

        // By a batch's own statistics, and by precise ones of that batch alone, but for the variance's n - 1.
        var (model, places) = (moment.Precise(second), moment.Validation(10_000));
        moment.Accuracy(model, second, 60, Mode.Evaluation)
            .ShouldBe(moment.Accuracy(moment.Copy(), second, 60, Mode.Training), 0.02);
        // A short last batch is left out.
        moment.Accuracy(model, places.Take(70), 60, Mode.Training)
            .ShouldBe(moment.Accuracy(model, places.Take(60), 60, Mode.Training));
        return [("running", moment.Accuracy(moment.Copy(), places, 250, Mode.Evaluation)),
            ("loss", moment.OnTraining(600).Loss)];
    }));
    trial.Curve[0].Own["running"].ShouldBe(trial.ValidationAccuracy, 1e-12);
    trial.Curve[0].Own["loss"].ShouldBe(trial.TrainLoss, 1e-12);
});
