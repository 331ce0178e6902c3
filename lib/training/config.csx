#nullable enable
// What is trained: everything that a trial's result depends on, except the dataset's bytes and the code.

public enum Architecture { Mlp, Lenet, ResidualMlp, DeepLinear, Resnet, PreactResnet, Vgg }
public enum Activation { Sigmoid, Tanh, Relu }
public enum Norm
{
    None, Batch, BatchNoGamma, BatchNoBeta, BatchNoAffine, Seed, Layer, Group, Instance, Ghost, Noisy, Renorm, Rms,
    WeightNorm, WeightStd, ScaledWeightStd, SkipInit, Fixup, BatchMean, BatchMeanWeightNorm, BatchRms
}
public enum Optimization { Sgd, RmspropTorch, RmspropKeras, Adam }

/// <summary>How the learning rate changes after the warm-up. Linear and Cosine (Loshchilov and Hutter 2017, without
/// restarts): it falls to 0. Step: it falls to a tenth after 1/2, and again after 3/4, of all steps (He et al.
/// 2016).</summary>
public enum Schedule { Constant, Linear, Cosine, Step }
public enum Scheme
{
    Zero, Normal, LecunNormal, LecunUniform, GlorotNormal, GlorotUniform, HeNormal, HeUniform, Orthogonal
}

/// <summary>Where training drops outputs of a perceptron's hidden layers: of each layer, so that all normalizers but
/// the first come after dropout; or of the last, which no normalizer follows.</summary>
public enum DropoutPlace { Each, Last }
public enum Learned { All, Affine, Random }
public enum Standardization { ColourOnly, Always, Never }

/// <summary>What a trial is for. Tune: settings are selected by it. Evaluate: selected settings are measured by it.
/// Sweep: all values of a grid are set side by side, and none is selected. Test images are for Evaluate alone.
/// </summary>
public enum Role { Tune, Evaluate, Sweep }


/// <summary>One cell of a grid with one seed. The defaults are the baseline: the multilayer perceptron of Ioffe and
/// Szegedy 2015, section 4.1, on MNIST.</summary>
public record Config
{
    public string Experiment { get; init; } = "";
    public string Dataset { get; init; } = "";
    public Architecture Model { get; init; } = Architecture.Mlp;

    /// <summary>Hidden layers; of residual_mlp, blocks; of vgg, convolutions; of resnet, 6 n + 2 for n blocks in each
    /// of three stages.</summary>
    public int Depth { get; init; } = 3;

    /// <summary>Units in each hidden layer; of convnets, channels of the first stage.</summary>
    public int Width { get; init; } = 100;
    public Activation Activation { get; init; } = Activation.Sigmoid;

    /// <summary>The normalizer of the hidden layers.</summary>
    public Norm Norm { get; init; } = Norm.None;

    /// <summary>Whether the normalizer stands before or after the activation.</summary>
    public Placement Placement { get; init; } = Placement.Before;
    public Optimization Optimizer { get; init; } = Optimization.Sgd;

    /// <summary>Learning rate: where a schedule begins and a warm-up ends.</summary>
    public double Lr { get; init; } = 0.1;

    public double Momentum { get; init; }
    public double WeightDecay { get; init; }
    public Scheme Init { get; init; } = Scheme.GlorotUniform;

    /// <summary>Factor on every initial weight; with the scheme `normal`, their standard deviation.</summary>
    public double InitScale { get; init; } = 1;

    /// <summary>Examples in a batch.</summary>
    public int BatchSize { get; init; } = 60;

    /// <summary>Training images, the first of those that are not for validation.</summary>
    public int TrainSize { get; init; } = 50_000;
    public double Epochs { get; init; } = 2;
    public int Seed { get; init; } = 1;
    public Role Role { get; init; } = Role.Evaluate;

    /// <summary>The rate at the last step, to which it changes geometrically from Lr (a range test, Smith 2017); 0: the
    /// rate does not change.</summary>
    public double LrEnd { get; init; }

    /// <summary>Share of hidden layers' outputs that training drops, in `mlp`.</summary>
    public double Dropout { get; init; }

    /// <summary>Limit of the norm of all gradients together (Pascanu et al. 2013); 0: none.</summary>
    public double ClipNorm { get; init; }

