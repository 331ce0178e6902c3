#nullable enable
// Adversarial images: small changes along the gradient that make a model err.

/// <summary>Attacks on a model in evaluation mode: no pixel / 255 changes by more than epsilon, and all stay in 0 to 1.
/// Where the model takes standardized pixels, these limits are standardized too, channel by channel.</summary>
/// <param name="Snapshot">Whose tape is used.</param>
/// <param name="Model">Attacked.</param>
public sealed record Attack(Snapshot Snapshot, Model Model, float Epsilon)
{
    // What the model takes for a pixel of 0 and of 255, and for epsilon, by channel.
    readonly IReadOnlyList<(float Low, float High, float Epsilon)> limits =
        Snapshot.Config.Standardizes(Snapshot.Data.Train.Channels)
            ? [.. Snapshot.Config.ImagesOf(Snapshot.Data.Train).StandardizedValues.Select(values =>
                (values[0], values[^1], Epsilon * (values[^1] - values[0])))]
            : [.. Enumerable.Repeat((0f, 1f, Epsilon), Snapshot.Data.Train.Channels)];

    /// <summary>The fast gradient sign method (Goodfellow et al. 2015): epsilon along the sign of the loss's gradient.
    /// </summary>
    /// <param name="images">(N, C * H * W) or (N, C, H, W), as Config.Input gives them, row by row.</param>
    public float[] Fgsm(Shape shape, float[] images, byte[] labels) =>
        Moved(shape, images, images, Gradient(shape, images, labels), 1, 1);

    /// <summary>Projected gradient descent (Madry et al. 2018): so many such steps of 2.5 epsilon / steps, each ended
    /// within epsilon of the image, from a point that is drawn within it.</summary>
    /// <param name="random">For where it starts.</param>
    /// <inheritdoc cref="Fgsm" path="/param"/>
    public float[] Pgd(Shape shape, float[] images, byte[] labels, int steps, RandomStream random)
    {
        var now = new float[images.Length];
        foreach (var (start, end, low, high, epsilon) in Planes(shape))
            for (var i = start; i < end; i++)
                now[i] = Within(images[i] + epsilon * (float)random.Uniform(-1, 1), low, high);
        for (var step = 0; step < steps; step++)
            now = Moved(shape, images, now, Gradient(shape, now, labels), 2.5f, steps);
        return now;
    }

    /// <summary>The gradient of the mean loss by the images.</summary>
    /// <inheritdoc cref="Fgsm" path="/param"/>
    public float[] Gradient(Shape shape, float[] images, byte[] labels) => Snapshot.Tape.Step(() =>
    {
        var x = Tensor.Parameter("images", shape).Assign(images);
        var loss = Model.Forward(x, Mode.Evaluation).CrossEntropy(labels);
        return Tape.Gradients(loss).Single(pair => pair.Parameter == x).Gradient.ToArray();
    });

    /// <summary>The share of images that the model classifies correctly.</summary>
    /// <inheritdoc cref="Fgsm" path="/param"/>
    public double Accuracy(Shape shape, float[] images, byte[] labels) => (double)Snapshot.Tape.Step(() =>
        Model.Forward(Tensor.From(shape, images), Mode.Evaluation).CountCorrect(labels), record: false) / labels.Length;

    // By a multiple of epsilon, over so many steps.
    float[] Moved(Shape shape, float[] images, float[] now, float[] gradient, float multiple, int steps)
    {
        var moved = new float[now.Length];
        foreach (var (start, end, low, high, epsilon) in Planes(shape))
        {
            var step = multiple * epsilon / steps;
            for (var i = start; i < end; i++)
            {
                // A net that is diverging has gradients that are no numbers, which Math.Sign would not take.
                var sign = (gradient[i] > 0 ? 1 : 0) - (gradient[i] < 0 ? 1 : 0);
                moved[i] = Within(Within(now[i] + step * sign, images[i] - epsilon, images[i] + epsilon), low, high);
            }
        }
        return moved;
    }

    // Math.Clamp branches, and which pixels leave their limits is hard to predict.
    static float Within(float value, float low, float high) => Math.Min(Math.Max(value, low), high);

    // Of images of that shape, where the numbers of each image's channels stand, with the channel's limits.
    IEnumerable<(int Start, int End, float Low, float High, float Epsilon)> Planes(Shape shape)
    {
        var plane = shape.Count / shape.Rows / limits.Count;
        return from n in Enumerable.Range(0, shape.Rows * limits.Count)
               let limit = limits[n % limits.Count]
               select (n * plane, (n + 1) * plane, limit.Low, limit.High, limit.Epsilon);
    }
}
