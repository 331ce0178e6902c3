#nullable enable
// Where results come from: code, data, machine, command.

/// <summary>A process that ran trials: its shard (k/n, or empty), machine and code. Ended is empty and Seconds NaN if
/// it was killed.</summary>
public sealed record RunRecord(string Shard, string Started, string Ended, double Seconds, int Trials, string Machine,
    int Cores, int VectorBits, int Jobs, string Runtime, string Code, string Commit, bool Dirty)
{
    /// <summary>This process, as it begins.</summary>
    public static RunRecord Begin(Shard? shard, int jobs)
    {
        var (commit, dirty) = Source.Commit();
        return new($"{shard}", Time(DateTime.UtcNow), "", double.NaN, 0, Source.Machine(), Environment.ProcessorCount,
            Source.VectorBits, jobs, RuntimeInformation.FrameworkDescription, Fingerprint.Code, commit, dirty);
    }

    /// <summary>The commit, and whether files differed from it.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Version => Commit + (Dirty ? " with changes" : "");

    /// <summary>Identifies a run: the same in its record at the beginning and at the end.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public (string, string, string) Key => (Shard, Machine, Started);

    /// <summary>This run as it ends, after so long and so many trials.</summary>
    public RunRecord End(TimeSpan time, int trials) => this with
    {
        Ended = Time(DateTime.UtcNow), Seconds = Math.Round(time.TotalSeconds, 1), Trials = trials,
    };

    static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Metadata for reports, written beside the tables. Runs lists every process that produced trials. Trials (how
/// many the report is of) and Found are set once the report is made; Facts are of the data, null where it is an earlier
/// version's, which had MNIST's.</summary>
public sealed record Provenance(string Experiment, string Command, string Preset, string Dataset, string Fingerprint,
    string? Notice, IReadOnlyList<RunRecord> Runs, int Trials = 0, Finding? Found = null,
    DatasetFacts? Facts = null)
{
    /// <summary>How the lab writes JSON.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        WriteIndented = true,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>What is known of the data.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public DatasetFacts Data => Facts ?? DatasetFacts.Mnist;

    /// <summary>When the last of its runs ended; empty where all were killed.</summary>
    public string Ended => Runs.Max(run => run.Ended) ?? "";

    /// <summary>The time that its runs took together, without those that were killed.</summary>
    public double Seconds => Runs.Select(run => run.Seconds).Where(double.IsFinite).Sum();

    /// <summary>The different values of a property of the runs, separated by commas.</summary>
    public string Each(Func<RunRecord, string> part) => string.Join(", ", Runs.Select(part).Distinct());

    public void Write(string path) =>
        Tables.Replace(path, writer => writer.WriteLine(JsonSerializer.Serialize(this, Json)));

    /// <exception cref="BadInput">There is no such file, or it is not of this kind.</exception>
    public static Provenance Read(string path)
    {
        try
        {
            // Files of earlier versions list no runs.
            return JsonSerializer.Deserialize<Provenance>(File.ReadAllText(path), Json) is { Dataset: not null } past
                ? past with { Runs = past.Runs ?? [] } : throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or IOException)
        {
            throw new BadInput($"{path} cannot be read: run the experiment again");
        }
    }
}

/// <summary>What the report says first: its title, its question, the first of its numbers, and its claims.</summary>
public sealed record Finding(string Title, string Question, string Label, string Value, string Detail, string Verdict,
    IReadOnlyList<ClaimRow>? Claims = null);

public static class Source
{
    /// <summary>The commit of the project's folder and whether files differ from it; unknown where git has no answer.
    /// </summary>
    public static (string Commit, bool Dirty) Commit() =>
        (Git("rev-parse --short=12 HEAD") ?? "unknown", Git("status --porcelain") is { Length: > 0 });

    public static string Machine() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name"))?.Split(':')[1].Trim()
            ?? $"{RuntimeInformation.OSArchitecture}"
        : $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}";

    public static int VectorBits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    static string? Git(string arguments)
    {
        try
        {
            // A run that is killed would leave git's lock in the user's repository.
            using var git = Process.Start(new ProcessStartInfo("git", $"--no-optional-locks {arguments}")
            {
                WorkingDirectory = Folders.Project, RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var answer = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? answer : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }
}
