#nullable enable

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
        Should.Throw<ArgumentException>(() => snapshot.PreciseCopy());
        // A short last batch is left out.
        snapshot.AccuracyByBatch(model, places.Take(70), 60, Mode.Training)
            .ShouldBe(snapshot.AccuracyByBatch(model, places.Take(60), 60, Mode.Training));
        return [("running", snapshot.AccuracyByBatch(snapshot.Copy(), places.Take(snapshot.OfWhole(places.Count)), 250,
                Mode.Evaluation)),
            ("loss", snapshot.OnTraining(600).Loss)];
    }));
    trial.Curve[0].Own["running"].ShouldBe(trial.ValidationAccuracy, 1e-12);
    trial.Curve[0].Own["loss"].ShouldBe(trial.TrainLoss, 1e-12);
});

// Early in training a curve's images are fewer than a large batch.
Test("inference: precise statistics are of a whole batch at least", () =>
{
    var config = Watchable with { Norm = Norm.Batch, BatchSize = 300, Epochs = 2 };
    Training.Run(config, NoiseOf(600), InferenceStatistics.Probe(points: 3)).Curve.ShouldAllBe(point =>
        point.Own["precise"] > 0);
});
