#nullable enable
// Two folders of results side by side: of another machine, dataset or version. All is read from what experiments left
// there; nothing is run.
using Microsoft.Data.Analysis;

/// <summary>A claim under one condition as either side has it; null: it has not.</summary>
public sealed record ClaimPair(ClaimRow? This, ClaimRow? Other)
{
    public ClaimRow Any => This ?? Other!;
    public bool IsOfBoth => This is not null && Other is not null;

    /// <summary>"higher-lr, SGD".</summary>
    public string Label => Any.Condition == "" ? Any.Claim : $"{Any.Claim}, {Any.Condition}";

    /// <summary>equal, overlap, apart; or nothing, where one side lacks the effect.</summary>
    public string Intervals => This is null || Other is null || double.IsNaN(This.Effect + Other.Effect) ? ""
        : This.Unit != Other.Unit ? "other unit"
        : (This.Effect, This.Low, This.High) == (Other.Effect, Other.Low, Other.High) ? "equal"
        : This.Low > Other.High || Other.Low > This.High ? "apart" : "overlap";

    public static IReadOnlyList<ClaimPair> All(ReportedFolder self, ReportedFolder other)
    {
        static (string, string, string) Key(ClaimRow row) => (row.Experiment, row.Claim, row.Condition);
        var (first, second) = (self.Claims, other.Claims);
        return [.. first.Concat(second).Select(Key).Distinct().Select(key => new ClaimPair(
            first.FirstOrDefault(row => Key(row) == key), second.FirstOrDefault(row => Key(row) == key)))];
    }
}

/// <summary>What is different between two folders of results, of those experiments or (none named) of all.</summary>
public sealed record Differences(ReportedFolder This, ReportedFolder Other)
{
    /// <exception cref="BadInput">Either folder is none of results, or both are the same.</exception>
    public static Differences Between(string folder, string other, IReadOnlyList<string> experiments)
    {
        var (names, same) = Names(folder, other);
        if (same) throw new BadInput($"--compare {other} is the folder of the results themselves: name another");
        return new(ReportedFolder.Read(folder, names.First, experiments, "--out"),
            ReportedFolder.Read(other, names.Second, experiments, "--compare"));
    }

    public IReadOnlyList<ClaimPair> Claims { get; } = ClaimPair.All(This, Other);

    /// <summary>Writes compare.html and compare.csv into this folder; gives the page's path.</summary>
    public string Write()
    {
        var page = Path.Combine(This.Folder, "compare.html");
        Tables.Write(Path.Combine(This.Folder, "compare.csv"), Table());
        WriteIndex(page, new("Two folders of results side by side: "
            + $"{This.Name} ({This.Folder}) and {Other.Name} ({Other.Folder}).", Title, [], [.. Sections()]));
        return page;
    }

    // The folders' own names where these differ, else as they were given.
    static ((string First, string Second) Names, bool Same) Names(string folder, string dir)
    {
        string Real(string path) => Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName
            ?? Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        foreach (var path in new[] { folder, dir })
            if (!Directory.Exists(path)) throw new BadInput($"there is no folder {path}");
        var (first, second) = (Real(folder), Real(dir));
        return (Path.GetFileName(first) != Path.GetFileName(second)
            ? (Path.GetFileName(first), Path.GetFileName(second)) : (folder, dir), first == second);
    }

    /// <summary>Experiments that both folders have.</summary>
    public IReadOnlyList<string> Common => [.. This.Found.Keys.Where(Other.Found.ContainsKey)];

    /// <summary>The claims whose verdict is not the same, each once.</summary>
    public IReadOnlyList<ClaimPair> Changed =>
    [
        .. Claims.Where(pair => pair.IsOfBoth && pair.This!.Verdict != pair.Other!.Verdict)
            .DistinctBy(pair => (pair.Any.Experiment, pair.Any.Claim)),
    ];

    public string Title
    {
        get
        {
            var common = Claims.Where(pair => pair.IsOfBoth).DistinctBy(pair => (pair.Any.Experiment, pair.Any.Claim));
            return $"{Changed.Count} of {common.Count()} verdicts differ between {This.Name} and {Other.Name}";
        }
    }

    static readonly (string Name, Func<ReportedFolder, string, Provenance, string> Of)[] settings =
    [
        ("dataset", (_, _, past) => $"{past.Dataset} ({past.Fingerprint[..Math.Min(8, past.Fingerprint.Length)]})"),
        ("preset", (_, _, past) => past.Preset),
        ("seeds", (side, experiment, _) => $"{side.Seeds(experiment)}"),
        ("code", (_, _, past) => past.Each(run => run.Code)),
        ("commit", (_, _, past) => past.Each(run => run.Version)),
        ("machine", (_, _, past) => past.Each(run => run.Machine)),
        ("vectors", (_, _, past) => past.Each(run => $"{run.VectorBits} bits")),
        ("runtime", (_, _, past) => past.Each(run => run.Runtime)),
    ];

    /// <summary>In what the runs differ: both sides' words, and of which experiments where not of all.</summary>
    public IReadOnlyList<(string What, string This, string Other, string Where)> Settings =>
    [
        .. from setting in settings
           from pair in Common.Select(name => (Name: name, This: setting.Of(This, name, This.Found[name]),
               Other: setting.Of(Other, name, Other.Found[name]))).GroupBy(one => (one.This, one.Other))
           where pair.Key.This != pair.Key.Other
           select (setting.Name, pair.Key.This, pair.Key.Other,
               pair.Count() == Common.Count ? "" : string.Join(", ", pair.Select(one => one.Name))),
    ];

