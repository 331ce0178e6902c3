#nullable enable
// Ops that are their own kernels, and the tape: what is used twice, read too late or nested.

OpCases.Add(
[
    new("Sum", "(3, 4, 2)", x => x[0].Sum(), x => new([], [x[0].Values.Sum()]), [Numeric.Draw((3, 4, 2), "sum")]),
    new("Mean", "(3, 4)", x => x[0].Mean(), x => new([], [x[0].Values.Average()]), [Numeric.Draw((3, 4), "mean")]),
    new("Reshape", "(4, 6) to (4, 2, 3)", x => x[0].Reshape((4, 2, 3)), x => x[0] with { Shape = [4, 2, 3] },
        [Numeric.Draw((4, 6), "reshape")]),
    new("twice", "a tensor used twice", x => x[0] * x[0] + x[0].MatMul(x[1]), x => Ref.Zip(x[0].Map(v => v * v),
        OpCases.Product(x[0], x[1]), (a, b) => a + b), [Numeric.Draw((4, 4), "tw"), Numeric.Draw((4, 4), "tx")]),
    new("twice", "a weight shared by two products", x => x[0].MatMul(x[1]).Sigmoid().MatMul(x[1]),
        x => OpCases.Product(OpCases.Product(x[0], x[1]).Map(v => 1 / (1 + Math.Exp(-v))), x[1]),
        [Numeric.Draw((4, 4), "sw"), Numeric.Draw((4, 4), "sx")]),
]);

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

Test("op: every op has a case", () =>
{
    string[] notOps = ["op_Implicit", "From", "Filled", "Parameter", "Buffer", "Assign"];
    typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Tensor)).Select(method => method.Name).Except(notOps)
        .Except(OpCases.All.Select(test => test.Op)).ShouldBeEmpty();
});
