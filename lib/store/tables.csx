#nullable enable
// Reading and writing CSVs.
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Data.Analysis;

public static class Tables
{
    static readonly CsvConfiguration format = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Writes a text whole or not at all, as Files.Replace does.</summary>
    public static void Replace(string path, Action<TextWriter> write) => Files.Replace(path, file =>
    {
        using var writer = new StreamWriter(file, leaveOpen: true) { NewLine = "\n" };
        write(writer);
    });

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
        foreach (var row in frame.Rows) WriteRecord(csv, row.Select(CsvText));
    });

    static void WriteRecord(CsvWriter csv, IEnumerable<string> texts)
    {
        foreach (var text in texts) csv.WriteField(Harmless(text));
        csv.NextRecord();
    }

    // Spreadsheets take a text that begins so for a formula, and run it.
    static string Harmless(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..]
        && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + text : text;

    /// <summary>Reads a CSV; its columns may stand in any order, and others beside them.</summary>
    /// <param name="empty">Makes a row to fill.</param>
    /// <exception cref="BadInput">There is no such file, or something in it is wrong: the message names the line and
    /// the remedy.</exception>
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
}
