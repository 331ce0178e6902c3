#nullable enable
// Reading and writing CSVs.
using CsvHelper;
using CsvHelper.Configuration;
using Microsoft.Data.Analysis;

public static class Tables
{
    static readonly CsvConfiguration format = new(CultureInfo.InvariantCulture) { NewLine = "\n" };

    /// <summary>Writes a file whole or not at all: under another name, synced to disk, then renamed. Of two processes
    /// that write it at the same time the second waits.</summary>
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
            catch (IOException e) when (attempt < 100 && IsLocked(e)) { Thread.Sleep(50); }
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

    /// <summary>Whether a file could not be opened since another process has locked it: EAGAIN, 11 on Linux and 35 on
    /// macOS.</summary>
    public static bool IsLocked(IOException e) => e.HResult is 11 or 35;
}
