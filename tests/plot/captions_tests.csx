#nullable enable

Test("plot: N in the legend, the true level in the caption", () =>
{
    TracesOf(SampleBand()).Where(t => t.GetProperty("showlegend").GetBoolean()).Select(t => StringAt(t, "name"))
        .ShouldBe(["none  (N = 6)", "batch  (N = 6)"]);
    SampleBand().Caption.ShouldContain("true level 96.9%; lowest to highest seed where fewer than 6 are left");
});
