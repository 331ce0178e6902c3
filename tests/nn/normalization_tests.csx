#nullable enable
// What holds of normalizers for every input, of each by its own sets of numbers, with an uneven upstream gradient;
// batches that are too small, wrong shapes, running statistics, and noise.

static void ForEach(string property, Func<Normalizer, bool> where, Action<NormCase> check, int count = 40,
    int most = 600)
{
    foreach (var n in Normalizer.All.Where(where))
        Test($"norm: {n}: {property}", () => Property.ForAll(Property.CasesOf(n, most), check, count));
}

ForEach("output, gradients and running statistics are those of the definition", _ => true, c =>
{
    var (model, x, g) = (c.Model(), c.X(), c.G());
    Ref[] inputs = [Ref.From(x), .. model.Parameters.Select(Ref.From)];
    Ref Definition(Ref[] inputs) => c.Definition(model.Parameters, inputs);
    var own = Outcome.Run(model, x, g);
    Numeric.Distance(own.Y, Definition(inputs).Values).ShouldBeLessThan(1e-5, "output");
    var sets = c.Moments(x);
    double[] upstream = [.. g.ToArray().Select(v => (double)v)];
    var names = model.Parameters.Select(parameter => parameter.Name!).Prepend("x").ToList();
    for (var which = 0; which < inputs.Length; which++)
    {
        var expected = Numeric.Gradient(Definition, inputs, which, upstream);
        var error = own.Gradients[names[which]].Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        error.ShouldBeLessThan(1e-5 * (expected.Max(Math.Abs) + (which == 0 ? c.DxTerms : 0)), names[which]);
    }
    if (c.Normalizer.Name == "ghost" || model.Buffers.Count == 0) return;
    Numeric.Distance(model.Buffers[0].ToArray(), sets.Select(set => 0.1 * set.Mean)).ShouldBeLessThan(1e-5, "mean");
    Numeric.Distance(model.Buffers[1].ToArray(), sets.Select(set =>
        0.9 + 0.1 * set.Variance * set.Places.Length / (set.Places.Length - 1))).ShouldBeLessThan(1e-5, "variance");
}, count: 15, most: 60);

// dx is orthogonal to 1 and, but for what epsilon leaves, to x^. Sums are compared to the rounding of their terms.
ForEach("dx and dx x^ add up to 0 in each set", _ => true, c =>
{
    var (x, g) = (c.X(), c.G());
    var (values, dx, upstream) = (x.ToArray(), Outcome.Run(c.Model(plain: true), x, g).Dx, g.ToArray());
    foreach (var (places, mean, variance, rate) in c.Moments(x))
    {
        double Normalized(int place) => (values[place] - mean) * rate;
        var size = rate * places.Sum(place => Math.Abs((double)upstream[place]))
            * places.Max(place => 1 + Math.Abs(Normalized(place)));
        Math.Abs(places.Sum(place => (double)dx[place])).ShouldBeLessThan(2e-6 * size);
        var left = c.Normalizer.Outside ? c.Epsilon * rate : c.Epsilon * rate * rate;
        var expected = left * rate * places.Sum(place => upstream[place] * Normalized(place));
        places.Sum(place => dx[place] * Normalized(place)).ShouldBe(expected, 2e-6 * size);
    }
});

ForEach("scaling the input by 2^k changes no bit of the output, and the gradient by 2^-k", n => !n.Outside, c =>
{
    c = c with { Epsilon = 0 };
    var (x, g) = (c.X(), c.G());
    var once = Outcome.Run(c.Model(), x, g);
    foreach (var factor in new[] { 4f, 1 / 1024f })
    {
        var scaled = Outcome.Run(c.Model(), Tensor.From(c.Shape, [.. x.ToArray().Select(v => v * factor)]), g);
        scaled.Y.ShouldBe(once.Y);
        scaled.Dx.ShouldBe(once.Dx.Select(v => v / factor));
    }
    var turned = Outcome.Run(c.Model(plain: true), -x, g);
    turned.Y.ShouldBe(Outcome.Run(c.Model(plain: true), x, g).Y.Select(v => -v));
});

