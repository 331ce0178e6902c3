#nullable enable
// Finished trials and the runs that produced them, written to disk as soon as they are there and kept until they stand
// in the CSVs.

/// <summary>The journals of a results folder, one for each shard: lines of JSON, each synced to disk.</summary>
/// <param name="shard">The shard whose journal is appended to; all journals are read.</param>
public sealed class Journal(string folder, Columns<Trial> trials, Columns<CurvePoint> points, Shard? shard)
{
    readonly Lock gate = new();

    // Lines of a run that had other columns, or these in another order, must not be read by these names.
    readonly string columns = Fingerprint.Hash([.. trials.Names, .. points.Names]);

    string Own => Path.Combine(folder, $"journal{shard?.Suffix}.jsonl");

    /// <summary>All journals that exist, in the order of their names.</summary>
    public IReadOnlyList<string> Files => !Directory.Exists(folder) ? []
        : [.. Directory.GetFiles(folder, "journal*.jsonl").Order(StringComparer.Ordinal)];

    /// <summary>The line is on disk when this returns.</summary>
    public void Append(Trial trial) => Append(new Line(trials.Texts(trial),
        [.. trial.Curve.Select(point => points.Texts(point with { Trial = trial.Id }))], columns));

    /// <inheritdoc cref="Append(Trial)"/>
    public void Append(RunRecord run) => Append(new Line(Run: run));

    /// <summary>What all shards have written so far. A run's later lines replace its earlier ones.</summary>
    public (IReadOnlyList<Trial> Trials, IReadOnlyList<RunRecord> Runs) Read()
    {
        var lines = Files.SelectMany(file => Lines(file).Select(line => (file, line: Parse(line))))
            .Where(one => one.line is not null).ToList();
        if (lines.FirstOrDefault(one => one.line!.Trial is not null && one.line.Columns != columns) is
            { file: { } other })
            throw new BadInput($"{other} comes from another version: finish that run with it, or move the file away");
        return (
            [
                .. from one in lines
                   where one.line!.Trial is not null
                   select From(trials, new Trial(new Config()), one.line!.Trial!, one.file) with
                   {
                       Curve =
                       [
                           .. (one.line.Curve ?? []).Select(texts =>
                               From(points, new CurvePoint("", 0, 0, 0, 0, 0), texts, one.file)),
                       ],
                   },
            ],
            [
                .. lines.Select(one => one.line!.Run).OfType<RunRecord>()
                    .GroupBy(run => run.Key).Select(run => run.Last()),
            ]);
    }

    /// <summary>Deletes lines that are incomplete since a process was killed while it wrote them: a shard from its own
    /// journal, a process that runs alone from all. Returns their number. Those trials are run again.</summary>
    public int DropIncomplete()
    {
        var dropped = 0;
        foreach (var file in Files.Where(file => shard is null || file == Own))
        {
            var lines = Lines(file).ToList();
            var whole = lines.Where(line => Parse(line) is not null).ToList();
            if (whole.Count == lines.Count) continue;
            dropped += lines.Count - whole.Count;
            Tables.Replace(file, writer => whole.ForEach(writer.WriteLine));
        }
        return dropped;
    }

    /// <summary>Deletes the journals of all shards, once their trials stand in the CSVs.</summary>
    public void Delete()
    {
        foreach (var file in Files) File.Delete(file);
    }

    void Append(Line line)
    {
        lock (gate)
        {
            using var file = new FileStream(Own, FileMode.Append);
            // A newline in front: an incomplete line that a killed run left must not become part of this one.
            file.WriteByte((byte)'\n');
            file.Write(JsonSerializer.SerializeToUtf8Bytes(line, json));
            file.Flush(flushToDisk: true);
        }
    }

    static IEnumerable<string> Lines(string file) => File.ReadLines(file).Where(line => line.Trim() != "");

    static Line? Parse(string line)
    {
        try { return JsonSerializer.Deserialize<Line>(line, json); }
        catch (JsonException) { return null; }
    }

    static T From<T>(Columns<T> columns, T row, string[] texts, string file)
    {
        var named = columns.Names.Zip(texts).ToDictionary(pair => pair.First, pair => pair.Second);
        return columns.Fill(row, named.GetValueOrDefault, file);
    }

    static readonly JsonSerializerOptions json = new(Provenance.Json)
    {
        WriteIndented = false,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    sealed record Line(string[]? Trial = null, string[][]? Curve = null, string? Columns = null,
        RunRecord? Run = null);
}
