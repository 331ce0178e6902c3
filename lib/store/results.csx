#nullable enable
// Tables read back into scripts, for further analysis.
using CsvHelper;
using Microsoft.Data.Analysis;

/// <summary>The CSVs of an experiment as DataFrames: numbers are columns of double, all else of string.</summary>
public static class Results
{
    /// <summary>The folder of all results unless --out names another one.</summary>
    public static string Folder { get; } = Path.Combine(Folders.Project, "results");

    /// <summary>The table of groups (summary.csv): a row for each cell of the grid.</summary>
    /// <param name="folder">Of all results; by default the project's.</param>
    /// <exception cref="BadInput">The experiment has no results there.</exception>
    public static DataFrame Groups(string experiment, string? folder = null) =>
        Read(Files(experiment, folder).SummaryFile);

    /// <summary>trials.csv: a row for each configuration and seed.</summary>
    /// <inheritdoc cref="Groups"/>
    public static DataFrame Trials(string experiment, string? folder = null) =>
        Read(Files(experiment, folder).TrialsFile);

    /// <summary>curves.csv: a row for each measurement during training.</summary>
    /// <inheritdoc cref="Groups"/>
    public static DataFrame Curves(string experiment, string? folder = null) =>
        Read(Files(experiment, folder).CurvesFile);

    /// <summary>claims.csv: what all experiments found.</summary>
    public static DataFrame Claims(string? folder = null) => Read(Path.Combine(folder ?? Folder, "claims.csv"));

    static Store Files(string experiment, string? folder) => new(Path.Combine(folder ?? Folder, experiment));

    static DataFrame Read(string path)
    {
        if (!File.Exists(path))
            throw new BadInput($"{path} is not there: run the experiment first, or name its folder");
        using var parser = new CsvParser(new StreamReader(path), CultureInfo.InvariantCulture);
        List<string[]> rows = [];
        while (parser.Read()) rows.Add(parser.Record!);
        return TableOf(rows[1..], rows[0].Select((name, i) => (name, Reader(name, i, rows[1..]))));
    }

    // Hashes are text, though some look like numbers.
    static Func<string[], object> Reader(string name, int i, IReadOnlyList<string[]> rows) =>
        name is "trial" or "code" || !rows.All(row => double.TryParse(row[i], NumberStyles.Float,
            CultureInfo.InvariantCulture, out _))
            ? row => row[i] : row => double.Parse(row[i], CultureInfo.InvariantCulture);
}
