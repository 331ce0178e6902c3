#nullable enable

Test("branches: arms without a normalizer beside BN, net by net", () =>
{
    Net[] nets = [.. new[] { 2, 5 }.Select(depth => new Net($"{depth} blocks", new Config { Depth = depth }, [0.1],
        Arms(Norm.SkipInit, Norm.Batch)))];
    Trial At(int depth, Norm norm, double accuracy) =>
        Made(norm: norm, accuracy: accuracy, with: config => config with { Depth = depth });
    var effects = BranchEffects([At(2, Norm.SkipInit, 0.9), At(2, Norm.Batch, 0.8), At(5, Norm.SkipInit, 0.9),
        At(5, Norm.Batch, 0.1)], nets, Norm.SkipInit);
    effects.Select(effect => effect.Condition).ShouldBe(["skip_init, 2 blocks", "skip_init, 5 blocks"]);
    effects.Select(effect => Math.Round(effect.Differences.Single(), 12)).ShouldBe([0.1, double.PositiveInfinity]);
});
