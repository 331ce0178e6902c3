#nullable enable
// The nets that several experiments train, with rates so wide that the best stands inside: convnets where the images
// have colours, else perceptrons and LeNet.

static class StandardNets
{
    /// <summary>Hyperparameters in which the nets differ beside model and activation.</summary>
    public static readonly string[] Dependent = ["optimizer", "depth", "width", "batch_size", "epochs"];

    /// <summary>The paper's perceptron, the same with ReLU, and the LeNet of the program that this lab grew from, with
    /// and without BN; two rates a decade. On images in colours the convnets.</summary>
    /// <param name="epochs">Of the perceptrons.</param>
    /// <param name="lenetEpochs">Of the LeNet.</param>
    /// <param name="convnetEpochs">Of the convnets.</param>
    public static IReadOnlyList<Net> Several(Lab lab, double epochs, double lenetEpochs, double convnetEpochs)
    {
        if (lab.OnConvnets) return Convnets(lab, convnetEpochs, Arms(Norm.None, Norm.Batch));
        var mlp = lab.Baseline with { Epochs = epochs };
        IReadOnlyList<double> Rates(double low, double high, int decades) => lab.Pick(LogGrid(low * 10, low * 100, 2),
            LogGrid(low, high, 2 * decades + 1), LogGrid(low, high, 4 * decades + 1));
        return
        [
            new("sigmoid MLP", mlp, Rates(1e-2, 1e2, 4)),
            new("ReLU MLP", mlp with { Activation = Activation.Relu }, Rates(1e-2, 1e2, 4)),
            new("LeNet", LeNet(lab.Baseline with { Epochs = lenetEpochs }), Rates(1e-4, 1e-1, 3)),
        ];
    }

    /// <summary>A convnet without shortcuts and a residual one, each with the arms.</summary>
    public static IReadOnlyList<Net> Convnets(Lab lab, double epochs, IReadOnlyList<Func<Config, Config>> arms)
    {
        var (start, rates) = (lab.Convnet with { Epochs = epochs }, ConvnetRates(lab));
        return [Vgg(start, rates, arms), ResNet(start, lab.Pick(8, 8, 20), rates, arms)];
    }

    /// <summary>Two a decade around the best ones of SGD with momentum 0.9.</summary>
    public static IReadOnlyList<double> ConvnetRates(Lab lab) =>
        lab.Pick(LogGrid(0.03, 0.3, 2), LogGrid(1e-2, 1, 5), LogGrid(3e-3, 3, 7));

    /// <summary>A residual net for CIFAR-10 (He et al. 2016, section 4.2).</summary>
    /// <param name="start">Its width, and how it is trained.</param>
    /// <param name="depth">6 n + 2.</param>
    public static Config ResNet(Config start, int depth) =>
        start with { Model = Architecture.Resnet, Depth = depth };

    /// <inheritdoc cref="ResNet(Config, int)"/>
    public static Net ResNet(Config start, int depth, IReadOnlyList<double> rates,
        IReadOnlyList<Func<Config, Config>> arms) => new($"ResNet-{depth}", ResNet(start, depth), rates, arms);

    /// <summary>Perceptrons with sigmoids and with ReLU, for comparisons of many arms; two rates a decade.</summary>
    public static IReadOnlyList<Net> Perceptrons(Lab lab, Config none, IReadOnlyList<Func<Config, Config>> arms) =>
    [
        new("sigmoid", none, lab.Pick(LogGrid(1, 10, 2), LogGrid(1e-2, 3e1, 8), LogGrid(1e-2, 1e2, 17)), arms),
        new("ReLU", none with { Activation = Activation.Relu },
            lab.Pick(LogGrid(0.1, 1, 2), LogGrid(1e-2, 1e1, 7), LogGrid(1e-2, 1e2, 17)), arms),
    ];

    /// <summary>Those perceptrons; on images in colours a convnet without shortcuts, at all of its images.</summary>
    public static IReadOnlyList<Net> PerceptronsOrVgg(Lab lab, Config none, double convnetEpochs,
        IReadOnlyList<Func<Config, Config>> arms) => lab.OnConvnets
        ? [Vgg(lab.Convnet with { Epochs = convnetEpochs }, ConvnetRates(lab), arms)] : Perceptrons(lab, none, arms);

    /// <summary>The convnet without shortcuts, named by its depth.</summary>
    public static Net Vgg(Config none, IReadOnlyList<double> rates, IReadOnlyList<Func<Config, Config>> arms) =>
        new($"VGG-{none.Depth}", none, rates, arms);

    /// <summary>The LeNet-5 of the program that this lab grew from, with as many images and epochs as the start has.
    /// </summary>
    public static Config LeNet(Config start) => start with
    {
        Model = Architecture.Lenet, Depth = 5, Width = 120, Activation = Activation.Relu, BatchSize = 64,
        Optimizer = Optimization.RmspropTorch,
    };
}
