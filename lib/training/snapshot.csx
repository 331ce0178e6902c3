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
    public Model Start() => NewModel();

    /// <summary>The model as it is now, with memory and random streams of its own: changes to the copy do not affect
    /// the training. What it draws is what the model will draw in its next step.</summary>
    /// <param name="wrap">Called for each activation; returns the layer to put in its place.</param>
    public Model Copy(Func<Layer, Layer>? wrap = null)
    {
        var copy = NewModel(wrap);
        foreach (var (to, from) in copy.Parameters.Zip(Model.Parameters).Concat(copy.Buffers.Zip(Model.Buffers)))
            to.Assign(from.ToArray());
        return copy;
    }

    /// <summary>Mean loss and accuracy in evaluation mode on the first so many training images (or all, if fewer).
    /// </summary>
    public (double Loss, double Accuracy) OnTraining(int images) =>
        Evaluation.Run(Tape, Config, Model, Data.Train, 0, Math.Min(images, Config.TrainSize));

    /// <summary>Mean loss and accuracy in evaluation mode on all validation images.</summary>
    public (double Loss, double Accuracy) OnValidation() =>
        Evaluation.Run(Tape, Config, Model, Data.Train, Evaluation.ValidationStart(Data), Data.ValidationImages);

    /// <summary>Mean loss and accuracy in evaluation mode on all test images.</summary>
    public (double Loss, double Accuracy) OnTest() =>
        Evaluation.Run(Tape, Config, Model, Data.Test, 0, Data.Test.Count);

    /// <summary>A batch that is the same in every measurement: the last `count` training images, by their places.
    /// </summary>
    public int[] FixedBatch(int count) =>
        [.. Enumerable.Range(Math.Max(0, Config.TrainSize - count), Math.Min(count, Config.TrainSize))];

    Model NewModel(Func<Layer, Layer>? wrap = null) =>
        Config.Layers(Data, wrap).ToModel(Config.Seed);
}
