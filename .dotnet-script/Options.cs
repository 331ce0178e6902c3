namespace StandIn;

/// <summary>An error that is the user's to mend: one line on stderr, exit code 1, no stack trace.</summary>
sealed class HostException(string message) : Exception(message);

/// <summary>What the command line asks for. <c>Args</c> is what the script gets.</summary>
sealed record Options
{
    public string? Script { get; private init; }
    public bool Release { get; private init; }
    public bool NoCache { get; private init; }
    public string? CachePath { get; private init; }
    public IReadOnlyList<string> Sources { get; private init; } = [];
    public IReadOnlyList<string> Args { get; private init; } = [];
    public bool ShowHelp { get; private init; }
    public bool ShowVersion { get; private init; }

    public const string Help = """
        Usage: dotnet script [options] SCRIPT.csx [-- ARGUMENTS]

        Runs a C# script. What stands before the first -- and is an option below goes to this tool,
        even after the script's name; what stands behind it goes to the script, in Args.

          -c, --configuration NAME   debug (the default) or release, which optimizes
          -p, --cache-path DIR       keep compiled scripts there
          -s, --sources SOURCE       a package source to restore from; may be given several times
              --no-cache             restore and compile anew, and keep nothing
          -v, --version              print the version
          -h, --help                 print this

        This is a small stand-in for dotnet-script 2.0.0, without its interactive mode and its subcommands.
        """;

    /// <summary>
    /// As dotnet-script does, except that an unknown option before the script's name is an error here and is handed
    /// to the script there, and that subcommands and the interactive mode are refused.
    /// </summary>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        var own = new Queue<string>(arguments.TakeWhile(a => a != "--"));
        var args = new List<string>();
        while (own.TryDequeue(out var word))
        {
            var (name, inline) = Split(word);
            string Value() => inline ?? (own.TryDequeue(out var next) ? next
                : throw new HostException($"Missing value for option '{name}'"));
            switch (name)
            {
                case "-c" or "--configuration":
                    options = options with { Release = Value().Equals("release", StringComparison.OrdinalIgnoreCase) };
                    break;
                case "-p" or "--cache-path":
                    options = options with { CachePath = Value() };
                    break;
                case "-s" or "--sources":
                    options = options with { Sources = [.. options.Sources, Value()] };
                    break;
                case "--no-cache":
                    options = options with { NoCache = true };
                    break;
                case "-h" or "-?" or "--help":
                    return options with { ShowHelp = true };
                case "-v" or "--version":
                    return options with { ShowVersion = true };
                case "--verbosity":
                    Value();
                    break;
                case "-d" or "--debug" or "--disable-isolated-load-context":
                    break;
                case "-i" or "--interactive" or "--info" or "eval" or "exec" or "init" or "new" or "publish":
                    throw new HostException($"'{name}' is not in this stand-in for dotnet-script. "
                        + "If it is meant for the script, write it behind --.");
                case var _ when options.Script is null && name.StartsWith('-'):
                    throw new HostException($"Unrecognized option '{name}'. See dotnet script --help.");
                case var _ when options.Script is null:
                    options = options with { Script = word };
                    break;
                default:
                    args.Add(word);
                    break;
            }
        }
        return options with { Args = [.. args, .. arguments.SkipWhile(a => a != "--").Skip(1)] };
    }

    // --name=value and --name:value
    static (string Name, string? Value) Split(string word) =>
        word.StartsWith('-') && word.IndexOfAny(['=', ':']) is > 0 and var i
            ? (word[..i], word[(i + 1)..])
            : (word, null);
}
