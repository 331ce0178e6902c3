#nullable enable

/// <summary>A multilayer perceptron: `depth` hidden layers of `width` units, each linear and then an activation, and a
/// linear layer with one output per class. A normalizer stands before or after each activation. A linear layer just
/// before a normalizer has no bias, because the normalizer would subtract it again.</summary>
/// <param name="keepBias">Linear layers before a normalizer have a bias too.</param>
/// <param name="first">A layer before all others.</param>
/// <param name="last">A normalizer after the last linear layer.</param>
/// <param name="beforeLast">A layer before the last linear layer.</param>
static Layer Mlp(int inputs, int depth, int width, int classes, Layer activation, NormMethod method, Init init,
    Placement placement = Placement.Before, bool keepBias = false, Layer? first = null, Layer? last = null,
    Layer? beforeLast = null)
{
    var layers = first ?? Identity;
    for (var hidden = 0; hidden < depth; hidden++)
        layers = layers >> method.Dense(hidden == 0 ? inputs : width, width, init,
                keepBias || method.HasBias(placement), first: hidden == 0)
            >> method.Activated(activation, width, placement);
    return layers >> (beforeLast ?? Identity) >> method.Classifier(width, classes, init, keepBias || last is null)
        >> (last ?? Identity);
}

/// <summary>LeNet-5 (LeCun et al. 1998) with ReLU and average pooling, as in the program that this lab grew from, for
/// (N, C, H, W): two convolutions with kernels of 3 x 3, each followed by pooling, then three linear layers. A
/// normalizer stands before each activation and after the last layer; then no layer has a bias.</summary>
static Layer LeNet(int channels, int height, int width, int classes, NormMethod method, Init init)
{
    Layer Normalized(Layer layer, int outputs, bool last = false) =>
        method.Normalizer is { } normalizer ? layer >> normalizer(outputs, last) : layer;
    var bias = method.Normalizer is null;
    int Pooled(int size) => ((size - 2) / 2 - 2) / 2;
    Layer Conv(int inputs, int outputs, bool first = false) =>
        Normalized(method.Conv(inputs, outputs, 3, init, bias, padding: 0, first: first), outputs) >> Relu
            >> AveragePool;
    return Conv(channels, 6, first: true) >> Conv(6, 16) >> Flatten
        >> Normalized(method.Dense(16 * Pooled(height) * Pooled(width), 120, init, bias), 120) >> Relu
        >> Normalized(method.Dense(120, 84, init, bias), 84) >> Relu
        >> Normalized(method.Classifier(84, classes, init, bias), classes, last: true);
}

/// <summary>A residual multilayer perceptron: a linear layer, `blocks` times x + linear(activation(norm(x))), then
/// norm, activation and a linear layer (in the order of He et al. 2016b).</summary>
static Layer ResidualMlp(int inputs, int blocks, int width, int classes, Layer activation, NormMethod method, Init init)
{
    var activated = method.Activated(activation, width);
    var layers = method.Dense(inputs, width, init, bias: true, first: true);
    for (var block = 0; block < blocks; block++)
        layers = layers >> Residual(activated
            >> method.Dense(width, width, method.BranchInit(init, true), bias: true) >> method.BranchEnd);
    return layers >> activated >> method.Classifier(width, classes, init);
}

/// <summary>Only linear layers and normalizers: the network of Yang et al. 2019 without its activation.</summary>
/// <param name="identity">Stands where the activations of `Mlp` do, and changes nothing; null: nothing does.</param>
static Layer DeepLinear(int inputs, int depth, int width, int classes, NormMethod method, Init init,
    Layer? identity = null) => Mlp(inputs, depth, width, classes, identity ?? Identity, method, init);

