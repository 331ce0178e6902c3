#nullable enable
// The house: a folder of lib/ uses only folders that lib/lab.csx loads before it, a file only files, and each name has
// one home. Read from the sources.
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

/// <summary>The files of a lib folder in the order in which its lab.csx loads them, and who uses what of whom.
/// </summary>
public sealed class House
{
    public sealed record Use(string User, string Name, string Owner)
    {
        public override string ToString() => $"lib/{User} uses {Name} of lib/{Owner}";
    }

    readonly string lib;
    readonly List<string> files;
    readonly ILookup<string, string> homes;
    readonly List<Use> uses;

    public House(string lib)
    {
        this.lib = lib;
        files = [.. LoadsOf("lab.csx").Distinct()];
        var items = (from file in files
                     from item in CodeItem.Read(File.ReadAllText(Path.Combine(lib, file)))
                     select (File: file, item.Name, item.Uses, Inner: item.Inner.ToList())).ToList();
        homes = items.Where(item => item.Name != "").Select(item => (item.Name, item.File)).Distinct()
            .ToLookup(home => home.Name, home => home.File);

        // The parts of a partial type see each other's members.
        var inner = items.SelectMany(item => item.Inner.Select(one => (Item: item.Name, Inner: one)))
            .ToLookup(one => one.Item, one => one.Inner);
        // What is called behind a dot may be a method of any type that is declared so far: such a call is not followed.
        var methods = items.SelectMany(item => item.Inner.Where(one => one.Kind == NameKind.Call)
            .Select(one => (Name: "." + one.Name, item.File))).ToLookup(one => one.Name, one => one.File);
        uses = [.. (from item in items
                    from use in item.Uses
                    let homes = this.homes.Contains(use.Name) ? this.homes[use.Name] : this.homes["." + use.Name]
                    where homes.Any() && !homes.Contains(item.File)
                        && !inner[item.Name].Any(one => one.Name == use.Name && one.Kind >= use.Kind)
                        && methods[use.Name].All(file => IsLater(file, item.File))
                    select new Use(item.File, use.Name.TrimStart('.'), homes.First())).Distinct()];
    }

    /// <summary>Folders that are left and entered again, files that are not loaded once, and loads in other files.
    /// </summary>
    public IEnumerable<string> BadLoads()
    {
        var loads = LoadsOf("lab.csx").ToList();
        for (var i = 1; i < loads.Count; i++)
            if (Folder(loads[i]) != Folder(loads[i - 1]) && loads[..i].Any(file => Folder(file) == Folder(loads[i])))
                yield return $"lib/lab.csx comes back to lib/{Folder(loads[i])} for lib/{loads[i]}";
        // What stands in lib itself and is not loaded is a script to be run.
        foreach (var file in Directory.GetFiles(lib, "*.csx", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(lib, path)).Where(file => file.Contains('/') || loads.Contains(file))
            .Order(StringComparer.Ordinal))
        {
            var times = loads.Count(load => load == file);
            if (times != 1) yield return $"lib/lab.csx loads lib/{file} {times} times";
            foreach (var load in LoadsOf(file)) yield return $"lib/{file} loads {load}: lib/lab.csx alone may load";
        }
    }

    /// <summary>Uses of what is loaded later.</summary>
    public IEnumerable<string> UpwardUses() =>
        uses.Where(use => IsLater(use.Owner, use.User)).Select(use => $"{use}, which is loaded later");

    /// <summary>Files that use each other, also by way of others: the shortest way round through each upward use.
    /// </summary>
    public IEnumerable<string> Circles() =>
        from use in uses
        where IsLater(use.Owner, use.User)
        let way = Way(use.Owner, use.User)
        where way is not null
        let members = string.Join(' ', way.Select(one => one.User).Order(StringComparer.Ordinal))
        group way.Prepend(use) by members into circle
        select string.Join(", ", circle.First());

    /// <summary>Names that more than one file declares: overloads, and parts of a type.</summary>
    public IEnumerable<string> SharedNames() =>
        from home in homes
        from file in home
        group $"lib/{file}" by home.Key.TrimStart('.') into name
        let owners = name.Distinct().ToList()
        where owners.Count > 1
        select $"{name.Key} has {owners.Count} homes: {string.Join(", ", owners)}";

