#nullable enable
// Normalizers at the edge: few values, no variance, huge values, wrong shapes.

static Outcome Normalized(Layer layer, Shape shape, params float[] values) =>
    Outcome.Run(layer.ToModel(0), Tensor.From(shape, values), Numeric.Draw(shape, "upstream"));

Test("edge: two and three values per channel", () =>
{
    // Of two values x^ is -1 and 1 wherever they lie, so that nothing flows back.
    var two = Normalized(BatchNorm(1, epsilon: 0), (2, 1), 3, 7);
    two.Y.ShouldBe([-1, 1]);
    two.Dx.ShouldAllBe(v => Math.Abs(v) < 1e-6);
    var three = Normalized(BatchNorm(1, epsilon: 0), (3, 1), 1, 2, 6);
    Numeric.Distance(three.Y, new[] { -2, -1, 3.0 }.Select(v => v / Math.Sqrt(14 / 3.0))).ShouldBeLessThan(1e-6);
});

foreach (var (name, value) in new[] { ("0", 0f), ("0.1", 0.1f), ("1e7", 1e7f), ("-1e30", -1e30f) })
    Test($"edge: a channel of nothing but {name} has variance 0 and becomes beta, gradients stay finite", () =>
    {
        foreach (var normalizer in Normalizer.All)
        {
            Shape shape = (6, 3, 5);
            var model = normalizer.Make(3, 1e-5).ToModel(0);
            foreach (var beta in model.Parameters.Where(p => p.Name!.EndsWith("beta"))) beta.Assign([0.5f, -2, 3]);
            var x = Tensor.Filled(shape, value);
            var moments = Moments.Measure(x, new NormalizationSets(6, 3, 5, 6, 1, 1e-5));
            moments.Variance.ToArray().ShouldAllBe(variance => variance == 0);
            var own = Outcome.Run(model, x, Numeric.Draw(shape, "upstream"));
            var shift = model.Parameters.FirstOrDefault(p => p.Name!.EndsWith("beta"))?.ToArray() ?? [0, 0, 0];
            // Sets of several channels: the mean of 90 values in float64 is off by 1e-16 of it, times 1 / sqrt(eps).
            own.Y.Select((y, i) => Math.Abs(y - shift[i / 5 % 3])).Max()
                .ShouldBeLessThan(1e-6f + 1e-13f * Math.Abs(value), normalizer.Name);
            own.Gradients.Values.ShouldAllBe(gradient => gradient.All(float.IsFinite));
        }
    });

Test("edge: mean 1e4 and deviation 1, output to 1e-5 and dx to 1e-4 of float64's", () =>
{
    foreach (var normalizer in Normalizer.All)
    {
        var c = new NormCase(normalizer, (12, 6, 4), normalizer.Epsilon ?? 1e-5, 3);
        var x = Tensor.From(c.Shape, [.. c.Normals(c.Shape, "far").ToArray().Select(v => 1e4f + v)]);
        var (model, g) = (c.Model(), c.G());
        Ref[] inputs = [Ref.From(x), .. model.Parameters.Select(Ref.From)];
        var own = Outcome.Run(model, x, g);
        Numeric.Distance(own.Y, c.Definition(model.Parameters, inputs).Values).ShouldBeLessThan(1e-5, normalizer.Name);
        // dx does not depend on the mean: where it is 0, float64 tells it exactly.
        var centered = inputs[0].Map(v => v - 1e4);
        Numeric.Distance(own.Dx, Numeric.Gradient(r => c.Definition(model.Parameters, r), [centered, .. inputs[1..]], 0,
            [.. g.ToArray().Select(v => (double)v)])).ShouldBeLessThan(1e-4, normalizer.Name);
    }
});

