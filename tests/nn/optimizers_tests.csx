#nullable enable
// Optimizers against their rules in float64, and against themselves: a gradient that waits to be computed, weights that
// are shared, parameters in panels.

/// <summary>An optimizer and its rule on one number: from parameter, gradient, memory and step to the next parameter.
/// </summary>
public sealed record OptimizerCase(string Name, Func<double, Optimizer> Make,
    Func<double, double, double[], int, double> Rule)
{
    public const double Rate = 0.05;

    /// <summary>By the name of the class; the argument of Make is the weight decay.</summary>
    public static IReadOnlyList<OptimizerCase> All { get; } =
    [
        new("Sgd", decay => new Sgd(Rate, 0, decay), (w, g, _, _) => w - Rate * g),
        new("Sgd, momentum", decay => new Sgd(Rate, 0.9, decay), (w, g, v, _) => w - Rate * (v[0] = 0.9 * v[0] + g)),
        new("RmsProp", decay => new RmsProp(Rate, 0.8, 0.01, false, decay),
            (w, g, s, _) => w - Rate * g / (Math.Sqrt(s[0] = 0.8 * s[0] + 0.2 * g * g) + 0.01)),
        new("RmsProp, inside", decay => new RmsProp(Rate, 0.8, 0.01, true, decay),
            (w, g, s, _) => w - Rate * g / Math.Sqrt((s[0] = 0.8 * s[0] + 0.2 * g * g) + 0.01)),
        new("Adam", decay => new Adam(Rate, 0.9, 0.95, 0.01, decay), (w, g, m, t) => w - Rate
            * (m[0] = 0.9 * m[0] + 0.1 * g) / (1 - Math.Pow(0.9, t))
            / (Math.Sqrt((m[1] = 0.95 * m[1] + 0.05 * g * g) / (1 - Math.Pow(0.95, t))) + 0.01)),
    ];
}

foreach (var test in OptimizerCase.All)
{
    Test($"optimizer: {test.Name}: ten steps with and without weight decay are the rule's", () =>
    {
        foreach (var decay in new[] { 0, 0.1 })
            foreach (var panels in new[] { false, true })
            {
                Shape shape = (7, 19);
                var parameter = Tensor.Parameter("w", shape, panels).Assign(Numeric.Draw(shape, "w").ToArray());
                double[] expected = [.. parameter.ToArray().Select(v => (double)v)];
                var memory = expected.Select(_ => new double[2]).ToArray();
                var optimizer = test.Make(decay);
                for (var t = 1; t <= 10; t++)
                {
                    var g = Numeric.Draw(shape, $"g{t}");
                    optimizer.Update(parameter, g);
                    expected = [.. expected.Zip(g.ToArray(), (w, g) => (w, g + decay * w))
                        .Select((pair, i) => test.Rule(pair.w, pair.Item2, memory[i], t))];
                    Numeric.Distance(parameter.ToArray(), expected).ShouldBeLessThan(1e-6, $"step {t}, decay {decay}");
                }
            }
    });

    Test($"optimizer: {test.Name}: a product still to be computed updates as one that was, bit for bit", () =>
    {
        foreach (var (rows, inputs, outputs) in new[] { (4, 5, 3), (60, 33, 17), (128, 70, 100) })
        {
            var start = Numeric.Draw((inputs, outputs), "w");
            Tensor[] weights = [Numeric.Parameter("w", start), Numeric.Parameter("w", start)];
            var (lazy, eager) = (test.Make(0.01), test.Make(0.01));
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
