#nullable enable
// What is known of normalization methods before any training, and what their weights keep during it.

/// <summary>A model's output for an input, and its gradients from an uneven upstream gradient, by name.</summary>
static (float[] Y, Dictionary<string, Tensor> Gradients) RunMethod(Model model, Tensor x)
{
    var (y, gradients) = new Tape().Step(() =>
    {
        var y = model.Forward(x, Mode.Training);
        return (y.ToArray(), Tape.Gradients(y, Numeric.Draw(y.Shape, "upstream"))
            .Select(pair => (pair.Parameter, Values: pair.Gradient.ToArray())).ToList());
    });
    return (y, gradients.ToDictionary(pair => pair.Parameter.Name!,
        pair => Tensor.From(pair.Parameter.Shape, pair.Values)));
}

/// <summary>A small residual convnet, drawn from one seed whatever its method.</summary>
static Model ResNetBy(NormMethod method) => ResNet(3, 8, 4, 5, Relu, method, HeNormal).ToModel(3);

static double InnerProduct(Tensor a, Tensor b) => a.ToArray().Zip(b.ToArray(), (p, q) => (double)p * q).Sum();

/// <summary>The weights of each output, of (in, out) or (O, C, KH, KW).</summary>
static IEnumerable<float[]> ByOutput(Tensor w)
{
    var (values, outputs) = (w.ToArray(), w.OutputCount());
    return w.Shape.Rank == 4 ? values.Chunk(values.Length / outputs)
        : Enumerable.Range(0, outputs).Select(o => values.Where((_, i) => i % outputs == o).ToArray());
}

Test("method: weight normalization starts as the plain net, and no gradient changes the norm of v", () =>
{
    var x = Numeric.Draw((4, 3, 8, 8), "images");
    var (plain, normed) = (ResNetBy(new()), ResNetBy(NormMethod.WeightNormalization));
    var (y, gradients) = RunMethod(normed, x);
    Numeric.Distance(y, RunMethod(plain, x).Y.Select(v => (double)v)).ShouldBeLessThan(1e-5);
    foreach (var v in normed.Parameters.Where(p => p.Name!.StartsWith("conv") && p.Name.EndsWith("weight")))
        foreach (var (own, gradient) in ByOutput(v).Zip(ByOutput(gradients[v.Name!])))
            Math.Abs(own.Zip(gradient, (p, q) => (double)p * q).Sum())
                .ShouldBeLessThan(1e-4 * own.Zip(gradient, (p, q) => Math.Abs((double)p * q)).Sum() + 1e-6, v.Name!);
});

Test("method: standardized weights have mean 0 and variance 1, scaled ones gain^2 gamma^2 / fan-in, per output", () =>
{
    foreach (var w in new[] { Numeric.Draw((7, 5, 3, 3), "kernels"), Numeric.Draw((45, 7), "weights") })
    {
        foreach (var own in ByOutput(w.StandardizedOutputs(1e-5)))
        {
            ((double)own.Average()).ShouldBe(0, 1e-6);
            own.Average(v => (double)v * v).ShouldBe(1, 1e-4);
        }
        var scope = new Scope(0);
        var map = NormMethod.ScaledWeightStandardization.Weights!(scope, "layer", w);
        scope.Parameters.Single().Assign([.. Enumerable.Range(1, 7).Select(gain => (float)gain)]);
        foreach (var (own, o) in ByOutput(map()).Select((own, o) => (own, o)))
        {
            own.Sum(v => (double)v).ShouldBe(0, 1e-4);
            own.Sum(v => (double)v * v).ShouldBe((o + 1) * (o + 1) * 2 / (1 - 1 / Math.PI), 1e-2);
        }
    }
});

Test("method: with standardized weights the gradient is orthogonal to the weights, and their scale is no matter", () =>
{
    var method = NormMethod.WeightStandardization(channels => GroupNorm(channels, 2));
    var (model, x) = (ResNetBy(method), Numeric.Draw((4, 3, 8, 8), "images"));
    var (y, gradients) = RunMethod(model, x);
    foreach (var w in model.Parameters.Where(p => p.Name!.StartsWith("conv")))
    {
        var g = gradients[w.Name!];
        Math.Abs(InnerProduct(w, g)).ShouldBeLessThan(
            1e-3 * Math.Sqrt(w.SumOfSquares() * g.SumOfSquares()), w.Name!);
        w.Assign([.. w.ToArray().Select(v => 4 * v)]);
    }
    Numeric.Distance(RunMethod(model, x).Y, y.Select(v => (double)v)).ShouldBeLessThan(1e-3);
});