    /// <summary>A line for each folder: which others its files use.</summary>
    public IEnumerable<string> FolderUses() =>
        from folder in files.Select(Folder).Distinct()
        let owners = uses.Where(use => Folder(use.User) == folder).Select(use => Folder(use.Owner))
        let used = files.Select(Folder).Intersect(owners).Except([folder]).DefaultIfEmpty("no other")
        select $"{folder} uses {string.Join(", ", used)}";

    static string Folder(string file) => file[..file.IndexOfAny(['/', '.'])];

    bool IsLater(string file, string than) => files.IndexOf(file) > files.IndexOf(than);

    // The shortest chain of uses from a file to another.
    List<Use>? Way(string from, string to)
    {
        var ways = new Dictionary<string, List<Use>> { [from] = [] };
        var queue = new Queue<string>([from]);
        while (queue.TryDequeue(out var file))
            foreach (var use in uses.Where(use => use.User == file))
                if (ways.TryAdd(use.Owner, [.. ways[file], use])) queue.Enqueue(use.Owner);
        return ways.GetValueOrDefault(to);
    }

    IEnumerable<string> LoadsOf(string file) =>
        Regex.Matches(File.ReadAllText(Path.Combine(lib, file)), @"^#load ""([^""]+)""", RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);
}

static House TheHouse([CallerFilePath] string path = "") =>
    new(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "../lib")));

static void ShouldBeNone(IEnumerable<string> offences)
{
    var found = offences.ToList();
    if (found.Count > 0) throw new ShouldAssertException($"{found.Count} found\n  {string.Join("\n  ", found)}");
}

Test("house: lab.csx alone loads, folder after folder, each file once", () => ShouldBeNone(TheHouse().BadLoads()));

Test("house: a file uses only files that are loaded before it", () =>
{
    foreach (var line in TheHouse().FolderUses()) Out.WriteLine($"   {line}");
    ShouldBeNone(TheHouse().UpwardUses());
});

Test("house: no files use each other", () => ShouldBeNone(TheHouse().Circles()));

Test("house: each name has one home", () => ShouldBeNone(TheHouse().SharedNames()));

// What is wrong with a small house that is made up: files with their code, in the order in which they are loaded; null
// is one that is not.
static string[] Offences(params (string File, string? Code)[] files)
{
    var lib = Directory.CreateTempSubdirectory("house").FullName;
    try
    {
        var loads = files.Where(one => one.Code is not null).Select(one => $"#load \"{one.File}\"\n");
        foreach (var (file, code) in files.Prepend(("lab.csx", string.Concat(loads))))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(lib, file))!);
            File.AppendAllText(Path.Combine(lib, file), code);
        }
        var house = new House(lib);
        return [.. house.BadLoads(), .. house.UpwardUses(), .. house.Circles(), .. house.SharedNames()];
    }
    finally { Directory.Delete(lib, recursive: true); }
}

// The names of a file that is loaded last which code below it is found to use.
static string UpwardNames(string code) => string.Join(", ", Offences(("low/user.csx", code), ("high/owner.csx",
    """
    public sealed record High(int Value);
    public enum Level { Low, Middle }
    static double Twice(double x) => 2 * x;
    static readonly High Highest = new(9);
    static (int Low, int High) Bounds(this List<int> values) => (values[0], values[^1]);
    """)).Select(line => Regex.Match(line, "^lib/low/user.csx uses (.*) of lib/high/owner.csx, which is loaded later$")
        .Groups[1].Value));

Test("house: upward uses are found", () =>
{
    foreach (var (code, names) in new[]
    {
        ("record Low(High Other);", "High"),
        ("class Low : High;", "High"),
        ("class Low { int High() => 1; object Two => new High(1); }", "High"),
        ("class Low { int High; Dictionary<High, int> Two; }", "High"),
        ("class Low { int High; List<High> Two; High? Three; High[] Four; }", "High"),
        ("class Low { public Level Level { get; } = Level.Middle; }", "Level"),
        ("class Low(double Twice) { double Four => Twice(Twice); }", "Twice"),
        ("static double Low(double[] xs) => xs.Select(Twice).Sum();", "Twice"),
        ("static void Low() { for (var i = 0; i < 3; i++, i++) Twice(i); }", "Twice"),
        ("static bool Low(int x) => x > Highest.Value || (float)Twice(x) < 1;", "Highest, Twice"),
        ("static int Low(List<int> x) => x?.Bounds().Low;", "Bounds"),
        ("static int Low(List<int> x) => Bounds(x).Low;", "Bounds"),
        ("""static string Low(int x) => $"{{Level}} {(x > 0 ? $"{Twice(x):0.0}" : "")}{Highest}";""", "Twice, Highest"),
        ("""""static string Low() => $$"""{High} "Level" {{Twice(1)}}""" + Highest;""""", "Twice, Highest"),
    })
        UpwardNames(code).ShouldBe(names, code);
});

