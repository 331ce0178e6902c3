#nullable enable

Test("depth: the largest depths that train are compared by seed, and known to a tenth of a decade", () =>
{
    int[] depths = [2, 4, 8];
    Config[] cells = [.. from norm in new[] { Norm.None, Norm.Batch }
                         from depth in depths
                         select new Config { Norm = norm, Depth = depth }];
    Trial[] trials = [.. from cell in cells
                         from seed in new[] { 1, 2 }
                         select Made(seed: seed, accuracy: cell.Norm == Norm.None && cell.Depth > 2 ? 0.1 : 0.9,
                             norm: cell.Norm, with: config => config with { Depth = cell.Depth })];
    var effect = DepthRatios(trials, [new("net", cells, [0.1])], 0.5, Norm.Batch, over: Norm.None).Single();
    effect.Differences.ShouldBe([Math.Log10(4), Math.Log10(4)], 1e-12);
    // With BN the deepest trains, so that the ratio may be larger, whatever the level.
    effect.Interval.Low.ShouldBe(Math.Log10(4) - 0.1, 1e-12);
    effect.AtLevel(0.4).Interval.High.ShouldBe(double.PositiveInfinity);
    // The other way round.
    var inverse = DepthRatios(trials, [new("net", cells, [0.1])], 0.5, Norm.None, over: Norm.Batch).Single();
    inverse.Differences.ShouldBe([-Math.Log10(4), -Math.Log10(4)], 1e-12);
    inverse.Interval.Low.ShouldBe(double.NegativeInfinity);
    inverse.Interval.High.ShouldBe(0.1 - Math.Log10(4), 1e-12);
    // Where BN ends at 4, both ends are known.
    var ended = DepthRatios(
        [.. trials.Select(trial => trial.Depth == 8 ? trial with { Status = Status.Stuck } : trial)],
        [new("net", cells, [0.1])], 0.5, Norm.Batch, over: Norm.None).Single();
    ended.Interval.Low.ShouldBe(Math.Log10(2) - 0.1, 1e-12);
    ended.Interval.High.ShouldBe(Math.Log10(2) + 0.1, 1e-12);
    // A depth between those of the grid takes part.
    Trial[] halved = [.. trials.Where(trial => trial.Norm == Norm.None), .. from seed in new[] { 1, 2 }
        select Made(seed: seed, accuracy: 0.6, with: config => config with { Depth = 3 }), .. trials.Where(trial =>
            trial.Norm == Norm.Batch)];
    DepthRatios(halved, [new("net", cells, [0.1])], 0.5, Norm.Batch, over: Norm.None).Single().Differences
        .ShouldBe([Math.Log10(8.0 / 3), Math.Log10(8.0 / 3)], 1e-12);
    // Half of the images is what counts as trained.
    BisectDepths(trials, 0.5).ShouldBe([.. from seed in new[] { 1, 2 }
                                      select cells[0] with { Depth = 3, Seed = seed }]);
    BisectDepths(halved, 0.5).ShouldBeEmpty();
    // Where both train at every depth, nothing is known of either's end.
    Trial[] capped = [.. cells.Select(cell => Made(norm: cell.Norm,
        with: config => config with { Depth = cell.Depth }))];
    DepthRatios(capped, [new("net", cells, [0.1])], 0.5, Norm.Batch, over: Norm.None).Single()
        .LeftOut.ShouldBe(1);
    // Residual convnets have 6 n + 2 layers.
    Trial Convnet(int depth, double accuracy) => Made(accuracy: accuracy,
        with: config => config with { Model = Architecture.Resnet, Depth = depth });
    BisectDepths([Convnet(8, 0.6), Convnet(20, 0.1)], 0.5).Single().Depth.ShouldBe(14);
    BisectDepths([Convnet(8, 0.6), Convnet(14, 0.1)], 0.5).ShouldBeEmpty();
});
