#nullable enable
// Configurations that cannot be trained are refused before anything runs.

static Dataset ImagesOf(int count, int height = 28, int width = 28)
{
    ImageSet Blank(int count) => new(new byte[count * height * width], new byte[count], height, width);
    return new("blank", Blank(count), Blank(1), "", null);
}

static readonly Dataset SixtyThousand = ImagesOf(60_000, 1, 1);

foreach (var (wrong, message) in new (Func<Config, Config> Wrong, string Message)[]
{
    (c => c with { Lr = double.NaN }, "lr NaN is out of range: above 0 and finite"),
    (c => c with { Lr = double.PositiveInfinity }, "lr Infinity is out of range: above 0 and finite"),
    (c => c with { Lr = 0 }, "lr 0 is out of range: above 0 and finite"),
    (c => c with { Lr = -0.1 }, "lr -0.1 is out of range: above 0 and finite"),
    (c => c with { LrEnd = -1 }, "lr_end -1 is out of range: *0: the rate does not change"),
    (c => c with { LrEnd = double.NaN }, "lr_end NaN is out of range*"),
    (c => c with { Momentum = 1 }, "momentum 1 is out of range: 0 to below 1"),
    (c => c with { Momentum = -0.1 }, "momentum -0.1 is out of range*"),
    (c => c with { WeightDecay = -1e-4 }, "weight_decay -0.0001 is out of range: 0 or above, and finite"),
    (c => c with { Warmup = -0.1 }, "warmup -0.1 is out of range: 0 to below 1 (a share of the steps)"),
    (c => c with { Warmup = 1 }, "warmup 1 is out of range: 0 to below 1 (a share of the steps)"),
    (c => c with { Warmup = double.NaN }, "warmup NaN is out of range: 0 to below 1*"),
    (c => c with { LrEnd = 10, Schedule = Schedule.Cosine },
        "schedule cosine is out of range: constant with lr_end 10, since a range test has a schedule of its own"),
    (c => c with { LrEnd = 10, Warmup = 0.1 }, "warmup 0.1 is out of range: 0 with lr_end 10, since a range test *"),
    (c => c with { Decay = Decay.Decoupled }, "decay decoupled is out of range: coupled where weight_decay is 0"),
    (c => c with { Decayed = Decayed.Weights }, "decayed weights is out of range: all where weight_decay is 0"),
    (c => c with { WeightDecay = 1, Decayed = Decayed.Weights, Learned = Learned.Affine },
        "decayed weights is out of range: all with learned affine, since weights are not updated"),
    (c => c with { WeightDecay = 1e-3, Decay = Decay.AsRate },
        "decayed all is out of range: hidden with decay as_rate, which is equal to a decay of these weights *"),
    (c => c with { WeightDecay = 1e-3, Decay = Decay.AsRate, Decayed = Decayed.Hidden, Momentum = 0.9 },
        "momentum 0.9 is out of range: 0 with decay as_rate, *"),
    (c => c with { WeightDecay = 1e-3, Decay = Decay.AsRate, Decayed = Decayed.Hidden, Optimizer = Optimization.Adam },
        "optimizer adam is out of range: sgd with decay as_rate, *"),
    (c => c with { WeightDecay = 2, Decay = Decay.AsRate, Decayed = Decayed.Hidden, LrHidden = 5 },
        "weight_decay 2 is out of range: below 1 over the rate, with decay as_rate"),
    (c => c with { LrHidden = 0 }, "lr_hidden 0 is out of range: above 0 and finite"),
    (c => c with { WeightDecay = 1, Learned = Learned.Random }, "weight_decay 1 is out of range: 0 with learned *"),
    (c => c with { ClipNorm = double.NaN }, "clip_norm NaN is out of range*"),
    (c => c with { InitScale = -1 }, "init_scale -1 is out of range: 0 or above, and finite"),
    (c => c with { InitScale = double.PositiveInfinity }, "init_scale Infinity is out of range*"),
    (c => c with { Dropout = 1 }, "dropout 1 is out of range: 0 to below 1"),
    (c => c with { Dropout = -0.5 }, "dropout -0.5 is out of range*"),
    (c => c with { DropoutPlace = DropoutPlace.Last }, "dropout_place last is out of range: each where dropout is 0"),
    (c => c with { BnMomentum = 1.1 }, "bn_momentum 1.1 is out of range: 0 to 1"),
    (c => c with { Depth = 0 }, "depth 0 is out of range: 1 or above"),
    (c => c with { Width = 0 }, "width 0 is out of range: 1 or above"),
    (c => c with { TrainSize = 0 }, "train_size 0 is out of range: 1 to 50000 *, or 60000 (all *)"),
    (c => c with { TrainSize = -1 }, "train_size -1 is out of range*"),
    (c => c with { TrainSize = 50_001 }, "train_size 50001 is out of range*"),
    (c => c with { TrainSize = 60_001 }, "train_size 60001 is out of range*"),
    (c => c with { BatchSize = 0 }, "batch_size 0 is out of range: 1 to 12000 (the training images)"),
    (c => c with { BatchSize = -60 }, "batch_size -60 is out of range*"),
    (c => c with { BatchSize = 12_001 }, "batch_size 12001 is out of range: 1 to 12000 (the training images)"),
    (c => c with { Epochs = 0 }, "epochs 0 is out of range: enough for a step, *; an epoch has 200 steps"),
    (c => c with { Epochs = -1 }, "epochs -1 is out of range*"),
    (c => c with { Epochs = double.NaN }, "epochs NaN is out of range*"),
    (c => c with { Epochs = double.PositiveInfinity }, "epochs Infinity is out of range*"),
    (c => c with { Epochs = 0.002 }, "epochs 0.002 is out of range*"),
    (c => c with { Epochs = 1e9 }, "epochs 1000000000 is out of range*"),
    (c => c with { BatchSize = 1, Norm = Norm.Batch }, "batch_size 1 is out of range: 2 to 12000 (norm batch needs *"),
    (c => c with { BatchSize = 1, Norm = Norm.Noisy }, "batch_size 1 is out of range*"),
    (c => c with { BatchSize = 1, NormInput = true }, "batch_size 1 is out of range: *(norm_input needs several *"),
    (c => c with { BatchSize = 7, TrainSize = 50, ShortBatch = true, Norm = Norm.BatchNoBeta }, "train_size 50 is *"),
    (c => c with { BatchSize = 17, Norm = Norm.Ghost }, "batch_size 17 is out of range: *sub-batch*16 images*"),
    (c => c with { Width = 1, Norm = Norm.Layer }, "width 1 is out of range: 2 or above (norm layer needs several *"),
    (c => c with { Norm = Norm.Instance }, "norm instance is out of range: *"),
    (c => c with { Norm = Norm.SkipInit }, "norm skip_init is out of range: all others, since model mlp has no *"),
    (c => c with { Norm = Norm.Fixup, Model = Architecture.Vgg, Depth = 2 }, "norm fixup is out of range: *model vgg*"),
    (c => c with { Model = Architecture.Resnet }, "depth 3 is out of range: 8, 14, 20 and so on, by 6, of model *"),
    (c => c with { Model = Architecture.PreactResnet, Depth = 2 }, "depth 2 is out of range: 8, 14, *preact_resnet"),
    (c => c with { Model = Architecture.Vgg }, "depth 3 is out of range: an even number of convolutions, of model vgg"),
    (c => c with { Model = Architecture.Vgg, Depth = 6 }, "images of 1 x 1 pixels are out of range for model vgg of "
        + "depth 6: they must be of 4 x 4 pixels or more"),
    (c => c with { Model = Architecture.Resnet, Depth = 8, Norm = Norm.Instance, Placement = Placement.After },
        "placement after is out of range: before, with norm instance: *"),
    (c => c with { Model = Architecture.Lenet }, "images of 1 x 1 pixels are out of range for model lenet: they must "
        + "be of 6 x 6 pixels or more"),
})
    Test($"validation: {message}", () =>
        Should.Throw<BadInput>(() => ConfigRules.Check(wrong(new() { TrainSize = 12_000 }), SixtyThousand))
            .Message.ShouldMatch("^" + Regex.Escape(message).Replace("\\*", ".*") + "$"));