ForEach("scale and shift of the input are taken out, but for epsilon and rounding", _ => true, c =>
{
    var (x, g) = (c.X(), c.G());
    var (rate, random) = (c.Moments(x).Max(set => set.Rate), new RandomStream(c.Seed, "scale"));
    var (factor, shift) = (random.Uniform(0.5, 3), random.Uniform(-10, 10));
    var moved = Tensor.From(c.Shape, [.. x.ToArray().Select(v => (float)(factor * v + shift))]);
    var (once, again) = (Outcome.Run(c.Model(plain: true), x, g), Outcome.Run(c.Model(plain: true), moved, g));
    // How much of the deviation is epsilon, at most, in either.
    var share = c.Normalizer.Outside ? 3 * c.Epsilon * rate : 5 * c.Epsilon * rate * rate;
    var largest = moved.ToArray().Max(Math.Abs);
    foreach (var (a, b) in once.Y.Zip(again.Y))
        ((double)b).ShouldBe(a, share * Math.Abs(a) + 3e-7 * largest * rate + 1e-6);
});

ForEach("a bias before it gets no gradient, summed over the channels of a set", _ => true, c =>
{
    var (inputs, channels) = (3, c.Shape[1]);
    var rank4 = c.Shape.Rank == 4;
    if (c.Shape.Rank == 3 || !rank4 && c.Normalizer.Name == "instance") return;
    var before = rank4 ? Conv2d(inputs, channels, 1, HeNormal) : Linear(inputs, channels, HeNormal);
    var model = (before >> c.Normalizer.Make(channels, c.Epsilon)).ToModel(c.Seed);
    foreach (var parameter in model.Parameters.Where(parameter => parameter.Shape.Rank == 1))
        if (!parameter.Name!.EndsWith("gamma")) parameter.Assign(c.Normals(parameter.Shape, parameter.Name).ToArray());
    var x = c.Normals(new([c.Shape[0], inputs, .. c.Shape.Sizes[2..]]), "before");
    var gradients = Outcome.Run(model, x, c.G()).Gradients;
    var (bias, weight) = (gradients.Single(pair => pair.Key.EndsWith("bias")).Value,
        gradients.Single(pair => pair.Key.EndsWith("weight")).Value);
    var size = weight.Sum(v => Math.Abs((double)v)) + c.G().ToArray().Sum(v => Math.Abs((double)v));
    foreach (var set in Enumerable.Range(0, channels).GroupBy(channel => c.Normalizer.Set(c.Shape, 0, channel)))
        Math.Abs(set.Sum(channel => (double)bias[channel])).ShouldBeLessThan(1e-5 * size);
});

// Ghost's sub-batches depend on the order.
ForEach("the order of the batch matters to nothing but rounding", n => n.Name != "ghost", c =>
{
    var order = Enumerable.Range(0, c.Shape[0]).ToArray();
    new RandomStream(c.Seed, "order").Shuffle(order);
    float[] Ordered(float[] values) => [.. order.SelectMany(n => values.Chunk(c.Shape.Columns).ElementAt(n))];
    var (x, g, model, again) = (c.X(), c.G(), c.Model(), c.Model());
    var once = Outcome.Run(model, x, g);
    Outcome.Run(again, Tensor.From(c.Shape, Ordered(x.ToArray())), Tensor.From(c.Shape, Ordered(g.ToArray())))
        .ShouldBeNear(once.Map(Ordered), 1e-5, c.DxTerms);
    foreach (var (own, reordered) in model.Buffers.Zip(again.Buffers))
        Numeric.Distance(reordered.ToArray(), Ref.From(own).Values).ShouldBeLessThan(1e-6, own.Name!);
});

