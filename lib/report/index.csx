#nullable enable
// The page that leads to all reports, made from what each experiment left in its folder.

public static class IndexPage
{
    /// <summary>Writes DIR/index.html; returns its path. Experiments come in the order given, then others that have
    /// results there by name. Those without a report are listed as not run.</summary>
    /// <param name="questions">Experiments of this project by name, each with its question.</param>
    public static string Write(string folder, IReadOnlyDictionary<string, string> questions)
    {
        var names = questions.Keys;
        var entries = names.Concat(Results(folder).Except(names)).Select(name => (Name: name, Past: Read(folder, name)))
            .ToList();
        var reported = entries.Where(entry => entry.Past?.Found is not null).Select(entry => entry.Past!).ToList();
        var missing = entries.Where(entry => entry.Past?.Found is null).ToList();
        var (path, claims) = (Path.Combine(folder, "index.html"), ByImportance(Claims(folder)));
        var themes = reported.GroupBy(past => ThemeOf(past.Found!)).OrderBy(theme => theme.Key.Place).ToList();
        WriteIndex(path, new("What batch normalization does to training", Whole(claims), [.. MostImportant(claims)],
            [
                .. themes.Select(theme => new CardSection(themes.Count == 1 ? "Experiments" : theme.Key.Name,
                    [.. theme.Select(past => Card(folder, past))])),
                What, .. ClaimsSection(claims), .. missing.Count == 0 ? Array.Empty<Section>() :
                [
                    new Definitions("Not run",
                        [.. missing.Select(entry => (entry.Name, questions.GetValueOrDefault(entry.Name, "")))]),
                    new Command("Run them", $"./run-all.sh {string.Join(' ', missing.Select(entry => entry.Name))}"),
                ], .. reported.Count == 0 ? Array.Empty<Section>() : [Made(reported)],
            ],
            Notice: reported.Any(past => past.Preset == "smoke")
                ? "Among these are smoke runs, whose numbers answer nothing." : null,
            Made: reported.Count == 0 ? "" : $"Code: {Each(reported, run => run.Code)}."));
        return path;
    }

