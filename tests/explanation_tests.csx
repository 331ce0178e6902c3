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
    Training.Run(config, NoiseOf(600), new Probe([], _ => steps, snapshot =>
    {
        look(snapshot);
        return [];
    }));

static readonly Config Watchable = new() { Width = 10, TrainSize = 600, Norm = Norm.Batch, Lr = 0.5 };

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

Test("gap: at the loss that both reach, interpolated in its logarithm", () =>
{
    Gap.ValueAtLoss(0.1, [(1, 2), (0.01, 4)]).ShouldBe(3, 1e-12);
    Gap.ValueAtLoss(0.1, [(1, 2), (0.1, 4), (0.2, 9), (0.05, 9)]).ShouldBe(4);
    Gap.ValueAtLoss(0.1, [(1, 2), (0.5, 4)]).ShouldBe(double.NaN);
    Gap.ValueAtLoss(0.1, [(0.1, 2), (0.01, 4)]).ShouldBe(double.NaN);

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
    var trial = Training.Run(Watchable, NoiseOf(600), new Probe(["running", "loss"], _ => [20], snapshot =>
    {
        int[] first = [.. Enumerable.Range(0, 60)], second = [.. Enumerable.Range(60, 60)];
        float[][] Buffers(params int[][] batches) => 
            [.. snapshot.PreciseCopy(batches).Buffers.Where(b => b.Shape.Count > 1).Select(b => b.ToArray())];
        var (one, two, both) = (Buffers(first), Buffers(second), Buffers(first, second));
        foreach (var (i, buffer) in both.Index())
            Numeric.Distance(buffer, one[i].Zip(two[i], (a, b) => (a + b) / 2.0)).ShouldBeLessThan(1e-6);
        one[0].ShouldNotBe(two[0]);
        snapshot.Model.Buffers[0].ToArray().ShouldNotBe(one[0]);

        // By a batch's own statistics, and by precise ones of that batch alone, but for the variance's n - 1.
        var (model, places) = (snapshot.PreciseCopy(second), Enumerable.Range(600, 10_000).ToList());
        snapshot.AccuracyByBatch(model, second, 60, Mode.Evaluation)
            .ShouldBe(snapshot.AccuracyByBatch(snapshot.Copy(), second, 60, Mode.Training), 0.02);
        // A short last batch is left out.
        snapshot.AccuracyByBatch(model, places.Take(70), 60, Mode.Training)
            .ShouldBe(snapshot.AccuracyByBatch(model, places.Take(60), 60, Mode.Training));
        return [("running", snapshot.AccuracyByBatch(snapshot.Copy(), places, 250, Mode.Evaluation)),
            ("loss", snapshot.OnTraining(600).Loss)];
    }));
    trial.Curve[0].Own["running"].ShouldBe(trial.ValidationAccuracy, 1e-12);
    trial.Curve[0].Own["loss"].ShouldBe(trial.TrainLoss, 1e-12);
});

// A step of length 0 shifts nothing; a short distance changes the loss by its length times the gradient's norm.
Test("shift and landscape: known answers", () =>
{
    Dictionary<string, double> seen = [];
    var config = Watchable with { Lr = 0 };
    var shift = Shift.Probe(200, [2, 3, 4], points: 2);
    void Measure(Config config, Probe probe)
    {
        foreach (var (name, value) in Training.Run(config, NoiseOf(600), probe).Curve[^1].Own) seen[name] = value;
    }
    Measure(config, shift);
    Measure(config, Landscape.Probe(300, [1e-4], points: 2));
    foreach (var layer in new[] { 2, 3, 4 })
    {
        seen[$"cosine_{layer}"].ShouldBe(1, 1e-6);
        seen[$"change_{layer}"].ShouldBe(0, 1e-6);
    }
    seen["drift"].ShouldBe(0);
    seen["unit_low"].ShouldBeLessThan(seen["unit_middle"]);
    (seen["layer_low"] + seen["layer_high"]).ShouldBe(0, 0.8);
    seen["loss_range"].ShouldBe(1e-4 * seen["gradient_norm"], 0.02 * 1e-4 * seen["gradient_norm"]);
    seen["effective_beta"].ShouldBe(seen["gradient_range"] / 1e-4, 1e-9);

    Measure(config with { Lr = 1 }, shift);
    seen["cosine_4"].ShouldBeInRange(-1, 0.9999);
    seen["change_4"].ShouldBeGreaterThan(0.01);
    seen["drift"].ShouldBeGreaterThan(0.001);
});

