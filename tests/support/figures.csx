#nullable enable
// Figures of made-up numbers, and what Plotly is told of a figure.

// Two arms, three rates; "none" loses two seeds at 1 and all six at 10.
static Figure SampleBand(string other = "batch")
{
    Lost[] lost = [new("none", 1, 1 / 6.0, 1 / 6.0, 6), new("none", 10, 1, 0, 6), new(other, 10, 0, 0, 6)];
    var points = from arm in new[] { "none", other } from x in new[] { 0.1, 1, 10 } from seed in Enumerable.Range(1, 6)
                 where arm != "none" || x < 1 || x == 1 && seed > 2
                 select new Point(arm, $"{seed}", x, 90 + seed + x / 7, "a < b");
    return BandChart.Draw("band", "Accuracy", new("learning rate", Log: true), new("accuracy (%)"), [.. points], lost);
}

static JsonElement[] TracesOf(Figure figure) =>
    [.. JsonDocument.Parse(GenericChart.toFigureJson(figure.Chart)).RootElement.GetProperty("data").EnumerateArray()];

static string? StringAt(JsonElement trace, string key) =>
    trace.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

static Figure[] FiguresOfEveryKind()
{
    Cell[] cells = [new(1, 1, 0.9, 0, 0, 3), new(2, 1, null, 3, 0, 3), new(3, 1, 0.5, 0, 0, 3)];
    return
    [
        SampleBand(), MapChart.Draw("m", "m", new("x"), new("y"), ("none", cells), ("batch", cells), "accuracy", 0.1),
        CurveChart.Draw("c", "c", new("step", Log: true), new("loss"),
            [new("none", "1", 1, 2.5), new("none", "1", 10, 1)], guide: new("theory", [(1, 0.5), (10, -0.5)])),
        RiverChart.Draw("r", "r", new("step", Log: true), [new("none", new("input"), [new("none", 1, -1.5, 0, 1)]),
            new("batch", new("input"), [new("batch", 1, -1, 0, 1)])]),
        RangeChart.Draw("g", "g", new("rate", Log: true),
            [new("batch", "batch", 0.01, 1000, [100, 1000], 2)], (1e-3, 1e3)),
        PairChart.Draw("p", "p", new("points"), ("one", "two"),
            [new("claim", (new(0.5, -0.25, 1.25, 0.95, 6), "+0.5"), null)]),
    ];
}

// Two arms at two batch sizes and three rates, two seeds each; the best rate is 0.1, and all diverge at 1.
static Tuning SmallTuning()
{
    double[] rates = [0.01, 0.1, 1];
    List<Config> cells = [.. from size in new[] { 4, 64 } from norm in new[] { Norm.None, Norm.Batch }
                             select new Config { Norm = norm, BatchSize = size }];
    return Tuned([new("net", cells, rates)], [.. from cell in cells from rate in rates from seed in new[] { 101, 102 }
        select Made(rate, seed, rate == 0.1 ? 0.9 : 0.5, rate == 1 ? 5 : 0, with: _ => cell with
            { Lr = rate, Seed = seed }) with { Curve = [new("", 1, 1, 2, 2, 0.1), new("", 10, 10, 1, 1, 0.5)] }]);
}
