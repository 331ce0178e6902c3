#nullable enable

Test("plot: a range at the grid's end says so", () =>
{
    var row = new RangeRow("batch", "batch", 0.01, 1000, [100, 100, 1000], 3);
    RangeChart.Words(row, (1e-3, 1e3), log: true).ShouldBe("0.01 to ≥ 1000, 5 decades");
    RangeChart.Words(row with { Low = double.NaN }, (1e-3, 1e3), log: true).ShouldBe("none");
    var marks = TracesOf(RangeChart.Draw("r", "r", new("rate", Log: true), [row], (1e-3, 1e3)))
        .Single(t => StringAt(t, "mode") == "markers+text");
    marks.GetProperty("text").EnumerateArray().Select(t => t.GetString()).ShouldBe(["2", ""]);
});