    /// <summary>Which parameters are learned: all; gamma and beta alone; or, in their place, as many random weights of
    /// the hidden layers (Frankle et al. 2021).</summary>
    public Learned Learned { get; init; } = Learned.All;

    /// <summary>Whether linear layers before a normalizer have a bias too, in `mlp`.</summary>
    public bool KeepBias { get; init; }

    /// <summary>BN without gamma and beta on the network's input, in `mlp`.</summary>
    public bool NormInput { get; init; }

    /// <summary>The arm's normalizer on the network's output too, in `mlp`.</summary>
    public bool NormOutput { get; init; }

    /// <summary>Share of the newest batch in BN's running statistics.</summary>
    public double BnMomentum { get; init; } = 0.1;

    /// <summary>Whether an epoch ends with a short batch of the images that are left over. By default they are left out
    /// of the epoch: a step of another batch size just before a measurement costs points of accuracy with BN at high
    /// rates.</summary>
    public bool ShortBatch { get; init; }

    /// <summary>Which images are standardized: each pixel less its channel's mean over its deviation, both of the
    /// training images. The others are pixel / 255.</summary>
    public Standardization Standardize { get; init; } = Standardization.ColourOnly;

    /// <summary>What is done to training images at random, in training alone.</summary>
    public Augmentation Augment { get; init; } = Augmentation.None;

    /// <summary>Whether images are used at half their resolution.</summary>
    public bool Halve { get; init; }

    public Schedule Schedule { get; init; }

    /// <summary>Share of the steps in which the rate rises linearly to Lr (Goyal et al. 2017).</summary>
    public double Warmup { get; init; }

    public Decay Decay { get; init; }

    public Decayed Decayed { get; init; }

    /// <summary>Classes in a training batch, so that batches are not drawn at random; 0: they are.</summary>
    public int BatchClasses { get; init; }

    /// <summary>Factor on the learning rate of the hidden layers' weights.</summary>
    public double LrHidden { get; init; } = 1;

    /// <summary>Of which hidden layers `Dropout` is the share.</summary>
    public DropoutPlace DropoutPlace { get; init; }

    public int StepsPerEpoch =>
        Math.Max(1, ShortBatch ? (TrainSize + BatchSize - 1) / BatchSize : TrainSize / BatchSize);
    public int Steps => Math.Max(1, (int)Math.Round(Epochs * StepsPerEpoch));

    /// <summary>Learning rate of a step, the first being 0. In the W steps of a warm-up it is Lr (step + 1) / W. A
    /// linear or cosine schedule runs over the steps that are left, and would be at 0 one step after the last; the
    /// places of a step schedule are counted from the first step of all.</summary>
    public double RateAt(int step)
    {
        if (LrEnd != 0) return Lr * Math.Pow(LrEnd / Lr, step / Math.Max(1.0, Steps - 1));
        var warmup = (int)Math.Round(Warmup * Steps);
        if (step < warmup) return Lr * ((step + 1.0) / warmup);
        var done = (double)(step - warmup) / (Steps - warmup);
        return Lr * Schedule switch
        {
            Schedule.Constant => 1,
            Schedule.Linear => 1 - done,
            Schedule.Cosine => (1 + Math.Cos(Math.PI * done)) / 2,
            Schedule.Step => step < 0.5 * Steps ? 1 : step < 0.75 * Steps ? 0.1 : 0.01,
            _ => throw new ArgumentOutOfRangeException(nameof(Schedule), Schedule, null),
        };
    }

    /// <summary>This configuration without what may differ between trials of a cell (rate, seed and role), and without
    /// experiment and dataset.</summary>
    public Config ToCell() => new(this) { Experiment = "", Dataset = "", Lr = 0, Seed = 0, Role = Role.Tune };

    /// <summary>The layers, for the images of a data set as this configuration uses them.</summary>
    /// <param name="wrap">Called for each activation (of deep_linear, the identity); returns the layer to put in its
    /// place, as a probe wants it.</param>
    public Layer Layers(Dataset data, Func<Layer, Layer>? wrap = null)
    {
        var images = ImagesOf(data.Train);
        return Layers(images.Height, images.Width, data.Classes, wrap, images.Channels);
    }

