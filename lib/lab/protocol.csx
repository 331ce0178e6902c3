#nullable enable
// An experiment as it was described, with what is wrong in the description found before anything runs.

/// <summary>An experiment: its question, its design, and the plan whose value is the report.</summary>
public sealed record Protocol(string Name, string Question, Design Design, Plan<Report> Plan)
{
    /// <summary>What all stages measure during training beside the common columns.</summary>
    public Probe? Probe => Plan.Stages[0].Probe;

    /// <summary>The configurations of a stage, as far as its learning rates have been chosen.</summary>
    public IReadOnlyList<Config> Configs(Stage stage, string dataset) => Named(stage.Configs(), dataset);

    /// <summary>What a stage runs next, given its trials so far; what it has run may be among it.</summary>
    public IReadOnlyList<Config> More(Stage stage, IReadOnlyList<Trial> trials, string dataset) =>
        Named(stage.More(trials), dataset);

    /// <summary>All that a stage may come to run.</summary>
    public IReadOnlyList<Config> AtMost(Stage stage, string dataset) => Named(stage.AtMost, dataset);

    IReadOnlyList<Config> Named(IEnumerable<Config> configs, string dataset) =>
        [.. configs.Select(config => config with { Experiment = Name, Dataset = dataset })];

    /// <summary>Checks what can be checked before the first trial: names, grids, probes, and what varies.</summary>
    /// <exception cref="ArgumentException">It names what is wrong.</exception>
    public Protocol Checked()
    {
        if (Plan.Stages.Count == 0) throw new ArgumentException($"{Name} runs nothing: its plan has no stage");
        if (Plan.Stages.Any(stage => stage.Probe != Probe))
            throw new ArgumentException($"the stages of {Name} measure different things: give all of them one probe, "
                + "since they share curves.csv");
        Design.Check([.. Plan.Stages.SelectMany(stage => stage.Configs())]);
        return this;
    }
}
