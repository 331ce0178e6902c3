#nullable enable

Test("undo: where gamma and beta make a BN layer the identity, progress is 1", () =>
{
    var x = Numeric.Draw((40, 5), "x");
    var model = BatchNorm(5, momentum: 1).ToModel(1);
    var tape = new Tape();
    tape.Step(() => model.Forward(x, Mode.Training), record: false);
    ScaleAndShift.LayersOf(model)[0].Progress().ShouldBe(0);
    // In training by the biased variance, in evaluation by the running one.
    foreach (var (mode, share) in new[] { (Mode.Training, 39 / 40f), (Mode.Evaluation, 1) })
    {
        model.Parameters[0].Assign([.. model.Buffers[1].ToArray().Select(v => MathF.Sqrt(v * share + 1e-5f))]);
        model.Parameters[1].Assign(model.Buffers[0].ToArray());
        var y = tape.Step(() => model.Forward(x, mode).ToArray(), record: false);
        Numeric.Distance(y, x.ToArray().Select(value => (double)value)).ShouldBeLessThan(1e-6, $"{mode}");
    }
    var undone = ScaleAndShift.LayersOf(model)[0];
    undone.Progress().ShouldBe(1, 1e-6);
    undone.ShareUndone().ShouldBe(1);
});

Test("undo: progress is 0 at the start, 1 where undone, and by chance that towards the layer's other units", () =>
{
    ScaleAndShift Layer(float[] gamma, float[] beta) => new(gamma, beta, [3, 5], [0, 2]);
    Layer([1, 1], [0, 0]).Progress().ShouldBe(0);
    Layer([2, 3], [0, 1]).Progress().ShouldBe(0.5, 1e-12);
    Layer([3, 5], [0, 2]).Progress().ShouldBe(1);
    Layer([-1, -3], [0, -2]).Progress().ShouldBe(-1, 1e-12);
    // Each unit has what the other wants: distances 2 and 2 in both, against 2, 4 and 2 at the start.
    Layer([3, 5], [0, 2]).ProgressByChance().ShouldBe(1 - Math.Sqrt(16.0 / 24), 1e-12);
    Layer([5, 3], [2, 0]).ProgressByChance().ShouldBe(1);
    Layer([3.2f, 5.6f], [0.2f, 2]).ShareUndone().ShouldBe(0.5);
    Layer([3.2f, 5], [0.4f, 2]).ShareUndone().ShouldBe(0.5);
});

Test("undo: sigma and mu are those of what the layer receives, by the present weights", () =>
{
    // At a rate of nothing the weights stay those of the net without BN, whose activations receive what BN does.
    var still = Watchable with { Lr = 1e-30, Dropout = 0.1 };
    IReadOnlyList<ScaleAndShift> layers = [];
    (float[] Values, int Units) received = ([], 0);
    Watched(still, [3], snapshot => layers = ScaleAndShift.LayersOf(snapshot.PreciseCopy(snapshot.FixedBatch(50))));
    Watched(still with { Norm = Norm.None }, [3], snapshot =>
        received = snapshot.ActivationInputs(snapshot.FixedBatch(50), Mode.Evaluation)[0]);
    layers.Count.ShouldBe(3);
    for (var unit = 0; unit < received.Units; unit++)
    {
        var values = received.Values.Where((_, i) => i % received.Units == unit).Select(v => (double)v).ToList();
        ((double)layers[0].Mu[unit]).ShouldBe(values.Average(), 1e-5);
        ((double)layers[0].Sigma[unit]).ShouldBe(Math.Sqrt(Math.Pow(StandardDeviation(values), 2) + 1e-5), 1e-5);
    }
    layers[0].Progress().ShouldBe(0);
});

Test("undo: how far parameters moved is their distance over the norm at the start", () =>
    Watched(Watchable with { Lr = 1e-30 }, [1], snapshot =>
    {
        var start = snapshot.Start();
        snapshot.RelativeMovement(start, "weight").ShouldBe(0);
        foreach (var parameter in start.Parameters)
            parameter.Assign([.. parameter.ToArray().Select(value => value / 3)]);
        snapshot.RelativeMovement(start, "weight").ShouldBe(2, 1e-5);
        snapshot.RelativeMovement(start, "gamma", "beta").ShouldBe(2, 1e-5);
    }).Status.ShouldNotBe(Status.Failed));
