#nullable enable

// The definition.
static Ref Convolved(Ref x, Ref w, int p, int s = 1)
{
    int[] shape = [x.Shape[0], w.Shape[0], (x.Shape[2] + 2 * p - w.Shape[2]) / s + 1,
        (x.Shape[3] + 2 * p - w.Shape[3]) / s + 1];
    double Pixel(int n, int c, int row, int column) =>
        row < 0 || column < 0 || row >= x.Shape[2] || column >= x.Shape[3] ? 0 : x.At(n, c, row, column);
    return new(shape, [.. Ref.Indices(shape).Select(at => Ref.Indices(w.Shape[1..])
        .Sum(k => w.At(at[1], k[0], k[1], k[2]) * Pixel(at[0], k[0], s * at[2] + k[1] - p, s * at[3] + k[2] - p)))]);
}

OpCases.Add(
[
    .. new (Shape X, Shape W, int Padding)[] { ((2, 3, 5, 6), (4, 3, 3, 3), 0), ((1, 1, 4, 4), (2, 1, 3, 3), 1),
        ((9, 2, 6, 5), (7, 2, 2, 3), 0), ((2, 2, 3, 3), (1, 2, 3, 3), 2), ((2, 1, 4, 3), (3, 1, 1, 1), 2),
        ((1, 1, 4, 20), (6, 1, 3, 3), 0), ((1, 2, 5, 11), (7, 2, 2, 2), 0), ((2, 1, 7, 1), (2, 1, 3, 1), 0) }
        .Select(s => new OpCase("Convolve", $"{s.X} with {s.W}, padding {s.Padding}",
            x => x[0].Convolve(x[1], s.Padding), x => Convolved(x[0], x[1], s.Padding),
            [Numeric.Draw(s.X, $"cx{s}"), Numeric.Draw(s.W, $"cw{s}")])),
    // As many outputs as make every division into tiles.
    .. Enumerable.Range(1, 17).Select(outputs => new OpCase("Convolve", $"to {outputs} outputs",
        x => x[0].Convolve(x[1]), x => Convolved(x[0], x[1], 0),
        [Numeric.Draw((2, 1, 3, 18), $"ox{outputs}"), Numeric.Draw((outputs, 1, 2, 2), $"ow{outputs}")])),
    .. new (Shape X, Shape W, int Padding, int Stride)[] { ((2, 3, 5, 6), (4, 3, 3, 3), 1, 2),
        ((1, 2, 7, 9), (3, 2, 1, 1), 0, 2), ((2, 1, 8, 7), (2, 1, 5, 5), 2, 2), ((1, 2, 6, 6), (3, 2, 3, 3), 1, 3),
        ((1, 1, 3, 3), (1, 1, 3, 3), 0, 2), ((2, 16, 4, 5), (18, 16, 3, 3), 1, 2), ((2, 20, 5, 6), (5, 20, 3, 3), 1, 2),
        ((1, 17, 5, 6), (33, 17, 3, 3), 1, 3) }
        .Select(s => new OpCase("Convolve", $"{s.X} with {s.W}, padding {s.Padding}, stride {s.Stride}",
            x => x[0].Convolve(x[1], s.Padding, stride: s.Stride), x => Convolved(x[0], x[1], s.Padding, s.Stride),
            [Numeric.Draw(s.X, $"sx{s}"), Numeric.Draw(s.W, $"sw{s}")])),
    new("Convolve", "with a bias", x => x[0].Convolve(x[1], 1, x[2]), x => Ref.Zip(Convolved(x[0], x[1], 1),
        x[2] with { Shape = [7, 1, 1] }, (y, b) => y + b),
        [Numeric.Draw((3, 2, 5, 6), "bx"), Numeric.Draw((7, 2, 3, 3), "bw"), Numeric.Draw(7, "bb")]),
]);

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