Test("validation: LeNet wants 6 x 6 pixels or more, of any channels, and trains on these", () =>
{
    var lenet = new Config
    {
        Model = Architecture.Lenet, TrainSize = 60, BatchSize = 30, Norm = Norm.Batch, Epochs = 1,
    };
    foreach (var (height, width) in new[] { (5, 5), (5, 24), (7, 5) })
        Should.Throw<BadInput>(() => ConfigRules.Check(lenet, ImagesOf(60, height, width))).Message
            .ShouldContain($"{height} x {width}");
    foreach (var (height, width) in new[] { (6, 6), (7, 6), (28, 24) })
    {
        ConfigRules.Check(lenet, ImagesOf(60, height, width));
        Training.Run(lenet, ImagesOf(60, height, width)).Status.ShouldNotBe(Status.Failed);
    }
});

// The edges of what is allowed: no trial may fail at them.
foreach (var (name, edge) in new (string, Func<Config, Config>)[]
{
    ("batches of 1", c => c with { BatchSize = 1 }), ("one batch of all images", c => c with { BatchSize = 50 }),
    ("batches of 2 with BN", c => c with { BatchSize = 2, Norm = Norm.Batch }),
    ("a short batch of 2 with BN", c => c with { BatchSize = 6, ShortBatch = true, Norm = Norm.Batch }),
    ("sub-batches of 16 and 2", c => c with { BatchSize = 18, Norm = Norm.Ghost }),
    ("layers of a unit", c => c with { Width = 1, BatchSize = 1 }), ("one layer", c => c with { Depth = 1 }),
    ("the seed's layer, batches of 1", c => c with { BatchSize = 1, Norm = Norm.Seed }),
    ("layer normalization of 2 units", c => c with { Width = 2, BatchSize = 1, Norm = Norm.Layer }),
    ("group normalization of 2 units", c => c with { Width = 2, BatchSize = 1, Norm = Norm.Group }),
    ("one step", c => c with { Epochs = 0.2 }), ("weights of 0", c => c with { InitScale = 0 }),
    ("a warm-up of all steps but one", c => c with { Warmup = 0.8, Schedule = Schedule.Cosine }),
    ("a warm-up that rounds to all steps", c => c with { Warmup = 0.99, Schedule = Schedule.Linear }),
    ("a schedule of one step", c => c with { Epochs = 0.2, Schedule = Schedule.Step, Warmup = 0.5 }),
    ("a decay of weights beside the step",
        c => c with { WeightDecay = 1e-3, Decay = Decay.Decoupled, Decayed = Decayed.Weights }),
    ("a rate that grows in place of a decay", c => c with
        {
            WeightDecay = 0.9, Lr = 1, Norm = Norm.Batch, Decay = Decay.AsRate, Decayed = Decayed.Hidden,
        }),
    ("hidden layers at a rate of their own", c => c with { LrHidden = 1e-2 }),
    ("a momentum of 1", c => c with { Norm = Norm.Batch, BnMomentum = 1 }),
})
    Test($"validation: {name} is in range, and trains", () =>
    {
        var config = edge(new() { TrainSize = 50, BatchSize = 10, Width = 5, Epochs = 1 });
        ConfigRules.Check(config, ImagesOf(50, 6, 6));
        Training.Run(config, ImagesOf(50, 6, 6)).Status.ShouldNotBe(Status.Failed);
    });

Test("validation: the baseline, with validation and without", () =>
{
    ConfigRules.Check(new(), SixtyThousand);
    ConfigRules.Check(new() { TrainSize = 60_000 }, SixtyThousand);
});
