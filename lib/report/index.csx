#nullable enable
// The page that leads to all reports, made from what each experiment left in its folder.

public static class IndexPage
{
    /// <summary>Writes DIR/index.html, and DIR/claims.html beside it; returns its path. Experiments come in the order
    /// given, then others that have results there by name. Those without a report are listed as not run.</summary>
    /// <param name="questions">Experiments of this project by name, each with its question.</param>
    /// <param name="answers">Those of the folder, and of others on other datasets.</param>
    public static string Write(string folder, IReadOnlyDictionary<string, string> questions, Answers answers)
    {
        var found = ReportedFolder.Any(folder).Found;
        var names = questions.Keys.Concat(ReportedFolder.Experiments(folder)).Distinct().ToList();
        var reported = names.Where(found.ContainsKey).Select(name => found[name]).ToList();
        var missing = names.Except(found.Keys).ToList();
        var path = Path.Combine(folder, "index.html");
        var themes = reported.GroupBy(past => ThemeOf(past.Found!)).OrderBy(theme => theme.Key.Place).ToList();
        ClaimsPage.Write(folder, answers);
        WriteIndex(path, new("What batch normalization does to training", answers.Datasets is [var first, ..]
                && answers.Claims.Count > 0 ? answers.Whole(first) : "No claim has been put to the test yet.",
            [.. MostImportant(answers)],
            [
                .. answers.Datasets.Count < 2 ? Array.Empty<Section>() : [Differing(answers)],
                .. themes.Select(theme => new CardSection(themes.Count == 1 ? "Experiments" : theme.Key.Name,
                    [.. theme.Select(past => Card(folder, past))])),
                What, .. answers.Claims.Count == 0 ? Array.Empty<Section>()
                    : [new Links("Data",
                        [("claims.csv", "claims.csv", "all claims, with outcomes in words, margins, p")])],
                .. missing.Count == 0 ? Array.Empty<Section>() :
                [
                    new Definitions("Not run",
                        [.. missing.Select(name => (name, questions.GetValueOrDefault(name, "")))]),
                    new Command("Run them", $"./run-all.sh {string.Join(' ', missing)}"),
                ], .. reported.Count == 0 ? Array.Empty<Section>() : [Made(reported)],
            ],
            Notice: answers.Notice,
            Made: reported.Count == 0 ? "" : $"Code: {Each(reported, run => run.Code)}.")
        {
            More =
            [
                .. answers.Claims.Count == 0 ? Array.Empty<(string, string)>()
                    : [("All claims, side by side", "claims.html")],
                (What.Title, $"#{Format.Anchor(What.Title)}"),
            ],
        });
        return path;
    }

    const int MainCount = 6;

    // On the first dataset. What the method is known for comes first, then other claims by theme.
    static IEnumerable<KeyFinding> MostImportant(Answers answers)
    {
        var main = Literature.Main.Select(claim => claim.Id).ToList();
        return (from claim in answers.Claims.OrderBy(claim => main.IndexOf(claim.Id) is >= 0 and var place ? place
                   : int.MaxValue)
               where claim.On(answers.Datasets[0]) is not null
               let answer = claim.On(answers.Datasets[0])
               select new KeyFinding(answer.Finding, answer.Verdict, answer.Report)).Take(MainCount);
    }

    static VerdictTable Differing(Answers answers) => new("Answers that differ between datasets", answers.Datasets,
        answers.Differing.Count == 0 ? [] : [("", [.. answers.Differing.Select(claim => new VerdictLine(claim.Text,
            claim.Address, [.. answers.Datasets.Select(dataset => claim.On(dataset) is { } answer
                ? (answer.Verdict, answer.Rows[0].Answer) : ((string, string)?)null)]))])],
        Format.Sentences(answers.Difference, answers.Apart));

    // That of an experiment's first claim that has one.
    static (int Place, string Name) ThemeOf(Finding found) => (found.Claims ?? []).Select(row =>
        Answers.ThemeOf(row.Claim)).Where(theme => theme.Place < int.MaxValue)
        .FirstOrDefault((int.MaxValue, "Other experiments"));

