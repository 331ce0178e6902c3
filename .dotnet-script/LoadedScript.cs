using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace StandIn;

/// <summary>What a script sees besides its imports.</summary>
public sealed class ScriptGlobals(IEnumerable<string> args)
{
    public IList<string> Args { get; } = args.ToList();

    public void Print(object? value) => Console.WriteLine(value);
}

/// <summary>A compiled script in a load context of its own, which finds the packages' files.</summary>
sealed class LoadedScript : AssemblyLoadContext
{
    public const string ClassName = "Submission#0";
    public const string AssetsName = "assets";

    readonly Assembly assembly;
    readonly Assets assets;
    readonly Dictionary<string, string> assemblies;

    LoadedScript(byte[] image) : base("script")
    {
        assembly = LoadFromStream(new MemoryStream(image));
        using var list = new BinaryReader(assembly.GetManifestResourceStream(AssetsName)!);
        assets = Assets.From(list.ReadBytes((int)list.BaseStream.Length));
        assemblies = assets.Assemblies
            .GroupBy(Path.GetFileNameWithoutExtension, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(same => same.Key!, same => same.Last(), StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Null when the image is damaged or a file that it needs has gone since it was compiled.</summary>
    public static LoadedScript? From(byte[] image)
    {
        try
        {
            return new LoadedScript(image) is { assets.Exist: true } script ? script : null;
        }
        catch (BadImageFormatException)
        {
            return null;
        }
    }

    public Task<int> Run(ScriptGlobals globals)
    {
        using var scope = EnterContextualReflection();
        var factory = assembly.GetType(ClassName)!.GetMethod("<Factory>")!.CreateDelegate<Func<object?[], Task<int>>>();
        return factory([globals, null]);
    }

    protected override Assembly? Load(AssemblyName name) =>
        string.IsNullOrEmpty(name.CultureName) && assemblies.TryGetValue(name.Name!, out var file)
            ? LoadFromAssemblyPath(file)
            : null;

    protected override nint LoadUnmanagedDll(string name)
    {
        var file = assets.Natives.FirstOrDefault(n => Names(name).Contains(Path.GetFileName(n)));
        if (file is null) return 0;
        // One package's library may need another's, which lies in another folder: then load all that can be loaded,
        // again and again while that makes more of them loadable.
        var waiting = assets.Natives.ToHashSet();
        nint handle;
        while (!NativeLibrary.TryLoad(file, out handle))
            if (waiting.RemoveWhere(n => NativeLibrary.TryLoad(n, out _)) == 0) return 0;
        return handle;
    }

    // DllImport says "X" where the file is libX.so.
    static string[] Names(string name) =>
    [
        name,
        .. from prefix in new[] { "", "lib" }
           from suffix in new[] { "", ".so", ".dylib" }
           select prefix + name + suffix
    ];
}
