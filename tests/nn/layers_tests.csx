#nullable enable
// Layers without statistics.

// f >> (g >> h) and (f >> g) >> h: the same names, values and output.
Test("layers: >> is associative", () =>
{
    Layer F() => Linear(4, 5, HeNormal);
    Layer G() => BatchNorm(5) >> Dropout(0.3);
    Layer H() => Relu >> Linear(5, 3, HeNormal) >> NoisyBatchNorm(3);
    var (left, right) = (((F() >> G()) >> H()).ToModel(3), (F() >> (G() >> H())).ToModel(3));
    left.Parameters.Select(p => p.Name).ShouldBe(right.Parameters.Select(p => p.Name));
    var (x, g) = (Numeric.Draw((6, 4), "x"), Numeric.Draw((6, 3), "g"));
    for (var step = 0; step < 2; step++)
    {
        var (a, b) = (Outcome.Run(left, x, g), Outcome.Run(right, x, g));
        a.Y.ShouldBe(b.Y);
        foreach (var (name, gradient) in a.Gradients) gradient.ShouldBe(b.Gradients[name], name);
    }
});

Test("layers: a recipe can be built again and again, and two models share nothing", () =>
{
    var layers = Linear(3, 4, HeNormal) >> BatchNorm(4) >> Tanh;
    var (a, b) = (layers.ToModel(1), layers.ToModel(1));
    var x = Numeric.Draw((5, 3), "x");
    var first = Outcome.Run(a, x, Numeric.Draw((5, 4), "g"));
    a.Parameters[0].Assign(new float[12]);
    Outcome.Run(b, x, Numeric.Draw((5, 4), "g")).Y.ShouldBe(first.Y);
});

Test("layers: residual is x + f(x), and its gradient the sum of both ways", () =>
{
    var (x, g) = (Numeric.Draw((4, 5), "x"), Numeric.Draw((4, 5), "g"));
    var f = (Linear(5, 5, HeNormal) >> Tanh).ToModel(1);
    var (own, inner) = (Outcome.Run(Residual(Linear(5, 5, HeNormal) >> Tanh).ToModel(1), x, g), Outcome.Run(f, x, g));
    own.Y.ShouldBe(inner.Y.Zip(x.ToArray(), (a, b) => a + b));
    own.Dx.ShouldBe(inner.Dx.Zip(g.ToArray(), (a, b) => a + b));
    Outcome.Run(Residual(Linear(5, 5, Zero)).ToModel(1), x, g).Y.ShouldBe(x.ToArray());
    Should.Throw<ArgumentException>(() => Outcome.Run(Residual(Linear(5, 4, Zero)).ToModel(1), x, g));
});

Test("layers: dropout drops its share, keeps the mean, and does nothing in evaluation", () =>
{
    Shape shape = (500, 60);
    foreach (var p in new[] { 0.1, 0.5, 0.8 })
    {
        var (model, x, g) = (Dropout(p).ToModel(5), Tensor.Filled(shape, 2), Numeric.Draw(shape, "g"));
        var own = Outcome.Run(model, x, g);
        // Standard errors: sqrt(p (1 - p) / 30,000) for the share, times 2 / (1 - p) for the mean; five of them.
        var error = 5 * Math.Sqrt(p * (1 - p) / shape.Count);
        ((double)own.Y.Count(v => v == 0)).ShouldBe(p * shape.Count, error * shape.Count);
        own.Y.Average(v => (double)v).ShouldBe(2, error * 2 / (1 - p));
        own.Y.ShouldAllBe(v => v == 0 || Math.Abs(v - 2 / (1 - p)) < 1e-5);
        own.Dx.ShouldBe(own.Y.Zip(g.ToArray(), (y, g) => y == 0 ? 0 : g * (float)(1 / (1 - p))));
        Outcome.Run(model, x, g).Y.ShouldNotBe(own.Y, "the next step drops others");
        Outcome.Run(Dropout(p).ToModel(5), x, g).Y.ShouldBe(own.Y, "the same seed drops the same");
        Outcome.Run(Dropout(p).ToModel(6), x, g).Y.ShouldNotBe(own.Y, "another seed drops others");
        var copy = Dropout(p).ToModel(5);
        foreach (var (to, from) in copy.Buffers.Zip(model.Buffers)) to.Assign(from.ToArray());
        Outcome.Run(copy, x, g).Y.ShouldBe(Outcome.Run(model, x, g).Y, "a copy drops what the model drops next");
        model.Forward(x, Mode.Evaluation).ShouldBe(x);
        // No row or column is dropped as one: shares within five standard errors.
        foreach (var column in Enumerable.Range(0, 60))
            ((double)Enumerable.Range(0, 500).Count(row => own.Y[row * 60 + column] == 0))
                .ShouldBe(p * 500, 5 * Math.Sqrt(p * (1 - p) * 500), $"column {column}");
    }
    Dropout(0).ToModel(0).Forward(Tensor.Filled((2, 3), 7), Mode.Training).ToArray().ShouldAllBe(v => v == 7);
    foreach (var p in new[] { -0.1, 1, double.NaN }) Should.Throw<ArgumentException>(() => Dropout(p));
});
