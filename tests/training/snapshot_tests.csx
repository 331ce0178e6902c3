#nullable enable

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
