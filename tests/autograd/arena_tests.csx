#nullable enable

Test("layers: nothing is allocated after the first step", () =>
{
    var model = Mlp(20, 3, 33, 4, Sigmoid, NormMethod.By(c => BatchNorm(c)), GlorotUniform).ToModel(0);
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

Test("edge: a short last batch after a full one on the same tape", () =>
{
    Model New() => (Linear(5, 7, HeNormal) >> BatchNorm(7) >> Relu >> Linear(7, 3, HeNormal)).ToModel(1);
    var (own, other, tape) = (New(), New(), new Tape());
    foreach (var rows in new[] { 8, 3, 8, 2, 9 })
    {
        var (x, g) = (Numeric.Draw((rows, 5), $"x{rows}"), Numeric.Draw((rows, 3), $"g{rows}"));
        var (together, apart) = (Outcome.Run(own, x, g, tape: tape), Outcome.Run(other, x, g));
        together.Y.ShouldBe(apart.Y);
        foreach (var (name, gradient) in together.Gradients) gradient.ShouldBe(apart.Gradients[name], name);
    }
    foreach (var (a, b) in own.Buffers.Zip(other.Buffers)) a.ToArray().ShouldBe(b.ToArray(), a.Name!);
});
