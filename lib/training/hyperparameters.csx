#nullable enable
// What may differ between the configurations of a study, by the names of its columns: the one list of them.

public static class Hyperparameters
{
    /// <summary>Columns of every trials.csv, in its order.</summary>
    public static IReadOnlyList<string> Common { get; } =
    [
        "model", "depth", "width", "activation", "norm", "placement", "optimizer", "lr", "momentum", "weight_decay",
        "init", "init_scale", "batch_size", "train_size", "epochs",
    ];

    /// <summary>What only some experiments set. A study declares which of these it uses; they become the last columns
    /// of its trials.csv, in this order.</summary>
    public static IReadOnlyList<string> Extra { get; } =
    [
        "lr_end", "short_batch", "dropout", "clip_norm", "learned", "keep_bias", "norm_input", "norm_output",
        "bn_momentum", "standardize", "augment", "halve", "schedule", "warmup", "decay", "decayed",
        "batch_classes", "lr_hidden", "dropout_place",
    ];

    public static IReadOnlyList<string> All { get; } = [.. Common, .. Extra];

    static readonly Dictionary<string, Columns<Config>> columns =
        All.ToDictionary(name => name, name => new Columns<Config>(name));

    static readonly Config baseline = new();

    /// <summary>The value of a hyperparameter as it stands in trials.csv.</summary>
    public static string Text(Config config, string name) => columns[name].Texts(config)[0];

    /// <summary>Whether a value is the baseline's, for a hyperparameter that only some experiments set.</summary>
    public static bool IsUnset(string name, string text) => Extra.Contains(name) && text == Text(baseline, name);

    /// <summary>What a configuration sets beyond the common hyperparameters.</summary>
    public static IEnumerable<(string Name, string Text)> ExtrasSet(Config config) =>
        Extra.Select(name => (Name: name, Text: Text(config, name))).Where(extra => !IsUnset(extra.Name, extra.Text));
}
