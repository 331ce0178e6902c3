#nullable enable

Test("shift: the path is the sum of drifts from a step on, the cosine a mean over measurements, then layers", () =>
{
    // Measured at steps 1, 11 and 21.
    Trial Of(Norm norm, params (double Drift, double Second, double Third)[] curve) => Made(norm: norm) with
    {
        Curve = [.. curve.Select((at, i) =>
        {
            var point = new CurvePoint("", 10 * i + 1, 0, 0, 0, 0);
            (point.Own["drift"], point.Own["cosine_2"], point.Own["cosine_3"]) = at;
            return point;
        })],
    };
    var none = Of(Norm.None, (double.NaN, 0.5, 0.1), (2, 0.7, 0.3), (8, double.NaN, 0.5));
    ShiftEffects.Path(none).ShouldBe(10);
    ShiftEffects.Path(none, firstStep: 20).ShouldBe(8);
    ShiftEffects.Cosine(none, [2, 3]).ShouldBe(0.45, 1e-12);

    var (batch, net) = (Of(Norm.Batch, (1, 1, 1)), new Net("net", new Config(), [0.1]));
    ShiftEffects.Paths([none, batch], net).Differences.Single().ShouldBe(1, 1e-12);
    ShiftEffects.Cosines([none, batch], net, [2, 3]).Differences.Single().ShouldBe(0.55, 1e-12);
    ShiftEffects.Paths([none with { Status = Status.Diverged }, batch], net).Differences.ShouldBeEmpty();
});
