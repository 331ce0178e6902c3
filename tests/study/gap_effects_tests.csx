#nullable enable

Test("gap: at the end of training, and by how much the second arm of a net narrows the first's", () =>
{
    Trial Of(Norm norm, double train, double validation) => Made(norm: norm) with
    {
        Curve = [.. new[] { (1, 0.5, 0.5), (0.1, train, validation) }.Select((at, i) =>
        {
            var point = new CurvePoint("", i + 1, 0, 0, 0, 0);
            (point.Own["eval_train_loss"], point.Own["eval_train_accuracy"],
                point.Own["full_validation_accuracy"]) = at;
            return point;
        })],
    };
    var (none, batch) = (Of(Norm.None, 0.95, 0.9), Of(Norm.Batch, 0.93, 0.9));
    FinalGap.Of(none).ShouldBe(0.05, 1e-12);
    GapEffects([none, batch], [new("net", new Config(), [0.1])]).Single().Differences.Single().ShouldBe(0.02, 1e-12);
});
