#nullable enable
// Every op against the reference: its value to 1e-5, its gradients by every input to 1e-4, with an uneven upstream
// gradient, inputs as parameters in panels and as plain rows.

public sealed record OpCase(string Op, string Case, Func<Tensor[], Tensor> Op32, Func<Ref[], Ref> Op64,
    Tensor[] Inputs);

public static class OpCases
{
    static Tensor Draw(Shape shape, string purpose, Func<double, double>? map = null) =>
        Numeric.Draw(shape, purpose, map);

    static double Positive(double value) => Math.Abs(value) + 0.2;

    static IEnumerable<OpCase> Binary(string op, Func<Tensor, Tensor, Tensor> f32, Func<double, double, double> f64)
    {
        (Shape A, Shape B)[] shapes = [((4, 5), (4, 5)), ((4, 5), 5), (5, (4, 5)), ((4, 5), (4, 1)), ((4, 1), (1, 5)),
            ((2, 3, 4), (3, 1)), ((2, 3, 4, 5), (3, 1, 1)), ((2, 1, 4), (3, 1)), (new Shape(), (3, 2)),
            ((3, 2), new Shape()), ((17, 33), 33), ((1, 5), (4, 5))];
        return shapes.Select((pair, i) => new OpCase(op, $"{pair.A} and {pair.B}", x => f32(x[0], x[1]),
            x => Ref.Zip(x[0], x[1], f64), [Draw(pair.A, $"{op}a{i}"), Draw(pair.B, $"{op}b{i}", Positive)]));
    }

    static OpCase Unary(string op, Func<Tensor, Tensor> f32, Func<double, double> f64,
        Func<double, double>? domain = null) =>
        new(op, "(5, 7)", x => f32(x[0]), x => x[0].Map(f64), [Draw((5, 7), op, domain)]);

    public static IReadOnlyList<OpCase> All { get; } =
    [
        .. Binary("op_Addition", (a, b) => a + b, (a, b) => a + b),
        .. Binary("op_Subtraction", (a, b) => a - b, (a, b) => a - b),
        .. Binary("op_Multiply", (a, b) => a * b, (a, b) => a * b),
        .. Binary("op_Division", (a, b) => a / b, (a, b) => a / b),
        Unary("op_UnaryNegation", x => -x, x => -x),
        Unary("Exp", x => x.Exp(), Math.Exp),
        Unary("Log", x => x.Log(), Math.Log, Positive),
        Unary("Sqrt", x => x.Sqrt(), Math.Sqrt, Positive),
        Unary("Sigmoid", x => x.Sigmoid(), x => 1 / (1 + Math.Exp(-x))),
        Unary("Tanh", x => x.Tanh(), Math.Tanh),
        Unary("Relu", x => x.Relu(), x => Math.Max(x, 0)),
        new("Sum", "(3, 4, 2)", x => x[0].Sum(), x => new([], [x[0].Values.Sum()]), [Draw((3, 4, 2), "sum")]),
        new("Mean", "(3, 4)", x => x[0].Mean(), x => new([], [x[0].Values.Average()]), [Draw((3, 4), "mean")]),
        new("Reshape", "(4, 6) to (4, 2, 3)", x => x[0].Reshape((4, 2, 3)), x => x[0] with { Shape = [4, 2, 3] },
            [Draw((4, 6), "reshape")]),
        .. new (int, int, int)[] { (1, 1, 1), (5, 7, 3), (13, 40, 33), (7, 19, 10) }.Select(s => new OpCase("MatMul",
            $"{s}", x => x[0].MatMul(x[1]), x => Product(x[0], x[1]),
            [Draw((s.Item1, s.Item2), $"mx{s}"), Draw((s.Item2, s.Item3), $"mw{s}")])),
        .. new (int, int, int)[] { (1, 1, 1), (5, 7, 3), (14, 40, 33) }.Select(s => new OpCase("Linear", $"{s}",
            x => x[0].Linear(x[1], x[2]), x => Ref.Zip(Product(x[0], x[1]), x[2], (a, b) => a + b),
            [Draw((s.Item1, s.Item2), $"lx{s}"), Draw((s.Item2, s.Item3), $"lw{s}"), Draw(s.Item3, $"lb{s}")])),
        new("CrossEntropy", "(6, 5)", x => x[0].CrossEntropy(labels), x => LogLoss(x[0]), [Draw((6, 5), "ce")]),
        .. new (Shape X, Shape W, int Padding)[] { ((2, 3, 5, 6), (4, 3, 3, 3), 0), ((1, 1, 4, 4), (2, 1, 3, 3), 1),
            ((9, 2, 6, 5), (7, 2, 2, 3), 0), ((2, 2, 3, 3), (1, 2, 3, 3), 2), ((2, 1, 4, 3), (3, 1, 1, 1), 2),
            ((1, 1, 4, 20), (6, 1, 3, 3), 0), ((1, 2, 5, 11), (7, 2, 2, 2), 0), ((2, 1, 7, 1), (2, 1, 3, 1), 0) }
            .Select(s => new OpCase("Convolve", $"{s.X} with {s.W}, padding {s.Padding}",
                x => x[0].Convolve(x[1], s.Padding), x => Convolved(x[0], x[1], s.Padding),
                [Draw(s.X, $"cx{s}"), Draw(s.W, $"cw{s}")])),
        // As many outputs as make every division into tiles.
        .. Enumerable.Range(1, 17).Select(outputs => new OpCase("Convolve", $"to {outputs} outputs",
            x => x[0].Convolve(x[1]), x => Convolved(x[0], x[1], 0),
            [Draw((2, 1, 3, 18), $"ox{outputs}"), Draw((outputs, 1, 2, 2), $"ow{outputs}")])),
        new("Convolve", "with a bias", x => x[0].Convolve(x[1], 1, x[2]), x => Ref.Zip(Convolved(x[0], x[1], 1),
            x[2] with { Shape = [7, 1, 1] }, (y, b) => y + b),
            [Draw((3, 2, 5, 6), "bx"), Draw((7, 2, 3, 3), "bw"), Draw(7, "bb")]),
        .. new Shape[] { (2, 3, 4, 6), (1, 2, 5, 19), (1, 1, 3, 35), (2, 1, 2, 8), (2, 2, 5, 3), (1, 2, 4, 2) }
            .SelectMany(shape => new OpCase[]
        {
            new("AveragePool", $"{shape}", x => x[0].AveragePool(), x => Windows(x[0], Enumerable.Average),
                [Draw(shape, "ap")]),
            new("ReluPool", $"{shape}", x => x[0].ReluPool(), x => ReluPooled(x[0]), [Draw(shape, "rp")]),
            new("MaxPool", $"{shape}", x => x[0].MaxPool(), x => Windows(x[0], Enumerable.Max), [Draw(shape, "mp")]),
        }),
        .. NormalizeCases(),
        new("twice", "a tensor used twice", x => x[0] * x[0] + x[0].MatMul(x[1]), x => Ref.Zip(x[0].Map(v => v * v),
            Product(x[0], x[1]), (a, b) => a + b), [Draw((4, 4), "tw"), Draw((4, 4), "tx")]),
        new("twice", "a weight shared by two products", x => x[0].MatMul(x[1]).Sigmoid().MatMul(x[1]),
            x => Product(Product(x[0], x[1]).Map(v => 1 / (1 + Math.Exp(-v))), x[1]),
            [Draw((4, 4), "sw"), Draw((4, 4), "sx")]),
    ];

