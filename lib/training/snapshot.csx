#nullable enable
// The model under training, as probes see it.

/// <summary>A model at a step of its training. EpochAccuracy is the share of this epoch's training images that were
/// classified correctly when their batch was trained on, in training mode, as Keras reports it.</summary>
public sealed record Snapshot(Config Config, Dataset Data, Tape Tape, Model Model, int Step, double EpochAccuracy)
{
    public bool EndsEpoch => Step % Config.StepsPerEpoch == 0;

    /// <summary>Learning rate of the last step.</summary>
    public double Rate => Config.RateAt(Step - 1);

    /// <summary>The model as it was before its first step.</summary>
    public Model Start() => Config.Layers(Data).ToModel(Config.Seed);

    /// <summary>The model as it is now, with memory and random streams of its own: changes to the copy do not affect
    /// the training. What it draws is what the model will draw in its next step.</summary>
    /// <param name="wrap">Called for each activation; returns the layer to put in its place.</param>
    public Model Copy(Func<Layer, Layer>? wrap = null)
    {
        var copy = Config.Layers(Data, wrap).ToModel(Config.Seed, draw: false);
        foreach (var (to, from) in copy.Parameters.Zip(Model.Parameters).Concat(copy.Buffers.Zip(Model.Buffers)))
            to.Assign(from.ToArray());
        return copy;
    }

    /// <summary>Mean loss and accuracy in evaluation mode on so many training images (or all, if fewer), spread evenly.
    /// Where the whole training takes few images, this and what follows measure fewer: see Evaluation.AtMost.</summary>
    public (double Loss, double Accuracy) OnTraining(int images) =>
        On(Data.Train, Evaluation.Spread(0, Config.TrainSize, OfWhole(Math.Min(images, Config.TrainSize))));

    /// <summary>The same on all validation images, or on 5,000 while rates are tuned; NaN where there are none.
    /// </summary>
    public (double Loss, double Accuracy) OnValidation() =>
        OnValidation(OfWhole(Evaluation.ValidationImages(Config, Data)));

    /// <summary>The same on all test images.</summary>
    public (double Loss, double Accuracy) OnTest() =>
        On(Data.Test, Evaluation.Spread(0, Data.Test.Count, OfWhole(Data.Test.Count)));

    /// <summary>The same for a curve: on 2,000 validation images, and on fewer until 10,000 images have been
    /// trained on.</summary>
    public (double Loss, double Accuracy) OnCurve() => OnValidation(CurveImages);

    /// <summary>How many validation images a curve is measured on at this step.</summary>
    public int CurveImages =>
        Evaluation.AtMost(Math.Min(Evaluation.CurveImages, Data.ValidationImages), (long)Step * Config.BatchSize);

    /// <summary>How many of some images are measured where a curve's are too few.</summary>
    public int OfWhole(int images) => Evaluation.AtMost(images, (long)Config.Steps * Config.BatchSize);

    (double, double) OnValidation(int images) => Evaluation.HasValidation(Config, Data)
        ? On(Data.Train, Evaluation.ValidationPlaces(Data, images)) : (double.NaN, double.NaN);

    (double, double) On(ImageSet set, int[] images) => Evaluation.Run(Tape, Config, Model, set, images);

    /// <summary>A batch that is the same in every measurement: the last `count` training images, by their places.
    /// </summary>
    public int[] FixedBatch(int count) =>
        [.. Enumerable.Range(Math.Max(0, Config.TrainSize - count), Math.Min(count, Config.TrainSize))];
}
