#nullable enable
// Rows as text, and CSVs in one piece.
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
    public string[] Texts(T row) => [.. columns.Select(column => Tables.Text(column.Property is { } property
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
        : type == typeof(double) ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
        : type == typeof(int) ? int.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(long) ? long.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(bool) ? text switch { "true" => true, "false" => false, _ => throw new FormatException() }
        : Enum.GetValues(type).Cast<object>().FirstOrDefault(value => Snake(value) == text)
            ?? throw new FormatException();

    static PropertyInfo? Property(string name) => typeof(T).GetProperties()
        .FirstOrDefault(property => Snake(property.Name) == name || property.Name == "Id" && name == "trial");
}

public static class Tables
{
    static readonly CsvConfiguration format = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>A value as it stands in a CSV.</summary>
    public static string Text(object? value) => value switch
    {
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        Enum name => Snake(name),
        bool yes => yes ? "true" : "false",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    /// <summary>A file in one piece or not at all: written beside its place, on disk, then renamed. Of two processes
    /// that write it at once the second waits.</summary>
    /// <exception cref="IOException">There is no room, or no such folder; what was there stays.</exception>
    public static void Replace(string path, Action<TextWriter> write)
    {
        var partial = path + ".partial";
        for (var attempt = 0; ; attempt++)
            try
            {
                using var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None);
                try
                {
                    using var writer = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
                    write(writer);
                    writer.Flush();
                    file.Flush(flushToDisk: true);
                }
                catch
                {
                    File.Delete(partial);
                    throw;
                }
                File.Move(partial, path, overwrite: true);
                return;
            }
            catch (IOException e) when (attempt < 100 && IsHeld(e)) { Thread.Sleep(50); }
    }

    /// <summary>Writes a CSV whole.</summary>
    public static void Write<T>(string path, Columns<T> columns, IEnumerable<T> rows) => Replace(path, writer =>
    {
        using var csv = new CsvWriter(writer, format, leaveOpen: true);
        WriteRecord(csv, columns.Names);
        foreach (var row in rows) WriteRecord(csv, columns.Texts(row));
    });

    /// <inheritdoc cref="Write{T}"/>
    public static void Write(string path, DataFrame frame) => Replace(path, writer =>
    {
        using var csv = new CsvWriter(writer, format, leaveOpen: true);
        WriteRecord(csv, frame.Columns.Select(column => column.Name));
        foreach (var row in frame.Rows) WriteRecord(csv, row.Select(Text));
    });

    static void WriteRecord(CsvWriter csv, IEnumerable<string> texts)
    {
        foreach (var text in texts) csv.WriteField(Harmless(text));
        csv.NextRecord();
    }

    // Spreadsheets take what begins so for a formula, and run it.
    static string Harmless(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + text : text;

    /// <summary>Reads a CSV; its columns may stand in any order, and others beside them.</summary>
    /// <param name="empty">A row to fill.</param>
    /// <exception cref="BadInput">There is no such file, or something in it is not as it should be: it names the line
    /// and the remedy.</exception>
    public static List<T> Read<T>(string path, Columns<T> columns, Func<T> empty)
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

    /// <summary>Whether a file could not be opened since another process has locked it: EAGAIN, 11 on Linux and 35 on
    /// macOS.</summary>
    public static bool IsHeld(IOException e) => e.HResult is 11 or 35;
}
