#nullable enable
// How much an experiment runs: what its description is told.

/// <summary>Smoke shows that everything works, standard answers the question, full takes hours.</summary>
public enum Preset { Smoke, Standard, Full }

/// <summary>What the description of an experiment may depend on: the preset, the number of seeds that the user asked
/// for, if any, and the data; null: MNIST.</summary>
public sealed record Lab(Preset Preset, int? SeedCount = null, DatasetFacts? Facts = null)
{
    /// <summary>The data that will be trained on.</summary>
    public DatasetFacts Data => Facts ?? DatasetFacts.Mnist;

    /// <summary>The value for the preset in force.</summary>
    public T Pick<T>(T smoke, T standard, T full) => Preset switch
    {
        Preset.Smoke => smoke,
        Preset.Standard => standard,
        _ => full,
    };

    /// <summary>Evaluation seeds 1, 2, ...: as many as the user asked for, else as the preset has.</summary>
    public IReadOnlyList<int> Seeds(int standard, int smoke = 2, int full = 10) =>
        [.. Enumerable.Range(1, SeedCount ?? Pick(smoke, standard, full))];

    /// <summary>Whether rates next to the tuned ones are evaluated too: not in `smoke`, which answers nothing.
    /// </summary>
    public bool Neighbours => Preset != Preset.Smoke;

    /// <summary>When claims are judged: `standard` and `full` look up to three times, each at twice the seeds of the
    /// one before; `smoke`, or where the user asked for a number of seeds, once.</summary>
    public Looks Looks => SeedCount is { } count ? new(count) : Pick<Looks>(new(2), new(6, 12, 24), new(10, 20, 40));

    /// <summary>The baseline: the perceptron of Ioffe and Szegedy 2015, with fewer images in `smoke`.
    /// </summary>
    public Config Baseline => new() { TrainSize = Images(smoke: 12_000, standard: 50_000, full: 50_000) };

    /// <summary>So many training images, by the preset, or all of those that are not for validation where the data has
    /// fewer.</summary>
    public int Images(int smoke, int standard, int full) => Images(Pick(smoke, standard, full));

    /// <inheritdoc cref="Images(int, int, int)"/>
    public int Images(int count) => Math.Min(count, Data.TrainingImages - Data.ValidationImages);
}
