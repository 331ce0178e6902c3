#nullable enable
// What each claim is answered on each dataset. Datasets stand side by side; no number here is of two of them.

/// <summary>A claim as an experiment judged it on one dataset.</summary>
/// <param name="Report">The address of its report on the pages of all results.</param>
/// <param name="Rows">One for each condition.</param>
public sealed record ClaimAnswer(string Dataset, string Report, IReadOnlyList<ClaimRow> Rows)
{
    /// <summary>Over all conditions: one of the keys of Palette.Verdicts.</summary>
    public string Verdict => Palette.Verdict(Rows[0].Verdict);
    public bool IsDecided => Verdict != "open";

    /// <summary>What was found, in a sentence; results of earlier versions have none.</summary>
    public string Finding => Rows[0].Finding == "" ? Rows[0].Text : Rows[0].Finding;
}

/// <summary>A claim as an experiment judged it, on each dataset that it was run on.</summary>
public sealed record AnsweredClaim(string Id, string Experiment, IReadOnlyList<ClaimAnswer> Answers)
{
    public string Text => Answers[0].Rows[0].Text;

    /// <summary>Its place on the page of all claims.</summary>
    public string Address => $"claims.html#{Anchor}";
    public string Anchor => Format.Anchor($"{Experiment} {Id}");

    public ClaimAnswer? On(string dataset) => Answers.FirstOrDefault(answer => answer.Dataset == dataset);

    /// <summary>The answers that are not open.</summary>
    public IReadOnlyList<ClaimAnswer> Decided => [.. Answers.Where(answer => answer.IsDecided)];

    /// <summary>Whether datasets decide it, and not alike.</summary>
    public bool Differs => Decided.DistinctBy(answer => answer.Verdict).Count() > 1;
}

/// <summary>All claims that have an answer, those of a theme together.</summary>
public sealed record Answers(IReadOnlyList<string> Datasets, IReadOnlyList<AnsweredClaim> Claims)
{
    /// <summary>Those in a folder of results, and in others on other datasets.</summary>
    /// <exception cref="BadInput">See ReadOthers.</exception>
    public static Answers Read(string folder, IReadOnlyList<string> others)
    {
        var own = ReportedFolder.Any(folder);
        ReportedFolder[] all = [own, .. ReadOthers(others, own.Datasets)];
        var answers = from one in all
                      from past in one.Found.Values
                      from rows in (past.Found!.Claims ?? []).GroupBy(row => row.Claim)
                      select (Claim: rows.Key, past.Experiment, Answer: new ClaimAnswer(past.Dataset,
                          one.ReportFrom(folder, past.Experiment), [.. rows]));
        return new([.. all.SelectMany(one => one.Datasets)],
        [
            .. answers.GroupBy(one => (one.Claim, one.Experiment), one => one.Answer)
                .Select(one => new AnsweredClaim(one.Key.Claim, one.Key.Experiment, [.. one]))
                .OrderBy(claim => PlaceOf(claim.Id)),
        ]);
    }

    /// <summary>Folders of results on other datasets than those that are there.</summary>
    /// <exception cref="BadInput">One is no folder of results, or of a dataset that was there before it.</exception>
    public static IReadOnlyList<ReportedFolder> ReadOthers(IReadOnlyList<string> folders, IEnumerable<string> datasets)
    {
        var seen = datasets.ToHashSet();
        List<ReportedFolder> read = [];
        foreach (var folder in folders)
        {
            read.Add(ReportedFolder.Read(folder, folder, [], "--with"));
            if (read[^1].Datasets.FirstOrDefault(dataset => !seen.Add(dataset)) is { } twice)
                throw new BadInput($"--with {folder} has results on {twice}, which are there without it: it takes a "
                    + "folder of another dataset (--compare sets two of the same side by side)");
        }
        return read;
    }

