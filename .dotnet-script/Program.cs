using System.Reflection;

namespace StandIn;

static class Program
{
    public static string Version { get; } =
        typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>With DOTNET_SCRIPT_STRICT set the stand-in does not do better than dotnet-script 2.0.0: two processes
    /// may not compile one script at once, a script's path may not have `..`, and there is no debug information in
    /// Release. For tests.</summary>
    public static bool IsStrict { get; } =
        Environment.GetEnvironmentVariable("DOTNET_SCRIPT_STRICT") is { Length: > 0 };

    static async Task<int> Main(string[] arguments)
    {
        try
        {
            var options = Options.Parse(arguments);
            if (options.ShowHelp) Console.WriteLine(Options.Help);
            else if (options.ShowVersion) Console.WriteLine($"dotnet-script-stand-in {Version}");
            else if (options.Script is null) throw new HostException("No script given. See dotnet script --help.");
            else return await Run(Load(new Source(options.Script), options), options);
            return 0;
        }
        catch (Exception e) when (e is HostException or IOException or UnauthorizedAccessException)
        {
            if (e.Message != "") Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    static LoadedScript Load(Source script, Options options)
    {
        var cache = new Cache(options);
        var (folder, key) = (Cache.FolderOf(script.Path), script.Key(options.Release));
        var file = Path.Combine(folder, key + ".dll");
        if (script.Pinned && cache.Read(file) is { } image && LoadedScript.From(image) is { } cached) return cached;

        using var alone = cache.Compile(folder);
        var assets = Packages.Resolve(script, options, cache);
        assets = assets with { Assemblies = [.. assets.Assemblies, .. script.Libraries] };
        image = Compiler.Compile(script, assets, options.Release);
        if (script.Pinned) cache.Write(file, image);
        return LoadedScript.From(image)!;
    }

    static async Task<int> Run(LoadedScript script, Options options)
    {
        try
        {
            var result = await script.Run(new ScriptGlobals(options.Args));
            return Environment.ExitCode != 0 ? Environment.ExitCode : result;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            return 1;
        }
    }
}
