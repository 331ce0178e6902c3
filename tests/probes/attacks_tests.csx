#nullable enable

Test("attacks: the gradient by the images is the loss's slope, and steps keep to their limits", () =>
    Watched(Watchable with { Activation = Activation.Tanh }, [20], snapshot =>
    {
        const float Epsilon = 0.05f;
        var (shape, labels) = ((Shape)(40, 64), snapshot.Data.Train.Labels[..40]);
        var images = snapshot.Config.Input(snapshot.Data.Train, [.. Enumerable.Range(0, 40)]).ToArray();
        Attack attack = new(snapshot, snapshot.Copy(), Epsilon);
        double Loss(float[] at) => snapshot.Tape.Step(() => (double)attack.Model.Forward(Tensor.From(shape, at),
            Mode.Evaluation).CrossEntropy(labels).Item, record: false);
        float[] Along(float[] direction, float distance) => [.. images.Zip(direction, (x, d) => x + distance * d)];
        var gradient = attack.Gradient(shape, images, labels);
        var norm = TensorPrimitives.Norm<float>(gradient);
        float[] unit = [.. gradient.Select(g => g / norm)];
        ((Loss(Along(unit, 0.02f)) - Loss(Along(unit, -0.02f))) / 0.04).ShouldBe(norm, 0.01 * norm);

        var fgsm = attack.Fgsm(shape, images, labels);
        fgsm.Zip(images.Zip(gradient), (moved, was) => Math.Abs(moved
            - Math.Clamp(was.First + Epsilon * Math.Sign(was.Second), 0, 1))).Max().ShouldBeLessThan(1e-6f);
        var pgd = attack.Pgd(shape, images, labels, 10, new(1, "pgd"));
        pgd.Zip(images, (moved, was) => Math.Abs(moved - was)).Max().ShouldBeLessThan(Epsilon + 1e-6f);
        pgd.ShouldAllBe(pixel => pixel >= 0 && pixel <= 1);
        // More steps find more loss; both far more than a random change does.
        float[] noise = [.. images.Select((_, i) => i * 7 % 3 - 1f)];
        Loss(fgsm).ShouldBeGreaterThan(Loss(images) + 5 * Math.Abs(Loss(Along(noise, Epsilon)) - Loss(images)));
        Loss(pgd).ShouldBeGreaterThan(0.98 * Loss(fgsm));
        attack.Accuracy(shape, fgsm, labels).ShouldBeLessThanOrEqualTo(attack.Accuracy(shape, images, labels));
    }));

Test("attacks: a net that is diverging is attacked as well, by no step where its gradient is no number", () =>
    Watched(Watchable, [20], snapshot =>
    {
        var shape = (Shape)(40, 64);
        var images = snapshot.Config.Input(snapshot.Data.Train, [.. Enumerable.Range(0, 40)]).ToArray();
        Attack attack = new(snapshot, snapshot.Copy(), 0.05f);
        foreach (var weight in attack.Model.Parameters)
            weight.Assign(Enumerable.Repeat(float.NaN, weight.Shape.Count).ToArray());
        attack.Gradient(shape, images, snapshot.Data.Train.Labels[..40]).ShouldAllBe(one => float.IsNaN(one));
        attack.Fgsm(shape, images, snapshot.Data.Train.Labels[..40]).ShouldBe(images);
    }));

Test("attacks: where a net takes standardized colours, the limits are those of their pixels", () =>
{
    const float Epsilon = 0.05f;
    var random = new RandomStream(1, "colours");
    // The first colour varies less than the others.
    ImageSet set = new(
        [.. Enumerable.Range(0, 1_000 * 192).Select(i => (byte)random.Below(i / 64 % 3 == 0 ? 64 : 256))],
        [.. Enumerable.Range(0, 1_000).Select(_ => (byte)random.Below(10))], 8, 8, 3);
    var data = new Dataset("colours", set, set, "", null) { ValidationImages = 400 };
    Training.Run(Watchable with { Model = Architecture.Vgg, Depth = 2, Width = 4, Activation = Activation.Relu }, data,
        new Probe([], _ => [5], snapshot =>
        {
            var images = snapshot.Config.Input(set, [.. Enumerable.Range(0, 40)]);
            var (shape, values, labels) = (images.Shape, images.ToArray(), set.Labels[..40]);
            Attack attack = new(snapshot, snapshot.Copy(), Epsilon);
            double[] Pixels(float[] from, int channel) => [.. from.Where((_, i) => i / 64 % 3 == channel)
                .Select(value => set.Moments.Mean[channel] + set.Moments.Deviation[channel] * value)];
            foreach (var attacked in new[] { attack.Fgsm(shape, values, labels),
                attack.Pgd(shape, values, labels, 10, new(1, "pgd")) })
                foreach (var channel in new[] { 0, 1, 2 })
                {
                    var (before, after) = (Pixels(values, channel), Pixels(attacked, channel));
                    after.ShouldAllBe(pixel => pixel >= -1e-5 && pixel <= 1 + 1e-5);
                    before.Zip(after, (was, moved) => Math.Abs(moved - was)).Max().ShouldBe(Epsilon, 1e-5);
                }
            return [];
        })).Status.ShouldNotBe(Status.Failed);
});
