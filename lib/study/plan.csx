#nullable enable
// An experiment as a value: the stages that it runs, and what is computed from their trials. Nothing here runs a trial;
// what runs, lists, divides or reads a plan stands in lab/.
using System.Collections;

/// <summary>The trials of one stage, in the order of its grid. Until the stage has run, reading them is an error.
/// </summary>
public sealed class Runs : IReadOnlyList<Trial>
{
    IReadOnlyList<Trial>? trials;

    /// <summary>Whether the stage has run.</summary>
    public bool Exist => trials is not null;

    public void Fill(IReadOnlyList<Trial> all) => trials = all;

    /// <summary>A stage's trials so far.</summary>
    public static Runs Of(IReadOnlyList<Trial> trials) => new() { trials = trials };

    IReadOnlyList<Trial> Trials => trials ?? throw new InvalidOperationException("trials are read before they have "
        + "run: the grid of a later stage can depend on them through Tuning alone");

    public int Count => Trials.Count;
    public Trial this[int index] => Trials[index];
    public IEnumerator<Trial> GetEnumerator() => Trials.GetEnumerator();
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Trials that are run together. Grid is evaluated anew each time: a learning rate that an earlier stage
/// chooses is NaN in it until that stage has run.</summary>
/// <param name="Probe">What is measured during training beside the common columns; null: nothing.</param>
public sealed record Stage(IEnumerable<Config> Grid, Probe? Probe, Runs Runs)
{
    /// <summary>What is run next, given all trials of this stage so far: asked again after each time, until it names
    /// nothing new. It must depend on these trials and on earlier stages alone, so that each shard asks for the same.
    /// </summary>
    public Func<IReadOnlyList<Trial>, IEnumerable<Config>> Next { get; init; } = _ => [];

    /// <summary>All that the stage may come to run, for plans; a rate that is not known yet is NaN in it.</summary>
    public IEnumerable<Config> AtMost { get => field ?? Grid; init; }

    /// <summary>The configurations to run first; those whose rate has not been chosen yet have NaN for it.</summary>
    /// <exception cref="ArgumentException">There are none, one stands there twice, or a rate is no positive number.
    /// </exception>
    public IReadOnlyList<Config> Configs()
    {
        var all = Checked(Grid);
        if (all.Count == 0) throw new ArgumentException("a stage has an empty grid");
        if (all.Where(config => !double.IsNaN(config.Lr)).CountBy(config => config)
            .FirstOrDefault(one => one.Value > 1) is { Key: { } twice })
            throw new ArgumentException($"a grid has {Words(twice)} twice");
        return all;
    }

    /// <summary>What is run next, and has not been run.</summary>
    /// <inheritdoc cref="Configs" path="/exception"/>
    public IReadOnlyList<Config> More(IReadOnlyList<Trial> trials) => Checked(Next(trials).Distinct());

    static IReadOnlyList<Config> Checked(IEnumerable<Config> configs)
    {
        var all = configs.ToList();
        return all.FirstOrDefault(config => !(config.Lr > 0 && double.IsFinite(config.Lr) || double.IsNaN(config.Lr)))
            is { } odd ? throw new ArgumentException($"a grid has {Words(odd)}: a learning rate is a positive number")
            : all;
    }

    static string Words(Config config) =>
        $"learning rate {CsvText(config.Lr)}, norm {Snake(config.Norm)}, seed {config.Seed}";
}

/// <summary>Stages in their order, and a value that is computed from their trials once all have run. In C#'s query
/// syntax each `from` adds a stage; what follows the last `from` is computed at the end.</summary>
public sealed class Plan<T>(IReadOnlyList<Stage> stages, Func<T> compute)
{
    // An attempt that reads trials too early fails, and must be made again later.
    readonly Lazy<T> value = new(compute, LazyThreadSafetyMode.PublicationOnly);

    public IReadOnlyList<Stage> Stages => stages;

    /// <summary>To be read when all stages have run; before that, what does not need their trials.</summary>
    public T Value => value.Value;

    public Plan<TNext> Select<TNext>(Func<T, TNext> map) => new(stages, () => map(Value));

    public Plan<TBoth> SelectMany<TNext, TBoth>(Func<T, Plan<TNext>> next, Func<T, TNext, TBoth> both)
    {
        var second = next(Value);
        return new([.. stages, .. second.Stages], () => both(Value, second.Value));
    }
}
