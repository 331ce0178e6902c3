#nullable enable
// Configurations and measurements as rows of a CSV.

/// <summary>A name as it stands in options and CSVs: BatchNoGamma is batch_no_gamma.</summary>
static string Snake(object name) => Regex.Replace($"{name}", "(?<=.)[A-Z]", letter => "_" + letter).ToLowerInvariant();

/// <summary>A value as it stands in a CSV.</summary>
static string CsvText(object? value) => value switch
{
    double number => number.ToString("R", CultureInfo.InvariantCulture),
    Enum name => Snake(name),
    bool yes => yes ? "true" : "false",
    IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
    _ => $"{value}",
};

/// <summary>A row with numbers of its experiment's own beside the columns that all experiments have.</summary>
public interface IOwnNumbers { Dictionary<string, double> Own { get; } }

/// <summary>Columns of a CSV by name, in order: the properties of T under snake-case names, and, where T has some, own
/// numbers under any other name.</summary>
public sealed class Columns<T>
{
    readonly (string Name, PropertyInfo? Property)[] columns;

    public Columns(params IEnumerable<string> names)
    {
        columns = [.. names.Select(name => (name, Property(name)))];
        if (!typeof(IOwnNumbers).IsAssignableFrom(typeof(T))
            && columns.FirstOrDefault(c => c.Property is null) is { Name: { } odd })
            throw new ArgumentException($"{typeof(T).Name} has no property for the column {odd}");
    }

    public IEnumerable<string> Names => columns.Select(column => column.Name);

    /// <summary>The row as text, column by column.</summary>
    public string[] Texts(T row) => [.. columns.Select(column => CsvText(column.Property is { } property
        ? property.GetValue(row) : ((IOwnNumbers)row!).Own.GetValueOrDefault(column.Name, double.NaN)))];

    /// <summary>Sets a row's columns from text; `from` names the place in errors.</summary>
    public T Fill(T row, Func<string, string?> text, string from)
    {
        foreach (var (name, property) in columns)
        {
            var value = text(name) ?? throw new BadInput(
                $"{from} has no column {name}: it comes from another version of the experiment, or was edited; start "
                + "over with --fresh, which keeps the old folder beside");
            try
            {
                if (property is null) ((IOwnNumbers)row!).Own[name] = (double)Value(value, typeof(double));
                else property.SetValue(row, Value(value, property.PropertyType));
            }
            catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
            {
                throw new BadInput($"{from}: '{value}' is no {name}; mend it, or move the file away");
            }
        }
        return row;
    }

    static object Value(string text, Type type) =>
        type == typeof(string) ? text
        : type == typeof(double) ? double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)
        : type == typeof(int) ? int.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(long) ? long.Parse(text, CultureInfo.InvariantCulture)
        : type == typeof(bool) ? text switch { "true" => true, "false" => false, _ => throw new FormatException() }
        : Enum.GetValues(type).Cast<object>().FirstOrDefault(value => Snake(value) == text)
            ?? throw new FormatException();

    static PropertyInfo? Property(string name) => typeof(T).GetProperties()
        .FirstOrDefault(property => property.Name != nameof(IOwnNumbers.Own)
            && (Snake(property.Name) == name || property.Name == "Id" && name == "trial"));
}
