#nullable enable

Test("heterogeneity: of two groups Welch's t test, and where it has nothing to say", () =>
{
    // t = -3.36269 with 8.98936 degrees of freedom, its density integrated by midpoints.
    EqualMeansP([[1, 2, 3, 4, 5], [4, 6, 5, 7, 9, 8]]).ShouldBe(0.00836738, 1e-7);
    EqualMeansP([[1, 2], [1, 2], [1, 2]]).ShouldBe(1, 1e-9);
    EqualMeansP([[1, 2]]).ShouldBe(double.NaN);
    EqualMeansP([[1, 2], [3]]).ShouldBe(double.NaN);
    EqualMeansP([[1, 1], [1, 1]]).ShouldBe(1);
    EqualMeansP([[1, 1], [2, 2]]).ShouldBe(0);
    // Beyond all others: as twice the largest.
    EqualMeansP([[1, 2, double.PositiveInfinity], [0, 1, 2]]).ShouldBe(EqualMeansP([[1, 2, 4], [0, 1, 2]]), 1e-12);
    // Seeds that agree take the smallest spread of the others, here that of the last.
    EqualMeansP([[1, 1, 1], [0, 9, 3], [0, 1, 2]]).ShouldBe(EqualMeansP([[0, 1, 2], [0, 9, 3], [0, 1, 2]]), 1e-12);
});

Test("heterogeneity: equal effects are found different in about one of twenty worlds, whatever their spreads", () =>
{
    const int Worlds = 2_000;
    WriteLine("  share of worlds in which equal effects are found to differ at 5%, six seeds, spreads of 1 to 10");
    foreach (var k in new[] { 2, 3, 5, 12 })
    {
        var stream = new RandomStream(1, $"heterogeneity {k}");
        var found = Enumerable.Range(0, Worlds).Count(_ => EqualMeansP(Enumerable.Range(0, k).Select(condition =>
            (IReadOnlyList<double>)[.. Enumerable.Range(0, 6).Select(_ =>
                Math.Pow(10, (double)condition / Math.Max(1, k - 1)) * stream.Normal())]).ToList()) < 0.05)
            / (double)Worlds;
        WriteLine(FormattableString.Invariant($"  k = {k,2}: {found:P1}"));
        // Welch's approximation errs by a few points where conditions are many and seeds few.
        found.ShouldBeInRange(0.03, 0.10);
    }
});
