#nullable enable
// Adversarial images: small changes along the gradient that make a model err.

/// <summary>Attacks on a model in evaluation mode that takes pixels / 255: no pixel changes by more than epsilon, and
/// all stay in 0 to 1.</summary>
/// <param name="Snapshot">Whose tape is used.</param>
/// <param name="Model">Attacked.</param>
public sealed record Attack(Snapshot Snapshot, Model Model, float Epsilon)
{
    /// <summary>The fast gradient sign method (Goodfellow et al. 2015): epsilon along the sign of the loss's gradient.
    /// </summary>
    /// <param name="images">(N, C * H * W), as Config.Input gives them, row by row.</param>
    public float[] Fgsm(Shape shape, float[] images, byte[] labels) =>
        Moved(images, images, Gradient(shape, images, labels), Epsilon);

    /// <summary>Projected gradient descent (Madry et al. 2018): so many such steps of 2.5 epsilon / steps, each ended
    /// within epsilon of the image, from a point that is drawn within it.</summary>
    /// <param name="random">For where it starts.</param>
    /// <inheritdoc cref="Fgsm" path="/param"/>
    public float[] Pgd(Shape shape, float[] images, byte[] labels, int steps, RandomStream random)
    {
        float[] now = [.. images.Select(pixel =>
            Math.Clamp(pixel + Epsilon * (float)random.Uniform(-1, 1), 0, 1))];
        for (var step = 0; step < steps; step++)
            now = Moved(images, now, Gradient(shape, now, labels), 2.5f * Epsilon / steps);
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

    float[] Moved(float[] images, float[] now, float[] gradient, float distance) => [.. now.Select((pixel, i) =>
        Math.Clamp(Math.Clamp(pixel + distance * Math.Sign(gradient[i]), images[i] - Epsilon, images[i] + Epsilon),
            0, 1))];
}
