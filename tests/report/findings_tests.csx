#nullable enable

Test("findings: a claim's number stands beside its own condition's verdict, behind the answer of all", () =>
{
    var claim = new Claim("c", "BN <helps>", "s", "o", Unit.Ratio, Region.Above(0.5))
    {
        DeniedBy = "somebody", Wording = ("very strong", Region.Above(1.2)),
    };
    var number = claim.Judge([], _ => [Effect.From("SGD", [1, 1.1, 0.9]), Effect.From("Adam", [0, 0.1, 0.1])])
        .ToNumber("mnist");
    (number.Value, number.Verdict, number.Whole).ShouldBe(("×10", "supported",
        ("depends", "yes with SGD, no with Adam")));
    number.Conditions[1].ShouldBe(("Adam", "×1.17 (×0.838 to ×1.62)", "not supported"));
    number.Detail.ShouldBe("O; mnist. Claimed: beyond ×3.16. \"very strong\" (beyond ×15.8): not supported in "
        + "2. Said by s. Denied by somebody.");
    var html = PageHtml.Report(new("e", "t", "", [number], []));
    html.ShouldContain("""<span class="badge depends">depends</span> yes with SGD, no with Adam""");
    html.ShouldContain("""<td>Adam</td><td>&#215;1.17 (&#215;0.838 to &#215;1.62)</td><td><span class="badge not-""");
    html.ShouldNotContain("""<span class="value">""");

    var alone = claim.Judge([], _ => [Effect.From("SGD", [1, 1.1, 0.9, double.NaN])]).ToNumber("mnist");
    (alone.Value, alone.Verdict, alone.Whole).ShouldBe(("×10", "supported", ("supported", "")));
    alone.Detail.ShouldStartWith("95% interval ×5.64 to ×17.7 by t, N = 3 (1 left out), mnist. O, SGD.");
});

Test("findings: a card says where an interval lies across the margin and is narrow", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Ratio, Region.Above(0.5));
    var effects = new[] { 0.6, 2.0 }.Select(mean => Effect.From($"at {mean}", [mean - 0.1, mean, mean + 0.1])).ToList();
    claim.Judge([], _ => effects).ToNumber("mnist").Conditions.Select(one => one.Value.EndsWith(", narrowly"))
        .ShouldBe([true, false]);
    claim.Judge([], _ => effects[..1]).ToNumber("mnist").Detail.ShouldContain(" by t, narrowly, N = 3, mnist.");
});

Test("findings: where the rates next to the tuned ones decide, from the second look on, theirs is the number", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.002));
    Effect Of(double mean) => Effect.From("", Enumerable.Range(0, 6).Select(i => mean + 0.001 * (i - 2.5)));
    Judgement At(int look) => claim.Judge([], _ => [Of(0.01) with { AtNeighbours = Of(-0.003), Look = (look, 2) }]);
    (At(1).ToNumber("mnist").Value, At(1).ToNumber("mnist").Verdict).ShouldBe(("+1 points", "open"));
    (At(2).ToNumber("mnist").Value, At(2).ToNumber("mnist").Verdict).ShouldBe(("−0.3 points", "not supported"));
    At(2).Lines().First().Text.ShouldContain("The rates next to the tuned ones decide.");
    At(2).Rows("e", "mnist", "smoke").Single().DecidedBy.ShouldBe("neighbours");
});

Test("findings: a claim's lines have effect, interval, p, the neighbouring rates and whether conditions differ", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.002)) { DeniedBy = "d" };
    Effect Of(string condition, double mean) => Effect.From(condition, Enumerable.Range(0, 6).Select(i =>
        mean + 0.001 * (i - 2.5)));
    var (near, far) = (Of("near", 0.01), Of("far", 0.02));
    var lines = claim.Judge([], _ => [near with { AtNeighbours = near }, far with { AtNeighbours =
        Of("", 0) }]).Lines().ToList();
    lines.Select(line => line.Term).ShouldBe(["c, near", "c, far", "c, all"]);
    lines[0].Text.ShouldStartWith("supported: +1 points, 95% interval +0.8 to +1.2 points by t, N = 6; sign-flip p "
        + "0.031, as if there were but this look (adjusted over all claims in claims.csv). No rate next to the tuned "
        + "ones does better");
    lines[1].Text.ShouldStartWith("open: +2 points");
    lines[1].Text.ShouldContain("at the best of its rate and its neighbours: 0 points (−0.2 to +0.2), not supported.");
    lines[1].Text.ShouldEndWith("no number of seeds up to 1,000 would decide it.");
    lines[2].Text.ShouldStartWith("supported: yes in 1 of 2 conditions, the rest open. That the effects are equal "
        + "under all conditions has p ");
    lines[2].Text.ShouldContain("(s; denied by d)");
});

Test("findings: a condition says at which look it was decided, and an open one how many seeds it would need", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.002));
    Effect Of(double mean, int seeds) => Effect.From("", Enumerable.Range(0, seeds).Select(i =>
        mean + 0.01 * (i % 2 - 0.5)));
    var cell = Made().AtItsRate();
    string Line(Effect effect) => new Looks(6, 12).At(claim.Judge([], _ => [effect with { Cells = [cell] }]),
        [.. Enumerable.Range(1, effect.Differences.Count).Select(seed => Made(seed: seed))]).Lines().First().Text;
    Line(Of(0.02, 6)).ShouldContain("Decided at look 1 of 2, this one with an interval of 98.1%; all looks "
        + "together cover in 95%");
    Line(Of(0.005, 12)).ShouldSatisfyAllConditions(line => line.ShouldContain("95% interval"),
        line => line.ShouldContain("Open after look 2 of 2"),
        line => line.ShouldMatch(@"If the effect stays as it is, some \d\d seeds would decide it\."));
});

Test("findings: one seed has no interval, and seeds that agree none of any width", () =>
{
    var number = Effect.From("", [0.01, 0.03]).ToNumber("Gain", Unit.Points, "More.");
    (number.Label, number.Value).ShouldBe(("Gain", "+2 points"));
    number.Detail.ShouldStartWith("95% interval −10.7");
    number.Detail.ShouldEndWith("N = 2. More.");
    Effect.From("once", [1]).ToNumber("Gain", Unit.Points).Value.ShouldBe(Unit.TooFewData);
    Effect.From("", [0.01, 0.01, 0.01]).ToNumber("Gain", Unit.Points).Detail
        .ShouldBe("The same in all seeds, N = 3.");
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.002));
    claim.Judge([], _ => [Effect.From("", [1])]).Lines().First().Text.ShouldStartWith("open: +100 points, no interval");
});
