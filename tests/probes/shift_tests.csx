#nullable enable

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

// At a rate of 0 BN's medians stand still. The noise behind it is another in each step: two mean shifts, each uniform
// over 1, are a third apart on average, and an interquartile range of a normal is 1.35 times a mean stretch of 1.125.
Test("shift: the noise of the arm noisy is drawn anew between measurements, so that its path is long", () =>
{
    var config = Watchable with { Lr = 0, Epochs = 10 };
    double[] Drifts(Norm norm) => [.. Training.Run(config with { Norm = norm }, NoiseOf(600),
        Shift.Probe(200, [2], points: 30)).Curve.Skip(1).Select(point => point.Own["drift"])];
    Drifts(Norm.Batch).ShouldAllBe(drift => drift == 0);
    Drifts(Norm.Noisy).Average().ShouldBe(1 / 3.0 / 1.35 / 1.125, 0.05);
});

// What BN gives to an activation has mean 0 and variance 1 in each channel, over images and places.
Test("shift: a unit of a convnet is a channel, and the layers before one are those of its parameters before it", () =>
{
    var config = Watchable with { Model = Architecture.Vgg, Depth = 4, Width = 5, Activation = Activation.Relu };
    Watched(config, [1], snapshot =>
    {
        var inputs = snapshot.ActivationInputs(snapshot.FixedBatch(100), Mode.Training);
        inputs.Select(input => input.Units).ShouldBe([5, 5, 10, 10]);
        foreach (var (values, units) in inputs)
            for (var unit = 0; unit < units; unit++)
            {
                var own = values.Where((_, i) => i % units == unit).Select(value => (double)value).ToList();
                own.Average().ShouldBe(0, 0.3);
                StandardDeviation(own).ShouldBe(1, 0.3);
            }
        var seen = Shift.OfGradients(snapshot, [1, 2, 4]).ToDictionary(one => one.Column, one => one.Value);
        // No layer stands before the first.
        seen["change_1"].ShouldBe(0);
        seen["change_2"].ShouldBeInRange(1e-4, 10);
        seen["change_4"].ShouldBeInRange(1e-4, 10);
    });
});

// A step schedule ends at a hundredth of its rate.
Test("shift: the earlier layers' step is taken at the rate of the last step", () =>
{
    var config = Watchable with { Lr = 1, Schedule = Schedule.Step };
    List<double[]> seen = [];
    Watched(config, [config.Steps], snapshot =>
    {
        foreach (var own in new[] { config, config with { Lr = 0.01, Schedule = Schedule.Constant } })
            seen.Add([.. Shift.OfGradients(snapshot with { Config = own }, [2, 3]).Select(one => one.Value)]);
    });
    seen[0].ShouldBe(seen[1]);
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
