#nullable enable
// What is said of batch normalization: each claim with who says it, who denies it, the outcome that would show it, and
// by how much. All is declared here before any trial runs.

public static class Literature
{
    const string Program = "the program that this lab grew from";

    // What steps to the end are steps to: see Tuning.FinalAccuracy.
    const string TheEnd = "the lowest accuracy at which a tuning seed of the arm without BN ends";

    // Speed and learning rates.

    public static readonly Claim Faster = new("faster", "Batch normalization trains nets faster",
        "Ioffe and Szegedy 2015, figures 1a and 3",
        $"steps to 90% and 95% (natural images: 40% and 50%) and to the end, {TheEnd}; none over batch", Unit.Ratio,
        Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization does not train nets much faster",
        Reversed = "Batch normalization trains nets more slowly", DependsOn = "net and accuracy",
        Wording = ("very strong improvement", Region.Above(Math.Log10(3))),
    };

    public static readonly Claim Better = new("better", "Batch normalization reaches higher test accuracy", Program,
        "test accuracy at each arm's best rate, which falls linearly to 0, batch less none", Unit.Points,
        Region.Above(0.002))
    {
        Refuted = "Batch normalization does not raise test accuracy by much",
        Reversed = "Batch normalization lowers test accuracy", DependsOn = "the net",
    };

    public static readonly Claim RateIsTheGain = new("rate-is-the-gain",
        "Batch normalization gains accuracy by higher rates alone", "Bjorck et al. 2018",
        "test accuracy at a rate that falls linearly to 0, of batch at the best rate of none, less none there (at its "
        + "own best rate: see 'reaches higher test accuracy')", Unit.Points, Region.Below(0.002))
    {
        Refuted = "Batch normalization raises test accuracy even at the plain net's rate", DependsOn = "the net",
    };

    public static readonly Claim HigherRates = new("higher-lr", "Batch normalization allows much higher learning rates",
        "Ioffe and Szegedy 2015", "largest stable rate, batch over none", Unit.Ratio, Region.Above(0.5))
    {
        Refuted = "Batch normalization does not allow much higher learning rates",
        Reversed = "Batch normalization needs much lower learning rates", DependsOn = "the optimizer",
    };

    public static readonly Claim Stable = new("stable", "Batch normalization makes training more stable", Program,
        "share of the grid's rates that are lost to a seed above its best one, none less batch", Unit.Share,
        Region.Positive(0.05))
    {
        Refuted = "Batch normalization makes training no more stable",
        Reversed = "Batch normalization makes training less stable", DependsOn = "the optimizer",
        Wording = ("much", Region.Above(0.2)),
    };

    public static readonly Claim FasterInProgram = new("faster-program",
        "Batch normalization trains the original program's net faster", Program,
        "steps to 95% training accuracy (natural images: 50%) at the program's one rate, none over the other layer",
        Unit.Ratio, Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization does not train the original program's net much faster",
        Reversed = "Batch normalization trains the original program's net more slowly", DependsOn = "the layer",
    };

    public static readonly Claim AutoRate = new("auto-rate",
        "Batch normalization makes hidden weights' rate matter less", "Arora et al. 2019",
        "decades of usable rates, within those tried, of the hidden layers' weights, the others' staying, batch less "
        + "none", Unit.Decades, Region.Above(0.5))
    {
        Refuted = "Batch normalization hardly widens the rates that hidden weights bear",
        Reversed = "Batch normalization makes hidden weights' rate matter more", DependsOn = "the net",
    };

    public static readonly Claim DecayIsRate = new("decay-is-rate",
        "Weight decay of normalized weights is a learning rate",
        "van Laarhoven 2017; Zhang et al. 2019; Li and Arora 2020",
        "test accuracy with decay, less that of the growing rate that stands for decay of the hidden layers' weights",
        Unit.Points, Region.Within(0.002))
    {
        Refuted = "Weight decay of normalized weights is not only a learning rate",
        Reversed = "Weight decay does worse than the rate that stands for it",
        Exceeded = "Weight decay does better than the rate that stands for it", DependsOn = "what decays",
    };

    // Initial weights and depth.

