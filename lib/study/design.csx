#nullable enable
// What an experiment varies, and why: declared before it runs.

/// <summary>The design of a study, in the words of the Deep Learning Tuning Playbook (Godbole et al. 2023).</summary>
/// <param name="Scientific">Hyperparameters whose effect is asked for, by their columns in trials.csv.</param>
/// <param name="Nuisance">Those that are tuned, since a comparison at one value of them could favour an arm.</param>
/// <param name="Dependent">Those that follow from others by a rule that the reason tells.</param>
/// <param name="Why">Why this grid; line breaks do not count.</param>
public sealed record Design(IReadOnlyList<string> Scientific, IReadOnlyList<string> Nuisance, string Why,
    IReadOnlyList<string> Dependent)
{
    public Design(IReadOnlyList<string> scientific, IReadOnlyList<string> nuisance, string why)
        : this(scientific, nuisance, why, []) { }

    /// <summary>The configuration that the experiment's nets are variants of. What it sets beyond the common
    /// hyperparameters, as that of convnets does, need not be declared.</summary>
    public Config Baseline { get; init; } = new();

    IEnumerable<string> Declared => [.. Scientific, .. Nuisance, .. Dependent];
    IEnumerable<string> SetByBaseline => Hyperparameters.ExtrasSet(Baseline).Select(one => one.Name);

    /// <summary>Those declared, or set by the baseline, that are no common columns: they become columns of this
    /// experiment.</summary>
    public IReadOnlyList<string> Extras => [.. Hyperparameters.Extra.Intersect(Declared.Concat(SetByBaseline))];

    /// <summary>Names of the hyperparameters that differ between configurations.</summary>
    public static IEnumerable<string> Varied(IReadOnlyList<Config> configs) =>
        Values(configs).Where(pair => pair.Values.Count > 1).Select(pair => pair.Name);

    /// <summary>Each hyperparameter with its different values.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Values(IReadOnlyList<Config> configs) =>
        [.. Hyperparameters.All.Select(name => (name, (IReadOnlyList<string>)
            [.. configs.Select(config => Hyperparameters.Text(config, name)).Distinct()]))];

    /// <summary>Throws where something varies that was not declared to, or where something is set that the files have
    /// no column for.</summary>
    /// <exception cref="ArgumentException">It names the hyperparameter.</exception>
    public void Check(IReadOnlyList<Config> configs)
    {
        var set = configs.SelectMany(Hyperparameters.ExtrasSet).Select(one => one.Name);
        if (Varied(configs).Concat(set.Except(SetByBaseline)).Except(Declared).FirstOrDefault() is { } name)
            throw new ArgumentException($"the experiment varies {name}, which its design does not declare");
    }
}
