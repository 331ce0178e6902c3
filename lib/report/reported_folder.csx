#nullable enable
// What experiments reported into a folder of results, read from what they left there.

/// <summary>A folder of results, under a name that tells it from others: what was reported there, by experiment.
/// </summary>
public sealed record ReportedFolder(string Folder, string Name, IReadOnlyDictionary<string, Provenance> Found)
{
    /// <summary>All that has a report, maybe nothing; what cannot be read is noted on standard error.</summary>
    public static ReportedFolder Any(string folder)
    {
        OrderedDictionary<string, Provenance> found = [];
        foreach (var name in Experiments(folder).Where(name => File.Exists(At(folder, name).ReportFile)))
            try
            {
                if (Provenance.Read(At(folder, name).ProvenanceFile) is { Found: not null } past) found[name] = past;
            }
            catch (BadInput e) { Error.WriteLine($"note: {e.Message}"); }
        return new(folder, folder, found);
    }

    /// <param name="experiments">None named: all.</param>
    /// <param name="option">The one that names the folder.</param>
    /// <exception cref="BadInput">Nothing was reported of them, or it cannot be read.</exception>
    public static ReportedFolder Read(string folder, string name, IReadOnlyList<string> experiments, string option)
    {
        if (!Directory.Exists(folder)) throw new BadInput($"there is no folder {folder}");
        if (File.Exists(new Store(folder).ProvenanceFile))
            throw new BadInput($"{folder} is the folder of one experiment: {option} takes the one above it");
        var found = Experiments(folder).Where(one => experiments.Count == 0 || experiments.Contains(one))
            .Select(one => (Name: one, Past: Provenance.Read(At(folder, one).ProvenanceFile)))
            .Where(one => one.Past.Found is not null).ToDictionary(one => one.Name, one => one.Past);
        return found.Count > 0 ? new(folder, name, found) : throw new BadInput($"{folder} holds no results"
            + (experiments.Count == 0 ? "" : $" of {string.Join(", ", experiments)}")
            + $": {option} takes a folder with a folder for each experiment in it");
    }

    /// <summary>Experiments that began to leave something there, by name. Folders that --fresh has set aside end in a
    /// number.</summary>
    public static IEnumerable<string> Experiments(string folder) => !Directory.Exists(folder) ? []
        : Directory.GetDirectories(folder)
        .Where(path => File.Exists(new Store(path).ProvenanceFile))
        .Select(path => Path.GetFileName(path))
        .Where(name => !Regex.IsMatch(name, @"\.\d+$"))
        .Order(StringComparer.Ordinal);

    public IReadOnlyList<ClaimRow> Claims => [.. Found.Values.SelectMany(past => past.Found!.Claims ?? [])];

    /// <summary>The names of the datasets, that of most experiments first.</summary>
    public IReadOnlyList<string> Datasets => [.. Found.Values.GroupBy(past => past.Dataset)
        .OrderByDescending(group => group.Count()).Select(group => group.Key)];

    /// <summary>How many seeds entered an experiment's numbers.</summary>
    public int Seeds(string experiment) => Results.Trials(experiment, Folder).Rows
        .Where(row => $"{row["role"]}" != Snake(Role.Tune)).Select(row => row["seed"]).Distinct().Count();

    /// <summary>The address of an experiment's report on a page in another folder.</summary>
    public string ReportFrom(string folder, string experiment) => string.Join('/',
        Path.GetRelativePath(folder, At(Folder, experiment).ReportFile).Split('/').Select(Uri.EscapeDataString));

    static Store At(string folder, string experiment) => new(Path.Combine(folder, experiment));
}