Test("method: SkipInit's branches are nothing at first, and each learns by its factor alone", () =>
{
    var (model, x) = (ResNetBy(NormMethod.SkipInit), Numeric.Draw((4, 3, 8, 8), "images"));
    var factors = model.Parameters.Where(p => p.Name!.EndsWith("scale")).ToList();
    factors.Select(factor => factor.Item).ShouldBe([0, 0, 0]);
    var (y, gradients) = RunMethod(model, x);
    foreach (var branch in new[] { "conv2.weight", "conv3.weight", "conv4.weight" })
        gradients[branch].SumOfSquares().ShouldBe(0, branch);
    foreach (var factor in factors) gradients[factor.Name!].Item.ShouldNotBe(0);
    // Whatever stands in the branches.
    foreach (var w in model.Parameters.Where(p => p.Name is "conv2.weight" or "conv3.weight"))
        w.Assign([.. w.ToArray().Select(v => 3 * v)]);
    RunMethod(model, x).Y.ShouldBe(y);
});

Test("method: Fixup starts at equal classes, its branches at 0 and their first layers at blocks^(-1/2) of He's", () =>
{
    var (model, plain) = (ResNetBy(NormMethod.Fixup(3)), ResNetBy(new()));
    RunMethod(model, Numeric.Draw((4, 3, 8, 8), "images")).Y.ShouldAllBe(logit => logit == 0);
    double SumOfSquares(Model net, string name) => net.Parameters.Single(p => p.Name == name).SumOfSquares();
    SumOfSquares(model, "conv2.weight").ShouldBe(SumOfSquares(plain, "conv2.weight") / 3, 1e-4);
    SumOfSquares(model, "conv3.weight").ShouldBe(0);
    SumOfSquares(model, "conv1.weight").ShouldBe(SumOfSquares(plain, "conv1.weight"));
});

Test("method: batch renormalization with limits 1 and 0 is BN, bit for bit, and without limits it is evaluation", () =>
{
    Tensor X(int step) => Numeric.Draw((6, 3, 2, 2), $"step {step}");
    var batch = BatchNorm(3).ToModel(0);
    var same = BatchRenorm(3, _ => (1, 0)).ToModel(0);
    var free = BatchRenorm(3, _ => (1e6, 1e6)).ToModel(0);
    for (var step = 0; step < 3; step++)
    {
        RunMethod(same, X(step)).Y.ShouldBe(RunMethod(batch, X(step)).Y);
        var evaluated = free.Forward(X(step), Mode.Evaluation).ToArray();
        Numeric.Distance(RunMethod(free, X(step)).Y, evaluated.Select(v => (double)v)).ShouldBeLessThan(1e-5);
    }
    same.Forward(X(9), Mode.Evaluation).ToArray().ShouldBe(batch.Forward(X(9), Mode.Evaluation).ToArray());
});

Test("method: RMS normalization leaves the direction of an example, and gives it the length of its root of size", () =>
{
    var x = Numeric.Draw((5, 4, 3, 2), "x");
    var y = RmsNorm(4, epsilon: 0).ToModel(0).Forward(x, Mode.Training);
    foreach (var (from, to) in x.ToArray().Chunk(24).Zip(y.ToArray().Chunk(24)))
    {
        var rms = Math.Sqrt(from.Average(v => (double)v * v));
        Numeric.Distance(to, from.Select(v => v / rms)).ShouldBeLessThan(1e-6);
    }
});

Test("method: centring, then scaling by the root mean square, is BN, in training and evaluation", () =>
{
    foreach (var shape in new Shape[] { (6, 3), (4, 3, 2), (4, 3, 2, 5) })
    {
        var (x, g) = (Numeric.Draw(shape, "x"), Numeric.Draw(shape, "g"));
        var halves = (BatchMean(3) >> BatchNorm(3, uncentred: true)).ToModel(0);
        var whole = BatchNorm(3).ToModel(0);
        Outcome both = Outcome.Run(halves, x, g), one = Outcome.Run(whole, x, g);
        Numeric.Distance(both.Y, one.Y.Select(v => (double)v)).ShouldBeLessThan(1e-5);
        Numeric.Distance(both.Dx, one.Dx.Select(v => (double)v)).ShouldBeLessThan(1e-5);
        // Root mean squares start at 1, means at 0: after one batch both are a tenth of the batch's.
        double[] Of(Model model, string name) => [.. model.Buffers.Single(b => b.Name == name).ToArray()];
        Numeric.Distance([.. halves.Buffers.Single(b => b.Name == "norm1.running_mean").ToArray()],
            Of(whole, "norm1.running_mean")).ShouldBeLessThan(1e-6);
        Of(halves, "norm2.running_mean").ShouldAllBe(mean => mean == 0);
        var size = shape.Count / 3.0;
        Numeric.Distance([.. halves.Buffers.Single(b => b.Name == "norm2.running_var").ToArray()],
            Of(whole, "norm1.running_var").Select(v => 0.9 + (v - 0.9) * (size - 1) / size)).ShouldBeLessThan(1e-5);
    }
});
