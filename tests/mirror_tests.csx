#nullable enable
// tests/ mirrors lib/: what tests lib/ROOM/FILE.csx is found in tests/ROOM/FILE_tests.csx.
using System.Runtime.CompilerServices;

public static class Mirror
{
    /// <summary>Files of lib/ that have nothing to test by themselves: records, constants, text.</summary>
    public static IReadOnlyList<string> Untested { get; } = ["plot/shapes.csx", "report/style.csx"];

    /// <summary>Files without their tests, and tests without their file.</summary>
    public static IEnumerable<string> Offences(string project, IReadOnlyList<string> untested)
    {
        var files = InFolders(Path.Combine(project, "lib"), ".csx");
        var tested = InFolders(Path.Combine(project, "tests"), "_tests.csx");
        return
        [
            .. files.Except(tested).Except(untested.Select(Name)).Select(name =>
                $"lib/{name}.csx has no tests/{name}_tests.csx"),
            .. tested.Except(files).Select(name => $"tests/{name}_tests.csx has no lib/{name}.csx"),
            .. untested.Select(Name).Where(name => !files.Contains(name) || tested.Contains(name)).Select(name =>
                $"lib/{name}.csx is listed as untested, but {(files.Contains(name) ? "has tests" : "is not there")}"),
        ];
    }

    public static string Project([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, ".."));

    static string Name(string file) => file[..^".csx".Length];

    // room/file, without the end; what stands in the root itself belongs to no room.
    static List<string> InFolders(string root, string end) =>
    [
        .. Directory.GetFiles(root, "*" + end, SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path)[..^end.Length])
            .Where(name => name.Contains('/')).Order(StringComparer.Ordinal),
    ];
}

Test("house: tests/ mirrors lib/", () => ShouldBeNone(Mirror.Offences(Mirror.Project(), Mirror.Untested)));

Test("house: tests that do not mirror lib/ are found", () =>
{
    var project = Directory.CreateTempSubdirectory("mirror").FullName;
    try
    {
        foreach (var file in new[] { "lib/lab.csx", "lib/a/tested.csx", "lib/a/untested.csx", "lib/a/forgotten.csx",
            "tests/all.csx", "tests/console_tests.csx", "tests/a/tested_tests.csx", "tests/a/gone_tests.csx" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(project, file))!);
            File.WriteAllText(Path.Combine(project, file), "");
        }
        Mirror.Offences(project, ["a/untested.csx", "a/tested.csx", "a/old.csx"]).ShouldBe([
            "lib/a/forgotten.csx has no tests/a/forgotten_tests.csx", "tests/a/gone_tests.csx has no lib/a/gone.csx",
            "lib/a/tested.csx is listed as untested, but has tests",
            "lib/a/old.csx is listed as untested, but is not there"]);
    }
    finally { Directory.Delete(project, recursive: true); }
});
