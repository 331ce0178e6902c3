#load "../prelude.csx"
#nullable enable
// The terminal: colours and links where it knows them, plain text in whole lines where output goes into a file or pipe.
using Spectre.Console;

public static class Terminal
{
    /// <summary>Standard output. Colour follows NO_COLOR (no-color.org).</summary>
    public static IAnsiConsole Screen { get; } = Open();

    /// <summary>A file's path as markup: a link where links are known.</summary>
    public static string Link(string path) => Screen.Profile.Capabilities.Links
        ? $"[link={Markup.Escape($"{new Uri(path)}")}]{Markup.Escape(path)}[/]" : Markup.Escape(path);

    /// <summary>A claim's verdict as markup, in the colour that it has on pages.</summary>
    public static string Verdict(string verdict) => verdict switch
    {
        "supported" => $"[green]{verdict}[/]",
        "contradicted" => $"[red]{verdict}[/]",
        "mixed" or "not supported" => $"[yellow]{verdict}[/]",
        _ => Markup.Escape(verdict),
    };

    static IAnsiConsole Open()
    {
        var console = AnsiConsole.Console;
        var known = console.Profile.Capabilities;
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }) known.ColorSystem = ColorSystem.NoColors;
        if (!Console.IsOutputRedirected) return console;
        // A runner's own variables would turn colours on in a pipe; and a table is not to be broken at a guessed width.
        (known.Ansi, known.Links, known.Interactive) = (false, false, false);
        (known.ColorSystem, console.Profile.Width) = (ColorSystem.NoColors, 1000);
        return console;
    }
}
