#nullable enable
// Optimizers against their rules in float64, and against themselves: a gradient that waits to be computed, weights that
// are shared, parameters in panels.

/// <summary>An optimizer and its rule on one number: from parameter, gradient, memory and step to the next parameter.
/// </summary>
public sealed record OptimizerCase(string Name, Func<Optimizer> New,
    Func<double, double, double[], int, double> Rule)
{
    public const double Rate = 0.05;

    /// <summary>By the name of the class.</summary>
    public static IReadOnlyList<OptimizerCase> All { get; } =
    [
        new("Sgd", () => new Sgd(Rate), (w, g, _, _) => w - Rate * g),
        new("Sgd, momentum", () => new Sgd(Rate, 0.9), (w, g, v, _) => w - Rate * (v[0] = 0.9 * v[0] + g)),
        new("RmsProp", () => new RmsProp(Rate, 0.8, 0.01),
            (w, g, s, _) => w - Rate * g / (Math.Sqrt(s[0] = 0.8 * s[0] + 0.2 * g * g) + 0.01)),
        new("RmsProp, inside", () => new RmsProp(Rate, 0.8, 0.01, true),
            (w, g, s, _) => w - Rate * g / Math.Sqrt((s[0] = 0.8 * s[0] + 0.2 * g * g) + 0.01)),
        new("Adam", () => new Adam(Rate, 0.9, 0.95, 0.01), (w, g, m, t) => w - Rate
            * (m[0] = 0.9 * m[0] + 0.1 * g) / (1 - Math.Pow(0.9, t))
            / (Math.Sqrt((m[1] = 0.95 * m[1] + 0.05 * g * g) / (1 - Math.Pow(0.95, t))) + 0.01)),
    ];

    public Optimizer Make(double weightDecay, Decay decay = Decay.Coupled, Decayed decayed = Decayed.All)
    {
        var optimizer = New();
        (optimizer.WeightDecay, optimizer.Decay, optimizer.Decayed) = (weightDecay, decay, decayed);
        return optimizer;
    }
}

foreach (var test in OptimizerCase.All)
{
    Test($"optimizer: {test.Name}: ten steps with and without weight decay are the rule's", () =>
    {
        foreach (var (weightDecay, decay) in new[]
            { (0.0, Decay.Coupled), (0.1, Decay.Coupled), (0.1, Decay.Decoupled) })
            foreach (var panels in new[] { false, true })
            {
                Shape shape = (7, 19);
                var (l2, beside) = decay == Decay.Coupled ? (weightDecay, 0) : (0.0, OptimizerCase.Rate * weightDecay);
                var parameter = Tensor.Parameter("w", shape, panels).Assign(Numeric.Draw(shape, "w").ToArray());
                double[] expected = [.. parameter.ToArray().Select(v => (double)v)];
                var memory = expected.Select(_ => new double[2]).ToArray();
                var optimizer = test.Make(weightDecay, decay);
                for (var t = 1; t <= 10; t++)
                {
                    var g = Numeric.Draw(shape, $"g{t}");
                    optimizer.Update(parameter, g);
                    expected = [.. expected.Zip(g.ToArray(), (w, g) => (w, g + l2 * w))
                        .Select((pair, i) => test.Rule(pair.w, pair.Item2, memory[i], t) - beside * pair.w)];
                    Numeric.Distance(parameter.ToArray(), expected)
                        .ShouldBeLessThan(1e-6, $"step {t}, {decay} decay {weightDecay}");
                }
            }
    });

    Test($"optimizer: {test.Name}: where weights alone decay, vectors and scalars are updated as without decay", () =>
    {
        foreach (var decay in Enum.GetValues<Decay>())
            foreach (var (shape, decays) in new (Shape, bool)[] { (new(), false), (5, false), ((3, 5), true),
                ((2, 3, 2, 2), true) })
            {
                float[] Updated(Optimizer optimizer)
                {
                    var parameter = Tensor.Parameter("p", shape).Assign(Numeric.Draw(shape, "p").ToArray());
                    for (var t = 0; t < 3; t++) optimizer.Update(parameter, Numeric.Draw(shape, $"g{t}"));
                    return parameter.ToArray();
                }
                var updated = Updated(test.Make(0.1, decay, Decayed.Weights));
                updated.ShouldBe(Updated(test.Make(decays ? 0.1 : 0, decay)), $"{shape}");
                if (decays) updated.ShouldNotBe(Updated(test.Make(0)));
            }
    });

    Test($"optimizer: {test.Name}: a product still to be computed updates as one that was, bit for bit", () =>
    {
        foreach (var decay in Enum.GetValues<Decay>())
            foreach (var (rows, inputs, outputs) in new[] { (4, 5, 3), (60, 33, 17), (128, 70, 100) })
            {
                var start = Numeric.Draw((inputs, outputs), "w");
                Tensor[] weights = [Numeric.Parameter("w", start), Numeric.Parameter("w", start)];
                var (lazy, eager) = (test.Make(0.01, decay), test.Make(0.01, decay));
                var (x, g) = (Numeric.Draw((rows, inputs), "x"), Numeric.Draw((rows, outputs), "g"));
                for (var step = 0; step < 3; step++)
                    new Tape().Step(() =>
                    {
                        var waiting = Tape.Gradients(x.MatMul(weights[0]), g).Single().Gradient;
                        waiting.DeferredProduct.ShouldNotBeNull();
                        lazy.Update(weights[0], waiting);
                        var computed = Tape.Gradients(x.MatMul(weights[1]), g).Single().Gradient;
                        _ = computed.ToArray();
                        computed.DeferredProduct.ShouldBeNull();
                        eager.Update(weights[1], computed);
                        return 0;
                    });
                weights[0].ToArray().ShouldBe(weights[1].ToArray());
            }
    });

    Test($"optimizer: {test.Name}: updating on the way back is updating at its end, weights shared", () =>
    {
        // The first and the last product share a weight, the one in the middle stands alone.
        Layer Net() => new(scope =>
        {
            var (shared, own) = (scope.Weight("shared", 6, 6, HeNormal), scope.Weight("own", 6, 6, HeNormal));
            var norm = BatchNorm(6).Build(scope);
            return (x, mode) => norm(norm(x.MatMul(shared), mode).Tanh().MatMul(own), mode).MatMul(shared) + shared;
        });
        var (onTheWay, atTheEnd) = (Net().ToModel(1), Net().ToModel(1));
        var (first, second) = (test.Make(0), test.Make(0));
        for (var step = 0; step < 3; step++)
        {
            var (x, g) = (Numeric.Draw((6, 6), $"x{step}"), Numeric.Draw((6, 6), "g"));
            new Tape().Step(() =>
            {
                foreach (var (w, gradient) in Tape.Gradients(onTheWay.Forward(x, Mode.Training), g))
                    first.Update(w, gradient);
                var gradients = Tape.Gradients(atTheEnd.Forward(x, Mode.Training), g)
                    .Select(pair => (pair.Parameter, Tensor.From(pair.Gradient.Shape, pair.Gradient.ToArray())))
                    .ToList();
                gradients.Count.ShouldBe(4, "each parameter once");
                foreach (var (w, gradient) in gradients) second.Update(w, gradient);
                return 0;
            });
        }
        foreach (var (a, b) in onTheWay.Parameters.Zip(atTheEnd.Parameters))
            Numeric.Distance(a.ToArray(), Ref.From(b).Values).ShouldBeLessThan(1e-6, a.Name!);
    });
}