    static readonly byte[] labels = [0, 4, 2, 2, 1, 3];

    static Ref Product(Ref x, Ref w) => new([x.Shape[0], w.Shape[1]], [.. Ref.Indices([x.Shape[0], w.Shape[1]])
        .Select(at => Enumerable.Range(0, x.Shape[1]).Sum(k => x.At(at[0], k) * w.At(k, at[1])))]);

    static Ref Convolved(Ref x, Ref w, int p)
    {
        int[] shape = [x.Shape[0], w.Shape[0], x.Shape[2] + 2 * p - w.Shape[2] + 1,
            x.Shape[3] + 2 * p - w.Shape[3] + 1];
        double Pixel(int n, int c, int row, int column) =>
            row < 0 || column < 0 || row >= x.Shape[2] || column >= x.Shape[3] ? 0 : x.At(n, c, row, column);
        return new(shape, [.. Ref.Indices(shape).Select(at => Ref.Indices(w.Shape[1..])
            .Sum(k => w.At(at[1], k[0], k[1], k[2]) * Pixel(at[0], k[0], at[2] + k[1] - p, at[3] + k[2] - p)))]);
    }

    static Ref Windows(Ref x, Func<IEnumerable<double>, double> f)
    {
        int[] shape = [x.Shape[0], x.Shape[1], x.Shape[2] / 2, x.Shape[3] / 2];
        return new(shape, [.. Ref.Indices(shape).Select(at => f(Ref.Indices([2, 2])
            .Select(k => x.At(at[0], at[1], 2 * at[2] + k[0], 2 * at[3] + k[1]))))]);
    }

    static Ref ReluPooled(Ref x) => Windows(x.Map(v => Math.Max(v, 0)), Enumerable.Average);

    static Ref LogLoss(Ref x) => new([], [Enumerable.Range(0, x.Shape[0]).Average(row =>
        Math.Log(Enumerable.Range(0, x.Shape[1]).Sum(c => Math.Exp(x.At(row, c)))) - x.At(row, labels[row]))]);

