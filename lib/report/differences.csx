#nullable enable
// Two folders of results side by side: of another machine, dataset or version. All is read from what experiments left
// there; nothing is run.
using Microsoft.Data.Analysis;
using Spectre.Console;

/// <summary>A folder of results, under a name that tells it from the other: what was reported there, by experiment.
/// </summary>
public sealed record Side(string Folder, string Name, IReadOnlyDictionary<string, Provenance> Found)
{
    /// <param name="experiments">None named: all.</param>
    /// <exception cref="BadInput">Nothing was reported of them.</exception>
    public static Side Of(string folder, string name, IReadOnlyList<string> experiments)
    {
        string Place(string experiment) => new Store(Path.Combine(folder, experiment)).ProvenanceFile;
        if (File.Exists(Place("")))
            throw new BadInput($"{folder} is the folder of one experiment: --compare and --out take the one above it");
        var found = IndexPage.Results(folder).Where(one => experiments.Count == 0 || experiments.Contains(one))
            .Select(one => (Name: one, Past: Provenance.Read(Place(one)))).Where(one => one.Past.Found is not null)
            .ToDictionary(one => one.Name, one => one.Past);
        return found.Count > 0 ? new(folder, name, found) : throw new BadInput($"{folder} holds no results"
            + (experiments.Count == 0 ? "" : $" of {string.Join(", ", experiments)}")
            + ": --compare and --out take folders with a folder for each experiment in them");
    }

    public IReadOnlyList<ClaimRow> Claims => [.. Found.Values.SelectMany(past => past.Found!.Claims ?? [])];

    /// <summary>How many seeds entered an experiment's numbers.</summary>
    public int Seeds(string experiment) => Results.Trials(experiment, Folder).Rows
        .Where(row => $"{row["role"]}" == Snake(Role.Evaluate)).Select(row => row["seed"]).Distinct().Count();
}

/// <summary>A claim under one condition as either side has it; null: it has not.</summary>
public sealed record Pairing(ClaimRow? This, ClaimRow? Other)
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

    public static IReadOnlyList<Pairing> All(Side self, Side other)
    {
        static (string, string, string) Key(ClaimRow row) => (row.Experiment, row.Claim, row.Condition);
        var (first, second) = (self.Claims, other.Claims);
        return [.. first.Concat(second).Select(Key).Distinct().Select(key => new Pairing(
            first.FirstOrDefault(row => Key(row) == key), second.FirstOrDefault(row => Key(row) == key)))];
    }
}

