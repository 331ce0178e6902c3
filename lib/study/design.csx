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

    IEnumerable<string> Declared => [.. Scientific, .. Nuisance, .. Dependent];

    /// <summary>Those declared that are no common columns: they become columns of this experiment.</summary>
    public IReadOnlyList<string> Extras => [.. Config.Extras.Intersect(Declared)];

    /// <summary>Names of the hyperparameters that differ between configurations.</summary>
    public static IEnumerable<string> Varied(IReadOnlyList<Config> configs) =>
        Values(configs).Where(pair => pair.Values.Count > 1).Select(pair => pair.Name);

    /// <summary>Each hyperparameter with its different values.</summary>
    public static IReadOnlyList<(string Name, IReadOnlyList<string> Values)> Values(IReadOnlyList<Config> configs) =>
        [.. hyperparameters.Select(name => (name, (IReadOnlyList<string>)[.. Texts(configs, name)]))];

    /// <summary>Throws where something varies that was not declared to, or where something is set that the files have
    /// no column for.</summary>
    /// <exception cref="ArgumentException">It names the hyperparameter.</exception>
    public void Check(IReadOnlyList<Config> configs)
    {
        var set = configs.SelectMany(Fingerprint.Extras).Select(one => one.Name);
        if (Varied(configs).Concat(set).Except(Declared).FirstOrDefault() is { } name)
            throw new ArgumentException($"the experiment varies {name}, which its design does not declare");
    }

    /// <summary>Whether a hyperparameter that few experiments set has its usual value.</summary>
    public static bool IsUnset(string name, string value) =>
        Config.Extras.Contains(name) && value == new Columns<Config>(name).Texts(new Config())[0];

    static readonly string[] hyperparameters = ["model", "depth", "width", "activation", "norm", "placement",
        "optimizer", "lr", "momentum", "weight_decay", "init", "init_scale", "batch_size", "train_size", "epochs",
        .. Config.Extras];

    static IEnumerable<string> Texts(IReadOnlyList<Config> configs, string name)
    {
        var column = new Columns<Config>(name);
        return configs.Select(config => column.Texts(config)[0]).Distinct();
    }
}