    // For whoever comes without having read a paper.
    static readonly Explanation What = new("What is batch normalization?",
        "y = γ (x − μ) / √(σ² + ε) + β",
        [
            "It stands in a layer, usually before the activation. For each unit x (in convnets each channel, over all "
                + "positions) it takes mean μ and variance σ² over the images of the batch: (x − μ) / √(σ² + ε) has "
                + "mean 0 and variance 1 there, whatever earlier layers do.",
            "γ and β are two weights for each unit, which are learned: a net that wants other means and variances can "
                + "have them. ε, 0.00001, keeps the division from failing.",
            "When the net is used, averages from training (the running statistics) take the place of μ and σ².",
            "Experiments compare arms: the same net, from the same initial weights and batches, without a normalizer "
                + "(none), with it (batch), or with another that takes its means over other sets of numbers (layer, "
                + "group, instance, ghost, ...).",
        ]);

    /// <summary>Writes DIR/claims.csv from what each experiment there left, p adjusted over all of them.</summary>
    public static void WriteClaims(string folder)
    {
        if (Claims(folder) is { Count: > 0 } rows)
            Tables.Write(Path.Combine(folder, "claims.csv"), new Columns<ClaimRow>("claim", "experiment", "dataset",
                "preset", "text", "source", "outcome", "condition", "unit", "effect", "low", "high", "level", "n",
                "claimed", "claimed_low", "claimed_high", "condition_verdict", "verdict", "verdict_strict",
                "verdict_lax", "p", "holm_p", "smallest_p", "answer", "finding", "denied_by", "margin", "wording",
                "wording_verdict", "heterogeneity_p", "interval_by", "left_out", "neighbours_effect", "neighbours_low",
                "neighbours_high", "look", "looks", "seeds_needed", "decided_by"), rows);
    }

    public static IReadOnlyList<ClaimRow> Claims(string folder) =>
        ClaimRow.Adjusted(ReportedFolder.Any(folder).Claims);

    static IndexCard Card(string folder, Provenance past) => new(
        past.Experiment, past.Found!.Title, past.Found.Question, $"{past.Experiment}/report.html",
        Number(past.Found), past.Preset == "smoke" ? $"A smoke run on {past.Dataset}: its numbers answer nothing."
            : past.Notice is null ? null : past.Dataset == "digits" ? "On digits, in place of mnist." : past.Notice,
        new Store(Path.Combine(folder, past.Experiment)).PictureFile is var picture && File.Exists(picture)
            ? File.ReadAllText(picture) : "");

    // The first number that there is of the first claim, beside the verdict of its own condition; then the whole
    // claim's.
    static KeyNumber? Number(Finding found)
    {
        if (found.Claims is not [var claim, ..])
            return found.Value == "" ? null : new(found.Label, found.Value, found.Detail);
        var first = found.Claims.FirstOrDefault(row => row.Claim == claim.Claim && !double.IsNaN(row.Effect)) ?? claim;
        return new(first.Condition, Unit.Named(first.Unit).Effect(first.Effect), "", first.ConditionVerdict)
        {
            Whole = (first.Verdict, first.Answer),
        };
    }

    static Definitions Made(IReadOnlyList<Provenance> reported) => new("Where and when",
    [
        ("Trials", string.Create(CultureInfo.InvariantCulture, $"{reported.Sum(past => past.Trials):N0}")),
        ("Time", $"{Format.Span(TimeSpan.FromSeconds(reported.Sum(past => past.Seconds)), tenths: false)} in "
            + $"all, the last on {reported.Max(past => past.Ended)}"),
        ("Machine", Each(reported, run => $"{run.Machine}, {run.VectorBits}-bit vectors, {run.Jobs} trials at a time, "
            + run.Runtime)),
        ("Data", string.Join(", ", reported.Select(past => past.Dataset).Distinct())),
    ]);

    static string Each(IEnumerable<Provenance> reported, Func<RunRecord, string> part) =>
        string.Join("; ", reported.SelectMany(past => past.Runs).Select(part).Distinct());
}
