#nullable enable
// What pages are made of. All texts are plain: the page escapes them.
using Microsoft.Data.Analysis;

/// <summary>A number for the head of a report.</summary>
/// <param name="Verdict">That of this number: one of the keys of Palette.Verdicts, or empty.</param>
/// <param name="Conditions">The same number under each of several conditions, with its own verdict.</param>
public sealed record KeyNumber(string Label, string Value, string Detail = "", string Verdict = "",
    params IReadOnlyList<(string Condition, string Value, string Verdict)> Conditions)
{
    /// <summary>Of the claim that the number belongs to: its verdict over all conditions, and how these answer.
    /// </summary>
    public (string Verdict, string Answer) Whole { get; init; } = ("", "");
}

/// <summary>A part of a page. Parts are shown in the order given.</summary>
public abstract record Section(string Title);
public sealed record FigureSection(Figure Figure) : Section(Figure.Title);
public sealed record Definitions(string Title, IReadOnlyList<(string Term, string Text)> Items) : Section(Title);

/// <summary>A table that can be sorted by a click on a heading and downloaded as CSV, in the order shown and with all
/// digits. A missing number (null or NaN) is a dash, and is sorted last.</summary>
public sealed record TableSection(string Title, DataFrame Frame, string Note = "") : Section(Title);
public sealed record Notes(string Title, IReadOnlyList<string> Items) : Section(Title);
public sealed record Command(string Title, string Line, string Note = "") : Section(Title);
public sealed record Links(string Title, IReadOnlyList<(string Text, string Href, string Note)> Items) : Section(Title);

/// <summary>A report.</summary>
/// <param name="Name">The experiment's name.</param>
/// <param name="Title">What was found.</param>
/// <param name="Notice">What a reader must know first, for instance that another dataset was used.</param>
/// <param name="Made">When it was made, and on which machine.</param>
public sealed record Page(string Name, string Title, string Question, IReadOnlyList<KeyNumber> Numbers,
    IReadOnlyList<Section> Sections, string? Notice = null, string Made = "");

/// <summary>Cards of experiments under a heading.</summary>
public sealed record CardSection(string Title, IReadOnlyList<IndexCard> Cards) : Section(Title);

/// <summary>A formula, and what it says.</summary>
public sealed record Explanation(string Title, string Formula, IReadOnlyList<string> Lines) : Section(Title);

/// <summary>What was found of a claim, in a sentence, and where that is reported.</summary>
public sealed record KeyFinding(string Sentence, string Verdict, string Href);

/// <summary>Verdicts on claims, dataset by dataset: lines under the headings of groups (empty: none).</summary>
/// <param name="Datasets">A column each.</param>
public sealed record VerdictTable(string Title, IReadOnlyList<string> Datasets,
    IReadOnlyList<(string Heading, IReadOnlyList<VerdictLine> Lines)> Groups, string Note = "") : Section(Title);

/// <param name="Answers">One for each dataset: the verdict and what is said of it; null: there is none.</param>
public sealed record VerdictLine(string Claim, string Href, IReadOnlyList<(string Verdict, string Words)?> Answers);

/// <summary>Claims with all that was found of them.</summary>
public sealed record ClaimSection(string Title, IReadOnlyList<ClaimEntry> Claims) : Section(Title);

/// <param name="Id">Its anchor.</param>
/// <param name="About">Who says it, and what was measured.</param>
/// <param name="Effects">Under each condition on each dataset.</param>
public sealed record ClaimEntry(string Id, string Text, string About, IReadOnlyList<AnswerLine> Answers,
    IReadOnlyList<EffectLine> Effects);

/// <summary>The answer on a dataset, and the report where it is measured; both empty where there is none.</summary>
/// <param name="Dataset">Empty where there is but one.</param>
public sealed record AnswerLine(string Dataset, string Verdict, string Sentence, string Href = "", string Report = "");

/// <param name="Bar">An SVG element.</param>
/// <param name="Looks">At which look it was decided, or what it would need.</param>
public sealed record EffectLine(string Condition, string Dataset, string Verdict, string Bar, string Effect, string N,
    string Looks);

/// <summary>The page that leads to reports.</summary>
/// <param name="Answer">To the whole, in a sentence.</param>
/// <param name="Findings">The most important, a line each.</param>
public sealed record IndexOfReports(string Title, string Answer, IReadOnlyList<KeyFinding> Findings,
    IReadOnlyList<Section> Sections, string? Notice = null, string Made = "")
{
    /// <summary>Where to read on, before the sections.</summary>
    public IReadOnlyList<(string Text, string Href)> More { get; init; } = [];
}

/// <summary>An experiment's card on the index.</summary>
/// <param name="Picture">An SVG element.</param>
public sealed record IndexCard(string Name, string Title, string Sentence, string Href, KeyNumber? Number = null,
    string? Notice = null, string Picture = "");
