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
        var path = Path.Combine(folder, "index.html");
        WriteIndex(path, "What batch normalization does to training",
            "One card for each experiment: what was found, what was asked, and the main number.",
            [.. reported.Select(past => Card(folder, past))],
            [.. ClaimsSection(folder), .. missing.Count == 0 ? Array.Empty<Section>() :
            [
                new Definitions("Not run",
                    [.. missing.Select(entry => (entry.Name, questions.GetValueOrDefault(entry.Name, "")))]),
                new Command("Run them", $"./run-all.sh {string.Join(' ', missing.Select(entry => entry.Name))}"),
            ], .. reported.Count == 0 ? Array.Empty<Section>() : [Made(reported)]],
            made: reported.Count == 0 ? "" : $"Code: {Each(reported, run => run.Code)}.");
        return path;
    }

    /// <summary>Writes DIR/claims.csv from what each experiment there left, p adjusted over all of them.</summary>
    public static void WriteClaims(string folder)
    {
        if (Claims(folder) is { Count: > 0 } rows)
            Tables.Write(Path.Combine(folder, "claims.csv"), new Columns<ClaimRow>("claim", "experiment", "dataset",
                "preset", "text", "source", "outcome", "condition", "unit", "effect", "low", "high", "level", "n",
                "claimed", "claimed_low", "claimed_high", "condition_verdict", "verdict", "verdict_strict",
                "verdict_lax", "p", "holm_p",
                "smallest_p"), rows);
    }

    public static IReadOnlyList<ClaimRow> Claims(string folder) => ClaimRow.Adjusted(
        [.. Results(folder).Select(name => Read(folder, name)).SelectMany(past => past?.Found?.Claims ?? [])]);

    // A figure of all, and one line a claim: its verdict, and its effect under each condition.
    static IEnumerable<Section> ClaimsSection(string folder)
    {
        if (Claims(folder) is not { Count: > 0 } rows) yield break;
        // Results of an older version lack the margins.
        if (rows.Where(row => !double.IsNaN(row.ClaimedLow)).ToList() is { Count: > 0 } known)
            yield return new FigureSection(ForestChart.Draw("forest", "All claims",
                [.. known.GroupBy(row => (row.Claim, row.Experiment)).Select(ForestClaim)]));
        yield return new TableSection("Claims", TableOf(rows, ("claim", row => row.Claim),
            ("condition", row => row.Condition), ("verdict", row => row.Verdict), ("here", row => row.ConditionVerdict),
            ("effect", row => Unit.Named(row.Unit).Effect(row.Effect)),
            ("interval", row => Unit.Named(row.Unit).Range(row.Low, row.High)), ("n", row => row.N),
            ("experiment", row => row.Experiment)),
            "Verdict: the claim's, over all conditions; here: under this one.");
        yield return new Links("Data", [("claims.csv", "claims.csv",
            "the same table, with outcomes in words, margins, p")]);
    }

    /// <summary>A claim's rows as the forest chart draws them.</summary>
    public static ForestClaim ForestClaim(IEnumerable<ClaimRow> rows)
    {
        var first = rows.First();
        return new(first.Text, $"{first.Experiment}/report.html", first.Verdict, first.ClaimedLow, first.ClaimedHigh,
            [.. rows.Select(row => Row(row, Unit.Named(row.Unit)))]);

        static ForestRow Row(ClaimRow row, Unit unit) => new(row.Condition, row.Effect, row.Low, row.High,
            unit.Effect(row.Effect), row.ConditionVerdict,
            [
                $"{Format.Percent(row.Level)} interval {unit.Range(row.Low, row.High)}, N = {row.N}",
                $"claimed: {row.Claimed}", $"{row.Experiment}, {row.Dataset}",
            ]);
    }

    static IndexCard Card(string folder, Provenance past) => new(
        past.Experiment, past.Found!.Title, past.Found.Question, $"{past.Experiment}/report.html",
        past.Found.Value == "" ? null : new(past.Found.Label, past.Found.Value, past.Found.Detail, past.Found.Verdict),
        past.Preset == "smoke" ? $"A smoke run on {past.Dataset}: its numbers answer nothing."
            : past.Notice is null ? null : past.Dataset == "digits" ? "On digits, in place of mnist." : past.Notice,
        new Store(Path.Combine(folder, past.Experiment)).PictureFile is var picture && File.Exists(picture)
            ? File.ReadAllText(picture) : "");

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
