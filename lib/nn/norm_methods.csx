#nullable enable
// Normalization methods as a whole: what stands around the layers with weights of a net.

public enum Placement { Before, After }

/// <summary>A way to normalize a net, or to do without: what stands after each layer with weights and before it, what
/// is done to the weights, and how residual branches start. Each part may be missing; with none, the net is plain.
/// </summary>
/// <param name="Normalizer">Stands after a layer with weights, which then has no bias: made for a number of channels,
/// and told whether the layer is the net's last. Null: there is none, and the layer has a bias.</param>
public sealed record NormMethod(Func<int, bool, Layer>? Normalizer = null)
{
    /// <summary>A normalizer after each layer with weights but the last, made for a number of channels.</summary>
    public static NormMethod By(Func<int, Layer> normalizer) => new((channels, _) => normalizer(channels));

    /// <summary>What layers with weights make of the weights that they learn.</summary>
    public WeightMap? Weights { get; init; }

    /// <summary>The same for the layer on the net's input, whose numbers come from no activation.</summary>
    public WeightMap? FirstWeights { get; init; }

    /// <summary>Stands before each layer with weights.</summary>
    public Layer Before { get; init; } = Identity;

    /// <summary>Ends each residual branch.</summary>
    public Layer BranchEnd { get; init; } = Identity;

    /// <summary>Initial weights of a layer in a residual branch, made from the net's scheme and told whether the layer
    /// is the branch's last.</summary>
    public Func<Init, bool, Init> BranchInit { get; init; } = (init, _) => init;

    /// <summary>Initial weights of the layer that gives the classes; null: the net's scheme.</summary>
    public Init? ClassifierInit { get; init; }

    /// <summary>The normalizer of so many channels, if there is one.</summary>
    public Layer After(int channels) => Normalizer?.Invoke(channels, false) ?? Identity;

    /// <summary>An activation with the normalizer of its channels before or after it.</summary>
    public Layer Activated(Layer activation, int channels, Placement placement = Placement.Before) =>
        Normalizer is null ? activation
        : placement == Placement.Before ? After(channels) >> activation : activation >> After(channels);

    /// <summary>Whether a layer with weights has a bias: not just before a normalizer, which would subtract it again.
    /// </summary>
    public bool HasBias(Placement placement) => Normalizer is null || placement == Placement.After;

    /// <summary>A linear layer within a net.</summary>
    public Layer Dense(int fanIn, int fanOut, Init init, bool bias, bool first = false) =>
        Before >> Linear(fanIn, fanOut, init, bias, first ? FirstWeights : Weights);

    /// <summary>A convolution within a net, with kernels of an odd size.</summary>
    /// <param name="padding">Zeros on every side; null: as many as keep the number of pixels at stride 1.</param>
    public Layer Conv(int inputs, int outputs, int size, Init init, bool bias, int stride = 1, int? padding = null,
        bool first = false) => Before
        >> Conv2d(inputs, outputs, size, init, bias, padding ?? size / 2, stride, first ? FirstWeights : Weights);

    /// <summary>The linear layer that gives the classes.</summary>
    public Layer Classifier(int fanIn, int classes, Init init, bool bias = true) =>
        Before >> Linear(fanIn, classes, ClassifierInit ?? init, bias);

    /// <summary>Weight normalization (Salimans and Kingma 2016, equation 2): each output's weights are g v / |v|. At
    /// first g is |v|, so that the net starts as the plain one.</summary>
    public static NormMethod WeightNormalization { get; } = new() { Weights = Normed, FirstWeights = Normed };

    /// <summary>Weight standardization with group normalization (Qiao et al. 2019, equations 5 to 8): each output's
    /// weights less their mean, over their deviation.</summary>
    /// <param name="normalizer">Group normalization for a number of channels.</param>
    public static NormMethod WeightStandardization(Func<int, Layer> normalizer)
    {
        WeightMap map = (_, _, w) => () => w.StandardizedOutputs(1e-5);
        return By(normalizer) with { Weights = map, FirstWeights = map };
    }

