#nullable enable
// How a trace is made. What an option means stands in Plotly's reference, https://plotly.com/javascript/reference/.
using Chart = Plotly.NET.CSharp.Chart;

public static class Traces
{
    /// <summary>A scatter trace in the legend group of its name. Null in y is a gap.</summary>
    /// <param name="options">An anonymous object; its properties are Plotly's options of the trace.</param>
    /// <exception cref="ArgumentException">A number that is not finite.</exception>
    public static GenericChart Scatter(TraceMode mode, string name, IEnumerable<double> x, IEnumerable<double?> y,
        object options)
    {
        var (xs, ys) = (x.ToArray(), y.ToArray());
        if (xs.Concat(ys.OfType<double>()).FirstOrDefault(v => !double.IsFinite(v), 0) is not 0 and var odd)
            throw new ArgumentException(
                $"{name}: cannot draw {Format.Number(odd)}; a seed without a number is drawn as lost");
        var chart = Chart.Scatter<double, double, string>(xs, [], mode, Name: name, ShowLegend: false);
        var trace = GenericChart.getTraces(chart).Head;
        trace.SetProperty("y", ys);
        trace.SetProperty("legendgroup", name);
        foreach (var (key, value) in Options(options))
            trace.SetProperty(key, key == "hovertemplate" ? $"{value}<extra></extra>" : value);
        return chart;
    }

    /// <summary>The properties of an anonymous object by name.</summary>
    public static Dictionary<string, object?> Options(object options) =>
        options.GetType().GetProperties().ToDictionary(p => p.Name, p => p.GetValue(options));
}

/// <summary>Sets further options of the chart's trace, by Plotly's names, and returns the chart.</summary>
public static GenericChart WithOptions(this GenericChart chart,
    params IReadOnlyList<(string Key, object Value)> options)
{
    foreach (var (key, value) in options) GenericChart.getTraces(chart).Head.SetProperty(key, value);
    return chart;
}