// (N, C, H, W) with its channels put last, as (N * H * W, C).
static Tensor ChannelsLast(Tensor x)
{
    var (channels, length) = (x.Shape[1], x.Shape.Columns / x.Shape[1]);
    var values = x.ToArray();
    return Tensor.From((x.Shape[0] * length, channels), [.. Enumerable.Range(0, values.Length).Select(i =>
        values[(i / channels / length * channels + i % channels) * length + i / channels % length])]);
}

ForEach("(N, C, H, W) is (N * H * W, C)", n => n.Name.StartsWith("batch") || n.Outside, c =>
{
    var (x, g, model, flat) = (c.X(), c.G(), c.Model(), c.Model());
    var expected = Outcome.Run(model, x, g).Map(values => ChannelsLast(Tensor.From(c.Shape, values)).ToArray());
    Outcome.Run(flat, ChannelsLast(x), ChannelsLast(g)).ShouldBeNear(expected, 1e-5, c.DxTerms);
    foreach (var (a, b) in model.Buffers.Zip(flat.Buffers))
        Numeric.Distance(b.ToArray(), Ref.From(a).Values).ShouldBeLessThan(1e-5, a.Name!);
});

ForEach("gamma = deviation and beta = mean undo it", n => n.Name is "batch" or "seed, last layer", c =>
{
    var (x, model) = (c.X(), c.Model());
    var sets = c.Moments(x);
    var perChannel = Enumerable.Range(0, c.Shape[1]).Select(channel => sets[channel % sets.Count]).ToList();
    model.Parameters[0].Assign([.. perChannel.Select(set => (float)(1 / set.Rate))]);
    model.Parameters[1].Assign([.. perChannel.Select(set => (float)set.Mean)]);
    Numeric.Distance(Outcome.Run(model, x, c.G()).Y, Ref.From(x).Values).ShouldBeLessThan(1e-6);
});

// Runs the rows from `first` on by themselves.
static Outcome Part(Model model, Tensor x, Tensor g, int first, int count)
{
    Tensor Rows(Tensor t) => Tensor.From(new([count, .. t.Shape.Sizes[1..]]),
        t.ToArray().AsSpan(first * t.Shape.Columns, count * t.Shape.Columns));
    return Outcome.Run(model, Rows(x), Rows(g));
}

ForEach("is batch on each sub-batch, one after another", n => n.Name == "ghost", c =>
{
    var (x, g, model, rows) = (c.X(), c.G(), c.Model(), c.Shape[0]);
    var batch = BatchNorm(c.Shape[1], epsilon: c.Epsilon).ToModel(c.Seed);
    foreach (var (to, from) in batch.Parameters.Zip(model.Parameters)) to.Assign(from.ToArray());
    var own = Outcome.Run(model, x, g);
    var parts = Enumerable.Range(0, (rows + 2) / 3)
        .Select(i => Part(batch, x, g, 3 * i, Math.Min(3, rows - 3 * i))).ToList();
    own.Y.ShouldBe(parts.SelectMany(part => part.Y));
    own.Dx.ShouldBe(parts.SelectMany(part => part.Dx));
    foreach (var name in model.Parameters.Select(parameter => parameter.Name!))
        Numeric.Distance(own.Gradients[name], Enumerable.Range(0, c.Shape[1])
            .Select(channel => parts.Sum(part => (double)part.Gradients[name][channel]))).ShouldBeLessThan(1e-5, name);
    foreach (var (a, b) in model.Buffers.Zip(batch.Buffers)) a.ToArray().ShouldBe(b.ToArray(), a.Name!);
});