    /// <summary>The layers, for images of height x width pixels.</summary>
    /// <inheritdoc cref="Layers(Dataset, Func{Layer, Layer}?)"/>
    public Layer Layers(int height, int width, int classes, Func<Layer, Layer>? wrap = null, int channels = 1)
    {
        wrap ??= layer => layer;
        var (inputs, activation) = (channels * height * width, wrap(ActivationLayer));
        return Model switch
        {
            Architecture.Mlp => Mlp(inputs, Depth, Width, classes,
                DropsAt(DropoutPlace.Each) ? activation >> Dropped : activation, Method, Initializer, Placement,
                KeepBias, NormInput ? InputNorm(inputs) : null, NormOutput ? Method.After(classes) : null,
                DropsAt(DropoutPlace.Last) ? Dropped : null),
            Architecture.Lenet => LeNet(channels, height + 2 * LenetPadding, width + 2 * LenetPadding, classes, Method,
                Initializer),
            Architecture.ResidualMlp => ResidualMlp(inputs, Depth, Width, classes, activation, Method, Initializer),
            Architecture.DeepLinear => DeepLinear(inputs, Depth, Width, classes, Method, Initializer,
                wrap(Identity)),
            Architecture.Resnet => ResNet(channels, Depth, Width, classes, activation, Method, Initializer, Placement),
            Architecture.PreactResnet => PreactivationResNet(channels, Depth, Width, classes, activation, Method,
                Initializer, Placement),
            Architecture.Vgg => Vgg(channels, Depth, Width, classes, activation, Method, Initializer, Placement),
            _ => throw new ArgumentOutOfRangeException(nameof(Model), Model, null),
        };
    }

    /// <summary>Whether the model takes images as (N, C, H, W).</summary>
    public bool IsConvnet => Model is Architecture.Lenet or Architecture.Resnet or Architecture.PreactResnet
        or Architecture.Vgg;

    /// <summary>Residual branches of the model.</summary>
    public int Branches => Model switch
    {
        Architecture.ResidualMlp => Depth,
        Architecture.Resnet or Architecture.PreactResnet => (Depth - 2) / 2,
        _ => 0,
    };

    Layer Dropped => Dropout(Dropout);

    bool DropsAt(DropoutPlace place) => Dropout > 0 && DropoutPlace == place;

    Layer InputNorm(int inputs) => BatchNorm(inputs, BnMomentum, gamma: false, beta: false);

    /// <summary>The images of a set at the resolution that is trained on.</summary>
    public ImageSet ImagesOf(ImageSet set) => Halve ? set.Halved : set;

    /// <summary>Whether images of so many channels are standardized.</summary>
    public bool Standardizes(int channels) =>
        Standardize == Standardization.Always || Standardize == Standardization.ColourOnly && channels > 1;

    /// <summary>The images at the given places as the model takes them: (N, C * H * W), or (N, C, H, W) for a convnet;
    /// for LeNet with two zeros on every side.</summary>
    /// <param name="set">At full resolution.</param>
    /// <param name="crops">How each image is shown, in training; empty: as it is.</param>
    public Tensor Input(ImageSet set, ReadOnlySpan<int> at, ReadOnlySpan<Crop> crops = default)
    {
        set = ImagesOf(set);
        var padding = Model == Architecture.Lenet ? LenetPadding : 0;
        var images = Batches.Images(set, at, padding, Standardizes(set.Channels), crops);
        return !IsConvnet ? images
            : images.Reshape((at.Length, set.Channels, set.Height + 2 * padding, set.Width + 2 * padding));
    }

    const int LenetPadding = 2;

    /// <param name="model">That it will train.</param>
    public Optimizer NewOptimizer(Model model)
    {
        Optimizer optimizer = Optimizer switch
        {
            Optimization.Sgd => new Sgd(Lr, Momentum),
            Optimization.RmspropTorch => new RmsProp(Lr),
            Optimization.RmspropKeras => new RmsProp(Lr, epsilonInside: true),
            Optimization.Adam => new Adam(Lr),
            _ => throw new ArgumentOutOfRangeException(nameof(Optimizer), Optimizer, null),
        };
        (optimizer.WeightDecay, optimizer.Decay, optimizer.Decayed) = (WeightDecay, Decay, Decayed);
        (optimizer.Hidden, optimizer.HiddenRate) = ([.. model.HiddenWeights], LrHidden);
        return optimizer;
    }