    public static readonly Claim Initialization = new("init", "Batch normalization makes initial weights matter less",
        "Ioffe and Szegedy 2015; CS231n",
        "decades of weight scales from which the tuned net comes to 90% validation accuracy (natural images: 30%), "
        + "batch less none", Unit.Decades, Region.Above(0.5))
    {
        Refuted = "Batch normalization does not make initial weights matter much less",
        Reversed = "Batch normalization makes initial weights matter more", DependsOn = "the activation",
    };

    public static readonly Claim Deeper = new("deeper", "Batch normalization lets residual nets be deeper",
        "De and Smith 2020", "largest depth tried that trains at its tuned rate, batch over none", Unit.Ratio,
        Region.Above(0.5))
    {
        Refuted = "Batch normalization does not let residual nets be much deeper",
        Reversed = "Batch normalization keeps residual nets from being deep",
    };

    public static readonly Claim DepthLimit = new("depth-limit", "Batch normalization limits the depth of plain nets",
        "Yang et al. 2019", "largest depth tried that trains at its tuned rate, none over batch", Unit.Ratio,
        Region.Above(0.5))
    {
        Refuted = "Batch normalization hardly limits the depth of plain nets",
        Reversed = "Batch normalization lets plain nets be deeper", DependsOn = "the net",
    };

    public static readonly Claim Explodes = new("explodes",
        "Batch normalization makes gradients explode at initialization", "Yang et al. 2019",
        "growth of the squared gradient at initialization from a layer to the one before it",
        Unit.Ratio, Region.Above(Math.Log10(1.2)))
    {
        Refuted = "Batch normalization hardly makes gradients grow at initialization",
        Reversed = "Batch normalization makes gradients vanish at initialization", DependsOn = "the batch size",
        Per = "a layer",
        Wording = ("as for large batches in theory, or more", Region.Above(Math.Log10(Growth.LargeBatches))),
    };

    public static readonly Claim RankCollapse = new("rank-collapse",
        "Batch normalization keeps representations from collapsing", "Daneshmand et al. 2020, 2021",
        "effective rank of layer 50's outputs on a batch at initialization, batch over none", Unit.Ratio,
        Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization hardly keeps representations from collapsing",
        Reversed = "Batch normalization makes representations collapse", DependsOn = "the net",
    };

    public static readonly Claim Saturation = new("saturation",
        "Batch normalization keeps units from saturating and dying", "Ioffe and Szegedy 2015, section 4.2.2",
        "share of units that are saturated (sigmoid, tanh) or dead (ReLU) at the end of training, none less batch",
        Unit.Units, Region.Above(0.05))
    {
        Refuted = "Batch normalization hardly keeps units from saturating and dying",
        Reversed = "Batch normalization makes more units saturate and die", DependsOn = "the net",
    };

    public static readonly Claim SmallBranches = new("small-branches",
        "Scalars at zero replace normalization in residual nets", "De and Smith 2020; Zhang et al. 2019",
        "test accuracy of residual nets at tuned rates, with SkipInit or Fixup less with batch", Unit.Points,
        Region.Within(0.02))
    {
        Refuted = "Scalars at zero do not replace normalization in residual nets",
        Reversed = "Scalars at zero are worse than normalization in residual nets",
        Exceeded = "Scalars at zero are better than normalization in residual nets", DependsOn = "arm and depth",
    };

    // The batch.

    public static readonly Claim SmallBatch = new("small-batch", "Batch normalization does badly in small batches",
        "Wu and He 2018", "test error of batch at the end of a rate that falls to 0, less the other's", Unit.Points,
        Region.Above(0.002))
    {
        Refuted = "Batch normalization does not do badly in small batches",
        Reversed = "Batch normalization does better in small batches", DependsOn = "the batch size",
    };

    public static readonly Claim LargeBatchRates = new("higher-lr-large-batch",
        "Batch normalization's higher rates need large batches", "De and Smith 2020",
        "slope of the ratio of best rates, batch over none, over the batch size, both as logarithms", Unit.Slope,
        Region.Above(0.5 / Math.Log10(1024 / 2)))
    {
        Refuted = "Batch normalization's higher rates do not need large batches",
        Reversed = "Batch normalization's higher rates need small batches",
    };

