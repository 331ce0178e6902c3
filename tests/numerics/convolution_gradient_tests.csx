#nullable enable

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
