#nullable enable

static Interval Between(double low, double high, double level = 0.95) => new((low + high) / 2, low, high, level, 6);

Test("claims: regions and verdicts", () =>
{
    var (above, within, slight) = (Region.Above(1), Region.Within(1), Region.Slight(1));
    (Region Region, double Low, double High, Verdict Verdict)[] table =
    [
        (above, 1.1, 9, Verdict.Supported), (above, 0.9, 9, Verdict.TooFewData),
        (above, -0.5, 0.9, Verdict.NotSupported), (above, -9, -1.1, Verdict.Contradicted),
        (above, -9, 0.9, Verdict.NotSupported),
        (above, 1.1, double.PositiveInfinity, Verdict.Supported), (above, -2, 2, Verdict.TooFewData),
        (within, -0.9, 0.9, Verdict.Supported), (within, 1.1, 2, Verdict.Contradicted),
        (within, -3, -1.1, Verdict.Contradicted), (within, 0, 1.1, Verdict.TooFewData),
        (slight, 0.1, 0.9, Verdict.Supported), (slight, -0.9, -0.1, Verdict.Contradicted),
        (slight, 1.1, 2, Verdict.NotSupported), (slight, -0.1, 0.9, Verdict.TooFewData),
    ];
    foreach (var (region, low, high, verdict) in table)
        region.Judge(Between(low, high)).ShouldBe(verdict, $"{low} to {high}");
    above.Judge(Between(2, 3, level: 0.94)).ShouldBe(Verdict.TooFewData);
});

Test("claims: mixed where conditions differ, or where the divergence rule's multiple decides", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(1));
    Effect Of(string condition, double mean) => Effect.From(condition, [mean - 0.1, mean, mean + 0.1]);
    claim.Judge([], _ => [Of("a", 5), Of("b", 6)]).Verdict.ShouldBe(Verdict.Supported);
    claim.Judge([], _ => [Of("a", 5), Of("b", 0)]).Verdict.ShouldBe(Verdict.Mixed);
    claim.Judge([], _ => []).Verdict.ShouldBe(Verdict.TooFewData);
    // Trials that only the strictest rule calls diverged.
    Trial[] trials = [Made(excess: 3)];
    var judged = claim.Judge(trials, all => [Of("", all.All(IsOk) ? 5 : 0)]);
    judged.ByMultiple.Values.ShouldBe([Verdict.NotSupported, Verdict.Supported, Verdict.Supported]);
    judged.Verdict.ShouldBe(Verdict.Mixed);
});

// Where BN helps by three margins, does nothing, harms by half a margin or by three, and seeds differ by a margin:
// the rules must hardly ever say what is not so, and mostly say what is where there are seeds enough.
Test("claims: on made-up data the verdicts are right at N = 3, 6 and 10", () =>
{
    const int Worlds = 2_000;
    var region = Region.Above(1);
    WriteLine("  share of verdicts: supported / not supported / contradicted / too few data");
    foreach (var n in new[] { 3, 6, 10 })
        foreach (var (world, effect) in
            new[] { ("helps", 3.0), ("nothing", 0), ("harms a little", -0.5), ("harms", -3) })
        {
            var stream = new RandomStream(1, $"claims {n} {world}");
            var verdicts = Enumerable.Range(0, Worlds).Select(_ => region.Judge(Effect.From("",
                Enumerable.Range(0, n).Select(_ => effect + stream.Normal())).Interval)).ToList();
            double Share(Verdict verdict) => verdicts.Count(v => v == verdict) / (double)Worlds;
            var (yes, no, against) =
                (Share(Verdict.Supported), Share(Verdict.NotSupported), Share(Verdict.Contradicted));
            WriteLine(FormattableString.Invariant($"  N = {n,2}, BN {world,-14} {yes:P1} / {no:P1} / {against:P1} / {
                Share(Verdict.TooFewData):P1}"));
            // The chance of a false verdict is that of an interval's end, 2.5%; four standard errors of 2,000 worlds.
            if (effect < 1) yes.ShouldBeLessThan(0.025 + 0.014);
            if (effect > -1) against.ShouldBeLessThan(0.025 + 0.014);
            if (effect > 1) no.ShouldBeLessThan(0.025 + 0.014);
            if (n >= 6 && effect > 1) yes.ShouldBeGreaterThan(0.9);
            if (n >= 6 && effect < -1) against.ShouldBeGreaterThan(0.9);
            if (n == 10 && effect is (0 or -0.5)) no.ShouldBeGreaterThan(0.75);
        }
});

Test("claims: rows carry p from ten pairs on, adjusted over all of them", () =>
{
    var claim = new Claim("c", "BN <helps>", "s", "o", Unit.Ratio, Region.Above(0.5), ("very strong", 1));
    ClaimRow Row(int n) => claim.Judge([], _ => [Effect.From("SGD", Enumerable.Range(1, n).Select(i => 1.0 + i % 3))])
        .Rows("e", "mnist", "standard").Single();
    var rows = ClaimRow.Adjusted([Row(3), Row(10), Row(12)]);
    rows.Select(row => row.HolmP).ShouldBe([double.NaN, 2.0 / 1024, 2 * 2.0 / 4096]);
    rows[0].SmallestP.ShouldBe(0.25);
    (rows[1].Verdict, rows[1].Unit, rows[1].N).ShouldBe(("supported", Unit.Ratio.Name, 10));
    var number = claim.Judge([], _ => [Effect.From("SGD", [1, 1.1, 0.9]), Effect.From("Adam", [0, 0.1, 0.1])])
        .ToNumber("mnist");
    (number.Value, number.Verdict).ShouldBe(("×10", "mixed"));
    number.Detail.ShouldStartWith("95% interval ×");
    number.Detail.ShouldContain("N = 3, mnist. O, SGD.");
    number.Conditions[1].ShouldBe(("Adam", "×1.17", "not supported"));
    number.Detail.ShouldContain("\"very strong\" (beyond ×10): too few data");
});
