#nullable enable

// The four arithmetic ops on shapes that broadcast.
static IEnumerable<OpCase> BinaryCases(string op, Func<Tensor, Tensor, Tensor> f32, Func<double, double, double> f64)
{
    (Shape A, Shape B)[] shapes = [((4, 5), (4, 5)), ((4, 5), 5), (5, (4, 5)), ((4, 5), (4, 1)), ((4, 1), (1, 5)),
        ((2, 3, 4), (3, 1)), ((2, 3, 4, 5), (3, 1, 1)), ((2, 1, 4), (3, 1)), (new Shape(), (3, 2)),
        ((3, 2), new Shape()), ((17, 33), 33), ((1, 5), (4, 5))];
    return shapes.Select((pair, i) => new OpCase(op, $"{pair.A} and {pair.B}", x => f32(x[0], x[1]),
        x => Ref.Zip(x[0], x[1], f64),
        [Numeric.Draw(pair.A, $"{op}a{i}"), Numeric.Draw(pair.B, $"{op}b{i}", OpCases.Positive)]));
}

// The same where the first operand lies in blocks of channels, as pooling leaves it: 3 channels, and more than a block.
static IEnumerable<OpCase> ImageCases(string op, Func<Tensor, Tensor, Tensor> f32, Func<double, double, double> f64) =>
    from channels in new[] { 3, 16, 20 }
    from b in new Shape[] { 1, (channels, 1, 1), (2, channels, 1, 1), (2, 1, 1, 1), (2, channels, 2, 1) }
    select new OpCase(op, $"pooled (2, {channels}, 4, 2) and {b}", x => f32(x[0].AveragePool(), x[1]),
        x => Ref.Zip(OpCases.Windows(x[0], Enumerable.Average), x[1], f64),
        [Numeric.Draw((2, channels, 4, 2), $"{op}image{channels}"), Numeric.Draw(b, $"{op}{b}", OpCases.Positive)]);

// Summed over the axes in which the shape is 1.
static Ref SummedTo(Ref x, params int[] shape) => new(shape, [.. Ref.Indices(shape).Select(to =>
    Ref.Indices(x.Shape).Where(at => at.Select((i, axis) => shape[axis] == 1 ? 0 : i).SequenceEqual(to))
        .Sum(at => x.At(at)))]);

OpCases.Add(
[
    .. new Shape[] { (4, 1), (1, 5), (1, 1) }.Select(to => new OpCase("SumTo", $"(4, 5) to {to}", x => x[0].SumTo(to),
        x => SummedTo(x[0], to.Sizes), [Numeric.Draw((4, 5), $"sum{to}")])),
    new("SumTo", "(4, 5) to (5,)", x => x[0].SumTo(5), x => SummedTo(x[0], 1, 5) with { Shape = [5] },
        [Numeric.Draw((4, 5), "sum")]),
    .. BinaryCases("op_Addition", (a, b) => a + b, (a, b) => a + b),
    .. BinaryCases("op_Subtraction", (a, b) => a - b, (a, b) => a - b),
    .. BinaryCases("op_Multiply", (a, b) => a * b, (a, b) => a * b),
    .. BinaryCases("op_Division", (a, b) => a / b, (a, b) => a / b),
    .. ImageCases("op_Addition", (a, b) => a + b, (a, b) => a + b),
    .. ImageCases("op_Division", (a, b) => b / a, (a, b) => b / a),
    .. ImageCases("op_Multiply", (a, b) => b * a, (a, b) => b * a),
]);

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
