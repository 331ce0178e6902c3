#nullable enable

Test("plot: an arm looks the same everywhere, an unknown one is stable and apart", () =>
{
    Palette.Styles(["batch", "none"]).Select(a => a.Arm).ShouldBe(["none", "batch"]);
    Palette.Styles(["batch"])[0].Style.ShouldBe(Palette.Styles(["none", "batch", "new"])[1].Style);
    string[] many = ["none", "batch", "a", "b", "c", "d", "e", "f", "g", "h"];
    Palette.Styles(many).Select(a => a.Style.Color).Distinct().Count().ShouldBe(10);
    Palette.Styles(many.Reverse()).ShouldBe(Palette.Styles(many));
    Palette.Styles([.. many, "i"]).Count.ShouldBe(11);
    // The hash of a name is the same in every run and on every machine.
    Palette.Styles(["momentum 0.9"])[0].Style.Color.ShouldBe(Palette.Ink);
    foreach (var arms in new string[][] { ["none", "batch", "batch_after", "batch_with_bias", "none_input"],
        ["none", "batch", "layer", "group", "ghost", "noisy", "seed", "none_clipped"] })
        Palette.Styles(arms).SelectMany(arm => new[] { arm.Style.Color, arm.Style.Symbol })
            .Distinct().Count().ShouldBe(2 * arms.Length);
});
