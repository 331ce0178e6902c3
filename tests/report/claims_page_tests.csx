#nullable enable

static string ClaimsPageOf(string folder, params string[] with) =>
    File.ReadAllText(ClaimsPage.Write(folder, Answers.Read(folder, with)));

static ClaimRow Measured(string claim, string condition, double effect, string verdict, string here) =>
    Row(claim, condition, effect, 0.2, verdict, here) with
    {
        Margin = 0.5, ClaimedLow = 0.5, ClaimedHigh = double.PositiveInfinity, DeniedBy = "somebody",
        Answer = "yes with x, no with y", Finding = $"Found of {claim}",
    };

Test("claims page: each claim has who says it, its answer, and effect, N and look under each condition", () =>
{
    var folder = WithReport(Reported("mnist", "mnist", 1,
        Measured("faster", "x", 1, "depends", "supported") with { Look = 2, Looks = 3, N = 12 },
        Measured("faster", "y", 0.4, "depends", "open") with { Look = 3, Looks = 3, N = 24, SeedsNeeded = 60 },
        Measured("faster", "z", 0.52, "depends", "supported") with { Look = 1, Looks = 3, DecidedBy = "estimate" },
        Measured("faster", "n", 0.4, "depends", "supported") with
        {
            Look = 3, Looks = 3, DecidedBy = "neighbours", NeighboursEffect = 2, NeighboursLow = 1, NeighboursHigh = 3,
        },
        Row("own", "", 1, 0.2, "supported")));
    var html = ClaimsPageOf(folder);
    html.ShouldContain("<h1>Of 2 claims 1 holds, 1 depends on the case, 0 fail, 0 are open.</h1>");
    html.ShouldContain("""<a href="index.html">All experiments</a>""");
    // In the table above all, then by theme.
    html.ShouldContain("""<a href="#e_faster">BN helps</a></td><td><span class="badge depends">depends</span>""");
    html.ShouldContain("""<section id="speed_and_learning_rates">""");
    html.ShouldContain("""<section id="other_claims">""");
    html.ShouldContain("""<p><span class="badge depends">depends</span> Found of faster (yes with x, no with y). """
        + """Report: <a href="e/report.html">e</a></p>""");
    html.ShouldContain("Said by s. Denied by somebody. Measured: o. The claim holds where that is beyond &#215;3.");
    html.ShouldContain("<td class=\"words\">x</td><td><span class=\"badge supported\">supported</span></td><td><svg");
    html.ShouldContain("<td>&#215;10 (&#215;6.31 to &#215;15.8)</td><td>12</td><td class=\"words\">decided at look 2 "
        + "of 3</td>");
    html.ShouldContain("<td>24</td><td class=\"words\">open at look 3 of 3: some 60 seeds would decide it</td>");
    html.ShouldContain("<td class=\"words\">decided at look 1 of 3, narrowly</td>");
    // What decides is shown.
    html.ShouldContain("<td>&#215;100 (&#215;10 to &#215;1000)</td><td>");
    html.ShouldContain("decided at look 3 of 3, by the rates next to the tuned ones</td>");
    // A column that would be empty is not there; a claim of the literature without results is named.
    html.ShouldNotContain("<th scope=\"col\">data</th>");
    html.ShouldContain($"<li>{Literature.Smooth.Text}</li>");
    html.ShouldNotContain($"<li>{Literature.Faster.Text}</li>");
    html.ShouldNotContain("smoke");
});

Test("claims page: datasets stand side by side, and what one lacks is said", () =>
{
    var mnist = WithReport(Reported("mnist", "mnist", 1, Measured("faster", "x", 1, "supported", "supported"),
        Measured("faster", "y", 1, "supported", "open"), Measured("init", "", 1, "supported", "supported")));
    var colour = WithReport(Reported("cifar-10", "cifar-10", 1,
        Measured("faster", "x", 0, "not supported", "not supported") with { Preset = "smoke", Outcome = "p" },
        Measured("faster", "z", 0, "not supported", "not supported")));
    var html = ClaimsPageOf(mnist, colour);
    html.ShouldContain("<h1>The one claim that is decided on more than one dataset has different answers.</h1>");
    html.ShouldContain("Among these are smoke runs (on cifar-10), whose numbers answer nothing.");
    html.ShouldContain("<span class=\"badge supported\">supported</span></td><td><span class=\"badge not-supported\">");
    html.ShouldContain("<span class=\"badge supported\">supported</span></td><td>not measured</td>");
    html.ShouldContain("<p><b>cifar-10</b> not measured.</p>");
    html.ShouldContain("Measured on mnist: o. The claim holds where that is beyond &#215;3. Measured on cifar-10: p.");
    // A condition of both has its rows one below the other.
    Regex.Matches(html, "<td class=\"words\">([xyz])</td><td>([^<]+)</td>").Select(row =>
        $"{row.Groups[1]} {row.Groups[2]}").ShouldBe(["x mnist", "x cifar-10", "y mnist", "z cifar-10"]);
    ClaimsPageOf(mnist, colour).ShouldBe(html);
});
