#nullable enable
// A report: what an experiment says of its trials, as a page and as files.
using Microsoft.Data.Analysis;

/// <summary>What an experiment reports.</summary>
/// <param name="Title">What was found, in a sentence.</param>
/// <param name="Groups">The table of groups, summary.csv.</param>
public sealed record Report(string Title, DataFrame Groups)
{
    /// <summary>The claims judged; their numbers stand first.</summary>
    public IReadOnlyList<Judgement> Claims { get; init; } = [];

    /// <summary>Other numbers for the head of the page.</summary>
    public IReadOnlyList<KeyNumber> Numbers { get; init; } = [];

    /// <summary>At least one, the main one first.</summary>
    public required IReadOnlyList<Figure> Figures { get; init; }

    /// <summary>More sections, behind the figures.</summary>
    public IReadOnlyList<Section> Tables { get; init; } = [];

    /// <summary>What a reader should know before believing it: a line or more each, begun with "- ".</summary>
    public string Caveats { get; init; } = "";

    /// <summary>The numbers at the head of the page, those of the claims first.</summary>
    public IReadOnlyList<KeyNumber> KeyNumbers(string dataset) =>
        [.. Claims.Select(claim => claim.ToNumber(dataset)), .. Numbers];

    /// <summary>The page.</summary>
    /// <param name="trials">Those of all stages.</param>
    public Page ToPage(string experiment, string question, Design design, IReadOnlyList<Trial> trials,
        Provenance past) =>
        new(experiment, Title, question, KeyNumbers(past.Dataset),
        [
            new FigureSection(Figures[0]),
            Method.Describe(trials, past, design),
            .. Figures.Skip(1).Select(figure => new FigureSection(figure)),
            .. Tables,
            .. Claims.Count == 0 ? Array.Empty<Section>() : [new Definitions("Claims, condition by condition",
                [.. Claims.SelectMany(claim => claim.Lines())])],
            new TableSection("Groups", Groups, "One row for each cell of the grid: how its seeds ended, and the median "
                + "over the seeds that ended well with its interval and the interval's level, mean and standard "
                + "deviation."),
            new Notes("Caveats", [.. Items(Caveats), .. Method.Caveats(trials, past)]),
            new Command("Run it again", past.Command, "The same seeds give the same CSVs on the same instruction set."),
            new Links("Data",
            [
                ("trials.csv", "trials.csv", "a row for each trial"),
                ("curves.csv", "curves.csv", "a row for each measurement during training"),
                ("summary.csv", "summary.csv", "the table above"),
                ("provenance.json", "provenance.json", "code, data, machine"),
                ("figures", "figures/", "each figure above as JSON for Plotly"),
                .. Claims.Count == 0 ? Array.Empty<(string, string, string)>()
                    : [("claims.csv", "../claims.csv", "the verdicts of all experiments")],
            ]),
        ], past.Notice, Method.ProducedBy(past));

    /// <summary>All figures, those among the tables too.</summary>
    public IReadOnlyList<Figure> AllFigures =>
        [.. Figures, .. Tables.OfType<FigureSection>().Select(section => section.Figure)];

    static IEnumerable<string> Items(string list) => $"\n{list}".ReplaceLineEndings("\n").Split("\n- ")
        .Select(item => item.Replace("\n", " ").Trim()).Where(item => item != "");
}

public static class ReportFiles
{
    /// <summary>Writes summary.csv, report.html, figures and the small picture for the index; gives what the index says
    /// of them.</summary>
    public static Finding Write(Report report, string experiment, string question, Design design,
        IReadOnlyList<Trial> trials, Provenance past, Store store)
    {
        store.WriteSummary(report.Groups);
        WritePage(store.ReportFile, report.ToPage(experiment, question, design, trials, past));
        FigureFiles.Write(Path.Combine(store.Folder, "figures"), report.AllFigures);
        PageHtml.Write(store.PictureFile, $"{Picture.Draw(report.Figures[0])}\n");
        var first = report.KeyNumbers(past.Dataset).FirstOrDefault() ?? new("", "");
        return new(report.Title, question, first.Label, first.Value, first.Detail, first.Verdict,
            [.. report.Claims.SelectMany(claim => claim.Rows(experiment, past.Dataset, past.Preset))]);
    }
}
