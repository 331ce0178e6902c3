#nullable enable

Test("comparison: arms that share a normalizer have names of their own", () =>
{
    ArmOf(new Config()).ShouldBe("none");
    ArmOf(new Config { Norm = Norm.BatchNoGamma, Depth = 7, Lr = 3 }).ShouldBe("batch_no_gamma");
    ArmOf(new Config { ClipNorm = 1 }).ShouldBe("none_clipped");
    ArmOf(new Config { NormInput = true }).ShouldBe("none_input");
    ArmOf(new Config { Norm = Norm.Batch, Placement = Placement.After, KeepBias = true })
        .ShouldBe("batch_after_with_bias");
    ArmOf(new Config { Norm = Norm.Batch, Model = Architecture.ResidualMlp }).ShouldBe("batch_residual");
    ArmOf(new Config { Dropout = 0.5, DropoutPlace = DropoutPlace.Last }).ShouldBe("none_dropout_last");
    // None of them looks like none or batch.
    string[] known = [Palette.Styles(["none"])[0].Style.Color, Palette.Styles(["batch"])[0].Style.Color];
    foreach (var arm in new[] { "none_input", "batch_after", "batch_with_bias", "none_clipped", "batch_residual" })
        known.ShouldNotContain(Palette.Styles([arm])[0].Style.Color);
});

Test("study: a net with fewer rates, and one whose rate falls to 0", () =>
{
    Net net = new("net", new Config(), [0.1, 1, 10]);
    net.Within(0.1, 1).Rates.ShouldBe([0.1, 1]);
    net.Within(20, 30).Rates.ShouldBe(net.Rates);
    net.Decaying.Cells.ShouldBe(net.Cells.Select(cell => cell with { Schedule = Schedule.Linear }));
});
