#nullable enable
// The command line of every experiment.
using System.CommandLine;

public enum Preset { Smoke, Standard, Full }

/// <summary>What the user asked for.</summary>
public sealed record Options(Preset Preset, string? Data, int? Seeds, int Jobs, string Out, bool DryRun,
    bool ReportOnly, bool Fresh, bool RetryFailed, Shard? Shard, bool Verbose)
{
    /// <summary>The options, or null where help was asked for and printed.</summary>
    public static Options? Parse(string experiment, string question, IReadOnlyList<string> args)
    {
        var preset = new Option<string>("--preset") { HelpName = "smoke|standard|full",
            DefaultValueFactory = _ => "standard",
            Description = "smoke shows that it runs, standard answers the question, full takes hours" };
        var data = new Option<string>("--data") { HelpName = "mnist|fashion-mnist|digits",
            Description = "images to train on; without it mnist, or digits where mnist cannot be had" };
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
        var command = new RootCommand($"{experiment}: {question}")
        {
            preset, data, seeds, jobs, output, dryRun, reportOnly, fresh, retry, shard, verbose,
        };
        // It would print the host's version, and a run would follow.
        command.Options.Remove(command.Options.OfType<VersionOption>().Single());
        var parsed = command.Parse([.. args]);
        if (args.Any(arg => arg is "--help" or "-h" or "-?"))
        {
            var help = new StringWriter();
            parsed.Invoke(new() { Output = help });
            Console.Out.Write(Regex.Replace($"{help}".TrimEnd() + "\n", @"(?<=^ *)\S+ \[options\]",
                $"dotnet script experiments/{experiment}.csx -- [options]", RegexOptions.Multiline));
            return null;
        }
        if (parsed.Errors.Count > 0)
            throw new BadInput($"{parsed.Errors[0].Message.TrimEnd('.')}; --help lists the options");
        if (parsed.GetValue(retry) is { } which and not "failed")
            throw new BadInput($"--retry takes failed, not '{which}'");
        var part = parsed.GetValue(shard) is { } text ? Shard.Parse(text)
            : Shard.OfSlurm(Environment.GetEnvironmentVariable);
        if (part is not null && (parsed.GetValue(fresh) || parsed.GetValue(reportOnly)))
            throw new BadInput("--fresh and --report-only are for all shards together: give them without --shard, and "
                + "outside a job array");
        return new(OneOf<Preset>("--preset", parsed.GetValue(preset)!), parsed.GetValue(data),
            parsed.GetValue(seeds) is { } n ? Whole("--seeds", n, 1, 10_000) : null,
            Whole("--jobs", parsed.GetValue(jobs)!, 1, 1_024), parsed.GetValue(output)!, parsed.GetValue(dryRun),
            parsed.GetValue(reportOnly), parsed.GetValue(fresh), parsed.GetValue(retry) is not null, part,
            parsed.GetValue(verbose));
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
    static string DefaultOut => Path.GetRelativePath(".", Path.Combine(Source.Root, "results"));
}
