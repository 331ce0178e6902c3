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
