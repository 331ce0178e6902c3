#nullable enable
// Accuracy on images that are not as those of the training: corrupted ones, by which statistics; attacked ones.

public static class Robustness
{
    /// <summary>What images are measured: as they are, and by each corruption.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["clean", .. Corruption.All.Select(one => one.Name)];

    /// <summary>Attacks whose accuracy is measured.</summary>
    public static IReadOnlyList<string> Attacks { get; } = ["fgsm", "pgd"];

    /// <summary>In evaluation trials. At the last step, of each kind of validation images: KIND_running, the accuracy
    /// by running statistics; KIND_batch_N by those of test batches of N; KIND_sorted by those of batches of the
    /// largest N, each of one class. At about so many log-spaced steps fgsm and pgd, the accuracy under attack.
    /// </summary>
    /// <param name="sizes">N, from the smallest.</param>
    /// <param name="corrupted">How many validation images, spread evenly.</param>
    /// <param name="attacked">How many of them are attacked.</param>
    /// <param name="epsilon">Of pixels / 255.</param>
    public static Probe Probe(IReadOnlyList<int> sizes, int corrupted, int attacked, double epsilon, int pgdSteps,
        int points) => new(
        [
            .. Attacks, .. from kind in Kinds
                           from column in sizes.Select(size => $"batch_{size}").Prepend("running").Append("sorted")
                           select $"{kind}_{column}",
        ],
        config => LogSpacedSteps(config.Steps, points), snapshot => snapshot.Step < snapshot.Config.Steps
            ? UnderAttack(snapshot, attacked, epsilon, pgdSteps)
            : [.. UnderAttack(snapshot, attacked, epsilon, pgdSteps), .. Corrupted(snapshot, sizes, corrupted)]);

    /// <summary>The accuracy on validation images under each attack.</summary>
    /// <inheritdoc cref="Probe" path="/param"/>
    public static IEnumerable<(string Column, double Value)> UnderAttack(Snapshot snapshot, int attacked,
        double epsilon, int pgdSteps)
    {
        var set = ValidationImages(snapshot.Data, attacked);
        var images = snapshot.Config.Input(set, [.. Enumerable.Range(0, set.Count)]);
        var (shape, pixels, labels) = (images.Shape, images.ToArray(), set.Labels);
        var attack = new Attack(snapshot, snapshot.Copy(), (float)epsilon);
        var random = new RandomStream(snapshot.Config.Seed, $"pgd/{snapshot.Step}");
        return Attacks.Zip([attack.Accuracy(shape, attack.Fgsm(shape, pixels, labels), labels),
            attack.Accuracy(shape, attack.Pgd(shape, pixels, labels, pgdSteps, random), labels)]);
    }

    /// <summary>The accuracy on each kind of images, by each kind of statistics.</summary>
    /// <inheritdoc cref="Probe" path="/param"/>
    public static IEnumerable<(string Column, double Value)> Corrupted(Snapshot snapshot, IReadOnlyList<int> sizes,
        int corrupted)
    {
        var clean = ValidationImages(snapshot.Data, corrupted);
        int[] places = [.. Enumerable.Range(0, clean.Count)];
        foreach (var (kind, set) in Kinds.Zip(Corruption.All.Select(one => one.Of(clean)).Prepend(clean)))
        {
            var seen = snapshot with { Data = snapshot.Data with { Train = set } };
            double By(int size, Mode mode, IEnumerable<int> at) =>
                seen.AccuracyByBatch(seen.Copy(), at, Math.Min(size, places.Length), mode);
            yield return ($"{kind}_running", By(sizes[^1], Mode.Evaluation, places));
            foreach (var size in sizes) yield return ($"{kind}_batch_{size}", By(size, Mode.Training, places));
            yield return ($"{kind}_sorted", By(sizes[^1], Mode.Training, places.OrderBy(at => set.Labels[at])));
        }
    }

    /// <summary>The accuracy under an attack when the accuracy on validation images first reached a level, interpolated
    /// from the measurement before; NaN where it did not, or was above it from the first measurement on.</summary>
    public static double AtAccuracy(Trial trial, double level, string attack) =>
        FirstCrossing(trial.Curve.Select(point => (Clean: point.ValidationAccuracy, Attacked: point.Own[attack])),
            point => point.Clean >= level) is not ({ } last, var at) ? double.NaN
            : double.Lerp(last.Attacked, at.Attacked, (level - last.Clean) / (at.Clean - last.Clean));

    /// <summary>The accuracy under an attack of one trial less the other's at the highest clean accuracy that both
    /// reach; NaN where one was lost.</summary>
    public static double Matched(Trial one, Trial other, string attack)
    {
        if (one.Status != Status.Ok || other.Status != Status.Ok) return double.NaN;
        var level = Math.Min(one.Curve.Max(point => point.ValidationAccuracy),
            other.Curve.Max(point => point.ValidationAccuracy));
        return AtAccuracy(one, level, attack) - AtAccuracy(other, level, attack);
    }

    static ImageSet ValidationImages(Dataset data, int count) =>
        data.Train.At(Evaluation.ValidationPlaces(data, count));
}