    public static readonly Claim Ghost = new("ghost-generalizes",
        "Ghost batches generalize better in large batches", "Hoffer et al. 2017",
        "test error of batch at the end of a rate that falls to 0, less that of ghost", Unit.Points,
        Region.Above(0.002))
    {
        Refuted = "Ghost batches hardly generalize better in large batches",
        Reversed = "Ghost batches generalize worse in large batches", DependsOn = "the batch size",
    };

    public static readonly Claim Inference = new("inference", "Running statistics are good enough at inference",
        "Ioffe and Szegedy 2015, algorithm 2",
        "validation accuracy at the end of a rate that falls to 0, by running less by precise statistics, at the "
        + "usual momentum", Unit.Points,
        Region.Within(0.002))
    {
        DeniedBy = "Wu and Johnson 2021; Lian and Liu 2018", Refuted = "Running statistics differ from precise ones at "
            + "inference", Reversed = "Running statistics are not good enough at inference",
        DependsOn = "the batch size",
    };

    public static readonly Claim SortedBatches = new("sorted-batches",
        "Batches of few classes break batch normalization", "Ioffe 2017",
        "test accuracy with BN, trained in batches drawn at random less in batches of two classes", Unit.Points,
        Region.Above(0.02))
    {
        Refuted = "Batch normalization hardly minds batches of few classes",
        Reversed = "Batch normalization gains from batches of few classes",
    };

    public static readonly Claim DropoutBefore = new("dropout-before",
        "Dropout before batch normalization hurts", "Li et al. 2019",
        "test accuracy that dropout of each hidden layer's outputs costs over dropout of the last one's, which no BN "
        + "follows, with BN less without", Unit.Points, Region.Above(0.002))
    {
        Refuted = "Dropout before batch normalization hardly hurts",
        Reversed = "Dropout before batch normalization helps", DependsOn = "the share dropped",
    };

    public static readonly Claim DropoutVariance = new("dropout-variance",
        "Dropout leaves batch normalization wrong statistics", "Li et al. 2019, section 4.3",
        "validation accuracy by statistics measured again without dropout less by running ones, after dropout of each "
        + "hidden layer's outputs", Unit.Points, Region.Above(0.002))
    {
        Refuted = "Dropout leaves batch normalization statistics that are good enough",
        Reversed = "Dropout leaves batch normalization better statistics", DependsOn = "the share dropped",
    };

    public static readonly Claim RepairsCorruption = new("repairs-corruption",
        "Statistics of the test batch repair corrupted images", "Schneider et al. 2020; Nado et al. 2020",
        "accuracy on corrupted images in batches of 100, by the batches' statistics less by running ones", Unit.Points,
        Region.Above(0.02))
    {
        Refuted = "Statistics of the test batch hardly repair corrupted images",
        Reversed = "Statistics of the test batch harm corrupted images", DependsOn = "the corruption",
    };

    // Why it should work.

    public static readonly Claim Drift = new("shift-distribution",
        "Batch normalization reduces the drift of activations", "Ioffe and Szegedy 2015, figure 1",
        "path of the median input of a last-hidden unit, in its interquartile ranges, while validation accuracy rises "
        + "from 30% to 90% (natural images: 20% to 40%), none over batch", Unit.Ratio, Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization does not reduce the drift of activations by much",
        Reversed = "Batch normalization increases the drift of activations",
    };

    public static readonly Claim GradientShift = new("shift-gradient",
        "Batch normalization keeps a layer's gradient steady", "Ioffe and Szegedy 2015",
        "cosine between a layer's gradient before and after the earlier layers take their step, mean while validation "
        + "accuracy rises from 30% to 90% (natural images: 20% to 40%), batch less none", Unit.Cosine,
        Region.Above(0.1))
    {
        DeniedBy = "Santurkar et al. 2018, whose measure this is",
        Refuted = "Batch normalization keeps a layer's gradient no steadier",
        Reversed = "Batch normalization makes a layer's gradient less steady",
    };

    public static readonly Claim Smooth = new("smooth", "Batch normalization smooths the loss",
        "Santurkar et al. 2018, figure 4a", "range of the loss over distances along its gradient, none over batch",
        Unit.Ratio, Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization does not smooth the loss by much",
        Reversed = "Batch normalization makes the loss rougher", DependsOn = "the net",
    };

