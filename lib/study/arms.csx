#nullable enable
// Arms: what is compared, by the names that they have in figures and tables.

/// <summary>The arm's name: its normalizer, and what else sets it apart from other arms with that one.</summary>
static string ArmOf(Config cell) => string.Join('_', new[]
{
    Snake(cell.Norm), cell.NormInput ? "input" : "", cell.Placement == Placement.After ? "after" : "",
    cell.KeepBias ? "with_bias" : "", cell.ClipNorm > 0 ? "clipped" : "", cell.Dropout > 0 ? "dropout" : "",
    cell.DropoutPlace == DropoutPlace.Last ? "last" : "",
    cell.Model switch { Architecture.ResidualMlp => "residual", Architecture.PreactResnet => "preact", _ => "" },
}.Where(part => part != ""));

/// <summary>Changes of a net without normalizer, each of which makes an arm of it.</summary>
static IReadOnlyList<Func<Config, Config>> Arms(params IReadOnlyList<Norm> norms) =>
    [.. norms.Select(norm => (Func<Config, Config>)(none => none with { Norm = norm }))];

/// <summary>Configurations to compare with one another, and learning rates to choose from.</summary>
/// <param name="Name">In words, for conditions and titles.</param>
/// <param name="Cells">Its arms; the first sets the target of a comparison of speed.</param>
public sealed record Net(string Name, IReadOnlyList<Config> Cells, IReadOnlyList<double> Rates)
{
    /// <summary>A net with each of the arms: what each changes in the net without normalizer.</summary>
    public Net(string name, Config none, IReadOnlyList<double> rates, params IReadOnlyList<Func<Config, Config>> arms)
        : this(name, [.. arms.Select(arm => arm(none))], rates) { }

    /// <summary>A net without normalizer and with BN.</summary>
    public Net(string name, Config none, IReadOnlyList<double> rates)
        : this(name, none, rates, Arms(Norm.None, Norm.Batch)) { }

    /// <summary>The net with a rate that falls linearly to 0, for what is compared at the end of training.</summary>
    public Net Decaying => this with
    {
        Cells = [.. Cells.Select(cell => cell with { Schedule = Schedule.Linear })],
    };

    /// <summary>The net with those of its rates that lie between two, both included; with all where none does.
    /// </summary>
    public Net Within(double low, double high) =>
        Rates.Where(rate => low <= rate && rate <= high).ToList() is { Count: > 0 } some ? this with { Rates = some }
            : this;

    /// <summary>For an anchor.</summary>
    public string Id => Format.Anchor(Name);

    /// <summary>The arm of that name.</summary>
    /// <exception cref="ArgumentException">There is none, or several.</exception>
    public Config this[string arm] => Cells.Where(cell => ArmOf(cell) == arm).ToList() is [var one] ? one
        : throw new ArgumentException($"of the net {Name}, one arm should be called {arm}; its arms are "
            + string.Join(", ", Cells.Select(ArmOf)));
}