    /// <summary>The theme of a claim and its place among them; claims that the lab does not list come last.</summary>
    public static (int Place, string Name) ThemeOf(string claim) => (from theme in Literature.Themes.Index()
        where theme.Item.Claims.Any(one => one.Id == claim)
        select (theme.Index, theme.Item.Theme)).FirstOrDefault((int.MaxValue, "Other claims"));

    static int PlaceOf(string claim) => Literature.Themes.SelectMany(theme => theme.Claims).Select(one => one.Id)
        .ToList().IndexOf(claim) is >= 0 and var place ? place : int.MaxValue;

    public IEnumerable<IGrouping<string, AnsweredClaim>> ByTheme => Claims.GroupBy(claim => ThemeOf(claim.Id).Name);

    /// <summary>Claims of the literature that nothing here answers.</summary>
    public IReadOnlyList<Claim> Unanswered =>
        [.. Literature.Themes.SelectMany(theme => theme.Claims).Where(one => Claims.All(claim => claim.Id != one.Id))];

    /// <summary>How many claims hold, depend, fail and are open on a dataset, in a sentence.</summary>
    public string Whole(string dataset)
    {
        var verdicts = Claims.Select(claim => claim.On(dataset)).OfType<ClaimAnswer>().Select(answer => answer.Verdict)
            .ToList();
        string Count((string One, string Many) verb, params string[] of) =>
            verdicts.Count(of.Contains) is var count && count == 1 ? $"1 {verb.One}" : $"{count} {verb.Many}";
        var claims = verdicts.Count == 1 ? "1 claim" : $"{verdicts.Count} claims";
        return $"{(Datasets.Count > 1 ? $"On {dataset}, of" : "Of")} {claims} {
            Count(("holds", "hold"), "supported")}, {
            Count(("depends on the case", "depend on the case"), "depends")}, {
            Count(("fails", "fail"), "not supported", "contradicted")}, {Count(("is open", "are open"), "open")}.";
    }

    /// <summary>The claims that datasets decide, and not alike.</summary>
    public IReadOnlyList<AnsweredClaim> Differing => [.. Claims.Where(claim => claim.Differs)];

    /// <summary>How many answers differ between datasets, in a sentence.</summary>
    public string Difference => (Claims.Count(claim => claim.Decided.Count > 1), Differing.Count) switch
    {
        (0, _) => "No claim is decided on more than one dataset yet.",
        (1, var differ) => $"The one claim that is decided on more than one dataset has {
            (differ == 0 ? "the same answer there" : "different answers")}.",
        (var both, var differ) => $"Of {both} claims that are decided on more than one dataset, {
            (differ == 0 ? "none has" : differ == 1 ? "1 has" : $"{differ} have")} different answers.",
    };

    /// <summary>What does not enter that number: claims that are decided on one dataset alone, and those that lack one.
    /// </summary>
    public string Apart
    {
        get
        {
            string Each(Func<AnsweredClaim, string, bool> counts) => string.Join(", ", Datasets
                .Select(dataset => (Count: Claims.Count(claim => counts(claim, dataset)), dataset))
                .Where(one => one.Count > 0).Select(one => $"{one.Count} on {one.dataset}"));
            var (alone, lacking) = (Each((claim, dataset) => claim.Decided is [var one] && one.Dataset == dataset),
                Each((claim, dataset) => claim.On(dataset) is null));
            return Format.Sentences(alone == "" ? "" : $"Decided on one dataset alone: {alone}.",
                lacking == "" ? "" : $"Not measured: {lacking}.");
        }
    }

    /// <summary>What a reader must know of the numbers; null where there is nothing.</summary>
    public string? Notice => Datasets
        .Where(dataset => Claims.Any(claim => claim.On(dataset)?.Rows[0].Preset == "smoke"))
        .ToList() is { Count: > 0 } smoke
        ? $"Among these are smoke runs{(Datasets.Count > 1 ? $" (on {string.Join(", ", smoke)})" : "")}, whose numbers "
            + "answer nothing." : null;
}