    public static readonly Claim SmoothGradient = new("smooth-gradient",
        "Batch normalization smooths the gradient of the loss", "Santurkar et al. 2018, figure 4b",
        "largest change of the gradient over distances along it, none over batch", Unit.Ratio,
        Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization does not smooth the gradient by much",
        Reversed = "Batch normalization makes the gradient rougher", DependsOn = "the net",
    };

    public static readonly Claim SmoothScaleFree = new("smooth-scale-free",
        "With scales taken out, batch normalization smooths the loss", "Santurkar et al. 2018, by whose measures a net "
        + "is smoother too when only its loss or its weights change in scale", "largest change of the gradient per "
        + "distance along it, as shares of the norms of gradient and weights, none over batch", Unit.Ratio,
        Region.Above(Math.Log10(1.5)))
    {
        Refuted = "With scales taken out, batch normalization does not smooth the loss by much",
        Reversed = "With scales taken out, batch normalization makes the loss rougher", DependsOn = "the net",
    };

    public static readonly Claim Edge = new("edge", "Batch normalization keeps sharpness at the edge of stability",
        "Cohen et al. 2021; Lyu et al. 2022", "largest sharpness in full-batch training, once the loss is below "
        + "0.5, times the learning rate, over 2", Unit.Ratio, Region.Within(Math.Log10(1.25)))
    {
        Refuted = "Batch normalization takes sharpness away from the edge of stability",
        Reversed = "Batch normalization keeps sharpness below the edge of stability",
        Exceeded = "Batch normalization lets sharpness exceed the edge of stability", DependsOn = "the rate",
    };

    public static readonly Claim Outliers = new("outliers", "Batch normalization shrinks outliers of the Hessian",
        "Ghorbani et al. 2019", "largest eigenvalue over the first after as many as there are classes, mean over "
        + "full-batch training, none over batch", Unit.Ratio, Region.Above(Math.Log10(1.5)))
    {
        Refuted = "Batch normalization hardly shrinks outliers of the Hessian",
        Reversed = "Batch normalization makes outliers of the Hessian larger", DependsOn = "the rate",
    };

    public static readonly Claim Undo = new("undo", "Training undoes the normalization by gamma and beta", Program
        + ", of SGD. Ioffe and Szegedy 2015, section 3, say that it can, which is arithmetic", "how far gamma and beta "
        + "go on the way from (1, 0) to the deviation and mean of what they normalize, where the layer does nothing",
        Unit.Progress, Region.Above(0.5))
    {
        Refuted = "Training does not undo the normalization by gamma and beta",
        Reversed = "Training moves gamma and beta away from undoing the normalization", DependsOn = "the net",
    };

    public static readonly Claim TwoWeights = new("two-weights", "Gamma and beta alone reach half of full training",
        "Frankle et al. 2021, whose nets come to 82%, far above chance",
        "how far gamma and beta come, learned alone, on the way from chance to the test accuracy of all weights, each "
        + "tuned", Unit.Progress, Region.Above(0.5))
    {
        Refuted = "Gamma and beta alone do not reach half of full training", DependsOn = "the net",
    };

    public static readonly Claim TwoWeightsRandom = new("two-weights-random",
        "Learning gamma and beta beats learning as many weights", "Frankle et al. 2021",
        "test accuracy of gamma and beta learned alone, less that of two weights of each unit, drawn at random and "
        + "learned alone, each tuned", Unit.Points, Region.Above(0.002))
    {
        Refuted = "Learning gamma and beta does hardly better than learning as many weights",
        Reversed = "Learning gamma and beta does worse than learning as many weights", DependsOn = "the net",
    };

    // Generalization, and what could take its place.

    public static readonly Claim Regularizes = new("regularizes", "Batch normalization regularizes",
        $"Luo et al. 2019; {Program}, which says slightly",
        "gap between training and validation accuracy at the lowest training loss that both arms of a seed reach, none "
        + "less batch", Unit.Points, Region.Positive(0.002))
    {
        Refuted = "Batch normalization does not regularize", Reversed = "Batch normalization makes overfitting worse",
        DependsOn = "images and batches", Wording = ("slightly", Region.Below(0.005)),
    };

