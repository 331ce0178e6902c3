#nullable enable
// Which numbers of a model are learned.

/// <summary>What of a model's gradients reaches the optimizer. Of Learned.Random, that is two weights of each unit (or
/// channel) of the hidden layers, drawn from a stream of the layer: as many as BN has gamma and beta (Frankle et al.
/// 2021, section 4).</summary>
public sealed class Learnable(Config config, Model model)
{
    /// <summary>Of each unit: gamma and beta are two.</summary>
    const int Each = 2;

    readonly Dictionary<Tensor, Tensor> masks = config.Learned != Learned.Random ? []
        : model.HiddenWeights.ToDictionary(weight => weight, weight => Mask(weight,
            new(config.Seed, $"learned/{weight.Name}")), (IEqualityComparer<Tensor>)ReferenceEqualityComparer.Instance);

    /// <summary>Whether all gradients pass as they are.</summary>
    public bool IsAll => config.Learned == Learned.All;

    /// <summary>The gradients of what is learned; masked where of a parameter only some numbers are.</summary>
    public IEnumerable<(Tensor Parameter, Tensor Gradient)> Of(IEnumerable<(Tensor Parameter, Tensor Gradient)> all) =>
        config.Learned switch
        {
            Learned.All => all,
            Learned.Affine => all.Where(pair => pair.Parameter.Name!.EndsWith(".gamma")
                || pair.Parameter.Name!.EndsWith(".beta")),
            _ => from pair in all
                 where masks.ContainsKey(pair.Parameter)
                 select (pair.Parameter, pair.Gradient * masks[pair.Parameter]),
        };

    // 1 for the weights that are learned, 0 for the others: (in, out), or kernels (O, C, KH, KW).
    static Tensor Mask(Tensor weight, RandomStream random)
    {
        var outputs = weight.Shape.Rank == 2 ? weight.Shape[1] : weight.Shape[0];
        var fanIn = weight.Shape.Count / outputs;
        var mask = new float[weight.Shape.Count];
        for (var output = 0; output < outputs; output++)
        {
            var inputs = Enumerable.Range(0, fanIn).ToArray();
            random.Shuffle(inputs);
            foreach (var input in inputs.Take(Each))
                mask[weight.Shape.Rank == 2 ? input * outputs + output : output * fanIn + input] = 1;
        }
        // It lies in memory as the weight and its gradient do, so that they are multiplied without copies.
        return Tensor.From(weight.Shape, mask).Values.In(weight.Layout);
    }
}
