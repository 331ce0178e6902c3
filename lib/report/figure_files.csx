#nullable enable
// Figures as files for other tools.

public static class FigureFiles
{
    /// <summary>Writes each figure as FOLDER/ID.json, which Plotly's libraries read; files of figures that no longer
    /// exist are deleted.</summary>
    public static void Write(string folder, IEnumerable<Figure> figures)
    {
        Directory.CreateDirectory(folder);
        var files = figures.ToDictionary(figure => Path.Combine(folder, $"{figure.Id}.json"));
        foreach (var old in Directory.GetFiles(folder, "*.json").Except(files.Keys)) File.Delete(old);
        foreach (var (path, figure) in files)
            Tables.Replace(path, writer => writer.WriteLine(Json(figure)));
    }

    /// <summary>A figure's data and layout. Colours as #rrggbbaa become rgba(): browsers read both, plotly.py only the
    /// latter.</summary>
    public static string Json(Figure figure) => Regex.Replace(GenericChart.toFigureJson(figure.Chart),
        "\"#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})\"", color =>
        {
            int Part(int i) => Convert.ToInt32(color.Groups[i].Value, 16);
            return string.Create(CultureInfo.InvariantCulture,
                $"\"rgba({Part(1)},{Part(2)},{Part(3)},{Part(4) / 255.0:0.###})\"");
        });
}