    public static readonly Claim Vulnerable = new("vulnerable",
        "Batch normalization makes nets more vulnerable to attacks", "Galloway et al. 2019",
        "accuracy under attack at the highest clean accuracy that both arms of a seed reach, none less batch",
        Unit.Points, Region.Above(0.02))
    {
        Refuted = "Batch normalization hardly makes nets more vulnerable to attacks",
        Reversed = "Batch normalization makes nets less vulnerable to attacks", DependsOn = "the attack",
    };

    public static readonly Claim Placement = new("placement",
        "Batch normalization belongs before the activation", "Ioffe and Szegedy 2015",
        "steps to the final accuracy of the net without BN, after over before", Unit.Ratio,
        Region.Above(Math.Log10(1.5)))
    {
        DeniedBy = Program, Refuted = "Batch normalization is hardly faster before the activation",
        Reversed = "Batch normalization belongs after the activation", DependsOn = "the activation",
    };

    /// <summary>Normalizers that somebody proposed as as good, by arm; that of weights is for convnets.</summary>
    public static readonly IReadOnlyList<(string Arm, Claim Claim)> Instead =
    [
        AsGood("layer", "Layer normalization", "Ba et al. 2016"),
        AsGood("group", "Group normalization", "Wu and He 2018"),
        AsGood("noisy", "Noisy normalization", "Santurkar et al. 2018"),
        AsGood("weight_std", "Weight standardization", "Qiao et al. 2019, with group normalization"),
    ];

    static (string Arm, Claim Claim) AsGood(string arm, string name, string source) => (arm, new($"alternatives-{arm}",
        $"{name} trains as fast as batch normalization", source,
        $"steps to {TheEnd}, {arm} over batch", Unit.Ratio,
        Region.Within(Math.Log10(1.5)))
    {
        Refuted = $"{name} trains at another speed than batch normalization",
        Reversed = $"{name} trains faster than batch normalization",
        Exceeded = $"{name} trains more slowly than batch normalization", DependsOn = "the net",
    });

    public static readonly Claim CentringAlone = new("centring-alone",
        "Centring alone does as well as batch normalization", "Salimans and Kingma 2016, with weight normalization",
        $"steps to {TheEnd}, mean-only BN with weight normalization over batch",
        Unit.Ratio, Region.Within(Math.Log10(1.5)))
    {
        Refuted = "Centring alone trains at another speed than batch normalization",
        Reversed = "Centring alone trains faster than batch normalization",
        Exceeded = "Centring alone trains more slowly than batch normalization", DependsOn = "the net",
    };

    public static readonly Claim ScalingAlone = new("scaling-alone",
        "Scaling alone does as well as centring and scaling", "Zhang and Sennrich 2019, of layer normalization",
        $"steps to {TheEnd}, by root mean squares over by deviations from the mean", Unit.Ratio,
        Region.Within(Math.Log10(1.5)))
    {
        Refuted = "Scaling alone trains at another speed than centring and scaling",
        Reversed = "Scaling alone trains faster than centring and scaling",
        Exceeded = "Scaling alone trains more slowly than centring and scaling", DependsOn = "the net",
    };

    /// <summary>All claims by theme; those of a theme in the order in which they are read best.</summary>
    public static IReadOnlyList<(string Theme, IReadOnlyList<Claim> Claims)> Themes { get; } =
    [
        ("Speed and learning rates",
            [Faster, Better, RateIsTheGain, HigherRates, Stable, AutoRate, DecayIsRate, FasterInProgram]),
        ("Initial weights and depth",
            [Initialization, Deeper, DepthLimit, Explodes, RankCollapse, Saturation, SmallBranches]),
        ("The batch", [SmallBatch, LargeBatchRates, Ghost, Inference, SortedBatches]),
        ("Why it should work",
            [Drift, GradientShift, Smooth, SmoothGradient, SmoothScaleFree, Edge, Outliers, Undo, TwoWeights,
                TwoWeightsRandom]),
        ("Generalization, and what could stand in its place",
            [Regularizes, DropoutBefore, DropoutVariance, RepairsCorruption, Vulnerable, Placement,
                .. Instead.Select(one => one.Claim), CentringAlone, ScalingAlone]),
    ];

    /// <summary>The six that are told first: what the method is known for.</summary>
    public static IReadOnlyList<Claim> Main { get; } =
        [Faster, HigherRates, Initialization, Regularizes, Smooth, Drift];
}
