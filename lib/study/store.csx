#nullable enable
// Trials in files: a journal while a sweep runs, CSVs when it is done.
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Data.Analysis;

/// <summary>A row that has numbers of its experiment's own beside the columns that all experiments have.</summary>
public interface IOwnNumbers { Dictionary<string, double> Own { get; } }

/// <summary>Columns of a CSV by name, in order: the properties of T under snake-case names, and, where T has some, own
/// numbers under any other name.</summary>
public sealed class Columns<T>
{
    readonly (string Name, PropertyInfo? Property)[] columns;

    public Columns(params IEnumerable<string> names)
    {
        columns = [.. names.Select(name => (name, Property(name)))];
        if (!typeof(IOwnNumbers).IsAssignableFrom(typeof(T))
            && columns.FirstOrDefault(c => c.Property is null) is { Name: { } odd })
            throw new ArgumentException($"{typeof(T).Name} has no property for the column {odd}");
    }

    public IEnumerable<string> Names => columns.Select(column => column.Name);

    /// <summary>The row as text, column by column.</summary>
    public string[] Texts(T row) => [.. columns.Select(column => Store.Text(column.Property is { } property
        ? property.GetValue(row) : ((IOwnNumbers)row!).Own.GetValueOrDefault(column.Name, double.NaN)))];

    /// <summary>Sets a row's columns from text; `from` names the place in errors.</summary>
    public T Fill(T row, Func<string, string?> text, string from)
    {
        foreach (var (name, property) in columns)
        {
            var value = text(name) ?? throw new BadInput(
                $"{from} has no column {name}: it comes from another version or was edited; move it away");
            try
            {
                if (property is null) ((IOwnNumbers)row!).Own[name] = (double)Value(value, typeof(double));
                else property.SetValue(row, Value(value, property.PropertyType));
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw new BadInput($"{from}: '{value}' is no {name}; mend it, or move the file away");
            }
        }
        return row;
    }

    static object Value(string text, Type type) =>
        type == typeof(string) ? text
        : type == typeof(double) ? double.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(int) ? int.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(long) ? long.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(bool) ? text switch { "true" => true, "false" => false, _ => throw new FormatException() }
        : Enum.GetValues(type).Cast<object>().FirstOrDefault(value => Snake(value) == text)
            ?? throw new FormatException();

    static PropertyInfo? Property(string name) => typeof(T).GetProperties()
        .FirstOrDefault(property => Snake(property.Name) == name || property.Name == "Id" && name == "trial");
}

/// <summary>The files of one experiment; which columns they have beside the common ones, the study (in trials.csv) and
/// the probe (in curves.csv) say.</summary>
public sealed class Store(string folder, Study? study = null, Probe? probe = null)
{
    readonly Columns<Trial> trialColumns = new(["trial", "experiment", "dataset", "model", "depth", "width",
        "activation", "norm", "placement", "optimizer", "lr", "momentum", "weight_decay", "init", "init_scale",
        "batch_size", "train_size", "epochs", "seed", "role", "status", "ended_at", "reason", "train_loss",
        "train_accuracy", "validation_loss", "validation_accuracy", "test_accuracy", "code", "seconds", "loss_excess",
        "loss_volatility", .. study?.Extras ?? []]);

    readonly Columns<CurvePoint> curveColumns = new(["trial", "step", "examples", "train_loss", "validation_loss",
        "validation_accuracy", .. probe?.Columns ?? []]);

    static readonly CsvConfiguration format = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    readonly Lock journalLock = new();

    public string Folder => folder;
    public string TrialsFile => Path.Combine(folder, "trials.csv");
    public string CurvesFile => Path.Combine(folder, "curves.csv");
    public string SummaryFile => Path.Combine(folder, "summary.csv");
    public string ProvenanceFile => Path.Combine(folder, "provenance.json");
    public string ReportFile => Path.Combine(folder, "report.html");
    /// <summary>Whether a sweep here was interrupted.</summary>
    public bool IsUnfinished => File.Exists(JournalFile);

    string JournalFile => Path.Combine(folder, "journal.jsonl");

    /// <summary>All trials of the CSVs, then those that only the journal of an unfinished sweep has.</summary>
    public IReadOnlyList<Trial> Read() => [.. ReadTables().Concat(ReadJournal()).DistinctBy(trial => trial.Id)];

