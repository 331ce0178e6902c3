#nullable enable

static Interval Between(double low, double high, double level = 0.95) => new((low + high) / 2, low, high, level, 6);

Test("claims: regions and verdicts", () =>
{
    var (above, within, any, below) = (Region.Above(1), Region.Within(1), Region.Positive(0.5), Region.Below(1));
    (Region Region, double Low, double High, Verdict Verdict)[] table =
    [
        (above, 1.1, 9, Verdict.Supported), (above, 0.9, 9, Verdict.Open),
        (above, -0.5, 0.9, Verdict.NotSupported), (above, -9, -1.1, Verdict.Contradicted),
        (above, -9, 0.9, Verdict.NotSupported),
        // Across a bound, but no wider than the margin: the estimate decides.
        (above, 0.7, 1.5, Verdict.Supported), (above, 0.6, 1.2, Verdict.NotSupported),
        (within, 0.6, 1.2, Verdict.Supported), (within, -1.5, -0.7, Verdict.NotSupported),
        (above, 1.1, double.PositiveInfinity, Verdict.Supported), (above, -2, 2, Verdict.Open),
        (within, -0.9, 0.9, Verdict.Supported), (within, 1.1, 2, Verdict.NotSupported),
        (within, -3, -1.1, Verdict.NotSupported), (within, 0, 1.1, Verdict.Open), (within, -2, -0.5, Verdict.Open),
        // A direction alone: however large.
        (any, 0.1, 99, Verdict.Supported), (any, -0.9, -0.1, Verdict.Contradicted), (any, -0.1, 0.9, Verdict.Open),
        (any, 0.1, 0.2, Verdict.Supported), (any, -0.1, 0.4, Verdict.NotSupported),
        (below, -9, 0.9, Verdict.Supported), (below, double.NegativeInfinity, 0.9, Verdict.Supported),
        (below, 1.1, 2, Verdict.NotSupported), (below, 0.9, 2, Verdict.Open),
    ];
    foreach (var (region, low, high, verdict) in table)
        region.Judge(Between(low, high)).ShouldBe(verdict, $"{low} to {high}");
    above.Judge(Between(2, 3, level: 0.94)).ShouldBe(Verdict.Open);
});

Test("claims: what holds at the tuned rates alone is open, whatever the neighbours say", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(1));
    Verdict Of(Interval there, Interval here) =>
        claim.Judge(new Effect("", here, [1, 2]) { AtNeighbours = new("", there, [1, 2]) });
    var (yes, no, against, open) = (Between(2, 3), Between(-0.5, 0.5), Between(-3, -2), Between(0, 3));
    Of(there: yes, here: yes).ShouldBe(Verdict.Supported);
    Of(there: open, here: yes).ShouldBe(Verdict.Open);
    Of(there: no, here: yes).ShouldBe(Verdict.Open);
    Of(there: yes, here: open).ShouldBe(Verdict.Open);
    Of(there: no, here: no).ShouldBe(Verdict.NotSupported);
    Of(there: no, here: against).ShouldBe(Verdict.NotSupported);
    // From the second look on, where their rates were chosen by more seeds than the tuned ones, they decide.
    Verdict AtLook(int look, Interval there, Interval here) => claim.Judge(new Effect("", here, [1, 2])
    {
        AtNeighbours = new("", there, [1, 2]), Look = (look, 3),
    });
    AtLook(1, there: no, here: yes).ShouldBe(Verdict.Open);
    AtLook(2, there: no, here: yes).ShouldBe(Verdict.NotSupported);
    AtLook(2, there: yes, here: open).ShouldBe(Verdict.Supported);
    AtLook(3, there: no, here: yes).ShouldBe(Verdict.NotSupported);
    AtLook(3, there: yes, here: no).ShouldBe(Verdict.Supported);
    AtLook(3, there: open, here: yes).ShouldBe(Verdict.Open);

    // A trial of the neighbours, where the effect is gone.
    var judged = claim.Judge(new TunedRuns([Made(lr: 1)], [Made(lr: 3)]), all =>
        [Effect.From("", Enumerable.Range(1, 6).Select(i => (all[0].Lr == 1 ? 5 : 0) + 0.01 * i))]);
    judged.Verdict.ShouldBe(Verdict.Open);
    judged.Effects[0].AtNeighbours!.Interval.High.ShouldBeLessThan(1);
});

Test("claims: an open condition says how many seeds it would need", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(1));
    // The interval must narrow to the distance between estimate and margin, here 1.
    var near = Effect.From("", [0.6, 2, 3.4]);
    claim.Judge(near).ShouldBe(Verdict.Open);
    claim.SeedsNeeded(near).ShouldBe(Math.Ceiling(3 * Math.Pow(near.Interval.High - 2, 2)));
    claim.SeedsNeeded(Effect.From("", [2, 2.01, 2.02])).ShouldBe(double.NaN);
    claim.SeedsNeeded(Effect.From("", [1.5])).ShouldBe(double.NaN);
    // At the margin it must become no wider than that.
    var at = Effect.From("", [0.5, 1, 1.5]);
    claim.SeedsNeeded(at).ShouldBe(Math.Ceiling(3 * Math.Pow(2 * (at.Interval.High - 1), 2)));
    // Within what it is known to, it cannot be told from the margin.
    claim.SeedsNeeded(Effect.From("", [1.4, 1.5, 1.6], resolution: 0.6)).ShouldBe(double.PositiveInfinity);
    // Of a median: 3 of 4 seeds lie above the margin.
    claim.SeedsNeeded(Effect.From("", [0.5, 2, 3, double.PositiveInfinity])).ShouldBeInRange(5, 40);
    // Rates that say different things, each for sure.
    claim.SeedsNeeded(Effect.From("", [2, 2.01, 2.02]) with { AtNeighbours = Effect.From("", [0, 0.01, 0.02]) })
        .ShouldBe(double.PositiveInfinity);
});

// Where BN helps by three margins, does nothing, harms by half a margin or by three, and seeds differ by a margin:
// the rules must hardly ever say what is not so, and mostly say what is where there are seeds enough.
Test("claims: on made-up data the verdicts are right at N = 3, 6 and 10", () =>
{
    const int Worlds = 2_000;
    var region = Region.Above(1);
    WriteLine("  share of verdicts: supported / not supported / contradicted / open");
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
                Share(Verdict.Open):P1}"));
            // The chance of a false verdict is that of an interval's end, 2.5%; four standard errors of 2,000 worlds.
            if (effect < 1) yes.ShouldBeLessThan(0.025 + 0.014);
            if (effect > -1) against.ShouldBeLessThan(0.025 + 0.014);
            if (effect > 1) no.ShouldBeLessThan(0.025 + 0.014);
            if (n >= 6 && effect > 1) yes.ShouldBeGreaterThan(0.9);
            if (n >= 6 && effect < -1) against.ShouldBeGreaterThan(0.9);
            if (n == 10 && effect is (0 or -0.5)) no.ShouldBeGreaterThan(0.75);
        }
});