public static class SideBySide
{
    /// <summary>Sets DIR beside the results in a folder: words on the console, and FOLDER/compare.html and compare.csv.
    /// </summary>
    /// <param name="experiments">None named: all.</param>
    /// <exception cref="BadInput">Either folder is none of results, or both are the same.</exception>
    public static void Show(string folder, string dir, IReadOnlyList<string> experiments, IAnsiConsole? screen = null)
    {
        var (names, same) = Names(folder, dir);
        if (same) throw new BadInput($"--compare {dir} is the folder of the results themselves: name another");
        var (self, other) = (Side.Of(folder, names.First, experiments), Side.Of(dir, names.Second, experiments));
        var pairs = Pairing.All(self, other);
        var page = Path.Combine(folder, "compare.html");
        Tables.Write(Path.Combine(folder, "compare.csv"), Table(pairs));
        WriteIndex(page, Title(self, other, pairs), "Two folders of results side by side: "
            + $"{names.First} ({folder}) and {names.Second} ({dir}).", [], [.. Sections(self, other, pairs)]);
        screen ??= Terminal.Screen;
        Print(screen, self, other, pairs);
        Terminal.Open(page, screen);
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

    static IEnumerable<string> Both(Side self, Side other) => self.Found.Keys.Where(other.Found.ContainsKey);

    /// <summary>The claims whose verdict is not the same, each once.</summary>
    static IReadOnlyList<Pairing> Changed(IReadOnlyList<Pairing> pairs) =>
    [
        .. pairs.Where(pair => pair.IsOfBoth && pair.This!.Verdict != pair.Other!.Verdict)
            .DistinctBy(pair => (pair.Any.Experiment, pair.Any.Claim)),
    ];

    static string Title(Side self, Side other, IReadOnlyList<Pairing> pairs)
    {
        var common = pairs.Where(pair => pair.IsOfBoth).DistinctBy(pair => (pair.Any.Experiment, pair.Any.Claim))
            .Count();
        return $"{Changed(pairs).Count} of {common} verdicts differ between {self.Name} and {other.Name}";
    }

    static readonly (string Name, Func<Side, string, Provenance, string> Of)[] settings =
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
    static IReadOnlyList<(string What, string This, string Other, string Where)> Differences(Side self, Side other)
    {
        var both = Both(self, other).ToList();
        return
        [
            .. from setting in settings
               from pair in both.Select(name => (Name: name, This: setting.Of(self, name, self.Found[name]),
                   Other: setting.Of(other, name, other.Found[name]))).GroupBy(one => (one.This, one.Other))
               where pair.Key.This != pair.Key.Other
               select (setting.Name, pair.Key.This, pair.Key.Other,
                   pair.Count() == both.Count ? "" : string.Join(", ", pair.Select(one => one.Name))),
        ];
    }

    // What only one side has: experiments, then claims or conditions of the others.
    static IEnumerable<(string Term, string Text)> Missing(Side self, Side other, IReadOnlyList<Pairing> pairs)
    {
        foreach (var (side, lacking, of) in new (Side, Side, Func<Pairing, ClaimRow?>)[]
            { (self, other, pair => pair.Other), (other, self, pair => pair.This) })
        {
            var gone = side.Found.Keys.Except(lacking.Found.Keys).ToList();
            var claims = pairs.Where(pair => of(pair) is null && !gone.Contains(pair.Any.Experiment)).ToList();
            if (gone.Count > 0) yield return ($"experiments only in {side.Name}", string.Join(", ", gone));
            if (claims.Count > 0)
                yield return ($"claims only in {side.Name}", string.Join("; ", claims.Select(pair => pair.Label)));
        }
    }

    static string Words(ClaimRow? row) =>
        row is null ? "–" : Unit.Of(row.Unit).Interval(row.Effect, row.Low, row.High);

    static DataFrame Table(IReadOnlyList<Pairing> pairs)
    {
        IEnumerable<(string, Func<Pairing, object>)> Of(string name, Func<Pairing, ClaimRow?> side) =>
        [
            ($"{name}_dataset", pair => side(pair)?.Dataset ?? ""),
            ($"{name}_effect", pair => side(pair)?.Effect ?? double.NaN),
            ($"{name}_low", pair => side(pair)?.Low ?? double.NaN),
            ($"{name}_high", pair => side(pair)?.High ?? double.NaN),
            ($"{name}_n", pair => side(pair)?.N ?? 0),
            ($"{name}_condition_verdict", pair => side(pair)?.ConditionVerdict ?? ""),
            ($"{name}_verdict", pair => side(pair)?.Verdict ?? ""),
        ];
        return TableOf(pairs,
        [
            ("claim", pair => pair.Any.Claim), ("experiment", pair => pair.Any.Experiment),
            ("condition", pair => pair.Any.Condition), ("outcome", pair => pair.Any.Outcome),
            ("claimed", pair => pair.Any.Claimed), ("unit", pair => pair.Any.Unit),
            .. Of("this", pair => pair.This), .. Of("other", pair => pair.Other),
            ("intervals", pair => pair.Intervals),
        ]);
    }

    static IEnumerable<Section> Sections(Side self, Side other, IReadOnlyList<Pairing> pairs)
    {
        var (changed, differences) = (Changed(pairs), Differences(self, other));
        yield return changed.Count == 0 ? new Notes("Verdicts that differ", ["None."])
            : new TableSection("Verdicts that differ", TableOf(changed, ("claim", pair => pair.Any.Claim),
                ("says", pair => pair.Any.Text), (self.Name, pair => pair.This!.Verdict),
                (other.Name, pair => pair.Other!.Verdict), ("experiment", pair => pair.Any.Experiment)),
                "A verdict can differ where the effect does not: where one side has fewer seeds, it may not know.");
        yield return differences.Count == 0
            ? new Notes("In what the runs differ", ["In nothing that was written down."])
            : new TableSection("In what the runs differ", TableOf(differences, ("what", one => one.What),
                (self.Name, one => one.This), (other.Name, one => one.Other),
                ("experiments", one => one.Where == "" ? "all" : one.Where)));
        if (Missing(self, other, pairs).ToList() is { Count: > 0 } missing)
            yield return new Definitions("On one side alone", missing);
        foreach (var unit in pairs.Where(pair => pair.Intervals is not ("" or "other unit"))
            .GroupBy(pair => pair.Any.Unit))
            yield return new FigureSection(PairChart.Draw(Format.Anchor(unit.Key), $"Effects, {unit.Key}",
                new(unit.Key == Unit.Ratio.Name ? "ratio" : unit.Key, Log: unit.Key == Unit.Ratio.Name),
                (self.Name, other.Name),
                [.. unit.Select(pair => new PairRow(pair.Label, Bar(pair.This), Bar(pair.Other)))]));
        yield return new TableSection("All effects", TableOf(pairs, ("claim", pair => pair.Label),
            (self.Name, pair => Words(pair.This)), (other.Name, pair => Words(pair.Other)),
            ($"{self.Name}: verdict", pair => pair.This?.ConditionVerdict ?? "–"),
            ($"{other.Name}: verdict", pair => pair.Other?.ConditionVerdict ?? "–"),
            ("intervals", pair => pair.Intervals), ("outcome", pair => pair.Any.Outcome),
            ("claimed", pair => pair.Any.Claimed), ("experiment", pair => pair.Any.Experiment)),
            "Verdict: under this condition. Intervals: whether the two overlap or stand apart. Where both runs have "
                + "the same seeds and data their effects are not independent.");
        yield return new Links("Data",
        [
            ("compare.csv", "compare.csv", "the table above, in numbers"),
            .. from side in new[] { self, other }
               let index = Path.Combine(side.Folder, "index.html")
               where File.Exists(index)
               select ("index.html", Path.GetRelativePath(self.Folder, index), side.Name),
        ]);
    }

    static (Interval, string)? Bar(ClaimRow? row) => row is null ? null
        : (new(row.Effect, row.Low, row.High, row.Level, row.N), $"{Words(row)}, N = {row.N}: {row.ConditionVerdict}");

    static void Print(IAnsiConsole screen, Side self, Side other, IReadOnlyList<Pairing> pairs)
    {
        string[] heads = [Markup.Escape(self.Name), Markup.Escape(other.Name)];
        var both = Both(self, other).ToList();
        screen.WriteLine(Title(self, other, pairs));
        Terminal.Table(["differs", .. heads, "of"], Differences(self, other).Select(one =>
            new[] { one.What, one.This, one.Other, one.Where == "" ? "all" : one.Where }.Select(Markup.Escape)),
            screen);
        Terminal.Table(["effect", .. heads, "intervals", "verdict here"], pairs
            .Where(pair => both.Contains(pair.Any.Experiment)).Select(pair => new[]
            {
                Markup.Escape(pair.Label), Words(pair.This), Words(pair.Other),
                pair.Intervals == "apart" ? "[yellow]apart[/]" : pair.Intervals,
                Change(pair.This?.ConditionVerdict, pair.Other?.ConditionVerdict),
            }), screen);
        Terminal.Table(["verdict", .. heads], Changed(pairs).Select(pair => new[]
        {
            Markup.Escape(pair.Any.Claim), Terminal.Verdict(pair.This!.Verdict), Terminal.Verdict(pair.Other!.Verdict),
        }), screen);
        foreach (var (term, text) in Missing(self, other, pairs)) screen.WriteLine($"{term}: {text}");
    }

    static string Change(string? first, string? second) => first == second ? Terminal.Verdict(first ?? "")
        : $"{Terminal.Verdict(first ?? "–")} → {Terminal.Verdict(second ?? "–")}";
}
