#nullable enable

/// <summary>A net that several experiments train, with and without BN, and learning rates to choose from: two a decade,
/// so wide that the best stands inside.</summary>
public sealed record Net(string Name, Config None, IReadOnlyList<double> Rates)
{
    public Config Batch => None with { Norm = Norm.Batch };
    public IReadOnlyList<Config> Arms => [None, Batch];

    /// <summary>The paper's perceptron, the same with ReLU, and the LeNet of the program that this lab grew from.
    /// </summary>
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
            new("MLP, sigmoid", mlp, Rates(1e-2, 1e2, 4)),
            new("MLP, ReLU", mlp with { Activation = Activation.Relu }, Rates(1e-2, 1e2, 4)),
            new("LeNet", lenet, Rates(1e-4, 1e-1, 3)),
        ];
    }

    /// <summary>Hyperparameters in which the three differ beside model and activation.</summary>
    public static readonly string[] Dependent = ["optimizer", "depth", "width", "batch_size", "epochs"];
}
