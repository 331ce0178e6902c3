#nullable enable
// The command line of every experiment.
using System.CommandLine;

public enum Preset { Smoke, Standard, Full }

/// <summary>What the user asked for.</summary>
public sealed record Options(Preset Preset, string? Data, int? Seeds, int Jobs, string Out, bool DryRun,
    bool ReportOnly, bool Fresh, bool Verbose, string? Compare)
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
            DefaultValueFactory = _ => $"{Environment.ProcessorCount}",
            Description = "trials at the same time, one core each" };
        var output = new Option<string>("--out") { HelpName = "DIR", DefaultValueFactory = _ => DefaultOut,
            Description = "folder for the results" };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "list the trials and estimate the time; run nothing"
        };
        var reportOnly = new Option<bool>("--report-only") { Description = "make the report again from the CSVs" };
        var fresh = new Option<bool>("--fresh") { Description = "start over; the old folder is kept beside" };
        var verbose = new Option<bool>("--verbose") { Description = "stack traces with errors" };
        var compare = new Option<string?>("--compare") { HelpName = "DIR",
            Description = "set another results folder beside this one; run nothing" };
        var command = new RootCommand($"{experiment}: {question}")
        {
            preset, data, seeds, jobs, output, dryRun, reportOnly, fresh, verbose, compare,
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
        return new(OneOf<Preset>("--preset", parsed.GetValue(preset)!), parsed.GetValue(data),
            parsed.GetValue(seeds) is { } n ? Whole("--seeds", n, 1, 10_000) : null,
            Whole("--jobs", parsed.GetValue(jobs)!, 1, 1_024), parsed.GetValue(output)!, parsed.GetValue(dryRun),
            parsed.GetValue(reportOnly), parsed.GetValue(fresh), parsed.GetValue(verbose),
            parsed.GetValue(compare));
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

    // The project's own folder, from wherever the experiment is started.
    static string DefaultOut => Path.GetRelativePath(".", Path.Combine(Source.Root, "results"));
}