/// <summary>A residual convnet for small images (N, C, H, W) (He et al. 2016, section 4.2): a convolution, three stages
/// of (depth - 2) / 6 blocks, the mean of each channel, and a linear layer. A stage has twice the channels of the one
/// before and half its resolution. A block adds two convolutions to its input, or to a convolution of 1 x 1 where the
/// shape changes (their option B). All other kernels are 3 x 3. A normalizer stands after each convolution or, placed
/// after, follows each activation.</summary>
/// <param name="depth">6 n + 2: the layers with weights, without the convolutions of 1 x 1.</param>
/// <param name="width">Channels of the first stage.</param>
static Layer ResNet(int channels, int depth, int width, int classes, Layer activation, NormMethod method, Init init,
    Placement placement = Placement.Before)
{
    var (before, bias) = (placement == Placement.Before, method.HasBias(placement));
    Layer Activated(int outputs) => method.Activated(activation, outputs, placement);
    // The summands are normalized already if normalizers stand before activations.
    Layer AfterSum(int outputs) => before ? activation : Activated(outputs);
    Layer AfterConv(int outputs) => before ? method.After(outputs) : Identity;
    Layer Block(int inputs, int outputs, int stride) => Residual(
        method.Conv(inputs, outputs, 3, method.BranchInit(init, false), bias, stride) >> Activated(outputs)
            >> method.Conv(outputs, outputs, 3, method.BranchInit(init, true), bias) >> AfterConv(outputs)
            >> method.BranchEnd,
        inputs == outputs ? null : method.Conv(inputs, outputs, 1, init, bias, stride) >> AfterConv(outputs))
        >> AfterSum(outputs);
    return Stages(method.Conv(channels, width, 3, init, bias, first: true) >> Activated(width), depth, width, Block)
        >> GlobalAveragePool >> method.Classifier(4 * width, classes, init);
}

/// <summary>The same with normalizer and activation before each convolution, so that nothing stands between a block's
/// sum and the next (He et al. 2016b).</summary>
/// <inheritdoc cref="ResNet"/>
static Layer PreactivationResNet(int channels, int depth, int width, int classes, Layer activation, NormMethod method,
    Init init, Placement placement = Placement.Before)
{
    var bias = method.Normalizer is null;
    Layer Activated(int outputs) => method.Activated(activation, outputs, placement);
    Layer Block(int inputs, int outputs, int stride)
    {
        var branch = method.Conv(inputs, outputs, 3, method.BranchInit(init, false), bias, stride) >> Activated(outputs)
            >> method.Conv(outputs, outputs, 3, method.BranchInit(init, true), bias) >> method.BranchEnd;
        return inputs == outputs ? Residual(Activated(inputs) >> branch)
            : Activated(inputs) >> Residual(branch, method.Conv(inputs, outputs, 1, init, bias, stride));
    }
    return Stages(method.Conv(channels, width, 3, init, bias, first: true), depth, width, Block)
        >> Activated(4 * width) >> GlobalAveragePool >> method.Classifier(4 * width, classes, init);
}

// The three stages of a residual convnet, given a block by its inputs, outputs and stride.
static Layer Stages(Layer stem, int depth, int width, Func<int, int, int, Layer> block)
{
    var layers = stem;
    var inputs = width;
    for (var stage = 0; stage < 3; stage++)
        for (var i = 0; i < (depth - 2) / 6; i++)
        {
            var outputs = width << stage;
            layers = layers >> block(inputs, outputs, inputs == outputs ? 1 : 2);
            inputs = outputs;
        }
    return layers;
}

/// <summary>A convnet of pairs of 3 x 3 for small images (N, C, H, W), in the manner of Simonyan and Zisserman 2015:
/// maximum pooling between pairs, the mean of each channel at the end, and a linear layer. Each pair has twice the
/// channels of the one before, up to eight times the first's.</summary>
/// <param name="convolutions">An even number.</param>
/// <param name="width">Channels of the first pair.</param>
static Layer Vgg(int channels, int convolutions, int width, int classes, Layer activation, NormMethod method, Init init,
    Placement placement = Placement.Before)
{
    var layers = Identity;
    var inputs = channels;
    for (var i = 0; i < convolutions; i++)
    {
        var outputs = width << Math.Min(i / 2, 3);
        if (i > 0 && i % 2 == 0) layers = layers >> MaxPool;
        layers = layers >> method.Conv(inputs, outputs, 3, init, method.HasBias(placement), first: i == 0)
            >> method.Activated(activation, outputs, placement);
        inputs = outputs;
    }
    return layers >> GlobalAveragePool >> method.Classifier(inputs, classes, init);
}
