#nullable enable

Test("figures: perfect scaling halves the steps for twice the batch, and keeps the examples", () =>
{
    Trial Reaching(int size, int step) => Made(with: config => config with { BatchSize = size }) with
    {
        Curve = [new("", step, 0, 0, 0, 0.9)],
    };
    Trial[] runs = [Reaching(4, 1000), Reaching(64, 400)];
    var figures = BatchSizeFigures(SmallTuning(), runs, runs, target: 0.8);
    double[] Guide(string id, string name) => [.. TracesOf(figures.Single(figure => figure.Id == id))
        .Single(trace => StringAt(trace, "name") == name).GetProperty("y").EnumerateArray().Select(y => y.GetDouble())];
    Guide("steps", "perfect scaling").ShouldBe([1000, 62.5]);
    Guide("examples", "no cost").ShouldBe([4000, 4000]);
});
