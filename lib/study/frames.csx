#nullable enable
// Tables for reports and scripts.
using Microsoft.Data.Analysis;

/// <summary>A table with a row for each of the items; columns of words or numbers.</summary>
static DataFrame TableOf<T>(IReadOnlyList<T> rows, params IEnumerable<(string Name, Func<T, object> Of)> columns) =>
    new(columns.Select(column => rows.Select(column.Of).ToList() is var values && values.All(value => value is string)
        ? (DataFrameColumn)new StringDataFrameColumn(column.Name, values.Cast<string>())
        : values.All(value => value is int) ? new Int32DataFrameColumn(column.Name, values.Cast<int>())
        : new DoubleDataFrameColumn(column.Name, values.Select(Convert.ToDouble))));
