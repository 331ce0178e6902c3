#nullable enable
// What every experiment and every command does: read the command line, do it, end with an exit code.

/// <summary>An experiment as its file describes it.</summary>
/// <param name="Script">The file.</param>
/// <param name="Describe">The experiment as a plan; it is called once, and runs nothing.</param>
public sealed record Description(string Script, string Question, Design Design, Func<Lab, Plan<Report>> Describe)
{
    /// <summary>It is named after its file, and so is its folder of results.</summary>
    public string Name => Path.GetFileNameWithoutExtension(Script);

    /// <summary>Does what the options say.</summary>
    /// <param name="load">Gives the data that they name, where it is needed.</param>
    /// <param name="cores">The caller has one of them.</param>
    /// <returns>The exit code: 0 done, 1 some trials failed.</returns>
    public int Run(Options options, Func<Dataset> load, Cores cores, CancellationToken stop)
    {
        if (!Regex.IsMatch(Name, @"^\w[\w-]*$")) throw new BadInput($"{Name}.csx is no name for an experiment: its "
            + "results go into a folder of that name, so it has letters, digits, _ and - alone");
        if (options.Compare is { } other)
        {
            DifferencesView.Show(options.Out, other, [Name]);
            return 0;
        }
        var data = options.ReportOnly ? null : load();
        var facts = data?.Facts ?? Execution.PastOf(options, Name).Data;
        var lab = new Lab(options.Preset, options.Seeds, facts);
        var plan = Describe(lab);
        Protocol protocol;
        try { protocol = new Protocol(Name, Question, Design with { Baseline = lab.Baseline }, plan).Checked(); }
        catch (ArgumentException e) { throw new BadInput($"{Name}.csx: {e.Message}"); }
        using var execution = new Execution(protocol, options, cores, stop);
        if (data?.Notice is { } notice) Error.WriteLine($"note: {notice}");
        if (data is null) execution.ReportOnly();
        else if (options.DryRun) execution.DryRun(data);
        else execution.Run(data);
        if (execution.Failed == 0) return 0;
        Error.WriteLine($"{execution.Failed} trials failed: see status and reason in {execution.Store.TrialsFile}; "
            + "--retry failed runs them again");
        return 1;
    }
}

/// <summary>Runs an experiment from its command line.</summary>
/// <param name="describe">The experiment as a plan; it is called once, and runs nothing.</param>
/// <returns>The exit code: 0 done, 1 some trials failed, 2 bad input, 3 an exception in the experiment or the lab,
/// 128 + the signal's number where one ended it (Ctrl-C 130).</returns>
static int Experiment(IEnumerable<string> args, string question, Design design, Func<Lab, Plan<Report>> describe,
    [CallerFilePath] string script = "")
{
    var experiment = new Description(script, question, design, describe);
    return RunCommand(args, experiment.Name, question, (_, options, stop) =>
    {
        if (options.With.Count > 0)
            throw new BadInput("--with is for run-all.sh, which writes the pages of all claims");
        var (code, cores) = (0, new Cores(options.Jobs));
        cores.Using(() =>
            code = experiment.Run(options, () => LoadDataset(options.Data), cores, stop));
        return code;
    }, script);
}

/// <summary>Stands for the arguments of an experiment that is described now and run later: see RunAll.</summary>
public readonly record struct Later;

/// <summary>The experiment of a file, which is not run.</summary>
static Description Experiment(Later args, string question, Design design, Func<Lab, Plan<Report>> describe,
    [CallerFilePath] string script = "") => new(script, question, design, describe);

/// <summary>Reads options, does what they ask for, and turns its end into an exit code and one clear line.</summary>
static int RunCommand(IEnumerable<string> args, string name, string question,
    Func<string, Options, CancellationToken, int> run, [CallerFilePath] string script = "")
{
    using var stop = new CancellationTokenSource();
    var (signal, since) = (0, 0L);
    void Stop(PosixSignalContext context, int code)
    {
        // The first asks; a second one ends the process at once. One that is sent to a whole group comes more than
        // once, since the command `dotnet` and run-all.sh pass it on.
        var again = signal != 0 && (code == 130 || Environment.TickCount64 - since > 2_000);
        context.Cancel = !again;
        if (again) Terminal.ShowCursor();
        if (signal == 0) (signal, since) = (code, Environment.TickCount64);
        stop.Cancel();
    }
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130));
    using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143));
    Options? options = null;
    try
    {
        options = Options.Parse(name, question, [.. args]);
        if (options is null) return 0;
        if (options.ReportOnly) options = options.AsRecorded(name, question, [.. args]);
        return run(name, options, stop.Token);
    }
    catch (OperationCanceledException) when (signal != 0)
    {
        Terminal.Complain("interrupted; finished trials are kept, and this goes on from there:",
            $"  {Options.ResumeCommand(script, args)}");
        return signal;
    }
    catch (Exception e) when (IsToBeExpected(e) || !Debugger.IsAttached) { return Complain(e, options); }
}

/// <summary>Says what went wrong, in a line where it is not the program, and gives the exit code.</summary>
static int Complain(Exception e, Options? options)
{
    if (IsToBeExpected(e))
    {
        Terminal.Complain(options?.Verbose == true ? $"{e}" : e is BadInput or ProbeFault ? e.Message
            : e is OutOfMemoryException ? "there is not enough memory: fewer --jobs need less"
            : Terminal.IsOfOutput(e) ? $"standard output cannot be written: {e.Message.TrimEnd('.')}; finished trials "
                + "are kept, and the same command goes on from there"
            : $"{e.Message.TrimEnd('.')} (is there room in {options?.Out}, and may you write there? "
                + "--out takes another folder)");
        return 2;
    }
    Terminal.Complain($"{e}");
    if (!Regex.IsMatch($"{e}", @":line \d"))
        Terminal.Complain("for file and line put LAB_DEBUG=1 before the command: compiled in Debug, and slow");
    return 3;
}

static bool IsToBeExpected(Exception e) =>
    e is BadInput or ProbeFault or IOException or UnauthorizedAccessException or OutOfMemoryException;
