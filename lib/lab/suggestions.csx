#nullable enable
// What a misspelt word may have been meant for.

public static class Suggestions
{
    /// <summary>How many letters to insert, delete or change to turn one word into another (Levenshtein 1966).
    /// </summary>
    public static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        foreach (var letter in from)
        {
            var diagonal = row[0]++;
            for (var i = 0; i < to.Length; i++)
                (diagonal, row[i + 1]) = (row[i + 1], Math.Min(Math.Min(row[i], row[i + 1]) + 1,
                    diagonal + (letter == to[i] ? 0 : 1)));
        }
        return row[^1];
    }

    /// <summary>The name of which the word is a part, or from which it differs in a third of its letters or fewer;
    /// null where there is none.</summary>
    public static string? Nearest(string word, IEnumerable<string> names) =>
        names.OrderBy(name => name.Contains(word) ? 0 : Distance(word, name)).FirstOrDefault() is { } best
        && (best.Contains(word) || Distance(word, best) <= word.Length / 3) ? best : null;
}

/// <summary>The project's experiments.</summary>
public static class ExperimentFiles
{
    /// <summary>Refuses names and paths of which there is no experiments/NAME.csx.</summary>
    /// <exception cref="BadInput">It names the word, and what may have been meant.</exception>
    public static void Check(IEnumerable<string> words)
    {
        var names = Directory.GetFiles(Path.Combine(Folders.Project, "experiments"), "*.csx")
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal).ToList();
        foreach (var word in words)
        {
            var name = Path.GetFileNameWithoutExtension(word);
            if (!names.Contains(name))
                throw new BadInput($"there is no experiment '{word}'" + (Suggestions.Nearest(name, names) is { } meant
                    ? $": did you mean {meant}?" : "; --help lists them"));
        }
    }
}
