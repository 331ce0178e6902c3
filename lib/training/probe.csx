#nullable enable
// What an experiment measures during training beside the common columns of curves.csv.

/// <summary>One measurement: numbers by column. A column that is left out is NaN.</summary>
public delegate IEnumerable<(string Column, double Value)> Measurement(Snapshot snapshot);

/// <summary>A probe names columns that it does not have. It is the experiment that is wrong, so the run ends; no trial
/// counts as failed.</summary>
public sealed class ProbeFault(string message) : ArgumentException(message);

/// <summary>What is measured during training, and at which steps. A probe leaves the model and its random streams as
/// they are.</summary>
public sealed record Probe
{
    readonly Func<Measurement> begin;

    /// <param name="columns">Its columns in curves.csv, behind the common ones.</param>
    /// <param name="steps">The steps at which the probe and the common columns are measured.</param>
    /// <param name="measure">Keeps nothing from one measurement to the next.</param>
    /// <exception cref="ProbeFault">A column is named twice, or like a common one.</exception>
    public Probe(IReadOnlyList<string> columns, Func<Config, IEnumerable<int>> steps, Measurement measure)
        : this(columns, steps, () => measure) { }

    /// <param name="begin">Called at the start of each trial; the measurement that it returns may keep state from one
    /// step of this trial to the next.</param>
    /// <inheritdoc cref="Probe(IReadOnlyList{string}, Func{Config, IEnumerable{int}}, Measurement)"/>
    public Probe(IReadOnlyList<string> columns, Func<Config, IEnumerable<int>> steps, Func<Measurement> begin)
    {
        if (columns.FirstOrDefault(CurvePoint.CommonColumns.Contains) is { } common)
            throw new ProbeFault($"a probe has a column {common}, which curves.csv has already");
        if (columns.CountBy(name => name).FirstOrDefault(column => column.Value > 1) is { Key: { } twice })
            throw new ProbeFault($"a probe names the column {twice} twice");
        (Columns, Steps, this.begin) = (columns, steps, begin);
    }

    public IReadOnlyList<string> Columns { get; }

    public Func<Config, IEnumerable<int>> Steps { get; }

    /// <summary>Whether tuning trials are measured too; if not, their columns are NaN.</summary>
    public bool WhileTuning { get; init; }

    /// <summary>To be raised when what a probe measures changes under the same names, where its code stands outside the
    /// hashed folders: rows of another version are then told apart.</summary>
    public int Version { get; init; } = 1;

    /// <summary>No columns: the common ones alone, at about so many log-spaced steps.</summary>
    public static Probe Curves(int points = 16) => Curves(_ => points);

    /// <param name="points">For each configuration.</param>
    /// <inheritdoc cref="Curves(int)"/>
    public static Probe Curves(Func<Config, int> points) =>
        new([], config => LogSpacedSteps(config.Steps, points(config)), _ => []);

    /// <summary>The measurement of one trial, for all of its steps.</summary>
    public Measurement Begin(Config config)
    {
        if (config.Role == Role.Tune && !WhileTuning) return _ => [];
        var measure = begin();
        return snapshot =>
        {
            var numbers = measure(snapshot).ToList();
            if (numbers.Select(number => number.Column).Except(Columns).FirstOrDefault() is { } unknown)
                throw new ProbeFault($"a probe measures {unknown}, which is not among its columns: "
                    + $"{(Columns.Count == 0 ? "it has none" : string.Join(", ", Columns))}");
            if (numbers.CountBy(number => number.Column).FirstOrDefault(column => column.Value > 1) is
                { Key: { } twice })
                throw new ProbeFault($"a probe measures {twice} twice at one step");
            return numbers;
        };
    }
}
