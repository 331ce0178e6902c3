#nullable enable
// Known answers for weights whose scale does not matter: nets of BN without epsilon, so that it does not matter at all.

static Model ScaleInvariant() => (Linear(64, 20, HeNormal, bias: false) >> BatchNorm(20, epsilon: 0) >> Relu
    >> Linear(20, 20, HeNormal, bias: false) >> BatchNorm(20, epsilon: 0) >> Relu >> Linear(20, 10, HeNormal))
    .ToModel(1);

// Trains it on noise, each batch of 60 once; gives the losses. Sees each hidden weight with its gradient before a step.
static IReadOnlyList<double> LossesOf(Model model, Optimizer optimizer, int steps,
    Action<IReadOnlyDictionary<Tensor, float[]>>? see = null)
{
    optimizer.Hidden = [.. model.HiddenWeights];
    var (config, data, tape) = (new Config { TrainSize = 60 * steps }, NoiseOf(60 * steps), new Tape());
    var labels = new byte[60];
    return
    [
        .. Batches.Order(config.TrainSize, 1, 0).Chunk(60).Select(batch =>
        {
            Batches.Labels(data.Train, batch, labels);
            return tape.Step(() =>
            {
                var loss = model.Forward(config.Input(data.Train, batch), Mode.Training).CrossEntropy(labels);
                var gradients = Tape.Gradients(loss).ToDictionary(pair => pair.Parameter, pair =>
                    pair.Gradient.ToArray(), (IEqualityComparer<Tensor>)ReferenceEqualityComparer.Instance);
                see?.Invoke(gradients);
                foreach (var (parameter, gradient) in gradients)
                    optimizer.Update(parameter, Tensor.From(parameter.Shape, gradient));
                return (double)loss.Item;
            });
        }),
    ];
}

static double Square(IEnumerable<float> values) => values.Sum(value => (double)value * value);

Test("scale invariance: gradients are at right angles to the weights, whose squared norm grows by theirs", () =>
{
    const double rate = 0.5;
    var model = ScaleInvariant();
    Dictionary<Tensor, double> expected = new(ReferenceEqualityComparer.Instance);
    LossesOf(model, new Sgd(rate), 20, gradients =>
    {
        foreach (var w in model.HiddenWeights)
        {
            var (values, g) = (w.ToArray(), gradients[w]);
            var (square, growth) = (Square(values), rate * rate * Square(g));
            (values.Zip(g).Sum(pair => (double)pair.First * pair.Second) / Math.Sqrt(square * Square(g)))
                .ShouldBe(0, 1e-6);
            if (expected.TryGetValue(w, out var reckoned)) square.ShouldBe(reckoned, 1e-6 * reckoned);
            expected[w] = square + growth;
            growth.ShouldBeGreaterThan(1e-4 * square);
        }
    });
});

// A factor that is a power of 2 rounds nothing.
Test("scale invariance: weights twice as large at four times the rate train alike, bit for bit", () =>
{
    var (model, larger) = (ScaleInvariant(), ScaleInvariant());
    foreach (var w in larger.HiddenWeights) w.Assign([.. w.ToArray().Select(value => 2 * value)]);
    var losses = LossesOf(model, new Sgd(0.5), 50);
    LossesOf(larger, new Sgd(0.5) { HiddenRate = 4 }, 50).ShouldBe(losses);
    LossesOf(ScaleInvariant(), new Sgd(0.5) { HiddenRate = 4 }, 50).ShouldNotBe(losses);
});

// Rates fall, so that the rule is not that of a constant rate alone.
Test("scale invariance: decay of the weights is a rate that grows", () =>
{
    IReadOnlyList<double> Losses(double decay, Decay by, out Model model)
    {
        model = ScaleInvariant();
        var optimizer = new Sgd(0.5) { WeightDecay = decay, Decay = by, Decayed = Decayed.Hidden };
        return LossesOf(model, optimizer, 100, _ => optimizer.Rate *= 0.999);
    }
    var decayed = Losses(0.02, Decay.Coupled, out var small);
    var grown = Losses(0.02, Decay.AsRate, out var large);
    decayed.Zip(grown).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-4);
    decayed.Zip(Losses(0, Decay.Coupled, out _)).Max(pair => Math.Abs(pair.First - pair.Second))
        .ShouldBeGreaterThan(0.02);
    // The decaying weights are those of the growing rate times the product of what each step leaves of them.
    var left = Enumerable.Range(1, 100).Aggregate(1.0, (share, step) =>
        share * (1 - 0.5 * Math.Pow(0.999, step) * 0.02));
    foreach (var (w, u) in small.HiddenWeights.Zip(large.HiddenWeights))
        Math.Sqrt(Square(w.ToArray()) / Square(u.ToArray())).ShouldBe(left, 1e-3 * left);
});

Test("scale invariance: at a constant rate it grows by (1 - rate decay)^(-2t - 1)", () =>
{
    var w = Tensor.Parameter("w", (1, 1)).Assign([0]);
    var optimizer = new Sgd(0.5) { WeightDecay = 0.1, Decay = Decay.AsRate, Decayed = Decayed.Hidden, Hidden = [w] };
    for (var t = 0; t < 5; t++)
    {
        w.Assign([0]);
        optimizer.Update(w, Tensor.From((1, 1), [1]));
        ((double)-w.Item).ShouldBe(0.5 * Math.Pow(1 - 0.5 * 0.1, -2 * t - 1), 1e-6);
    }
});

// Van Laarhoven 2017, Wan et al. 2021. Labels are noise, so that gradients are as well, as the theory wants it.
foreach (var (rate, momentum, decay) in new[] { (0.2, 0.0, 0.01), (0.02, 0.9, 0.02) })
    Test($"scale invariance: norm and angle settle as theory has it, momentum {CsvText(momentum)}", () =>
    {
        var config = new Config
        {
            Width = 30, Norm = Norm.Batch, Activation = Activation.Relu, TrainSize = 6_000, Epochs = 30, Lr = rate,
            Momentum = momentum, WeightDecay = decay, Decayed = Decayed.Hidden,
        };
        var trial = Training.Run(config, NoiseOf(6_000), EffectiveRate.Probe);
        var angle = EffectiveRate.EquilibriumAngle(config);
        Out.WriteLine($"   angle {EffectiveRate.Settled(trial, "angle"):F4} of {angle:F4}, norm {
            EffectiveRate.Settled(trial, "norm_to_settled"):F3} of 1");
        angle.ShouldBe(Math.Sqrt(2 * rate * decay / (1 + momentum)), 1e-12);
        EffectiveRate.Settled(trial, "angle").ShouldBe(angle, 0.05 * angle);
        EffectiveRate.Settled(trial, "norm_to_settled").ShouldBe(1, 0.05);
    });

Test("scale invariance: an angle is measured to its last digits", () =>
{
    foreach (var angle in new[] { 1e-5, 0.1, 2 })
        EffectiveRate.Angle([[3, 0], [0, 2]], [[(float)(5 * Math.Cos(angle)), (float)(5 * Math.Sin(angle))], [0, 1]])
            .ShouldBe(angle / Math.Sqrt(2), 1e-6 * angle);
});
