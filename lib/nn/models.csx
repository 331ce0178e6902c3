#nullable enable

public enum Placement { Before, After }

/// <summary>A multilayer perceptron: `depth` hidden layers of `width` units, each linear, normalized before or after
/// its activation, then a linear layer of one output per class. Where a normalizer stands before the activation it
/// takes the place of the bias, which it would subtract again.</summary>
/// <param name="norm">A normalizer for a number of channels; null: none.</param>
/// <param name="keepBias">A bias before a normalizer too.</param>
/// <param name="first">A layer before all others.</param>
/// <param name="last">A normalizer of the output.</param>
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

/// <summary>The seed's LeNet-5 (LeCun et al. 1998, with ReLU and average pooling) for (N, 1, H, W): two convolutions of
/// 3 x 3, each pooled, then three linear layers, all normalized before the activation, the last one too. No biases
/// where a normalizer stands.</summary>
/// <param name="norm">A normalizer for a number of channels, told whether it is the last layer's; null: none.</param>
static Layer LeNet(int side, int classes, Func<int, bool, Layer>? norm, Init init, int conv1 = 6, int conv2 = 16,
    int dense1 = 120, int dense2 = 84)
{
    Layer Normalized(Layer layer, int channels, bool last = false) =>
        norm is null ? layer : layer >> norm(channels, last);
    var bias = norm is null;
    var pooled = ((side - 2) / 2 - 2) / 2;
    var features = conv2 * pooled * pooled;
    return Normalized(Conv2d(1, conv1, 3, init, bias), conv1) >> ReluPool
        >> Normalized(Conv2d(conv1, conv2, 3, init, bias), conv2) >> ReluPool >> Flatten
        >> Normalized(Linear(features, dense1, init, bias), dense1) >> Relu
        >> (dense2 == 0 ? Identity : Normalized(Linear(dense1, dense2, init, bias), dense2) >> Relu)
        >> Normalized(Linear(dense2 == 0 ? dense1 : dense2, classes, init, bias), classes, last: true);
}

/// <summary>A residual multilayer perceptron: a linear layer in, `blocks` times x + linear(activation(norm(x))), then
/// norm, activation and a linear layer out (the order of He et al. 2016b).</summary>
static Layer ResidualMlp(int inputs, int blocks, int width, int classes, Layer activation, Func<int, Layer>? norm,
    Init init)
{
    Layer Norm() => norm is null ? Identity : norm(width);
    var layers = Linear(inputs, width, init);
    for (var block = 0; block < blocks; block++)
        layers = layers >> Residual(Norm() >> activation >> Linear(width, width, init));
    return layers >> Norm() >> activation >> Linear(width, classes, init);
}

/// <summary>Linear layers alone, normalized or not: the net of Yang et al. 2019 without its activation.</summary>
static Layer DeepLinear(int inputs, int depth, int width, int classes, Func<int, Layer>? norm, Init init) =>
    Mlp(inputs, depth, width, classes, Identity, norm, init);