// Beyond 1e19 the square of 1 / deviation leaves float32's range, and dx with it.
Test("edge: values of 1e30, 1e15 and 1e-12 are normalized like those of 1, and but for the first have its dx", () =>
{
    foreach (var normalizer in Normalizer.All.Where(normalizer => !normalizer.Outside))
        foreach (var power in new[] { 100, 50, -40 })
        {
            var c = new NormCase(normalizer, (12, 6, 4), 0, 4);
            var (x, g, factor) = (c.X(), c.G(), MathF.Pow(2, power));
            var own = Outcome.Run(c.Model(), Tensor.From(c.Shape, [.. x.ToArray().Select(v => v * factor)]), g);
            var expected = Outcome.Run(c.Model(), x, g);
            Numeric.Distance(own.Y, expected.Y.Select(v => (double)v))
                .ShouldBeLessThan(1e-6, $"{normalizer}, output, 2^{power}");
            own.Dx.ShouldAllBe(v => float.IsFinite(v));
            if (power < 100)
                Numeric.Distance(own.Dx.Select(v => v * factor), expected.Dx.Select(v => (double)v))
                    .ShouldBeLessThan(1e-5, $"{normalizer}, dx, 2^{power}");
        }
});

Test("edge: gamma 0 gives beta and no dx but a gradient for gamma; a negative one turns the output over", () =>
{
    foreach (var normalizer in Normalizer.All)
    {
        var c = new NormCase(normalizer, (7, 6, 2), normalizer.Epsilon ?? 1e-5, 5);
        var (plain, x, g) = (c.Model(plain: true), c.X(), c.G());
        if (plain.Parameters.FirstOrDefault(p => p.Name!.EndsWith("gamma")) is not { } gamma) continue;
        var one = Outcome.Run(plain, x, g);
        gamma.Assign(new float[6]);
        var none = Outcome.Run(plain, x, g);
        none.Y.ShouldAllBe(y => y == 0);
        none.Dx.ShouldAllBe(d => d == 0);
        none.Gradients[gamma.Name!].ShouldBe(one.Gradients[gamma.Name!]);
        gamma.Assign([.. Enumerable.Repeat(-1f, 6)]);
        var turned = Outcome.Run(plain, x, g);
        turned.Y.ShouldBe(one.Y.Select(y => -y));
        turned.Dx.ShouldBe(one.Dx.Select(d => -d));
    }
});

Test("edge: batch 1 is an error that says so in (1, C), and legal with positions", () =>
{
    foreach (var norm in new[] { BatchNorm(3), BatchNorm(3, ghost: 2), NoisyBatchNorm(3) })
        Should.Throw<ArgumentException>(() => Normalized(norm, (1, 3), 1, 2, 3)).Message
            .ShouldBe("norm1: one value per channel in (1, 3) has no variance to normalize by; "
                + "train with at least 2 values per channel");
    Should.Throw<ArgumentException>(() => Normalized(BatchNorm(1, ghost: 2), (5, 1), 1, 2, 3, 4, 5)).Message
        .ShouldContain("one value per channel");
    Should.Throw<ArgumentException>(() => Normalized(InstanceNorm(2), (2, 2), 1, 2, 3, 4)).Message
        .ShouldBe("norm1: each set of (2, 2) is a single value, which has no variance");
    Normalized(BatchNorm(2, epsilon: 0), (1, 2, 1, 2), 1, 3, 5, 9).Y.ShouldBe([-1, 1, -1, 1]);
    // In evaluation running statistics stand in.
    BatchNorm(2, epsilon: 0).ToModel(0).Forward(Tensor.From((1, 2), [3, 4]), Mode.Evaluation).ToArray()
        .ShouldBe([3, 4]);
});

Test("edge: a wrong rank or number of channels is named", () =>
{
    Layer[] norms = [BatchNorm(4), LayerNorm(4), GroupNorm(4, 2), InstanceNorm(4), SeedNorm(4), NoisyBatchNorm(4)];
    foreach (var norm in norms)
        foreach (var shape in new Shape[] { 4, (2, 3), (4, 2), (2, 3, 4), (2, 3, 4, 4), new([2, 4, 2, 2, 2]) })
            Should.Throw<ArgumentException>(() => norm.ToModel(0).Forward(Tensor.Filled(shape, 1), Mode.Training))
                .Message.ShouldBe($"a normalizer for 4 channels got {shape}; "
                    + "(N, 4), (N, 4, L) or (N, 4, H, W) is wanted");
    Should.Throw<ArgumentException>(() => GroupNorm(4, 3)).Message
        .ShouldBe("4 channels do not divide into 3 equal groups");
});