ForEach("is ghost with one sub-batch, bit for bit", n => n.Name == "batch", c =>
{
    var ghost = BatchNorm(c.Shape[1], epsilon: c.Epsilon, ghost: c.Shape[0] + c.Seed % 2).ToModel(c.Seed);
    var batch = BatchNorm(c.Shape[1], epsilon: c.Epsilon).ToModel(c.Seed);
    var (own, other) = (Outcome.Run(batch, c.X(), c.G()), Outcome.Run(ghost, c.X(), c.G()));
    other.Y.ShouldBe(own.Y);
    other.Dx.ShouldBe(own.Dx);
    foreach (var (a, b) in ghost.Buffers.Zip(batch.Buffers)) a.ToArray().ShouldBe(b.ToArray(), a.Name!);
});

// Without gamma and beta, the channels of a group are one channel of as many more positions.
ForEach("is instance of its groups, each seen as one channel", n => n.Name is "layer" or "group", c =>
{
    var parts = c.Normalizer.Name == "layer" || c.Shape[1] % 3 != 0 ? 1 : 3;
    var grouped = GroupNorm(c.Shape[1], parts, c.Epsilon, gamma: false, beta: false).ToModel(0);
    var instance = InstanceNorm(parts, c.Epsilon, gamma: false, beta: false).ToModel(0);
    Shape seen = (c.Shape[0], parts, c.Shape.Columns / parts);
    Outcome.Run(grouped, c.X(), c.G())
        .ShouldBeNear(Outcome.Run(instance, c.X().Reshape(seen), c.G().Reshape(seen)), 1e-5, c.DxTerms);
});

ForEach("is batch on each example alone", n => n.Name == "instance", c =>
{
    var (instance, batch) = (c.Model(plain: true), BatchNorm(c.Shape[1], epsilon: c.Epsilon).ToModel(0));
    var (x, g) = (c.X(), c.G());
    var own = Outcome.Run(instance, x, g);
    var alone = Enumerable.Range(0, c.Shape[0]).Select(n => Part(batch, x, g, n, 1)).ToList();
    own.Y.ShouldBe(alone.SelectMany(part => part.Y));
    own.Dx.ShouldBe(alone.SelectMany(part => part.Dx));
});

ForEach("one part is layer and as many as channels are instance, bit for bit", n => n.Name == "instance", c =>
{
    var channels = c.Shape[1];
    foreach (var (group, other) in new[] { (GroupNorm(channels, 1), LayerNorm(channels)),
        (GroupNorm(channels, channels), InstanceNorm(channels)) })
        Outcome.Run(group.ToModel(0), c.X(), c.G()).Y.ShouldBe(Outcome.Run(other.ToModel(0), c.X(), c.G()).Y);
});

ForEach("evaluation is affine, the same in any company, and leaves the buffers alone", n => n.Tracks, c =>
{
    var model = c.Model();
    foreach (var step in new[] { "first", "second" }) Outcome.Run(model, c.X(step), c.G());
    var (before, x, g) = (model.Buffers.Select(buffer => buffer.ToArray()).ToList(), c.X(), c.G());
    var together = Outcome.Run(model, x, g, Mode.Evaluation);
    for (var n = 0; n < c.Shape[0]; n++)
    {
        Shape one = new([1, .. c.Shape.Sizes[1..]]);
        var (from, to) = (n * c.Shape.Columns, (n + 1) * c.Shape.Columns);
        var alone = Outcome.Run(model, Tensor.From(one, x.ToArray()[from..to]), Tensor.From(one, g.ToArray()[from..to]),
            Mode.Evaluation);
        alone.Y.ShouldBe(together.Y[from..to]);
        alone.Dx.ShouldBe(together.Dx[from..to]);
    }
    var length = c.Shape.Columns / c.Shape[1];
    double Value(string name, int channel, double otherwise) =>
        model.Parameters.FirstOrDefault(p => p.Name!.EndsWith(name))?.ToArray()[channel] ?? otherwise;
    double Slope(int place) => place / length % c.Shape[1] is var channel
        ? Value("gamma", channel, 1) / Math.Sqrt(before[1][channel] + c.Epsilon) : 0;
    Numeric.Distance(together.Y, x.ToArray().Select((v, place) => place / length % c.Shape[1] is var channel
        ? (v - before[0][channel]) * Slope(place) + Value("beta", channel, 0) : 0)).ShouldBeLessThan(1e-5, "output");
    Numeric.Distance(together.Dx, g.ToArray().Select((v, place) => v * Slope(place))).ShouldBeLessThan(1e-5, "dx");
    foreach (var (buffer, values) in model.Buffers.Zip(before)) buffer.ToArray().ShouldBe(values, buffer.Name!);
});

