#nullable enable
// What a run says at its end: the verdict of each claim, and where the page is.
using Spectre.Console;

public static class ClaimsTable
{
    /// <summary>A line for each condition of each claim, and one for the claim where it has several.</summary>
    public static void Show(IReadOnlyList<ClaimRow> rows) => Terminal.Table(
        ["claim", "effect and 95% interval", "N", "verdict"], rows.GroupBy(row => row.Claim).SelectMany(claim =>
        {
            var lines = claim.Select(row => Line(row, row.Condition == "" ? row.Claim : $"{row.Claim}, {row.Condition}",
                row.ConditionVerdict));
            var first = claim.First();
            return claim.Count() == 1 && first.ConditionVerdict == first.Verdict ? lines
                : lines.Append([$"[bold]{Markup.Escape(first.Claim)}[/]", "", "", Terminal.Verdict(first.Verdict)]);
        }));

    /// <summary>A line for each claim of all experiments in a folder: the first effect that is known, beside the
    /// verdict of its own condition, then the claim's.</summary>
    public static void ShowAll(IReadOnlyList<ClaimRow> rows) =>
        Terminal.Table(["claim", "effect and 95% interval", "N", "there", "verdict", "experiment"],
            rows.GroupBy(row => (row.Experiment, row.Claim)).Select(claim =>
                claim.FirstOrDefault(row => !double.IsNaN(row.Effect)) ?? claim.First()).Select(row =>
                Line(row, row.Condition == "" ? row.Claim : $"{row.Claim}, {row.Condition}", row.ConditionVerdict)
                    .Append(Terminal.Verdict(row.Verdict)).Append(Markup.Escape(row.Experiment))));

    /// <summary>How many answers differ between datasets, and a line for each that does; nothing of one dataset.
    /// </summary>
    public static void ShowDiffering(Answers answers, IAnsiConsole? screen = null)
    {
        if (answers.Datasets.Count < 2) return;
        (screen ?? Terminal.Screen).WriteLine(Format.Sentences(answers.Difference, answers.Apart));
        Terminal.Table(["claim", .. answers.Datasets.Select(Markup.Escape)], answers.Differing.Select(claim =>
            answers.Datasets.Select(dataset => Terminal.Verdict(claim.On(dataset)?.Verdict ?? "not measured"))
                .Prepend(Markup.Escape(claim.Id))), screen);
    }

    static IEnumerable<string> Line(ClaimRow row, string name, string verdict) =>
    [
        Markup.Escape(name), Markup.Escape(Unit.Named(row.Unit).Interval(row.Effect, row.Low, row.High)), $"{row.N}",
        Terminal.Verdict(verdict),
    ];
}