Test("house: words, and names of something else, are no uses", () =>
{
    foreach (var code in new[]
    {
        "/* new High(Twice(1)) */\n#region High\n// High",
        "enum Own { High, Twice }",
        """static string Low() => "High \" High" + '"' + 'H' + @"\" + @"High ""\";""",
        """"static string Low(int x) => $"{{Highest}} {x:High} {{{x}}} High" + """ "High" """ + $$"""{High}""";"""",
        "static Own Low(Own own) => own with { Level = 1, High = own.High };",
        "static bool Low(Own own) => own is { High: 1, Level: 2 } && own?.Highest == own.Twice(1) + own?.Twice(1);",
        "static Own Low() => new Own(Level: 1, High: 2);",
        "static int Low() { int Twice(int x) => x; var High = 1; return Twice(High); }",
        "class Low(List<int> High, int[] Highest, int? Twice) { object All => (High, Highest, Twice); }",
        "class Low { const string First = \"a\", Highest = First; string Two => Highest; }",
        "class Low { (int A, int B) Twice<T>(T x) => Twice<int>(1); }",
        "class Low { Own Highest = new(1); Own Two => Highest; }",
        "class Low { record High(int X); High One => new High(1); }",
        "class Low { int Bounds() => 1; static int Two(Low low) => low.Bounds(); }",
    })
        UpwardNames(code).ShouldBe("", code);
});

Test("house: circles are found", () =>
{
    Offences(("low/a.csx", "public record A(B Other);"), ("low/b.csx", "public record B(A Other);")).ShouldBe([
        "lib/low/a.csx uses B of lib/low/b.csx, which is loaded later",
        "lib/low/a.csx uses B of lib/low/b.csx, lib/low/b.csx uses A of lib/low/a.csx"]);
    Offences(("low/a.csx", "record A(C Other);"), ("low/b.csx", "record B(A Other);"), ("high/c.csx", "record C(B B);"))
        .ShouldBe(["lib/low/a.csx uses C of lib/high/c.csx, which is loaded later", "lib/low/a.csx uses C of "
            + "lib/high/c.csx, lib/high/c.csx uses B of lib/low/b.csx, lib/low/b.csx uses A of lib/low/a.csx"]);
});

Test("house: names with two homes are found", () =>
{
    Offences(("low/a.csx", "static int Twice(int x) => 2 * x;"), ("low/b.csx", "static int Twice(this A a) => 2;"))
        .ShouldBe(["Twice has 2 homes: lib/low/a.csx, lib/low/b.csx"]);
    Offences(("low/a.csx", "using B;\npartial class A { int C() => 1; }"),
        ("low/b.csx", "using B;\npartial class A { int D => C(); }"), ("high/c.csx", "static int C() => 2;"))
        .ShouldBe(["A has 2 homes: lib/low/a.csx, lib/low/b.csx"]);
});

Test("house: bad loads are found", () =>
{
    Offences(("a/a.csx", ""), ("b/b.csx", ""), ("a/c.csx", ""))
        .ShouldBe(["lib/lab.csx comes back to lib/a for lib/a/c.csx"]);
    Offences(("a/a.csx", "#load \"b.csx\""), ("a/b.csx", ""), ("a/b.csx", ""), ("a/c.csx", null), ("script.csx", null))
        .ShouldBe(["lib/a/a.csx loads b.csx: lib/lab.csx alone may load", "lib/lab.csx loads lib/a/b.csx 2 times",
            "lib/lab.csx loads lib/a/c.csx 0 times"]);
});