    /// <summary>What only one side has: experiments, then claims or conditions of the others.</summary>
    public IEnumerable<(string Term, string Text)> OnOneSide()
    {
        foreach (var (side, lacking, of) in new (ReportedFolder, ReportedFolder, Func<ClaimPair, ClaimRow?>)[]
            { (This, Other, pair => pair.Other), (Other, This, pair => pair.This) })
        {
            var gone = side.Found.Keys.Except(lacking.Found.Keys).ToList();
            var claims = Claims.Where(pair => of(pair) is null && !gone.Contains(pair.Any.Experiment)).ToList();
            if (gone.Count > 0) yield return ($"experiments only in {side.Name}", string.Join(", ", gone));
            if (claims.Count > 0)
                yield return ($"claims only in {side.Name}", string.Join("; ", claims.Select(pair => pair.Label)));
        }
    }

    /// <summary>An effect with its interval; a dash where there is none.</summary>
    public static string InWords(ClaimRow? row) =>
        row is null ? "–" : Unit.Named(row.Unit).Interval(row.Effect, row.Low, row.High);

    DataFrame Table()
    {
        IEnumerable<(string, Func<ClaimPair, object>)> Of(string name, Func<ClaimPair, ClaimRow?> side) =>
        [
            ($"{name}_dataset", pair => side(pair)?.Dataset ?? ""),
            ($"{name}_effect", pair => side(pair)?.Effect ?? double.NaN),
            ($"{name}_low", pair => side(pair)?.Low ?? double.NaN),
            ($"{name}_high", pair => side(pair)?.High ?? double.NaN),
            ($"{name}_n", pair => side(pair)?.N ?? 0),
            ($"{name}_condition_verdict", pair => side(pair)?.ConditionVerdict ?? ""),
            ($"{name}_verdict", pair => side(pair)?.Verdict ?? ""),
        ];
        return TableOf(Claims,
        [
            ("claim", pair => pair.Any.Claim), ("experiment", pair => pair.Any.Experiment),
            ("condition", pair => pair.Any.Condition), ("outcome", pair => pair.Any.Outcome),
            ("claimed", pair => pair.Any.Claimed), ("unit", pair => pair.Any.Unit),
            .. Of("this", pair => pair.This), .. Of("other", pair => pair.Other),
            ("intervals", pair => pair.Intervals),
        ]);
    }

    IEnumerable<Section> Sections()
    {
        var (changed, differences) = (Changed, Settings);
        yield return changed.Count == 0 ? new Notes("Verdicts that differ", ["None."])
            : new TableSection("Verdicts that differ", TableOf(changed, ("claim", pair => pair.Any.Claim),
                ("says", pair => pair.Any.Text), (This.Name, pair => pair.This!.Verdict),
                (Other.Name, pair => pair.Other!.Verdict), ("experiment", pair => pair.Any.Experiment)),
                "A verdict can differ where the effect does not: where one side has fewer seeds, it may not know.");
        yield return differences.Count == 0
            ? new Notes("In what the runs differ", ["In nothing that was written down."])
            : new TableSection("In what the runs differ", TableOf(differences, ("what", one => one.What),
                (This.Name, one => one.This), (Other.Name, one => one.Other),
                ("experiments", one => one.Where == "" ? "all" : one.Where)));
        if (OnOneSide().ToList() is { Count: > 0 } missing)
            yield return new Definitions("On one side alone", missing);
        foreach (var unit in Claims.Where(pair => pair.Intervals is not ("" or "other unit"))
            .GroupBy(pair => pair.Any.Unit))
            yield return new FigureSection(PairChart.Draw(Format.Anchor(unit.Key), $"Effects, {unit.Key}",
                new(unit.Key == Unit.Ratio.Name ? "ratio" : unit.Key, Log: unit.Key == Unit.Ratio.Name),
                (This.Name, Other.Name),
                [.. unit.Select(pair => new PairRow(pair.Label, Bar(pair.This), Bar(pair.Other)))]));
        yield return new TableSection("All effects", TableOf(Claims, ("claim", pair => pair.Label),
            (This.Name, pair => InWords(pair.This)), (Other.Name, pair => InWords(pair.Other)),
            ($"{This.Name}: verdict", pair => pair.This?.ConditionVerdict ?? "–"),
            ($"{Other.Name}: verdict", pair => pair.Other?.ConditionVerdict ?? "–"),
            ("intervals", pair => pair.Intervals), ("outcome", pair => pair.Any.Outcome),
            ("claimed", pair => pair.Any.Claimed), ("experiment", pair => pair.Any.Experiment)),
            "Verdict: under this condition. Intervals: whether the two overlap or stand apart. Where both runs have "
                + "the same seeds and data their effects are not independent.");
        yield return new Links("Data",
        [
            ("compare.csv", "compare.csv", "the table above, in numbers"),
            .. from side in new[] { This, Other }
               let index = Path.Combine(side.Folder, "index.html")
               where File.Exists(index)
               select ("index.html", Path.GetRelativePath(This.Folder, index), side.Name),
        ]);
    }

    static (Interval, string)? Bar(ClaimRow? row) => row is null ? null
        : (new(row.Effect, row.Low, row.High, row.Level, row.N),
            $"{InWords(row)}, N = {row.N}: {row.ConditionVerdict}");
}
