using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Emit;
using Microsoft.CodeAnalysis.Text;

namespace StandIn;

/// <summary>The only file that touches Roslyn, so that a cached script starts without it.</summary>
static class Compiler
{
    static readonly string[] Imports =
    [
        "System", "System.IO", "System.Collections.Generic", "System.Console", "System.Diagnostics", "System.Dynamic",
        "System.Linq", "System.Linq.Expressions", "System.Text", "System.Threading.Tasks"
    ];

    // Nullable warnings are errors. The last three are about differing versions of an assembly; one of them is loaded.
    static readonly ImmutableDictionary<string, ReportDiagnostic> Severities = Enumerable.Range(8600, 56)
        .Select(n => KeyValuePair.Create($"CS{n}", ReportDiagnostic.Error))
        .Concat(new[] { "CS1701", "CS1702", "CS1705" }.Select(id => KeyValuePair.Create(id, ReportDiagnostic.Suppress)))
        .ToImmutableDictionary();

    /// <summary>The compiled script, with its debug information and the list of its assets inside.</summary>
    public static byte[] Compile(Source script, Assets assets, bool release)
    {
        var tree = CSharpSyntaxTree.ParseText(
            SourceText.From(script.Texts[script.Path], Encoding.UTF8),
            new CSharpParseOptions(LanguageVersion.Latest, kind: SourceCodeKind.Script),
            script.Path);
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary,
            scriptClassName: LoadedScript.ClassName,
            usings: Imports,
            optimizationLevel: release ? OptimizationLevel.Release : OptimizationLevel.Debug,
            allowUnsafe: true,
            specificDiagnosticOptions: Severities,
            sourceReferenceResolver: new LoadResolver(script),
            metadataReferenceResolver: new LibraryResolver(),
            assemblyIdentityComparer: DesktopAssemblyIdentityComparer.Default);
        var compilation = CSharpCompilation.CreateScriptCompilation(
            "script", tree, References(assets), options, returnType: typeof(int), globalsType: typeof(ScriptGlobals));

        using var image = new MemoryStream();
        var result = compilation.Emit(
            image,
            manifestResources: [new(LoadedScript.AssetsName, () => new MemoryStream(assets.ToBytes()), isPublic: true)],
            options: Program.IsStrict && release ? null
                : new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
        foreach (var diagnostic in result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning))
            Console.Error.WriteLine(diagnostic);
        return result.Success ? image.ToArray() : throw new HostException("");
    }

    /// <summary>The framework, the script's globals, the packages; of each assembly its highest version.</summary>
    static IEnumerable<MetadataReference> References(Assets assets) =>
        Framework.Append(typeof(ScriptGlobals).Assembly.Location).Concat(assets.Assemblies)
            .GroupBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase)
            .Select(same => same.Count() == 1 ? same.Single() : same.MaxBy(VersionOf)!)
            .Select(file => MetadataReference.CreateFromFile(file));

    static Version? VersionOf(string file) => System.Reflection.AssemblyName.GetAssemblyName(file).Version;

    static IEnumerable<string> Framework { get; } =
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetDirectoryName(file) == Path.GetDirectoryName(typeof(object).Assembly.Location))
            .ToArray();

    /// <summary>Hands out the texts that were hashed.</summary>
    sealed class LoadResolver(Source script) : SourceFileResolver([], Path.GetDirectoryName(script.Path))
    {
        public override SourceText ReadText(string resolvedPath) => script.Texts.TryGetValue(resolvedPath, out var text)
            ? SourceText.From(text, Encoding.UTF8)
            : base.ReadText(resolvedPath);
    }

    sealed class LibraryResolver : MetadataReferenceResolver
    {
        public override ImmutableArray<PortableExecutableReference> ResolveReference(
            string reference, string? baseFilePath, MetadataReferenceProperties properties)
        {
            // Packages are among the references already; an empty answer would be an error.
            if (Source.PackageOf(reference) is not null) reference = typeof(ScriptGlobals).Assembly.Location;
            var file = Path.GetFullPath(reference, Path.GetDirectoryName(baseFilePath) ?? ".");
            if (!File.Exists(file))
                file = Framework.FirstOrDefault(f => Path.GetFileNameWithoutExtension(f) == reference);
            return file is null ? [] : [MetadataReference.CreateFromFile(file, properties)];
        }

        public override bool Equals(object? other) => other is LibraryResolver;
        public override int GetHashCode() => 0;
    }
}