    /// <summary>Scaled weight standardization (Brock et al. 2021, equation 2), a way to do without normalizers: each
    /// output's weights less their mean, over deviation times root of fan-in, times a gain that is learned. Where the
    /// input comes from an activation they are also divided by the deviation of relu(z) for a standard normal z, which
    /// is sqrt((1 - 1 / pi) / 2). Residual branches end with a learned factor that is at first 0 (Brock et al. 2021b),
    /// so that the variance does not grow with depth.</summary>
    public static NormMethod ScaledWeightStandardization { get; } = new()
    {
        Weights = Scaled(Math.Sqrt(2 / (1 - 1 / Math.PI))), FirstWeights = Scaled(1), BranchEnd = LearnedScale(0),
    };

    /// <summary>SkipInit (De and Smith 2020): no normalizer; each residual branch ends with a factor that is learned
    /// and at first 0.</summary>
    public static NormMethod SkipInit { get; } = new() { BranchEnd = LearnedScale(0) };

    /// <summary>Fixup (Zhang et al. 2019, section 3): no normalizer; numbers that are learned, at first 0, are added
    /// before each layer with weights and before each activation, and each residual branch is multiplied by one that is
    /// at first 1. The classifier and the last layer of each branch start at 0, the other layers of a branch at the
    /// scheme's weights times blocks^(-1/2), for two layers in a branch.</summary>
    /// <param name="blocks">Residual branches of the net.</param>
    public static NormMethod Fixup(int blocks) => By(_ => LearnedShift) with
    {
        Before = LearnedShift,
        BranchEnd = LearnedScale(1),
        BranchInit = (init, last) => last ? Zero : init.Scaled(1 / Math.Sqrt(blocks)),
        ClassifierInit = Zero,
    };

    static Func<Tensor> Normed(Scope scope, string layer, Tensor v)
    {
        var outputs = v.OutputCount();
        var start = v.OutputNorms().ToArray();
        var g = scope.PerChannel($"{layer}.gain", outputs, (values, _, _, _) => start.CopyTo(values));
        return () => v.TimesOutputs(g / v.OutputNorms());
    }

    static WeightMap Scaled(double gamma) => (scope, layer, w) =>
    {
        var gain = scope.PerChannel($"{layer}.gain", w.OutputCount(), One);
        var fanIn = w.Shape.Count / w.OutputCount();
        // Epsilon as in the authors' program: added to fan-in times variance.
        return () => w.StandardizedOutputs(1e-4 / fanIn).TimesOutputs(gain * (float)(gamma / Math.Sqrt(fanIn)));
    };
}

// Weights by their outputs: the columns of (in, out), the kernels of (O, C, KH, KW).

static int OutputCount(this Tensor w) => w.Shape.Rank == 2 ? w.Shape[1] : w.Shape[0];

// The norm of each output's weights, (outputs).
static Tensor OutputNorms(this Tensor w) => w.Shape.Rank == 2 ? (w * w).SumTo(w.Shape[1]).Sqrt()
    : w.AsMatrix().Squared().SumTo((w.Shape[0], 1)).Sqrt().Reshape(w.Shape[0]);

// Each output's weights times its factor, for factors (outputs).
static Tensor TimesOutputs(this Tensor w, Tensor factors) => w.Shape.Rank == 2 ? w * factors
    : (w.AsMatrix() * factors.Reshape((w.Shape[0], 1))).Reshape(w.Shape);

// Each output's weights less their mean, over sqrt(variance + epsilon).
static Tensor StandardizedOutputs(this Tensor w, double epsilon)
{
    var matrix = w.AsMatrix();
    var (rows, columns) = (matrix.Shape.Rows, matrix.Shape.Columns);
    var sets = w.Shape.Rank == 2 ? new NormalizationSets(rows, columns, 1, rows, 1, epsilon)
        : new NormalizationSets(rows, columns, 1, 1, columns, epsilon);
    return matrix.Normalize(sets, Moments.Measure(matrix, sets), null, null).Reshape(w.Shape);
}

static Tensor AsMatrix(this Tensor w) => w.Reshape((w.Shape.Rows, w.Shape.Columns));
static Tensor Squared(this Tensor x) => x * x;