Test("optimizer: a parameter that is itself multiplied is read before it is updated", () =>
{
    Tensor[] Pair() => [.. new[] { "p", "w" }.Select(name =>
        Tensor.Parameter(name, (4, 4)).Assign(Numeric.Draw((4, 4), name).ToArray()))];
    var (onTheWay, atTheEnd, x) = (Pair(), Pair(), Numeric.Draw((4, 4), "x"));
    // w is used before p is, so that going back p is complete while w still waits.
    Tensor Net(Tensor[] pw) => x.MatMul(pw[1]) + pw[0].MatMul(pw[1]);
    new Tape().Step(() =>
    {
        foreach (var (w, gradient) in Tape.Gradients(Net(onTheWay), x)) new Sgd(1).Update(w, gradient);
        foreach (var (w, gradient) in Tape.Gradients(Net(atTheEnd), x).Select(pair => (pair.Parameter,
            Tensor.From((4, 4), pair.Gradient.ToArray()))).ToList()) new Sgd(1).Update(w, gradient);
        return 0;
    });
    for (var i = 0; i < 2; i++)
        Numeric.Distance(onTheWay[i].ToArray(), Ref.From(atTheEnd[i]).Values).ShouldBeLessThan(1e-6, onTheWay[i].Name!);
});

// Shares that float32 cannot tell from 0 beside 1: most digits of 1 - 1e-6 would be wrong.
Test("optimizer: a decoupled decay keeps its digits where rate times decay is small", () =>
{
    var w = Tensor.Parameter("w", (1, 64)).Assign([.. Enumerable.Range(0, 64).Select(i => 1 + i / 64f)]);
    var start = w.ToArray();
    var optimizer = new Sgd(1e-2) { WeightDecay = 1e-4, Decay = Decay.Decoupled };
    for (var step = 0; step < 1000; step++) optimizer.Update(w, Tensor.From((1, 64), new float[64]));
    var lost = start.Zip(w.ToArray(), (before, after) => 1 - (double)after / before).Average();
    lost.ShouldBe(1 - Math.Pow(1 - 1e-6, 1000), 1e-5);
});

Test("optimizer: the rate can change between steps, and parameters keep memories of their own", () =>
{
    var (a, b) = (Tensor.Parameter("a", 1), Tensor.Parameter("b", 1));
    var optimizer = new Sgd(1, 0.5);
    optimizer.Update(a, Tensor.From(1, [1]));
    optimizer.Update(b, Tensor.From(1, [10]));
    a.Item.ShouldBe(-1);
    b.Item.ShouldBe(-10);
    optimizer.Rate = 0.1;
    optimizer.Update(a, Tensor.From(1, [0]));
    a.Item.ShouldBe(-1.05f, 1e-6f);
});