    /// <summary>How many claims hold, depend, fail and are open, in a sentence.</summary>
    static string Whole(IReadOnlyList<ClaimRow> rows)
    {
        var verdicts = ByClaim(rows).Select(claim => Palette.Verdict(claim[0].Verdict)).ToList();
        string Count((string One, string Many) verb, params string[] of) =>
            verdicts.Count(of.Contains) is var count && count == 1 ? $"1 {verb.One}" : $"{count} {verb.Many}";
        return verdicts.Count == 0 ? "No claim has been put to the test yet."
            : $"Of {verdicts.Count} claims {Count(("holds", "hold"), "supported")}, {
                Count(("depends on the case", "depend on the case"), "depends")}, {
                Count(("fails", "fail"), "not supported", "contradicted")}, {Count(("is open", "are open"), "open")}.";
    }

    const int MainCount = 6;

    static IEnumerable<KeyFinding> MostImportant(IReadOnlyList<ClaimRow> rows) =>
        from claim in ByClaim(rows).Take(MainCount)
        let first = claim[0]
        select new KeyFinding(first.Finding == "" ? first.Text : first.Finding, first.Verdict,
            $"{first.Experiment}/report.html");

    // What the method is known for, then other claims in the order of their themes, then those of no theme.
    static IReadOnlyList<ClaimRow> ByImportance(IReadOnlyList<ClaimRow> rows)
    {
        var ids = Literature.Main.Concat(Literature.Themes.SelectMany(theme => theme.Claims)).Select(claim => claim.Id)
            .Distinct().ToList();
        return [.. rows.OrderBy(row => ids.IndexOf(row.Claim) is >= 0 and var place ? place : int.MaxValue)];
    }

    static IEnumerable<List<ClaimRow>> ByClaim(IEnumerable<ClaimRow> rows) =>
        rows.GroupBy(row => (row.Claim, row.Experiment)).Select(claim => claim.ToList());

    // That of an experiment's first claim that has one.
    static (int Place, string Name) ThemeOf(Finding found) => (from row in found.Claims ?? []
        from theme in Literature.Themes.Index()
        where theme.Item.Claims.Any(claim => claim.Id == row.Claim)
        select (theme.Index, theme.Item.Theme)).FirstOrDefault((int.MaxValue, "Other experiments"));

    // For whoever comes without having read a paper.
    static readonly Section What = new Explanation("What is batch normalization?",
        "y = γ (x − μ) / √(σ² + ε) + β",
        [
            "It stands in a layer, before the activation. For each unit x it takes mean μ and variance σ² over the "
                + "images of the batch, so that all units have mean 0 and variance 1, whatever earlier layers do.",
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
                "neighbours_high", "look", "looks", "seeds_needed"), rows);
    }

    public static IReadOnlyList<ClaimRow> Claims(string folder) => ClaimRow.Adjusted(
        [.. Results(folder).Select(name => Read(folder, name)).SelectMany(past => past?.Found?.Claims ?? [])]);

    // A figure of all, and one line a claim: its verdict, and its effect under each condition.
    static IEnumerable<Section> ClaimsSection(IReadOnlyList<ClaimRow> rows)
    {
        if (rows.Count == 0) yield break;
        // Results of an older version lack the margins.
        if (rows.Where(row => MarginOf(row) > 0).ToList() is { Count: > 0 } known)
            yield return new FigureSection(ForestChart.Draw("forest", "All claims",
                [.. ByClaim(known).Select(ForestClaim)]));
        yield return new TableSection("Claims", TableOf(rows, ("claim", row => row.Claim),
            ("condition", row => row.Condition), ("verdict", row => row.Verdict), ("here", row => row.ConditionVerdict),
            ("effect", row => Unit.Named(row.Unit).Effect(row.Effect)),
            ("interval", row => Unit.Named(row.Unit).Range(row.Low, row.High)), ("n", row => row.N),
            ("says", row => row.Source), ("denies", row => row.DeniedBy), ("experiment", row => row.Experiment)),
            "Verdict: the claim's, over all conditions; here: under this one.");
        yield return new Links("Data", [("claims.csv", "claims.csv",
            "the same table, with outcomes in words, margins, p")]);
    }

    /// <summary>A claim's rows as the forest chart draws them.</summary>
    public static ForestClaim ForestClaim(IReadOnlyList<ClaimRow> rows)
    {
        var first = rows[0];
        return new(first.Text, $"{first.Experiment}/report.html", Palette.Verdict(first.Verdict), first.ClaimedLow,
            first.ClaimedHigh, MarginOf(first), [.. rows.Select(row => Row(row, Unit.Named(row.Unit)))]);

        static ForestRow Row(ClaimRow row, Unit unit) => new(row.Condition, row.Effect, row.Low, row.High,
            unit.Effect(row.Effect), Palette.Verdict(row.ConditionVerdict),
            [
                $"{Format.Percent(row.Level)} interval {unit.Range(row.Low, row.High)}, N = {row.N}",
                $"claimed: {row.Claimed}", $"{row.Experiment}, {row.Dataset}",
            ]);
    }

    // Results of older versions have the bounds of what is claimed alone, or nothing.
    static double MarginOf(ClaimRow row) => double.IsFinite(row.Margin) ? row.Margin
        : new[] { row.ClaimedLow, row.ClaimedHigh }.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();

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

    // Folders that --fresh has set aside end in a number.
    public static IEnumerable<string> Results(string folder) => !Directory.Exists(folder) ? []
        : Directory.GetDirectories(folder)
        .Where(path => File.Exists(new Store(path).ProvenanceFile))
        .Select(path => Path.GetFileName(path))
        .Where(name => !Regex.IsMatch(name, @"\.\d+$"))
        .Order(StringComparer.Ordinal);

    static Provenance? Read(string folder, string name)
    {
        var store = new Store(Path.Combine(folder, name));
        if (!File.Exists(store.ProvenanceFile) || !File.Exists(store.ReportFile)) return null;
        try { return Provenance.Read(store.ProvenanceFile); }
        catch (BadInput e)
        {
            Error.WriteLine($"note: {e.Message}");
            return null;
        }
    }
}
