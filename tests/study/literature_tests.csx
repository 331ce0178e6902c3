#nullable enable

// What may come out of a claim: an effect deep inside the region, outside it, the other way, at its end.
static IEnumerable<(string Outcome, Judgement Judged)> Outcomes(Claim claim, IReadOnlyList<string> conditions)
{
    var (region, step) = (claim.Region, claim.Region.Margin);
    var inside = region.IsEquivalence ? 0 : region.Low + 5 * step;
    var end = double.IsFinite(region.High) ? region.High : region.Low;
    var outside = double.IsFinite(region.High) ? region.High + 5 * step : region.Low - 0.5 * step;
    // Too wide to be decided by its estimate.
    Judgement Of(Func<int, double> mean) => claim.Judge([], _ => [.. conditions.Select((condition, i) =>
        Effect.From(condition, Enumerable.Range(0, 6).Select(seed => mean(i) + (mean(i) == end ? 0.5 : 0.02) * step
            * (seed - 2.5))))]);
    yield return ("supported", Of(_ => inside));
    yield return ("not supported", Of(_ => outside));
    yield return ("other way", Of(_ => -outside - 9 * step));
    yield return ("depends", Of(i => i % 2 == 0 ? inside : outside));
    yield return ("partly open", Of(i => i % 2 == 0 ? inside : end));
    yield return ("partly refuted", Of(i => i % 2 == 0 ? outside : end));
    yield return ("open", Of(_ => end));
    yield return ("beyond all", claim.Judge([], _ => [.. conditions.Select(condition =>
        Effect.From(condition, Enumerable.Repeat(double.PositiveInfinity, 6)))]));
    yield return ("all lost", claim.Judge([], _ => [.. conditions.Select(condition =>
        Effect.From(condition, Enumerable.Repeat(double.NaN, 6)))]));
}

static IReadOnlyList<Claim> EveryClaim => [.. Literature.Themes.SelectMany(theme => theme.Claims)];

Test("title: whatever comes out of any experiment, a plain sentence of at most 14 words", () =>
{
    IReadOnlyList<string>[] conditions = [[""], ["sigmoid MLP", "ReLU MLP", "LeNet"], ["500 images", "5,000 images",
        "50,000 images", "5,000 images in batches of 16", "5,000 images in batches of 256"]];
    foreach (var claim in EveryClaim)
        foreach (var some in conditions)
            foreach (var (outcome, judged) in Outcomes(claim, some))
            {
                var (title, what) = (judged.Title, $"{claim.Id}, {outcome}: {judged.Title}");
                title.Split(' ').Length.ShouldBeInRange(3, 14, what);
                title.ShouldNotContain("(", Case.Sensitive, what);
                Regex.IsMatch(title, @"\b(BN|NaN|none|batch_\w+)\b|[∞{}_]").ShouldBeFalse(what);
                char.IsUpper(title[0]).ShouldBeTrue(what);
                // It says yes, no, or that it is not known, as the verdict does.
                var whether = title.StartsWith("It is open whether ") || title.StartsWith("Whether ");
                (judged.Verdict switch
                {
                    Verdict.Supported => title.StartsWith(claim.Text),
                    Verdict.Depends => title.Contains(", but not with ") || title.Contains(" depends on "),
                    Verdict.Open => title.StartsWith("It is open whether "),
                    Verdict.Contradicted => title.StartsWith(claim.Reversed),
                    _ => !whether && !title.StartsWith($"{claim.Text} ") && title != claim.Text,
                }).ShouldBeTrue(what);
            }
});

Test("claims: each has its words, its margin and its place, and none is said twice", () =>
{
    EveryClaim.Select(claim => claim.Id).ShouldBeUnique();
    EveryClaim.Select(claim => claim.Text).ShouldBeUnique();
    Literature.Main.Count.ShouldBe(6);
    Literature.Main.Except(EveryClaim).ShouldBeEmpty();
    foreach (var claim in EveryClaim)
    {
        claim.Text.Split(' ').Length.ShouldBeLessThan(10, claim.Id);
        // The tables of all claims have no room for more on a phone.
        claim.Text.Length.ShouldBeLessThan(62, claim.Id);
        claim.Refuted.ShouldNotStartWith("Not shown", Case.Sensitive, claim.Id);
        claim.Region.Margin.ShouldBeGreaterThan(0, claim.Id);
    }
    // All that are declared are listed.
    typeof(Literature).GetFields().Where(field => field.FieldType == typeof(Claim)).Select(field =>
        (Claim)field.GetValue(null)!).Concat(Literature.Instead.Select(one => one.Claim))
        .ShouldBe(EveryClaim, ignoreOrder: true);
});

Test("title: every experiment of the project takes its title from a claim that it judges", () =>
{
    foreach (var path in Directory.GetFiles(Path.Combine(Folders.Project, "experiments"), "*.csx"))
    {
        var source = File.ReadAllText(path);
        source.ShouldMatch(@"select new Report\(\w+(\.Claims)?(\[0\])?\.Title,", path);
        Regex.Matches(source, @"Literature\.(\w+)").Select(name => name.Groups[1].Value).ShouldAllBe(name =>
            typeof(Literature).GetField(name) != null, path);
    }
});
