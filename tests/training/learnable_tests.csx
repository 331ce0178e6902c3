#nullable enable

foreach (var architecture in new[] { Architecture.Mlp, Architecture.Vgg })
    Test($"learnable: in place of gamma and beta as many weights, the same in each trial, {Snake(architecture)}", () =>
    {
        var config = new Config
        {
            Model = architecture, Depth = 2, Width = 10, Norm = Norm.Batch, TrainSize = 600, BatchSize = 60, Epochs = 2,
            Learned = Learned.Random, Lr = 1,
        };
        IReadOnlyDictionary<string, bool[]> Moved(Config config)
        {
            Dictionary<string, bool[]> moved = [];
            Watched(config, [config.Steps], snapshot => moved = snapshot.Model.Parameters.Zip(
                snapshot.Start().Parameters).ToDictionary(pair => pair.First.Name!, pair => pair.First.ToArray()
                    .Zip(pair.Second.ToArray(), (now, start) => now != start).ToArray()));
            return moved;
        }
        var moved = Moved(config);
        var layer = architecture == Architecture.Mlp ? "linear" : "conv";
        moved.Where(one => one.Value.Any(any => any)).Select(one => one.Key)
            .ShouldBe([$"{layer}1.weight", $"{layer}2.weight"]);
        // Two of each unit, which learn unless their inputs or their unit are dead; noise leaves none dead.
        foreach (var (weight, units) in new[] { ($"{layer}1.weight", 10), ($"{layer}2.weight", 10) })
        {
            moved[weight].Count(one => one).ShouldBe(2 * units, weight);
            for (var unit = 0; unit < units; unit++)
                moved[weight].Where((_, i) => (architecture == Architecture.Mlp ? i % units
                    : i / (moved[weight].Length / units)) == unit).Count(one => one).ShouldBe(2);
        }
        Moved(config with { Epochs = 1 })[$"{layer}2.weight"].ShouldBe(moved[$"{layer}2.weight"]);
        Moved(config with { Seed = 2 })[$"{layer}2.weight"].ShouldNotBe(moved[$"{layer}2.weight"]);
        // gamma and beta are two a unit as well.
        Moved(config with { Learned = Learned.Affine }).Sum(one => one.Value.Count(any => any))
            .ShouldBe(moved.Sum(one => one.Value.Count(any => any)));
    });
