#nullable enable

Test("saturation: outputs near a limit, and units that are 0 on all images", () =>
{
    // Two units: the second is dead, the first answers to one image of three.
    Saturation.Of([0, 0, 3, 0, 0, 0], 2, Activation.Relu).ShouldBe(0.5);
    Saturation.Of([-0.95f, 0.89f, 0.91f, 0], 2, Activation.Tanh).ShouldBe(0.5);
    // A sigmoid is a tanh of half its input: the middle is 1/2, the limits 0 and 1.
    Saturation.Of([0.04f, 0.06f, 0.96f, 0.94f, 0.5f], 1, Activation.Sigmoid).ShouldBe(0.4);
});

Test("saturation: by layer of a net under training, in evaluation mode", () =>
{
    // Weights so large that sigmoids are steps.
    Watched(Watchable with { Norm = Norm.None, InitScale = 1_000 }, [1], snapshot =>
        Saturation.Shares(snapshot, 100).ShouldAllBe(share => share > 0.9));
    // With BN the inputs of a layer have a deviation of 1 at first.
    Watched(Watchable with { InitScale = 1_000, Lr = 1e-9 }, [Watchable.Steps], snapshot =>
        Saturation.Shares(snapshot, 100).ShouldAllBe(share => share < 0.2));
});
