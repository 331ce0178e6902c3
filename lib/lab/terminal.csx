#nullable enable
// The terminal: colours and links where it knows them, plain text in whole lines where output goes into a file or pipe.
using Spectre.Console;

public static class Terminal
{
    /// <summary>Standard output. Colour follows NO_COLOR (no-color.org).</summary>
    public static IAnsiConsole Screen { get; } = Find();

    /// <summary>Says which page to open: a link where links are known.</summary>
    public static void Open(string page, IAnsiConsole? screen = null)
    {
        screen ??= Screen;
        var path = Path.GetFullPath(page);
        var shown = Markup.Escape(path);
        screen.MarkupLine("open " + (screen.Profile.Capabilities.Links
            ? $"[link={Markup.Escape(new Uri(path).AbsoluteUri)}]{shown}[/]" : shown));
    }

    /// <summary>A table of markup; nothing where it has no rows.</summary>
    public static void Table(IEnumerable<string> heads, IEnumerable<IEnumerable<string>> rows,
        IAnsiConsole? screen = null)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. heads]);
        foreach (var row in rows) table.AddRow([.. row]);
        if (table.Rows.Count > 0) (screen ?? Screen).Write(table);
    }

    /// <summary>What is ended in the middle of a picture leaves the cursor hidden.</summary>
    public static void ShowCursor()
    {
        if (Screen.Profile.Capabilities.Ansi) Screen.Cursor.Show();
    }

    /// <summary>Lines on standard error, if that can be written.</summary>
    public static void Complain(params string[] lines)
    {
        try { foreach (var line in lines) Error.WriteLine(line); }
        catch (IOException) { }
    }

    /// <summary>Whether it was standard output or error that could not be written (full disk, terminal gone), and not a
    /// file.</summary>
    public static bool IsOfOutput(Exception error) => error.StackTrace?.Contains("System.ConsolePal") == true;

    /// <summary>A claim's verdict as markup, in the colour that it has on pages.</summary>
    public static string Verdict(string verdict) => verdict switch
    {
        "supported" => $"[green]{verdict}[/]",
        "contradicted" => $"[red]{verdict}[/]",
        "depends" or "not supported" => $"[yellow]{verdict}[/]",
        _ => Markup.Escape(verdict),
    };

    static IAnsiConsole Find()
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
