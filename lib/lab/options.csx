#nullable enable
// The command line of every experiment.
using System.CommandLine;
using System.CommandLine.Help;

/// <summary>What the user asked for.</summary>
public sealed record Options(Preset Preset, string? Data, int? Seeds, int Jobs, string Out, bool DryRun,
    bool ReportOnly, bool Fresh, bool RetryFailed, Shard? Shard, bool Verbose, string? Compare,
    IReadOnlyList<string> With)
{
    /// <summary>The options, or null where help was asked for and printed.</summary>
    public static Options? Parse(string experiment, string question, IReadOnlyList<string> args)
    {
        var preset = new Option<string>("--preset") { HelpName = "smoke|standard|full",
            DefaultValueFactory = _ => "standard",
            Description = "smoke shows that it runs, standard answers the question, full takes hours or days" };
        var data = new Option<string>("--data") { HelpName = "mnist|fashion-mnist|cifar-10|digits|DIR",
            Description = "images to train on, by name, or a folder with four IDX files of your own; without it mnist, "
                + "or digits where mnist cannot be had" };
        var seeds = new Option<string?>("--seeds") { HelpName = "N",
            Description = "seeds per cell, in place of the preset's" };
        var jobs = new Option<string>("--jobs") { HelpName = "N",
            DefaultValueFactory = _ => $"{Cores}",
            Description = "trials at the same time, one core each" };
        var output = new Option<string>("--out") { HelpName = "DIR", DefaultValueFactory = _ => DefaultOut,
            Description = "folder for the results" };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "list the trials and estimate the time; run nothing"
        };
        var reportOnly = new Option<bool>("--report-only") { Description = "make the report again from the CSVs" };
        var fresh = new Option<bool>("--fresh") { Description = "start over; the old folder is kept beside" };
        var retry = new Option<string?>("--retry") { HelpName = "failed",
            Description = "run trials that ended in an error once more" };
        var shard = new Option<string?>("--shard") { HelpName = "k/n",
            Description = "run the k-th of n parts; without it, merge them and report" };
        var verbose = new Option<bool>("--verbose") { Description = "stack traces with errors" };
        var compare = new Option<string?>("--compare") { HelpName = "DIR",
            Description = "set another results folder beside this one; run nothing" };
        // Of run-all.sh alone, which writes the pages that lead to all reports.
        var with = new Option<string[]>("--with") { HelpName = "DIR", Hidden = true };
        var command = new RootCommand($"{experiment}: {question}")
        {
            preset, data, seeds, jobs, output, dryRun, reportOnly, fresh, retry, shard, verbose, compare, with,
        };
        // It would print the host's version, and a run would follow.
        command.Options.Remove(command.Options.OfType<VersionOption>().Single());
        var asked = command.Options.OfType<HelpOption>().Single();
        asked.Description = "show this";
        if (asked.Action is HelpAction action) action.MaxWidth = Terminal.Screen.Profile.Width;
        var parsed = command.Parse([.. args]);
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            var help = new StringWriter();
            parsed.Invoke(new() { Output = help });
            Console.Out.Write(Help(experiment, question, $"{help}"));
            return null;
        }
        if (parsed.UnmatchedTokens is [var odd, ..])
            throw new BadInput($"'{odd}' is no option{Suggestion(odd, command)}");
        if (parsed.Errors.Count > 0)
            throw new BadInput($"{parsed.Errors[0].Message.TrimEnd('.')}; --help lists the options");
        if (parsed.GetValue(retry) is { } which and not "failed")
            throw new BadInput($"--retry takes failed, not '{which}'");
        var part = parsed.GetValue(shard) is { } text ? Shard.Parse(text)
            : Shard.FromSlurm(Environment.GetEnvironmentVariable);
        if (part is not null && (parsed.GetValue(fresh) || parsed.GetValue(reportOnly)))
            throw new BadInput("--fresh and --report-only are for all shards together: give them without --shard, and "
                + "outside a job array");
        var folder = parsed.GetValue(output)!;
        if (folder == "" || File.Exists(folder))
            throw new BadInput(folder == "" ? "--out needs a folder" : $"{folder} is a file: --out takes a folder");
        folder = Path.TrimEndingDirectorySeparator(
            Path.IsPathRooted(folder) ? Path.GetFullPath(folder) : Folders.FromHere(folder));
        return new(OneOf<Preset>("--preset", parsed.GetValue(preset)!), parsed.GetValue(data),
            parsed.GetValue(seeds) is { } n ? Whole("--seeds", n, 1, 10_000) : null,
            Whole("--jobs", parsed.GetValue(jobs)!, 1, 1_024), folder, parsed.GetValue(dryRun),
            parsed.GetValue(reportOnly), parsed.GetValue(fresh), parsed.GetValue(retry) is not null, part,
            parsed.GetValue(verbose), parsed.GetValue(compare), parsed.GetValue(with) ?? []);
    }

    /// <summary>With the preset, data and seeds of the run that a report is made of again, where the command line does
    /// not say otherwise.</summary>
    public Options AsRecorded(string experiment, string question, IReadOnlyList<string> args)
    {
        var file = new Store(Path.Combine(Out, experiment)).ProvenanceFile;
        if (!File.Exists(file)) return this;
        var past = Provenance.Read(file).Command.Split(" -- ").Skip(1).SelectMany(Words).Chunk(2)
            .Where(pair => !args.Any(arg => arg.Split('=')[0] == pair[0]));
        return Parse(experiment, question, [.. args, .. past.SelectMany(pair => pair)])!;
    }

    /// <summary>The command that goes on with a run of a script that had these arguments, as it is typed in the working
    /// directory: what it did is not to be set aside.</summary>
    public static string ResumeCommand(string script, IEnumerable<string> args)
    {
        if (Environment.GetEnvironmentVariable("LAB_COMMAND") is { Length: > 0 } command) return command;
        var kept = args.Where(arg => arg != "--fresh").Select(Quoted).ToList();
        return string.Join(' ', ["dotnet script", Quoted(Folders.FromHere(script)),
            .. kept.Count > 0 ? ["--", .. kept] : kept]);
    }

    /// <summary>The command of these options, as a report names it.</summary>
    public string CommandLine(string experiment)
    {
        List<string> arguments = [];
        if (Preset != Preset.Standard) arguments.Add($"--preset {Snake(Preset)}");
        if (Data is { } data) arguments.Add($"--data {Quoted(FromProject(data))}");
        if (Seeds is { } seeds) arguments.Add($"--seeds {seeds}");
        return string.Join(' ', [Script(experiment), .. arguments.Count > 0 ? ["--", .. arguments] : arguments]);
    }

    // A folder as it is named from the project's own, where commands are meant to be given.
    static string FromProject(string data) =>
        !OwnData.IsFolder(data) || Path.IsPathRooted(data) ? data
        : Path.GetRelativePath(Folders.Project, Path.GetFullPath(data)) is var path && path.Contains('/') ? path
        : $"./{path}";

    // The words of a command line, without the quotes that Quoted put around some.
    static IEnumerable<string> Words(string command) => Regex.Matches(command, @"(?:'[^']*'|\\'|[^\\'\s])+")
        .Select(word => Regex.Replace(word.Value, @"'([^']*)'|\\(')", "$1$2"));

    static string Script(string experiment) => $"dotnet script experiments/{experiment}.csx";

    static string Quoted(string word) =>
        Regex.IsMatch(word, @"^[\w./:=,+-]+$") ? word : $"'{word.Replace("'", @"'\''")}'";

    // System.CommandLine's list of options below what it does not know: examples.
    static string Help(string experiment, string question, string listed) => $"""
        {experiment}: {question}

        {Script(experiment)} -- [options]

        Examples:
          # see that it works, in a minute or less
          {Script(experiment)} -- --preset smoke
          # what would be run, and how long it would take
          {Script(experiment)} -- --dry-run
          # answer the question; after an interruption the same command goes on
          {Script(experiment)}
          # more seeds; what has been run already is kept
          {Script(experiment)} -- --seeds 10
          # another dataset in a folder of its own, and what that changes
          {Script(experiment)} -- --data digits --out other
          {Script(experiment)} -- --compare other
          # half of it, the other half elsewhere; then both merged
          {Script(experiment)} -- --shard 1/2
          {Script(experiment)}

        {listed[listed.IndexOf("Options:")..].TrimEnd()}

        Writes DIR/{experiment}/report.html and CSVs beside it; results/README.md says what is in them.
        Exit codes: 0 done, 1 some trials failed, 2 bad input, 3 an error in the program, 130 interrupted.

        """;

    // The option that a word may have been meant for: one spelt alike, or one that takes it.
    static string Suggestion(string word, RootCommand command)
    {
        var taking = command.Options.FirstOrDefault(option => option.HelpName?.Split('|').Contains(word) == true);
        var near = command.Options.Select(option => option.Name)
            .MinBy(name => word.Length > 3 && name.StartsWith(word) ? 0 : Suggestions.Distance(name, word))!;
        return taking is not null ? $": did you mean {taking.Name} {word}?"
            : near.StartsWith(word) || Suggestions.Distance(near, word) <= 2 ? $": did you mean {near}?"
            : "; --help lists them";
    }

    static T OneOf<T>(string option, string text) where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => Snake(value) == text).Cast<T?>().FirstOrDefault()
        ?? throw new BadInput($"{option} is one of {string.Join(", ", Enum.GetValues<T>().Select(v => Snake(v)))}, "
            + $"not '{text}'");

    static int Whole(string option, string text, int low, int high) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        && value >= low && value <= high ? value
        : throw new BadInput(string.Create(CultureInfo.InvariantCulture,
            $"{option} is a whole number from {low} to {high}, not '{text}'"));

    // Those of this job under Slurm, which need not confine it to them.
    static int Cores => int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK")
        ?? Environment.GetEnvironmentVariable("SLURM_CPUS_ON_NODE"), out var cores) && cores > 0
        ? cores : Environment.ProcessorCount;

    // The project's own folder, from wherever the experiment is started.
    static string DefaultOut => Folders.FromHere(Path.Combine(Folders.Project, "results"));
}
