#nullable enable

Test("gap: at the loss that both reach, interpolated in its logarithm", () =>
{
    Gap.ValueAtLoss(0.1, [(1, 2), (0.01, 4)]).ShouldBe(3, 1e-12);
    Gap.ValueAtLoss(0.1, [(1, 2), (0.1, 4), (0.2, 9), (0.05, 9)]).ShouldBe(4);
    Gap.ValueAtLoss(0.1, [(1, 2), (0.5, 4)]).ShouldBe(double.NaN);
    Gap.ValueAtLoss(0.1, [(0.1, 2), (0.01, 4)]).ShouldBe(double.NaN);

    Trial Of(params (double Loss, double Train, double Validation)[] curve) => Made() with
    {
        Curve = [.. curve.Select((at, i) =>
        {
            var point = new CurvePoint("", i, 0, 0, 0, 0);
            foreach (var (name, value) in Gap.Columns.Zip([at.Loss, at.Train, 2 * at.Loss, at.Validation]))
                point.Own[name] = value;
            return point;
        })],
    };
    var (slow, fast) = (Of((1, 0.7, 0.7), (0.1, 0.95, 0.9)), Of((1, 0.7, 0.68), (0.01, 0.99, 0.91)));
    Gap.LowestLoss(slow, fast).ShouldBe(0.1);
    Gap.At(slow, 0.1).ShouldBe(0.05, 1e-12);
    Gap.At(fast, 0.1).ShouldBe(0.05, 1e-12);
    Gap.LowestLoss(slow, fast with { Status = Status.Diverged }).ShouldBe(double.PositiveInfinity);
    // At 0.1 the wider is 0.05; a net that gets no further than the other counts where it ends.
    var narrow = Of((1, 0.7, 0.69), (0.1, 0.93, 0.9));
    Gap.Narrowed(slow, narrow).ShouldBe(0.02, 1e-12);
    Gap.Narrowed(narrow, fast).ShouldBe(-0.02, 1e-12);
    Gap.Narrowed(slow, fast with { Status = Status.Diverged }).ShouldBe(double.NaN);
    Gap.At(slow, double.PositiveInfinity).ShouldBe(double.NaN);
});