Test("edge: batch 1 is an error that says so in (1, C), and legal with positions", () =>
{
    foreach (var norm in new[] { BatchNorm(3), BatchNorm(3, ghost: 2), NoisyBatchNorm(3) })
        Should.Throw<ArgumentException>(() => Normalized(norm, (1, 3), 1, 2, 3)).Message
            .ShouldBe("norm1: one value per channel in (1, 3) has no variance to normalize by; "
                + "train with at least 2 values per channel");
    Should.Throw<ArgumentException>(() => Normalized(BatchNorm(1, ghost: 2), (5, 1), 1, 2, 3, 4, 5)).Message
        .ShouldContain("one value per channel");
    Should.Throw<ArgumentException>(() => Normalized(InstanceNorm(2), (2, 2), 1, 2, 3, 4)).Message
        .ShouldBe("norm1: each set of (2, 2) is a single value, which has no variance");
    Normalized(BatchNorm(2, epsilon: 0), (1, 2, 1, 2), 1, 3, 5, 9).Y.ShouldBe([-1, 1, -1, 1]);
    // In evaluation running statistics stand in.
    BatchNorm(2, epsilon: 0).ToModel(0).Forward(Tensor.From((1, 2), [3, 4]), Mode.Evaluation).ToArray()
        .ShouldBe([3, 4]);
});

Test("edge: a wrong rank or number of channels is named", () =>
{
    Layer[] norms = [BatchNorm(4), LayerNorm(4), GroupNorm(4, 2), InstanceNorm(4), SeedNorm(4), NoisyBatchNorm(4)];
    foreach (var norm in norms)
        foreach (var shape in new Shape[] { 4, (2, 3), (4, 2), (2, 3, 4), (2, 3, 4, 4), new([2, 4, 2, 2, 2]) })
            Should.Throw<ArgumentException>(() => norm.ToModel(0).Forward(Tensor.Filled(shape, 1), Mode.Training))
                .Message.ShouldBe($"a normalizer for 4 channels got {shape}; "
                    + "(N, 4), (N, 4, L) or (N, 4, H, W) is wanted");
    Should.Throw<ArgumentException>(() => GroupNorm(4, 3)).Message
        .ShouldBe("4 channels do not divide into 3 equal groups");
});

Test("edge: without momentum running statistics are the mean over batches, ghost's sub-batches counted each", () =>
{
    foreach (var ghost in new[] { 0, 3 })
    {
        var model = BatchNorm(4, momentum: null, ghost: ghost).ToModel(0);
        var seen = new List<(double[] Mean, double[] Variance)>();
        for (var batch = 0; batch < 4; batch++)
        {
            var x = Numeric.Draw((6 + batch % 2 * 3, 4), $"batch {batch}");
            Outcome.Run(model, x, x);
            foreach (var rows in x.ToArray().Chunk(4).Chunk(ghost == 0 ? 99 : ghost))
            {
                double[] mean = [.. Enumerable.Range(0, 4).Select(c => rows.Average(row => (double)row[c]))];
                seen.Add((mean, [.. Enumerable.Range(0, 4).Select(c =>
                    rows.Sum(row => (row[c] - mean[c]) * (row[c] - mean[c])) / (rows.Length - 1))]));
            }
        }
        var (means, variances) = (Enumerable.Range(0, 4).Select(c => seen.Average(batch => batch.Mean[c])),
            Enumerable.Range(0, 4).Select(c => seen.Average(batch => batch.Variance[c])));
        Numeric.Distance(model.Buffers[0].ToArray(), means).ShouldBeLessThan(1e-6, "mean");
        Numeric.Distance(model.Buffers[1].ToArray(), variances).ShouldBeLessThan(1e-6, "variance");
        model.Buffers[2].Item.ShouldBe(seen.Count);
    }
});

