#nullable enable

Test("figures: the best over rates leads each marker to the curves of all its rates", () =>
{
    var traces = TracesOf(BestOverRates("b", "b", SmallTuning(), new("Batch size", Log: true), cell => cell.BatchSize,
        new("Accuracy"), ValidationAccuracy));
    List<string> keys = [.. traces.Where(t => t.TryGetProperty("customdata", out _))
        .SelectMany(t => t.GetProperty("customdata").EnumerateArray()).Select(key => key.GetString()!)];
    keys.ShouldBe(["none, batch size 4; bold: rate 0.1", "none, batch size 64; bold: rate 0.1",
        "batch, batch size 4; bold: rate 0.1", "batch, batch size 64; bold: rate 0.1"]);
    var curves = traces.Where(t => StringAt(t, "meta") is not null).ToList();
    curves.GroupBy(t => StringAt(t, "meta")).ToDictionary(cell => cell.Key!, cell => cell.Count()).ShouldBe(
        keys.ToDictionary(key => key, _ => 2), ignoreOrder: true);
    curves.Where(t => t.GetProperty("visible").GetBoolean()).Select(t => StringAt(t, "meta")).Distinct()
        .ShouldBe([keys[3]]);
    // Two rates but the best, of two seeds, two points each and a gap behind them.
    curves.Select(t => t.GetProperty("x").GetArrayLength()).ShouldBe(Enumerable.Repeat(new[] { 12, 6 }, 4)
        .SelectMany(lengths => lengths));
});
