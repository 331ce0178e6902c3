#nullable enable
// Layers without statistics, and the tape under them: what is used twice, broadcast, read too late or nested.

static void ShouldBroadcast((Shape A, Shape B) shapes)
{
    var (a, b) = (Numeric.Draw(shapes.A, "a"), Numeric.Draw(shapes.B, "b", v => Math.Abs(v) + 0.3));
    foreach (var (name, f32, f64) in new (string, Func<Tensor, Tensor, Tensor>, Func<double, double, double>)[]
    {
        ("+", (a, b) => a + b, (a, b) => a + b), ("-", (a, b) => a - b, (a, b) => a - b),
        ("*", (a, b) => a * b, (a, b) => a * b), ("/", (a, b) => a / b, (a, b) => a / b),
    })
    {
        Ref[] inputs = [Ref.From(a), Ref.From(b)];
        Ref Reference(Ref[] x) => Ref.Zip(x[0], x[1], f64);
        var expected = Reference(inputs);
        var g = Numeric.Draw(new Shape(expected.Shape), "g");
        new Tape().Step(() =>
        {
            var y = f32(Numeric.Parameter("a", a), Numeric.Parameter("b", b));
            y.Shape.ShouldBe(new Shape(expected.Shape), name);
            Numeric.Distance(y.ToArray(), expected.Values).ShouldBeLessThan(1e-6, name);
            double[] upstream = [.. g.ToArray().Select(v => (double)v)];
            foreach (var (parameter, gradient) in Tape.Gradients(y, g))
            {
                var differences = Numeric.Gradient(Reference, inputs, parameter.Name == "a" ? 0 : 1, upstream);
                Numeric.Distance(gradient.ToArray(), differences).ShouldBeLessThan(1e-4, $"{name}, {parameter.Name}");
            }
            return 0;
        });
    }
}

Test("layers: ops broadcast in every position, values and gradients", () =>
    Property.ForAll(Property.Broadcastable, ShouldBroadcast, count: 60));

Test("layers: shapes that do not broadcast are named", () =>
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1) + Tensor.Filled((2, 4), 1))
        .Message.ShouldBe("shapes (2, 3) and (2, 4) do not broadcast"));

Test("layers: gradients of a tensor used twice, and of both sides of an op, add up", () => new Tape().Step(() =>
{
    var x = Numeric.Parameter("x", Tensor.From((1, 2), [3, -2]));
    // y = x + x * x - x, so that dy/dx = 2 x.
    Tape.Gradients(x + x * x - x, Tensor.From((1, 2), [1, 10])).Single().Gradient.ToArray().ShouldBe([6, -40]);
    var h = x * 2;
    // z = h / h + h * h = 1 + 4 x^2.
    Tape.Gradients(h / h + h * h, Tensor.From((1, 2), [1, 10])).Single().Gradient.ToArray().ShouldBe([24, -160]);
    return 0;
}));

Test("layers: a tensor cannot be read after its step, nor its gradient; what was made outside can", () =>
{
    var (tape, w) = (new Tape(), Numeric.Parameter("w", Tensor.From((2, 2), [1, 2, 3, 4])));
    var outside = Tensor.From((1, 2), [1, 1]);
    var (y, gradient) = tape.Step(() =>
    {
        var y = outside.MatMul(w);
        return (y, Tape.Gradients(y, outside).Single().Gradient);
    });
    foreach (var stale in new[] { y, gradient })
        Should.Throw<InvalidOperationException>(() => stale.ToArray()).Message
            .ShouldContain("belongs to a step that has ended");
    Should.Throw<InvalidOperationException>(() => tape.Step(() => (y + outside).Item));
    outside.MatMul(w).ToArray().ShouldBe([4, 6]);
});

Test("layers: a step within a step throws, on any tape, and the outer one goes on", () =>
{
    var tape = new Tape();
    tape.Step(() =>
    {
        foreach (var inner in new[] { tape, new Tape() })
            Should.Throw<InvalidOperationException>(() => inner.Step(() => 0)).Message.ShouldContain("already running");
        Tape.Current.ShouldBe(tape);
        return (Tensor.Filled((1, 2), 1) + 1).ToArray();
    }).ShouldBe([2, 2]);
    Should.Throw<DivideByZeroException>(() => tape.Step<int>(() => throw new DivideByZeroException()));
    tape.Step(() => 3).ShouldBe(3);
});

Test("layers: gradients are refused outside a step, of what depends on no parameter, and where none are recorded", () =>
{
    var w = Numeric.Parameter("w", Tensor.From((1, 1), [2]));
    Should.Throw<InvalidOperationException>(() => Tape.Gradients(w * w).Count());
    Should.Throw<ArgumentException>(() => new Tape().Step(() => Tape.Gradients(Tensor.Filled((1, 1), 1) + 1).Count()));
    Should.Throw<ArgumentException>(() => new Tape().Step(() => Tape.Gradients((w * w).Sum()).Count(), record: false));
    Should.Throw<ArgumentException>(() => new Tape().Step(() => Tape.Gradients(w * w, Tensor.Filled(1, 1)).Count()))
        .Message.ShouldContain("a gradient of shape (1,)");
});

Test("layers: nothing is allocated after the first step", () =>
{
    var model = Mlp(20, 3, 33, 4, Sigmoid, c => BatchNorm(c), GlorotUniform).ToModel(0);
    var (tape, optimizer, x) = (new Tape(), new Sgd(0.1), Numeric.Draw((30, 20), "x"));
    byte[] labels = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 4))];
    long Step()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        tape.Step(() =>
        {
            optimizer.Step(model.Forward(x, Mode.Training).CrossEntropy(labels));
            return 0;
        });
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
    // Matrices alone would be 60 KB; what is left are the tape's small objects.
    for (var i = 0; i < 3; i++) Step();
    Step().ShouldBeLessThan(20_000);
});

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
        model.Forward(x, Mode.Evaluation).ShouldBe(x);
        // No row or column is dropped as one: shares within five standard errors.
        foreach (var column in Enumerable.Range(0, 60))
            ((double)Enumerable.Range(0, 500).Count(row => own.Y[row * 60 + column] == 0))
                .ShouldBe(p * 500, 5 * Math.Sqrt(p * (1 - p) * 500), $"column {column}");
    }
    Dropout(0).ToModel(0).Forward(Tensor.Filled((2, 3), 7), Mode.Training).ToArray().ShouldAllBe(v => v == 7);
    foreach (var p in new[] { -0.1, 1, double.NaN }) Should.Throw<ArgumentException>(() => Dropout(p));
});

Test("layers: wrong shapes and labels are named", () =>
{
    var w = Numeric.Parameter("w", Numeric.Draw((3, 2), "w"));
    Should.Throw<ArgumentException>(() => Tensor.Filled((4, 5), 1).MatMul(w)).Message.ShouldContain("(4, 5)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((1, 2, 3, 3), 1).Convolve(Tensor.Filled((1, 3, 3, 3), 1)))
        .Message.ShouldContain("(1, 2, 3, 3)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((1, 2, 3, 3), 1).Convolve(Tensor.Filled((1, 2, 4, 4), 1)));
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).AveragePool()).Message.ShouldContain("(2, 3)");
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).Reshape((2, 4)));
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).CrossEntropy(new byte[3])).Message
        .ShouldContain("3 labels");
    Should.Throw<ArgumentException>(() => Tensor.Filled((2, 3), 1).CrossEntropy(new byte[] { 0, 3 })).Message
        .ShouldBe("a label is outside 0..2");
    Should.Throw<ArgumentException>(() => new Shape(2, 0));
});