Test("edge: running statistics forget their start as 0.9^t, and scatter as the mean over 19 batches does", () =>
{
    const int Batches = 80;
    // All batches are 0 but one, the i-th, which is 1: what is left of it in the running mean is its weight.
    (double Mean, double Variance) After(int one)
    {
        var model = BatchNorm(1, momentum: 0.1).ToModel(0);
        for (var batch = 0; batch < Batches; batch++)
        {
            var x = Tensor.Filled((4, 1), batch == one ? 1 : 0);
            Outcome.Run(model, x, x);
        }
        return (model.Buffers[0].Item, model.Buffers[1].Item);
    }
    // No batch has a variance, and the start is 1.
    After(-1).Variance.ShouldBe(Math.Pow(0.9, Batches), 1e-6 * Math.Pow(0.9, Batches) + 1e-9);
    double[] weights = [.. Enumerable.Range(0, Batches).Select(i => After(i).Mean)];
    weights.Sum().ShouldBe(1 - Math.Pow(0.9, Batches), 1e-6);
    // As many equal weights would scatter as little: (2 - momentum) / momentum.
    (1 / weights.Sum(weight => weight * weight)).ShouldBe(19, 0.01);
});

// Noise: a stretch and a shift of BN's output.

Test("edge: noisy is batch in evaluation, and in training batch stretched and shifted anew in each step", () =>
{
    foreach (var shape in new Shape[] { (64, 3), (64, 3, 2), (64, 3, 2, 2) })
    {
        var (x, g) = (Numeric.Draw(shape, "x"), Numeric.Draw(shape, "g"));
        var (noisy, again, other, batch) = (NoisyBatchNorm(3).ToModel(1), NoisyBatchNorm(3).ToModel(1),
            NoisyBatchNorm(3).ToModel(2), BatchNorm(3).ToModel(1));
        var (first, second) = (Outcome.Run(noisy, x, g), Outcome.Run(noisy, x, g));
        second.Y.ShouldNotBe(first.Y);
        Outcome.Run(again, x, g).Y.ShouldBe(first.Y);
        Outcome.Run(again, x, g).Y.ShouldBe(second.Y);
        Outcome.Run(other, x, g).Y.ShouldNotBe(first.Y);
        var plain = Outcome.Run(batch, x, g);
        Outcome.Run(batch, x, g);
        foreach (var (a, b) in noisy.Buffers.Zip(batch.Buffers)) a.ToArray().ShouldBe(b.ToArray(), a.Name!);
        Outcome.Run(noisy, x, g, Mode.Evaluation).Y.ShouldBe(Outcome.Run(batch, x, g, Mode.Evaluation).Y);
        // y = stretch * x^ + shift: over a channel the slope of y on x^ is near the stretch, the mean near the shift.
        var length = shape.Columns / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            var places = Enumerable.Range(0, first.Y.Length).Where(i => i / length % 3 == channel).ToList();
            places.Average(i => (double)first.Y[i]).ShouldBeInRange(-0.65, 0.65);
            places.Average(i => (double)first.Y[i] * plain.Y[i]).ShouldBeInRange(0.9, 1.4);
        }
        // One stretch and one shift for all positions of an example and channel.
        if (length == 4)
            for (var at = 0; at < first.Y.Length; at += 4)
            {
                double Slope(int i, int j) => (first.Y[at + i] - first.Y[at + j]) / (plain.Y[at + i] - plain.Y[at + j]);
                Slope(0, 1).ShouldBe(Slope(2, 3), 0.02);
            }
    }
});
