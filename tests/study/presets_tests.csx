#nullable enable

Test("presets: each has its value, and seeds that the user asked for come before it", () =>
{
    int Picked(Preset preset) => new Lab(preset).Pick(1, 2, 3);
    (Picked(Preset.Smoke), Picked(Preset.Standard), Picked(Preset.Full)).ShouldBe((1, 2, 3));
    new Lab(Preset.Smoke).Seeds(5).ShouldBe([1, 2]);
    new Lab(Preset.Standard).Seeds(3).ShouldBe([1, 2, 3]);
    new Lab(Preset.Full, SeedCount: 1).Seeds(3).ShouldBe([1]);
    new Lab(Preset.Full).Baseline.ShouldBe(new Config());
    var colours = new Lab(Preset.Standard, Facts: DatasetFacts.Mnist with { Channels = 3, Height = 32, Width = 32 });
    (colours.Baseline.IsConvnet, colours.Baseline.Halve).ShouldBe((true, true));
    (colours with { Facts = colours.Data with { Height = 28 } }).Baseline.Halve.ShouldBeFalse();
    (colours with { Preset = Preset.Full }).Baseline.Halve.ShouldBeFalse();
    new Lab(Preset.Smoke).Baseline.TrainSize.ShouldBeLessThan(new Config().TrainSize);
    new Lab(Preset.Standard).Looks.Counts[^1].ShouldBeGreaterThan(
        new Lab(Preset.Standard, Facts: new Lab(Preset.Standard).Data with { Channels = 3 }).Looks.Counts[^1]);
});

Test("presets: few looks are the first three, or the one that the user asked for", () =>
{
    new Lab(Preset.Standard).FewLooks.Counts.ShouldBe(new Lab(Preset.Standard).Looks.Counts.Take(3));
    new Lab(Preset.Full).FewLooks.Counts.ShouldBe(new Lab(Preset.Full).Looks.Counts);
    new Lab(Preset.Standard, SeedCount: 30).FewLooks.Counts.ShouldBe([30]);
});

Test("presets: full trains convnets as He et al. do, with crops, and the residual one has 20 layers", () =>
{
    Config Residual(Preset preset) => StandardNets.Convnets(new(preset, Facts: DatasetFacts.Mnist with
    {
        Channels = 3, Height = 32, Width = 32,
    }), 1, Arms(Norm.None))[1].Cells[0];
    (Residual(Preset.Full).Depth, Residual(Preset.Full).Augment).ShouldBe((20, Augmentation.CropFlip));
    (Residual(Preset.Standard).Depth, Residual(Preset.Standard).Augment).ShouldBe((8, Augmentation.Flip));
});
