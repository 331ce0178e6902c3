#nullable enable

Test("op: what another op computed as it read it is never computed, and says so when its parameters have changed", () =>
    new Tape().Step(() =>
    {
        var (x, gamma) = (Numeric.Draw((2, 1, 4, 4), "x"), Numeric.Parameter("gamma", Numeric.Draw(1, "gamma")));
        Tensor Normalized(out Tensor y)
        {
            var sets = new NormalizationSets(2, 1, 16, 2, 1, 1e-5);
            y = x.Normalize(sets, Moments.Measure(x, sets), gamma, null);
            return y.Relu().AveragePool().Sum();
        }
        var loss = Normalized(out var read) + Normalized(out var unread);
        read.ToArray().Length.ShouldBe(32);
        Tape.Gradients(loss).Count().ShouldBe(1);
        read.ToArray().Length.ShouldBe(32);
        Should.Throw<InvalidOperationException>(() => unread.ToArray()).Message.ShouldContain("never computed");
        return 0;
    }));
