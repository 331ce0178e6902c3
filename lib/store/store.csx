#nullable enable
// The tables of one experiment.
using Microsoft.Data.Analysis;

/// <summary>The files of one experiment. A shard has a journal of its own.</summary>
/// <param name="extras">Hyperparameters that are columns of trials.csv beside the common ones.</param>
/// <param name="probe">Its columns stand in curves.csv behind the common ones.</param>
public sealed class Store(string folder, IReadOnlyList<string>? extras = null, Probe? probe = null,
    Shard? shard = null)
{
    readonly Columns<Trial> trialColumns = new(["trial", "experiment", "dataset", .. Hyperparameters.Common, "seed",
        "role", "status", "ended_at", "reason", "train_loss", "train_accuracy", "validation_loss",
        "validation_accuracy", "test_accuracy", "code", "seconds", "loss_excess", "loss_volatility", .. extras ?? []]);

    readonly Columns<CurvePoint> curveColumns = new([.. CurvePoint.CommonColumns, .. probe?.Columns ?? []]);

    Journal? journal;

    public string Folder => folder;
    public string TrialsFile => Path.Combine(folder, "trials.csv");
    public string CurvesFile => Path.Combine(folder, "curves.csv");
    public string SummaryFile => Path.Combine(folder, "summary.csv");
    public string ProvenanceFile => Path.Combine(folder, "provenance.json");
    public string ReportFile => Path.Combine(folder, "report.html");

    /// <summary>The main figure, small, for the index.</summary>
    public string PictureFile => Path.Combine(folder, "picture.svg");

    /// <summary>Finished trials that are not yet in the CSVs.</summary>
    public Journal Journal => journal ??= new(folder, trialColumns, curveColumns, shard);

    /// <summary>All trials of the CSVs, then those that only a journal has. Where a trial stands twice, the first that
    /// did not fail; where it failed each time, the last.</summary>
    public IReadOnlyList<Trial> Read() =>
    [
        .. ReadTables().Concat(Journal.Read().Trials).GroupBy(trial => trial.Id).Select(own =>
            own.FirstOrDefault(trial => trial.Status != Status.Failed) ?? own.Last()),
    ];

    /// <summary>Writes the CSVs whole, in the order given, and drops the journals.</summary>
    public void Write(IReadOnlyList<Trial> trials)
    {
        // Curves first: if the process is killed in between, curves without a trial are ignored, but a trial without
        // its curve would be read as if it had none.
        Tables.Write(CurvesFile, curveColumns, trials.SelectMany(trial => trial.Curve.Select(point =>
            point with { Trial = trial.Id })));
        Tables.Write(TrialsFile, trialColumns, trials);
        Journal.Delete();
    }

    /// <summary>Writes the table of groups.</summary>
    public void WriteSummary(DataFrame groups) => Tables.Write(SummaryFile, groups);

    IEnumerable<Trial> ReadTables()
    {
        if (!File.Exists(TrialsFile)) return [];
        var curves = Tables.Read(CurvesFile, curveColumns, EmptyPoint)
            .ToLookup(point => point.Trial);
        var trials = Tables.Read(TrialsFile, trialColumns, EmptyTrial);
        RequireUnique(TrialsFile, trials.Select(trial => $"trial {trial.Id}"));
        RequireUnique(CurvesFile, curves.SelectMany(own => own)
            .Select(point => $"step {point.Step} of trial {point.Trial}"));
        return trials.Select(trial => trial with { Curve = [.. curves[trial.Id].OrderBy(point => point.Step)] });
    }

    static void RequireUnique(string path, IEnumerable<string> rows)
    {
        if (rows.CountBy(row => row).FirstOrDefault(row => row.Value > 1) is { Key: { } twice })
            throw new BadInput($"{path} has {twice} more than once: delete all but one of these rows");
    }

    static Trial EmptyTrial() => new(new Config());
    static CurvePoint EmptyPoint() => new("", 0, 0, 0, 0, 0);
}
