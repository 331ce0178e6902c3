#nullable enable

// Known answers (Li et al. 2019, equation 6).
Test("dropout shift: BN right behind ReLU and dropout sees the variance that theory says", () =>
{
    DropoutShift.VarianceRatioOfRelu(0.8).ShouldBe(0.73, 0.005);
    DropoutShift.VarianceRatioOfRelu(1).ShouldBe(1, 1e-12);
    DropoutShift.VarianceRatio(0, 2, 0.5).ShouldBe(0.5, 1e-12);
    var normal = Numeric.Draw((20_000, 5), "normal");
    double Variance(Layer layer)
    {
        var model = (layer >> BatchNorm(5, momentum: 1)).ToModel(1);
        model.Forward(normal, Mode.Training);
        return model.Buffers.Single(buffer => buffer.Name == "norm1.running_var").ToArray().Average();
    }
    foreach (var drop in new[] { 0.2, 0.5 })
        (Variance(Relu) / Variance(Relu >> Dropout(drop)))
            .ShouldBe(DropoutShift.VarianceRatioOfRelu(1 - drop), 0.01, $"dropout of {drop}");
});

Test("dropout shift: nets at their start have theory's ratio behind dropout, and 1 where none stands before BN", () =>
{
    var config = new Config
    {
        Norm = Norm.Batch, Activation = Activation.Relu, Width = 300, TrainSize = 600, Dropout = 0.2,
    };
    double Ratio(Config own) => DropoutShift.VarianceRatio(new(own, NoiseData(), new(),
        own.Layers(8, 8, 10).ToModel(own.Seed), 1, 0));
    Ratio(config).ShouldBe(DropoutShift.VarianceRatioOfRelu(0.8), 0.03);
    Ratio(config with { Dropout = 0.5 }).ShouldBe(DropoutShift.VarianceRatioOfRelu(0.5), 0.03);
    Ratio(config with { DropoutPlace = DropoutPlace.Last }).ShouldBe(1, 1e-6);
});

Test("dropout shift: accuracies are those of the net, by running statistics and by those without dropout", () =>
{
    var config = Watchable with { Activation = Activation.Relu, Dropout = 0.5 };
    var trial = Training.Run(config, NoiseOf(600), DropoutShift.Probe(points: 3));
    trial.Curve[0].Own.Keys.ShouldBe(["variance_ratio"]);
    var end = trial.Curve[^1].Own;
    end["accuracy_by_running"].ShouldBe(trial.ValidationAccuracy, 1e-12);
    end["accuracy_by_own"].ShouldNotBe(end["accuracy_by_running"]);
    end["variance_ratio"].ShouldBeInRange(0.2, 0.95);
    // Without dropout before BN nothing is different, but for the batches that statistics are of.
    foreach (var other in new[] { config with { Dropout = 0 }, config with { Norm = Norm.None } })
        Training.Run(other, NoiseOf(600), DropoutShift.Probe(points: 3)).Curve.ShouldAllBe(point =>
            point.Own.Count == 0);
});
