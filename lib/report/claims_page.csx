#nullable enable
// The page that sets all claims side by side, by theme: who says it, the answer, and the effect under each condition,
// on one dataset or on several.

public static class ClaimsPage
{
    /// <summary>Writes DIR/claims.html; returns its path.</summary>
    public static string Write(string folder, Answers answers)
    {
        var path = Path.Combine(folder, "claims.html");
        var unanswered = answers.Unanswered;
        WriteIndex(path, new("All claims, side by side", answers.Datasets switch
        {
            [] => "No claim has been put to the test yet.",
            [var one] => answers.Whole(one),
            _ => answers.Difference,
        }, [],
        [
            .. answers.Claims.Count == 0 ? Array.Empty<Section>() : [Verdicts(answers), HowToRead],
            .. answers.ByTheme.Select(theme => new ClaimSection(theme.Key,
                [.. theme.Select(claim => Entry(claim, answers.Datasets))])),
            .. unanswered.Count == 0 ? Array.Empty<Section>()
                : [new Notes("Claims not put to the test here", [.. unanswered.Select(claim => claim.Text)])],
            new Links("Data", [("claims.csv", "claims.csv", "all numbers of this page and more")]),
        ], answers.Notice)
        {
            More = [("All experiments", "index.html")],
        });
        return path;
    }

    static VerdictTable Verdicts(Answers answers) => new("Verdicts", answers.Datasets,
    [
        .. answers.ByTheme.Select(theme => (theme.Key, (IReadOnlyList<VerdictLine>)[.. theme.Select(claim =>
            new VerdictLine(claim.Text, $"#{claim.Anchor}", [.. answers.Datasets.Select(dataset =>
                claim.On(dataset) is { } answer ? (answer.Verdict, "") : ((string, string)?)null)]))])),
    ], answers.Datasets.Count == 1 ? "" : answers.Apart);

    static readonly Section HowToRead = new Definitions("How to read it",
    [
        ("margin", "The least effect that the claim asks for. It is declared before anything is run."),
        ("supported", "The whole 95% interval lies where the claim says (shaded)."),
        ("not supported", "The whole interval lies elsewhere: there is no such effect, or one that is too small."),
        ("contradicted", "The effect goes the other way, by more than the margin; of a claim about the sign "
            + "alone, by any amount."),
        ("narrowly", "The interval lies across the bound of what is claimed but is no wider than the margin: the "
            + "effect is known to half of it, and the estimate decides."),
        ("open", "The interval has effects of both kinds, so the data do not tell; more seeds may."),
        ("depends", "Of a claim: it holds under some conditions and fails under others."),
        ("bars", "The dot is the effect, the bar its 95% interval, the upright line no effect; what the claim says is "
            + "shaded. One scale serves all claims, since it counts in margins; beyond one margin it goes by powers of "
            + "ten. An arrow goes on beyond the picture."),
        ("N", "How many pairs of trainings: each has the same initial weights and batches in both nets that are "
            + "compared."),
        ("seeds until decided", "Claims are judged at looks, with more seeds at each. Only conditions that are still "
            + "open go on to the next look."),
    ]);

    static ClaimEntry Entry(AnsweredClaim claim, IReadOnlyList<string> datasets)
    {
        // With one dataset there is nothing to tell apart.
        string Name(string dataset) => datasets.Count == 1 ? "" : dataset;
        return new(claim.Anchor, claim.Text, About(claim), [.. datasets.Select(dataset =>
                claim.On(dataset) is not { } answer ? new AnswerLine(dataset, "", "not measured.")
                : new(Name(dataset), answer.Verdict, $"{answer.Finding}{
                    (answer.Rows[0].Answer == "" ? "" : $" ({answer.Rows[0].Answer})")}. Report:", answer.Report,
                    claim.Experiment))],
            [
                .. from condition in claim.Answers
                       .SelectMany(answer => answer.Rows.Select(row => (answer.Dataset, row)))
                       .GroupBy(one => one.row.Condition)
                   from one in condition
                   let row = one.row
                   let shown = row.Deciding
                   let unit = Unit.Named(row.Unit)
                   select new EffectLine(row.Condition, Name(one.Dataset), Palette.Verdict(row.ConditionVerdict),
                       Bar(row), HasInterval(row) ? unit.Interval(shown.Effect, shown.Low, shown.High)
                           : unit.Effect(shown.Effect),
                       $"{row.N}", row.LooksInWords()),
            ]);
    }

    // Too few seeds have none of that level.
    static bool HasInterval(ClaimRow row) => row.Level >= 0.95;

    static string Bar(ClaimRow row)
    {
        var (effect, low, high) = row.Deciding;
        if (!HasInterval(row)) (low, high) = (double.NaN, double.NaN);
        return Forest.Row(new(effect, low, high, row.ClaimedLow, row.ClaimedHigh, MarginOf(row),
            Palette.Verdict(row.ConditionVerdict)));
    }

    // Outcomes can differ between datasets where one was run by another version.
    static string About(AnsweredClaim claim)
    {
        var first = claim.Answers[0].Rows[0];
        var measured = claim.Answers.GroupBy(answer => (answer.Rows[0].Outcome, answer.Rows[0].Claimed)).ToList();
        return Format.Sentences([$"Said by {first.Source}.", first.DeniedBy == "" ? "" : $"Denied by {first.DeniedBy}.",
            .. measured.Select(one => $"Measured{(measured.Count == 1 ? "" : $" on {
                string.Join(", ", one.Select(answer => answer.Dataset))}")}: {one.Key.Outcome}. The claim holds where "
                + $"that is {one.Key.Claimed}.")]);
    }

    // Results of earlier versions have the bounds of what is claimed alone, or nothing.
    static double MarginOf(ClaimRow row) => double.IsFinite(row.Margin) ? row.Margin
        : new[] { row.ClaimedLow, row.ClaimedHigh }.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
}
