#nullable enable
// Normalization by given sets of numbers, and numbers at the edge: few values, no variance, huge values.

public static class NormalizeCases
{
    public static IReadOnlyList<OpCase> All { get; } = [.. Cases()];

    static IEnumerable<OpCase> Cases()
    {
        (string Name, Shape Shape, int Rows, int Channels, bool Outside)[] cases =
        [
            ("batch (N, C)", (9, 5), 9, 1, false), ("batch (N, C, L)", (4, 3, 5), 4, 1, false),
            ("batch (N, C, H, W)", (3, 4, 3, 5), 3, 1, false), ("batch of one image", (1, 4, 3, 5), 1, 1, false),
            ("ghost, last short", (7, 5), 3, 1, false), ("layer", (4, 6), 1, 6, false),
            ("group", (3, 6, 2, 2), 1, 3, false), ("instance", (3, 4, 3, 3), 1, 1, false),
            ("seed", (5, 4), 5, 4, true), ("seed (N, C, H, W)", (3, 2, 3, 3), 3, 2, true),
            ("wide", (20, 33), 20, 1, false), ("batch of wide images", (2, 2, 3, 35), 2, 1, false),
            ("ghost of images", (3, 2, 4, 9), 2, 1, false), ("batch of narrow images", (2, 2, 5, 3), 2, 1, false),
        ];
        foreach (var (name, shape, rows, together, outside) in cases)
        {
            var channels = shape[1];
            var eps = outside ? 1e-3 : 1e-5;
            var sets = new NormalizationSets(shape[0], channels, shape.Columns / channels, rows, together, eps,
                outside);
            foreach (var affine in new[] { true, false })
            {
                Tensor Op32(Tensor[] x) =>
                    x[0].Normalize(sets, Moments.Measure(x[0], sets), affine ? x[1] : null, affine ? x[2] : null);
                Ref Op64(Ref[] x) => Definition(x[0], affine ? x[1] : null, affine ? x[2] : null,
                    (n, c) => (n / rows, c / together), eps, outside);
                var text = $"{name}{(affine ? ", gamma and beta" : "")}";
                Tensor[] inputs = affine
                    ?
                    [
                        Numeric.Draw(shape, name), Numeric.Draw(channels, name + "g"),
                        Numeric.Draw(channels, name + "b"),
                    ]
                    : [Numeric.Draw(shape, name)];
                yield return new("Normalize", text, Op32, Op64, inputs);
            }
        }
    }

    // Sets of numbers with one mean, by any key of (row, channel): the definition itself.
    static Ref Definition(Ref x, Ref? gamma, Ref? beta, Func<int, int, (int, int)> set, double eps, bool outside)
    {
        var sets = Ref.Indices(x.Shape).GroupBy(at => set(at[0], at[1])).ToDictionary(group => group.Key, group =>
        {
            var mean = group.Average(at => x.At(at));
            var variance = group.Average(at => (x.At(at) - mean) * (x.At(at) - mean));
            return (mean, outside ? Math.Sqrt(variance) + eps : Math.Sqrt(variance + eps));
        });
        return new(x.Shape, [.. Ref.Indices(x.Shape).Select(at =>
        {
            var (mean, deviation) = sets[set(at[0], at[1])];
            return (x.At(at) - mean) / deviation * (gamma?.At(at[1]) ?? 1) + (beta?.At(at[1]) ?? 0);
        })]);
    }
}

OpCases.Add(NormalizeCases.All);

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
