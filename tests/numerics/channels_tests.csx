#nullable enable

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
