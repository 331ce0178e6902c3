#nullable enable

/// <summary>A net to compare arms on, and learning rates to choose from.</summary>
/// <param name="Name">In words, for conditions and titles.</param>
/// <param name="Arms">The first sets the target.</param>
public sealed record Net(string Name, IReadOnlyList<Config> Arms, IReadOnlyList<double> Rates)
{
    /// <summary>For an anchor.</summary>
    public string Id => Format.Anchor(Name);

    /// <summary>A net without normalizer and with BN.</summary>
    public static Net Both(string name, Config none, IReadOnlyList<double> rates) =>
        new(name, [none, none with { Norm = Norm.Batch }], rates);

    /// <summary>The paper's perceptron, the same with ReLU, and the LeNet of the program that this lab grew from, with
    /// and without BN; rates two a decade, so wide that the best stands inside.</summary>
    /// <param name="epochs">Of the perceptrons.</param>
    /// <param name="lenetEpochs">Of the LeNet.</param>
    public static IReadOnlyList<Net> Three(Lab lab, double epochs, double lenetEpochs)
    {
        var mlp = lab.Baseline with { Epochs = epochs };
        var lenet = lab.Baseline with
        {
            Model = Architecture.Lenet, Depth = 5, Width = 120, Activation = Activation.Relu, BatchSize = 64,
            Optimizer = Optimization.RmspropTorch, Epochs = lenetEpochs,
        };
        IReadOnlyList<double> Rates(double low, double high, int decades) => lab.Pick(LogGrid(low * 10, low * 100, 2),
            LogGrid(low, high, 2 * decades + 1), LogGrid(low, high, 4 * decades + 1));
        return
        [
            Both("MLP, sigmoid", mlp, Rates(1e-2, 1e2, 4)),
            Both("MLP, ReLU", mlp with { Activation = Activation.Relu }, Rates(1e-2, 1e2, 4)),
            Both("LeNet", lenet, Rates(1e-4, 1e-1, 3)),
        ];
    }

    /// <summary>Hyperparameters in which the three differ beside model and activation.</summary>
    public static readonly string[] Dependent = ["optimizer", "depth", "width", "batch_size", "epochs"];
}
