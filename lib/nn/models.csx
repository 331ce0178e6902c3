#nullable enable

public enum Placement { Before, After }

/// <summary>A multilayer perceptron: `depth` hidden layers of `width` units, each linear, normalized before or after
/// its activation, then a linear layer of one output per class. Where a normalizer stands before the activation it
/// takes the place of the bias, which it would subtract again.</summary>
/// <param name="norm">A normalizer for a number of channels; null: none.</param>
static Layer Mlp(int inputs, int depth, int width, int classes, Layer activation, Func<int, Layer>? norm, Init init,
    Placement placement = Placement.Before)
{
    var layers = Identity;
    for (var hidden = 0; hidden < depth; hidden++)
    {
        layers = layers >> Linear(hidden == 0 ? inputs : width, width, init, norm is null || placement == Placement.After);
        layers = (norm, placement) switch
        {
            (null, _) => layers >> activation,
            (_, Placement.Before) => layers >> norm(width) >> activation,
            _ => layers >> activation >> norm(width),
        };
    }
    return layers >> Linear(width, classes, init);
}