    Layer ActivationLayer => Activation switch
    {
        Activation.Sigmoid => Sigmoid,
        Activation.Tanh => Tanh,
        Activation.Relu => Relu,
        _ => throw new ArgumentOutOfRangeException(nameof(Activation), Activation, null),
    };

    // The arm.
    NormMethod Method => Norm switch
    {
        Norm.None => new(),
        Norm.Batch => NormMethod.By(channels => BatchNorm(channels, BnMomentum)),
        Norm.BatchNoGamma => NormMethod.By(channels => BatchNorm(channels, BnMomentum, gamma: false)),
        Norm.BatchNoBeta => NormMethod.By(channels => BatchNorm(channels, BnMomentum, beta: false)),
        Norm.BatchNoAffine => NormMethod.By(channels => BatchNorm(channels, BnMomentum, gamma: false, beta: false)),
        Norm.Seed => new(SeedNorm),
        Norm.Layer => NormMethod.By(channels => LayerNorm(channels)),
        Norm.Group => NormMethod.By(Grouped),
        Norm.Instance => NormMethod.By(channels => InstanceNorm(channels)),
        Norm.Ghost => NormMethod.By(channels => BatchNorm(channels, BnMomentum, ghost: GhostSize)),
        Norm.Noisy => NormMethod.By(channels => NoisyBatchNorm(channels, BnMomentum)),
        Norm.Renorm => NormMethod.By(channels => BatchRenorm(channels, RenormLimits, BnMomentum)),
        Norm.Rms => NormMethod.By(channels => RmsNorm(channels)),
        Norm.WeightNorm => NormMethod.WeightNormalization,
        Norm.WeightStd => NormMethod.WeightStandardization(Grouped),
        Norm.ScaledWeightStd => NormMethod.ScaledWeightStandardization,
        Norm.SkipInit => NormMethod.SkipInit,
        Norm.Fixup => NormMethod.Fixup(Branches),
        Norm.BatchMean => NormMethod.By(channels => BatchMean(channels, BnMomentum)),
        Norm.BatchMeanWeightNorm => NormMethod.WeightNormalization with
        {
            Normalizer = (channels, _) => BatchMean(channels, BnMomentum),
        },
        Norm.BatchRms => NormMethod.By(channels => BatchNorm(channels, BnMomentum, uncentred: true)),
        _ => throw new ArgumentOutOfRangeException(nameof(Norm), Norm, null),
    };

    /// <summary>Examples in a sub-batch of the arm `ghost`.</summary>
    public const int GhostSize = 16;

    // In deep convnets 32 groups, as Wu and He 2018, but no group of fewer than four channels; else groups of ten
    // channels. Or the nearest number that divides the channels.
    Layer Grouped(int channels)
    {
        var wanted = IsConvnet && Model != Architecture.Lenet ? Math.Min(32, channels / 4) : channels / 10;
        return GroupNorm(channels, Enumerable.Range(1, channels).Where(count => channels % count == 0)
            .MinBy(count => Math.Abs(count - wanted)));
    }

    // As in the paper (Ioffe 2017, section 4), whose training took about 130,000 steps: plain BN for 5,000 of them,
    // then growing limits, of r up to 3 at step 40,000 and of d up to 5 at step 25,000.
    (double RMax, double DMax) RenormLimits(int step)
    {
        double Grown(double by) => Math.Clamp((130_000.0 * step / Steps - 5_000) / (by - 5_000), 0, 1);
        return (1 + 2 * Grown(40_000), 5 * Grown(25_000));
    }

    Init Initializer => (Init switch
    {
        Scheme.Zero => Zero,
        Scheme.Normal => Normal(1),
        Scheme.LecunNormal => LeCunNormal,
        Scheme.LecunUniform => LeCunUniform,
        Scheme.GlorotNormal => GlorotNormal,
        Scheme.GlorotUniform => GlorotUniform,
        Scheme.HeNormal => HeNormal,
        Scheme.HeUniform => HeUniform,
        Scheme.Orthogonal => Orthogonal,
        _ => throw new ArgumentOutOfRangeException(nameof(Init), Init, null),
    }).Scaled(InitScale);
}