Test("edge: without momentum running statistics are the mean over batches, ghost's sub-batches counted each", () =>
{
    foreach (var ghost in new[] { 0, 3 })
    {
        var model = BatchNorm(4, momentum: null, ghost: ghost).ToModel(0);
        var seen = new List<(double[] Mean, double[] Variance)>();
        for (var batch = 0; batch < 4; batch++)
        {
            var x = Numeric.Draw((6 + batch % 2 * 3, 4), $"batch {batch}");
            Outcome.Run(model, x, x);
            foreach (var rows in x.ToArray().Chunk(4).Chunk(ghost == 0 ? 99 : ghost))
            {
                double[] mean = [.. Enumerable.Range(0, 4).Select(c => rows.Average(row => (double)row[c]))];
                seen.Add((mean, [.. Enumerable.Range(0, 4).Select(c =>
                    rows.Sum(row => (row[c] - mean[c]) * (row[c] - mean[c])) / (rows.Length - 1))]));
            }
        }
        var (means, variances) = (Enumerable.Range(0, 4).Select(c => seen.Average(batch => batch.Mean[c])),
            Enumerable.Range(0, 4).Select(c => seen.Average(batch => batch.Variance[c])));
        Numeric.Distance(model.Buffers[0].ToArray(), means).ShouldBeLessThan(1e-6, "mean");
        Numeric.Distance(model.Buffers[1].ToArray(), variances).ShouldBeLessThan(1e-6, "variance");
        model.Buffers[2].Item.ShouldBe(seen.Count);
    }
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

// Noise: a stretch and a shift of BN's output.

Test("edge: noisy is batch in evaluation, and in training batch stretched and shifted anew in each step", () =>
{
    foreach (var shape in new Shape[] { (64, 3), (64, 3, 2), (64, 3, 2, 2) })
    {
        var (x, g) = (Numeric.Draw(shape, "x"), Numeric.Draw(shape, "g"));
        var (noisy, again, other, batch) = (NoisyBatchNorm(3).ToModel(1), NoisyBatchNorm(3).ToModel(1),
            NoisyBatchNorm(3).ToModel(2), BatchNorm(3).ToModel(1));
        var (first, second) = (Outcome.Run(noisy, x, g), Outcome.Run(noisy, x, g));
        second.Y.ShouldNotBe(first.Y);
        Outcome.Run(again, x, g).Y.ShouldBe(first.Y);
        Outcome.Run(again, x, g).Y.ShouldBe(second.Y);
        Outcome.Run(other, x, g).Y.ShouldNotBe(first.Y);
        var plain = Outcome.Run(batch, x, g);
        Outcome.Run(batch, x, g);
        foreach (var (a, b) in noisy.Buffers.Zip(batch.Buffers)) a.ToArray().ShouldBe(b.ToArray(), a.Name!);
        Outcome.Run(noisy, x, g, Mode.Evaluation).Y.ShouldBe(Outcome.Run(batch, x, g, Mode.Evaluation).Y);
        // y = stretch * x^ + shift: over a channel the slope of y on x^ is near the stretch, the mean near the shift.
        var length = shape.Columns / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var places = Enumerable.Range(0, first.Y.Length).Where(i => i / length % 3 == channel).ToList();
            places.Average(i => (double)first.Y[i]).ShouldBeInRange(-0.65, 0.65);
            places.Average(i => (double)first.Y[i] * plain.Y[i]).ShouldBeInRange(0.9, 1.4);
        }
        // One stretch and one shift for all positions of an example and channel.
        if (length == 4)
            for (var at = 0; at < first.Y.Length; at += 4)
            {
                double Slope(int i, int j) => (first.Y[at + i] - first.Y[at + j]) / (plain.Y[at + i] - plain.Y[at + j]);
                Slope(0, 1).ShouldBe(Slope(2, 3), 0.02);
            }
    }
});