    /// <summary>One more line in the journal, on disk when this returns.</summary>
    public void Append(Trial trial)
    {
        lock (journalLock)
        {
            using var file = new FileStream(JournalFile, FileMode.Append);
            // In front, so that a line that a killed run left unfinished does not swallow this one.
            file.WriteByte((byte)'\n');
            file.Write(JsonSerializer.SerializeToUtf8Bytes(new Entry(trialColumns.Texts(trial),
                [.. trial.Curve.Select(point => curveColumns.Texts(point with { Trial = trial.Id }))])));
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>Writes the CSVs whole, in the order given, and drops the journal.</summary>
    public void Write(IReadOnlyList<Trial> trials)
    {
        WriteTable(TrialsFile, trialColumns, trials);
        WriteTable(CurvesFile, curveColumns, trials.SelectMany(trial => trial.Curve.Select(point =>
            point with { Trial = trial.Id })));
        File.Delete(JournalFile);
    }

    /// <summary>Writes the table of groups.</summary>
    public void WriteSummary(DataFrame groups) => WriteTable(SummaryFile, groups);

    /// <summary>Writes a CSV whole.</summary>
    public static void WriteTable(string path, DataFrame table) => Replace(path, writer =>
    {
        using var csv = new CsvWriter(writer, format, leaveOpen: true);
        foreach (var column in table.Columns) csv.WriteField(column.Name);
        csv.NextRecord();
        foreach (var row in table.Rows)
        {
            foreach (var value in row) csv.WriteField(Text(value));
            csv.NextRecord();
        }
    });

    /// <summary>A value as it stands in a CSV.</summary>
    public static string Text(object? value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum name => Snake(name),
        bool yes => yes ? "true" : "false",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    /// <summary>A file in one piece or not at all: written beside its place, then renamed.</summary>
    public static void Replace(string path, Action<TextWriter> write)
    {
        using (var writer = new StreamWriter(path + ".partial") { NewLine = "\n" }) write(writer);
        File.Move(path + ".partial", path, overwrite: true);
    }

    /// <inheritdoc cref="WriteTable(string, DataFrame)"/>
    public static void WriteTable<T>(string path, Columns<T> columns, IEnumerable<T> rows) => Replace(path, writer =>
    {
        using var csv = new CsvWriter(writer, format, leaveOpen: true);
        foreach (var name in columns.Names) csv.WriteField(name);
        csv.NextRecord();
        foreach (var row in rows)
        {
            foreach (var text in columns.Texts(row)) csv.WriteField(text);
            csv.NextRecord();
        }
    });

    IEnumerable<Trial> ReadTables()
    {
        if (!File.Exists(TrialsFile)) return [];
        var curves = ReadTable(CurvesFile, curveColumns, EmptyPoint)
            .ToLookup(point => point.Trial);
        return ReadTable(TrialsFile, trialColumns, EmptyTrial)
            .Select(trial => trial with { Curve = [.. curves[trial.Id]] });
    }

    static List<T> ReadTable<T>(string path, Columns<T> columns, Func<T> empty)
    {
        if (!File.Exists(path))
            throw new BadInput($"{path} is missing beside the other tables: start over with --fresh");
        using var reader = new StreamReader(path);
        using var csv = new CsvReader(reader, format);
        List<T> rows = [];
        try
        {
            if (!csv.Read() || !csv.ReadHeader()) throw new BadInput($"{path} is empty: start over with --fresh");
            while (csv.Read())
                rows.Add(columns.Fill(empty(), name => csv.TryGetField<string>(name, out var text) ? text : null,
                    $"{path} line {csv.Parser.RawRow}"));
        }
        catch (CsvHelperException)
        {
            throw new BadInput($"{path} line {csv.Parser.RawRow} is not CSV: mend it, or start over with --fresh");
        }
        return rows;
    }

    // A line that was being written when the machine stopped is not a trial; it is done again.
    IEnumerable<Trial> ReadJournal() => !File.Exists(JournalFile) ? [] : File.ReadLines(JournalFile)
        .Select(line =>
        {
            try { return JsonSerializer.Deserialize<Entry>(line); }
            catch (JsonException) { return null; }
        })
        .OfType<Entry>()
        .Select(entry => FromTexts(trialColumns, EmptyTrial(), entry.Trial) with
        {
            Curve = [.. entry.Curve.Select(texts => FromTexts(curveColumns, EmptyPoint(), texts))],
        });

    T FromTexts<T>(Columns<T> columns, T row, string[] texts)
    {
        var named = columns.Names.Zip(texts).ToDictionary(pair => pair.First, pair => pair.Second);
        return columns.Fill(row, named.GetValueOrDefault, JournalFile);
    }

    static Trial EmptyTrial() => new(new Config());
    static CurvePoint EmptyPoint() => new("", 0, 0, 0, 0, 0);

    sealed record Entry(string[] Trial, string[][] Curve);
}