    // Sets of numbers with one mean, by any key of (row, channel): the definition itself.
    static IEnumerable<OpCase> NormalizeCases()
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
                Ref Op64(Ref[] x) => Normalized(x[0], affine ? x[1] : null, affine ? x[2] : null,
                    (n, c) => (n / rows, c / together), eps, outside);
                var text = $"{name}{(affine ? ", gamma and beta" : "")}";
                Tensor[] inputs = affine
                    ? [Draw(shape, name), Draw(channels, name + "g"), Draw(channels, name + "b")] : [Draw(shape, name)];
                yield return new("Normalize", text, Op32, Op64, inputs);
                if (shape.Rank < 4) continue;
                yield return new("ReluPool", text, x => Op32(x).ReluPool(), x => ReluPooled(Op64(x)), inputs);
                // Read by another op besides.
                yield return new("ReluPool", $"{text}, and more",
                    x => Op32(x) is var y ? y.ReluPool() - y.MaxPool() : y,
                    x => Ref.Zip(ReluPooled(Op64(x)), Windows(Op64(x), Enumerable.Max), (a, b) => a - b), inputs);
            }
        }
    }

    static Ref Normalized(Ref x, Ref? gamma, Ref? beta, Func<int, int, (int, int)> set, double eps, bool outside)
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

foreach (var test in OpCases.All)
    Test($"op: {test.Op} {test.Case}", () =>
    {
        Ref[] inputs = [.. test.Inputs.Select(Ref.From)];
        var expected = test.Op64(inputs);
        Tensor[] parameters = [.. test.Inputs.Select((x, i) => Numeric.Parameter($"input{i}", x))];
        var g = Numeric.Draw(new Shape(expected.Shape), "upstream");
        var tape = new Tape();
        // Twice: the second step runs in memory that the first has used.
        for (var step = 0; step < 2; step++)
            tape.Step(() =>
            {
                var y = test.Op32(parameters);
                Numeric.Distance(y.ToArray(), expected.Values).ShouldBeLessThan(1e-5);
                var gradients = Tape.Gradients(y, g)
                    .ToDictionary(pair => pair.Parameter.Name!, pair => pair.Gradient.ToArray());
                for (var i = 0; i < inputs.Length; i++)
                    Numeric.Distance(gradients[$"input{i}"], Numeric.Gradient(test.Op64, inputs, i,
                        [.. g.ToArray().Select(v => (double)v)])).ShouldBeLessThan(1e-4, $"gradient by input {i}");
                return 0;
            });
    });

// More images than are done at once, and not a multiple of them.
foreach (var padding in new[] { 0, 1 })
    Test($"op: Convolve of many images, padding {padding}, has its gradients by weights and bias", () =>
    {
        const int Images = 45, Side = 24, Out = 8;
        var x = Numeric.Draw((Images, 2, Side, Side), "many x");
        var (w, b) = (Numeric.Parameter("w", Numeric.Draw((Out, 2, 3, 3), "many w")),
            Numeric.Parameter("b", Numeric.Draw(Out, "many b")));
        new Tape().Step(() =>
        {
            var y = x.Convolve(w, padding, b);
            var g = Numeric.Draw(y.Shape, "many g");
            var gradients = Tape.Gradients(y, g).ToDictionary(pair => pair.Parameter.Name!, pair => pair.Gradient);
            var (dw, db) = (new double[w.Shape.Count], new double[Out]);
            var (pixels, from, side) = (x.ToArray(), g.ToArray(), y.Shape[2]);
            for (int n = 0, at = 0; n < Images; n++)
                for (var o = 0; o < Out; o++)
                    for (var q = 0; q < side * side; q++, at++)
                    {
                        db[o] += from[at];
                        for (var k = 0; k < 2 * 9; k++)
                        {
                            var (row, column) = (q / side + k % 9 / 3 - padding, q % side + k % 3 - padding);
                            if (row >= 0 && column >= 0 && row < Side && column < Side)
                                dw[o * 18 + k] += (double)from[at]
                                    * pixels[((n * 2 + k / 9) * Side + row) * Side + column];
                        }
                    }
            Numeric.Distance(gradients["w"].ToArray(), dw).ShouldBeLessThan(1e-5);
            Numeric.Distance(gradients["b"].ToArray(), db).ShouldBeLessThan(1e-5);
            return 0;
        });
    });

Test("op: what ReluPool has taken in one visit is never computed, and says so when its parameters have changed", () =>
    new Tape().Step(() =>
    {
        var (x, gamma) = (Numeric.Draw((2, 1, 4, 4), "x"), Numeric.Parameter("gamma", Numeric.Draw(1, "gamma")));
        Tensor Normalized(out Tensor y)
        {
            var sets = new NormalizationSets(2, 1, 16, 2, 1, 1e-5);
            y = x.Normalize(sets, Moments.Measure(x, sets), gamma, null);
            return y.ReluPool().Sum();
        }
        var loss = Normalized(out var read) + Normalized(out var unread);
        read.ToArray().Length.ShouldBe(32);
        Tape.Gradients(loss).Count().ShouldBe(1);
        read.ToArray().Length.ShouldBe(32);
        Should.Throw<InvalidOperationException>(() => unread.ToArray()).Message.ShouldContain("never computed");
        return 0;
    }));

Test("op: every op has a case", () =>
{
    string[] notOps = ["op_Implicit", "From", "Filled", "Parameter", "Buffer", "Assign"];
    typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(method => method.ReturnType == typeof(Tensor)).Select(method => method.Name).Except(notOps)
        .Except(OpCases.All.Select(test => test.Op)).ShouldBeEmpty();
});
