#nullable enable
// How much an experiment runs: what its description is told.

/// <summary>Smoke shows that everything works, standard answers the question, full takes hours or days.</summary>
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

    /// <summary>Whether rates next to the tuned ones are evaluated too: not in `smoke`, which answers nothing, and not
    /// of convnets, whose trials cost more.</summary>
    public bool Neighbours => Preset != Preset.Smoke && !OnConvnets;

    /// <summary>When claims are judged: `standard` looks up to four times, `full` three times (both at fewer seeds of
    /// convnets, whose trials cost more); `smoke`, or where the user asked for a number of seeds, once.</summary>
    public Looks Looks => SeedCount is { } count ? new(count) : On(Pick<Looks>(new(2), new(6, 12, 24, 72),
        new(10, 20, 40)), convnets: Pick<Looks>(new(2), new(6, 12, 24, 48), new(6, 12, 24)));

    /// <summary>Those without a fourth: where trials take long, or effects lie so near their margin that few more are
    /// decided by it.</summary>
    public Looks FewLooks => new([.. Looks.Counts.Take(3)]);

    /// <summary>Whether the images have colours, as natural ones do: then experiments train convnets where else they
    /// train perceptrons.</summary>
    public bool OnConvnets => Data.Channels > 1;

    /// <summary>A value for perceptrons, and one for convnets, by which of them the data has trained.</summary>
    public T On<T>(T perceptrons, T convnets) => OnConvnets ? convnets : perceptrons;

    /// <summary>The perceptron of Ioffe and Szegedy 2015, with fewer images in `smoke`; large ones at half their
    /// resolution, as convnets have them.</summary>
    public Config Perceptron => new()
    {
        Halve = Halved, TrainSize = Images(smoke: 12_000, standard: 50_000, full: 50_000),
    };

    /// <summary>A convnet of six convolutions in the manner of Simonyan and Zisserman 2015, trained as nets for
    /// CIFAR-10 usually are (He et al. 2016, section 4.2), but in `smoke` and `standard` on few images, flipped and not
    /// cropped, and where that leaves 16 x 16 pixels or more at half their resolution by a net of half the width.
    /// </summary>
    public Config Convnet => new()
    {
        Model = Architecture.Vgg, Depth = 6, Width = Halved ? 8 : 16, Halve = Halved, Activation = Activation.Relu,
        Init = Scheme.HeNormal, Momentum = 0.9, WeightDecay = 5e-4, Decayed = Decayed.Weights, BatchSize = 128,
        Augment = Pick(Augmentation.Flip, Augmentation.Flip, Augmentation.CropFlip),
        TrainSize = Images(smoke: 2_000, standard: 10_000, full: 50_000),
    };

    /// <summary>What experiments train variants of: the convnet on images in colours, else the perceptron.</summary>
    public Config Baseline => On(Perceptron, Convnet);

    /// <summary>Whether images have a half of their resolution.</summary>
    public bool CanHalve => Data.Height % 2 + Data.Width % 2 == 0;

    bool Halved => Preset != Preset.Full && CanHalve && Math.Min(Data.Height, Data.Width) >= 32;

    /// <summary>Accuracies that are like hard to come to on any data.</summary>
    public Levels Levels => Levels.Of(Data);

    /// <summary>So many training images, by the preset, or all of those that are not for validation where the data has
    /// fewer.</summary>
    public int Images(int smoke, int standard, int full) => Images(Pick(smoke, standard, full));

    /// <inheritdoc cref="Images(int, int, int)"/>
    public int Images(int count) => Math.Min(count, Data.TrainingImages - Data.ValidationImages);
}