// Trials run side by side share the probe: each must compare its units with its own last measurement.
Test("shift: the drift of a trial does not depend on trials that run between its measurements", () =>
{
    var config = Watchable with { Lr = 1 };
    var (data, probe) = (NoiseOf(600), Shift.Probe(200, [2], points: 4));
    double[] Drifts(Trial trial) => [.. trial.Curve.Skip(1).Select(point => point.Own["drift"])];
    var alone = Training.Run(config, data, probe);
    List<Trial> between = [];
    var measure = probe.Begin(config);
    var interleaved = Training.Run(config, data, new(probe.Columns, probe.Steps, snapshot =>
    {
        between.Add(Training.Run(config with { Seed = 2 }, data, probe));
        return measure(snapshot);
    }));
    alone.Curve[0].Own.ShouldNotContainKey("drift");
    Drifts(interleaved).ShouldBe(Drifts(alone));
    foreach (var other in between) Drifts(other).ShouldBe(Drifts(between[0]));
});

Test("probes: evaluation trials are measured, tuning trials only where a probe says so", () =>
{
    var tune = Watchable with { Role = Role.Tune };
    Trial Run(Config config, Probe probe) => Training.Run(config, NoiseOf(600), probe);
    Run(tune, Gap.Probe(points: 4, firstStep: 5)).Curve.ShouldAllBe(point => point.Own.Count == 0 && point.Step >= 5);
    Run(Watchable, Gap.Probe(points: 4, firstStep: 5)).Curve.ShouldAllBe(point => point.Own.Count == 4);
    Run(tune, TrainingAccuracy.Probe(images: 100, points: 4)).Curve.ShouldAllBe(point =>
        point.Own.ContainsKey("train_accuracy"));
    Run(tune, Undoing.Probe).Curve.ShouldAllBe(point => point.Own.Count == 0);
    Run(tune, Probe.Curves()).Curve.Select(point => point.Step).ShouldBe(LogSpacedSteps(20));
    var epochs = Run(Watchable with { ShortBatch = true }, Epochs.Probe);
    epochs.Curve.Where(point => point.Own.ContainsKey("epoch")).Select(point => (point.Step, point.Own["epoch"]))
        .ShouldBe([(10, 1), (20, 2)]);
    epochs.Curve[^1].Own["test_accuracy"].ShouldBe(epochs.TestAccuracy, 1e-12);
});

foreach (var (columns, name) in new (string[], string)[]
{
    (["drift", "loss", "drift"], "drift"), (["train_loss"], "train_loss"), (["trial"], "trial"), (["step"], "step"),
})
    Test($"probes: columns {string.Join(", ", columns)} are refused", () =>
        Should.Throw<ArgumentException>(() => new Probe(columns, _ => [1], _ => [])).Message.ShouldContain($" {name}"));

foreach (var measured in new (string, double)[][] { [("gap", 1), ("gapp", 2)], [("gap", 1), ("gap", 2)] })
    Test($"probes: measuring {string.Join(" and ", measured.Select(one => one.Item1))} for the column gap ends the run",
        () =>
    {
        // Nothing is measured in tuning trials, which come first and take long.
        var tune = Watchable with { Role = Role.Tune };
        var (probe, finished) = (new Probe(["gap"], _ => [5], _ => measured), 0);
        void ShouldEnd(Action run) =>
            Should.Throw<ProbeFault>(run).Message.ShouldContain(measured[1].Item1 == "gap" ? "gap twice" : "gapp");
        ShouldEnd(() => Runner.Run([tune, tune with { Seed = 2 }], NoiseOf(600), probe, 2, _ => finished++, default));
        finished.ShouldBe(0);
        ShouldEnd(() => Training.Run(Watchable, NoiseOf(600), probe));
    });

Test("probes: own is a column like others", () =>
{
    var probe = new Probe(["own"], _ => [5], _ => [("own", 3)]);
    var trial = Training.Run(Watchable, NoiseOf(600), probe);
    var columns = new Columns<CurvePoint>([.. CurvePoint.CommonColumns, .. probe.Columns]);
    columns.Texts(trial.Curve[0])[^1].ShouldBe("3");
});
