#nullable enable
// Two folders of results side by side, on the console.
using Spectre.Console;

public static class DifferencesView
{
    /// <summary>Sets another folder beside the results in one: words on the console, and FOLDER/compare.html and
    /// compare.csv.</summary>
    /// <param name="experiments">None named: all.</param>
    /// <exception cref="BadInput">Either folder is none of results, or both are the same.</exception>
    public static void Show(string folder, string other, IReadOnlyList<string> experiments,
        IAnsiConsole? screen = null)
    {
        screen ??= Terminal.Screen;
        var differences = Differences.Between(folder, other, experiments);
        var page = differences.Write();
        Print(differences, screen);
        Terminal.Open(page, screen);
    }

    static void Print(Differences differences, IAnsiConsole screen)
    {
        string[] heads = [Markup.Escape(differences.This.Name), Markup.Escape(differences.Other.Name)];
        var common = differences.Common;
        screen.WriteLine(differences.Title);
        Terminal.Table(["differs", .. heads, "of"], differences.Settings.Select(one =>
            new[] { one.What, one.This, one.Other, one.Where == "" ? "all" : one.Where }.Select(Markup.Escape)),
            screen);
        Terminal.Table(["effect", .. heads, "intervals", "verdict here"], differences.Claims
            .Where(pair => common.Contains(pair.Any.Experiment)).Select(pair => new[]
            {
                Markup.Escape(pair.Label), Differences.InWords(pair.This), Differences.InWords(pair.Other),
                pair.Intervals == "apart" ? "[yellow]apart[/]" : pair.Intervals,
                Change(pair.This?.ConditionVerdict, pair.Other?.ConditionVerdict),
            }), screen);
        Terminal.Table(["verdict", .. heads], differences.Changed.Select(pair => new[]
        {
            Markup.Escape(pair.Any.Claim), Terminal.Verdict(pair.This!.Verdict), Terminal.Verdict(pair.Other!.Verdict),
        }), screen);
        foreach (var (term, text) in differences.OnOneSide()) screen.WriteLine($"{term}: {text}");
    }

    static string Change(string? first, string? second) => first == second ? Terminal.Verdict(first ?? "")
        : $"{Terminal.Verdict(first ?? "–")} → {Terminal.Verdict(second ?? "–")}";
}
