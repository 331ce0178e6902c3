#nullable enable

public enum Placement { Before, After }

/// <summary>A multilayer perceptron: `depth` hidden layers of `width` units, each linear and then an activation, and a
/// linear layer with one output per class. A normalizer stands before or after each activation. A linear layer just
/// before a normalizer has no bias, because the normalizer would subtract it again.</summary>
/// <param name="norm">Makes a normalizer for a number of channels; null: none.</param>
/// <param name="keepBias">Linear layers before a normalizer have a bias too.</param>
/// <param name="first">A layer before all others.</param>
/// <param name="last">A normalizer after the last linear layer.</param>
static Layer Mlp(int inputs, int depth, int width, int classes, Layer activation, Func<int, Layer>? norm, Init init,
    Placement placement = Placement.Before, bool keepBias = false, Layer? first = null, Layer? last = null)
{
    var layers = first ?? Identity;
    for (var hidden = 0; hidden < depth; hidden++)
    {
        layers = layers >> Linear(hidden == 0 ? inputs : width, width, init,
            keepBias || norm is null || placement == Placement.After);
        layers = (norm, placement) switch
        {
            (null, _) => layers >> activation,
            (_, Placement.Before) => layers >> norm(width) >> activation,
            _ => layers >> activation >> norm(width),
        };
    }
    return layers >> Linear(width, classes, init, keepBias || last is null) >> (last ?? Identity);
}

/// <summary>LeNet-5 (LeCun et al. 1998) with ReLU and average pooling, as in the program that this lab grew from, for
/// (N, 1, side, side): two convolutions with kernels of 3 x 3, each followed by pooling, then three linear layers. A
/// normalizer stands before each activation and after the last layer; then no layer has a bias.</summary>
/// <param name="norm">Makes a normalizer for a number of channels, and is told whether it is the last layer's; null:
/// none.</param>
static Layer LeNet(int side, int classes, Func<int, bool, Layer>? norm, Init init)
{
    Layer Normalized(Layer layer, int channels, bool last = false) =>
        norm is null ? layer : layer >> norm(channels, last);
    var bias = norm is null;
    var pooled = ((side - 2) / 2 - 2) / 2;
    return Normalized(Conv2d(1, 6, 3, init, bias), 6) >> Relu >> AveragePool
        >> Normalized(Conv2d(6, 16, 3, init, bias), 16) >> Relu >> AveragePool >> Flatten
        >> Normalized(Linear(16 * pooled * pooled, 120, init, bias), 120) >> Relu
        >> Normalized(Linear(120, 84, init, bias), 84) >> Relu
        >> Normalized(Linear(84, classes, init, bias), classes, last: true);
}

/// <summary>A residual multilayer perceptron: a linear layer, `blocks` times x + linear(activation(norm(x))), then
/// norm, activation and a linear layer (in the order of He et al. 2016b).</summary>
static Layer ResidualMlp(int inputs, int blocks, int width, int classes, Layer activation, Func<int, Layer>? norm,
    Init init)
{
    Layer Norm() => norm is null ? Identity : norm(width);
    var layers = Linear(inputs, width, init);
    for (var block = 0; block < blocks; block++)
        layers = layers >> Residual(Norm() >> activation >> Linear(width, width, init));
    return layers >> Norm() >> activation >> Linear(width, classes, init);
}

/// <summary>Only linear layers and normalizers: the network of Yang et al. 2019 without its activation.</summary>
static Layer DeepLinear(int inputs, int depth, int width, int classes, Func<int, Layer>? norm, Init init) =>
    Mlp(inputs, depth, width, classes, Identity, norm, init);
