#nullable enable
// Numbers, times and names as words for people.
using System.Net;

public static class Format
{
    /// <summary>A number for people: so many significant digits, no trailing zeros, powers of ten only where plain
    /// digits would be hard to count. Not a number is a dash.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (!double.IsFinite(value)) return double.IsNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
        var magnitude = value == 0 ? 0 : (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var text = magnitude is < -4 or > 6
            ? value.ToString($"0.{new string('#', digits - 1)}e0", CultureInfo.InvariantCulture)
            : Math.Round((decimal)value, Math.Clamp(digits - 1 - magnitude, 0, 12))
                .ToString("0.############", CultureInfo.InvariantCulture);
        return text.Replace('-', '−');
    }

    public static string Percent(double share) => $"{Number(100 * share)}%";

    /// <summary>"6", or "4 to 6" where groups differ.</summary>
    public static string Counts(IEnumerable<int> counts)
    {
        List<int> all = [.. counts.DefaultIfEmpty(0)];
        return all.Min() == all.Max() ? $"{all.Min()}" : $"{all.Min()} to {all.Max()}";
    }

    /// <summary>A name as a figure's id: "MLP, ReLU" is mlp_relu.</summary>
    public static string Anchor(string name) => Regex.Replace(name.ToLowerInvariant(), @"\W+", "_");

    public static string Html(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Text for Plotly, which reads a little HTML but not every entity.</summary>
    public static string PlotText(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");

    /// <summary>Sentences that are there, one after another.</summary>
    public static string Sentences(params IEnumerable<string> sentences) =>
        string.Join(" ", sentences.Where(sentence => sentence != ""));

    /// <summary>"1 h 05 min", "2 min 03 s", "4.2 s".</summary>
    public static string Span(TimeSpan time, bool tenths = true) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours} h {time.Minutes:00} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds:00} s"
        : time.TotalSeconds.ToString(tenths ? "0.0 s" : "0 s", CultureInfo.InvariantCulture);
}
