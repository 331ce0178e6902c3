#nullable enable
// A model under training, as probes see it.

/// <summary>A model at a step of its training. EpochAccuracy is the share of this epoch's training images that were
/// right when their batch was trained on, in training mode, as Keras reports it.</summary>
public sealed partial record Snapshot(Config Config, Dataset Data, Tape Tape, Model Model, int Step, double EpochAccuracy)
{
    public bool EndsEpoch => Step % Config.StepsPerEpoch == 0;

    /// <summary>The model as it stands, with memory and random streams of its own: whatever is done to it, training
    /// goes on as if nothing had been.</summary>
    /// <param name="around">Takes each activation, and gives what stands in its place.</param>
    public Model Copy(Func<Layer, Layer>? around = null)
    {
        var copy = Config.Layers(Data.Train.Height, Data.Train.Width, Dataset.Classes, around).ToModel(Config.Seed);
        foreach (var (to, from) in copy.Parameters.Zip(Model.Parameters).Concat(copy.Buffers.Zip(Model.Buffers)))
            to.Assign(from.ToArray());
        return copy;
    }

    public double TrainAccuracy(int images) => OnTraining(images).Accuracy;

    public double TestAccuracy() => Evaluation.Run(Tape, Config, Model, Data.Test, 0, Data.Test.Count).Accuracy;
}

/// <summary>What an experiment measures during training beside the common columns, and when. It must leave model and
/// random streams as they are.</summary>
/// <param name="Columns">Names of its columns in curves.csv.</param>
/// <param name="Steps">Steps at which to measure, in place of the common ones.</param>
/// <param name="Measure">Numbers by column; a missing one is NaN.</param>
public sealed record Probe(IReadOnlyList<string> Columns, Func<Config, IEnumerable<int>> Steps,
    Func<Snapshot, IEnumerable<(string Column, double Value)>> Measure);
