#nullable enable
// Images in memory: channels, standardization, halves, crops and flips, each against a plain computation.

static class TestImages
{
    /// <summary>Random images of so many channels, and labels 0 to 2.</summary>
    public static ImageSet Draw(int count, int channels, int height, int width, string purpose = "images")
    {
        var random = new RandomStream(1, purpose);
        return new([.. Enumerable.Range(0, count * channels * height * width).Select(_ => (byte)random.Below(256))],
            [.. Enumerable.Range(0, count).Select(i => (byte)(i % 3))], height, width, channels);
    }

    /// <summary>The pixels of one channel of all images, over 255.</summary>
    public static double[] Channel(ImageSet set, int channel) =>
        [.. from image in Enumerable.Range(0, set.Count)
            from at in Enumerable.Range(0, set.Height * set.Width)
            select set.Pixels[(image * set.Channels + channel) * set.Height * set.Width + at] / 255.0];

    /// <summary>An image as it should be: padded by 4, cropped, flipped, then padded once more.</summary>
    public static double[] Shown(ImageSet set, int image, Crop crop, int padding, Func<int, byte, double> value)
    {
        List<double> all = [];
        for (var c = 0; c < set.Channels; c++)
        {
            var padded = new double[set.Height + 8, set.Width + 8];
            for (var y = 0; y < set.Height; y++)
                for (var x = 0; x < set.Width; x++)
                    padded[y + 4, x + 4] =
                        value(c, set.Pixels[((image * set.Channels + c) * set.Height + y) * set.Width + x]);
            for (var y = -padding; y < set.Height + padding; y++)
                for (var x = -padding; x < set.Width + padding; x++)
                {
                    var outside = y < 0 || x < 0 || y >= set.Height || x >= set.Width;
                    var column = crop.Flip ? set.Width - 1 - x : x;
                    all.Add(outside ? 0 : padded[y + 4 + crop.Down, column + 4 + crop.Right]);
                }
        }
        return [.. all];
    }
}

Test("images: files of rank 4 are read with their channels, and grey ones have one", () =>
{
    var set = ImageSet.From(new("images", [2, 3, 4, 5], new byte[120]), new("labels", [2], [0, 1]), 2);
    (set.Channels, set.Height, set.Width, set.Size, set.Count).ShouldBe((3, 4, 5, 60, 2));
    ImageSet.From(SmallData.Images(3), SmallData.Labels(3), 3).Channels.ShouldBe(1);
    using var folder = new DataFolder();
    var file = folder.Put("colour", new Idx("colour", [2, 3, 4, 5], [.. Enumerable.Range(0, 120).Select(i => (byte)i)])
        .ToBytes());
    var read = Idx.Read(file, images: true, "");
    (string.Join(' ', read.Shape), (int)read.Values[119]).ShouldBe(("2 3 4 5", 119));
    Should.Throw<BadInput>(() => Idx.Read(file, images: false, "")).Message.ShouldContain("is no IDX file of labels");
});

Test("images: standardized by the training images' means and deviations, as a plain float64 computation has it", () =>
{
    var data = new Dataset("drawn", TestImages.Draw(30, 3, 9, 7), TestImages.Draw(5, 3, 9, 7, "test"), "", null);
    foreach (var set in new[] { data.Train, data.Test })
    {
        var x = new Tape().Step(() => Batches.Images(set, [4, 1], standardize: true).ToArray(), record: false);
        for (var channel = 0; channel < 3; channel++)
        {
            var all = TestImages.Channel(data.Train, channel);
            var deviation = Math.Sqrt(all.Average(v => Math.Pow(v - all.Average(), 2)));
            data.Test.Moments.Mean[channel].ShouldBe(all.Average(), 1e-12);
            data.Test.Moments.Deviation[channel].ShouldBe(deviation, 1e-12);
            foreach (var (row, image) in new[] { 4, 1 }.Index())
                for (var at = 0; at < 63; at++)
                    ((double)x[row * 189 + channel * 63 + at]).ShouldBe(
                        (set.Pixels[(image * 3 + channel) * 63 + at] / 255.0 - all.Average()) / deviation, 1e-6);
        }
    }
});

Test("images: a channel that never varies is only centred", () =>
{
    var flat = new ImageSet([.. Enumerable.Repeat((byte)51, 64)], [0], 8, 8);
    new Tape().Step(() => Batches.Images(flat, [0], standardize: true).ToArray(), record: false)
        .ShouldAllBe(value => value == 0);
});

Test("images: colour images are standardized by default, grey ones are not", () =>
{
    var (grey, colour) = (TestImages.Draw(4, 1, 8, 8), TestImages.Draw(4, 3, 8, 8));
    float[] Input(Config config, ImageSet set) =>
        new Tape().Step(() => config.Input(set, [2]).ToArray(), record: false);
    float[] Plain(ImageSet set) => [.. set.Pixels[(2 * set.Size)..(3 * set.Size)].Select(pixel => pixel * (1f / 255))];
    Input(new(), grey).ShouldBe(Plain(grey));
    Input(new() { Standardize = Standardization.Always }, grey).ShouldNotBe(Plain(grey));
    Input(new() { Standardize = Standardization.Never }, colour).ShouldBe(Plain(colour));
    ((double)Input(new(), colour).Min()).ShouldBeLessThan(-1);
});

Test("images: crops, flips and padding show what a naive reference shows", () =>
{
    foreach (var set in new[]
    {
        TestImages.Draw(9, 3, 8, 11), TestImages.Draw(9, 1, 9, 8), TestImages.Draw(9, 2, 20, 33),
    })
        foreach (var (padding, standardize) in new[] { (0, false), (2, false), (0, true), (2, true) })
            foreach (var augmentation in Enum.GetValues<Augmentation>())
            {
                int[] at = [8, 0, 3, 3, 5, 1];
                var crops = Crop.Draw(augmentation, at.Length, 5, padding);
                var x = new Tape().Step(() => Batches.Images(set, at, padding, standardize, crops).ToArray(),
                    record: false);
                var expected = at.SelectMany((image, i) => TestImages.Shown(set, image,
                    crops.Length == 0 ? default : crops[i], padding, (channel, pixel) => !standardize ? pixel / 255.0
                        : (pixel / 255.0 - set.Moments.Mean[channel]) / set.Moments.Deviation[channel])).ToList();
                x.Length.ShouldBe(expected.Count);
                for (var i = 0; i < x.Length; i++)
                    ((double)x[i]).ShouldBe(expected[i], 1e-6, $"{set.Width} {padding} {standardize} {augmentation}");
            }
});

Test("images: crops depend on seed and epoch alone, and are drawn evenly", () =>
{
    Crop.Draw(Augmentation.None, 10, 1, 0).ShouldBeEmpty();
    var crops = Crop.Draw(Augmentation.CropFlip, 8_100, 1, 0);
    crops.ShouldBe(Crop.Draw(Augmentation.CropFlip, 8_100, 1, 0));
    crops[..50].ShouldBe(Crop.Draw(Augmentation.CropFlip, 50, 1, 0));
    crops.ShouldNotBe(Crop.Draw(Augmentation.CropFlip, 8_100, 2, 0));
    crops.ShouldNotBe(Crop.Draw(Augmentation.CropFlip, 8_100, 1, 1));
    var flips = Crop.Draw(Augmentation.Flip, 8_100, 1, 0);
    flips.Select(crop => crop.Flip).ShouldBe(crops.Select(crop => crop.Flip));
    flips.ShouldAllBe(crop => crop.Down == 0 && crop.Right == 0);
    ((double)crops.Count(crop => crop.Flip)).ShouldBe(4_050, 200);
    var places = crops.CountBy(crop => (crop.Down, crop.Right)).ToList();
    places.Count.ShouldBe(81);
    foreach (var (place, count) in places) ((double)count).ShouldBe(100, 50, $"{place}");
});

// What a net is shown in training, by its loss at a rate of nothing: a BN-free linear net of fixed weights.
Test("images: all arms see the same crops, whatever their batches, and other seeds see others", () =>
{
    var data = new Dataset("drawn", TestImages.Draw(60, 3, 8, 8), TestImages.Draw(6, 3, 8, 8), "", null, 3)
    {
        ValidationImages = 10,
    };
    var config = new Config
    {
        Width = 5, Depth = 1, TrainSize = 50, BatchSize = 50, Epochs = 1, Lr = 1e-30, Augment = Augmentation.CropFlip,
    };
    double Loss(Config config) => Training.Run(config, data, new Probe([], c => [c.Steps], _ => [])).Curve[0].TrainLoss;
    var loss = Loss(config);
    Loss(config with { BatchSize = 10 }).ShouldBe(loss, 1e-6);
    foreach (var other in new[] { Augmentation.None, Augmentation.Flip })
        Math.Abs(Loss(config with { Augment = other }) - loss).ShouldBeGreaterThan(1e-4, $"{other}");
    var (one, two) = (Crop.Draw(config.Augment, 50, 1, 0), Crop.Draw(config.Augment, 50, 2, 0));
    one.ShouldNotBe(two);
    // Evaluation shows images as they are.
    var plain = Training.Run(config with { Augment = Augmentation.None }, data);
    Training.Run(config, data).ValidationLoss.ShouldBe(plain.ValidationLoss);
});

Test("images: half the resolution is the mean of 2 x 2, rounded, and its moments are its own", () =>
{
    var data = new Dataset("drawn", TestImages.Draw(6, 3, 8, 10), TestImages.Draw(3, 3, 8, 10, "test"), "", null, 3);
    var half = data.Train.Halved;
    (half.Channels, half.Height, half.Width, half.Count).ShouldBe((3, 4, 5, 6));
    for (var plane = 0; plane < 18; plane++)
        for (var y = 0; y < 4; y++)
            for (var x = 0; x < 5; x++)
            {
                int At(int dy, int dx) => data.Train.Pixels[(plane * 8 + 2 * y + dy) * 10 + 2 * x + dx];
                ((int)half.Pixels[(plane * 4 + y) * 5 + x]).ShouldBe(
                    (int)Math.Floor((At(0, 0) + At(0, 1) + At(1, 0) + At(1, 1)) / 4.0 + 0.5));
            }
    data.Test.Halved.Moments.Mean[1].ShouldBe(TestImages.Channel(half, 1).Average(), 1e-12);
    var config = new Config { Halve = true, TrainSize = 6, BatchSize = 2, Epochs = 1 };
    new Tape().Step(() => config.Input(data.Train, [0, 1]).Shape, record: false).ShouldBe(new Shape(2, 60));
    Training.Run(config, data).Status.ShouldNotBe(Status.Failed);
    Should.Throw<BadInput>(() => ConfigRules.Check(config, data with { Train = TestImages.Draw(6, 1, 9, 8) }))
        .Message.ShouldBe("halve true is out of range: false, since images of 9 x 8 pixels have no half");
});

Test("images: every convnet trains on images in colour that are not square", () =>
{
    var data = new Dataset("drawn", TestImages.Draw(12, 3, 8, 12), TestImages.Draw(3, 3, 8, 12), "", null);
    foreach (var (model, depth) in new[]
    {
        (Architecture.Lenet, 5), (Architecture.Resnet, 8), (Architecture.PreactResnet, 8), (Architecture.Vgg, 6),
    })
    {
        var config = new Config { Model = model, Depth = depth, Width = 4, TrainSize = 12, BatchSize = 4, Epochs = 1 };
        ConfigRules.Check(config, data);
        Training.Run(config, data).Status.ShouldNotBe(Status.Failed, Snake(model));
    }
});

Test("images: what changes images is named in every row", () =>
{
    var config = new Config { Halve = true, Augment = Augmentation.CropFlip, Standardize = Standardization.Always };
    Hyperparameters.ExtrasSet(config).ShouldBe(
        [("standardize", "always"), ("augment", "crop_flip"), ("halve", "true")]);
    Should.Throw<ArgumentException>(() => new Design([], [], "").Check([config]));
    new Design(["standardize", "augment", "halve"], [], "").Extras.ShouldBe(["standardize", "augment", "halve"]);
});

Test("images: some of a set are its images at these places, standardized as the set is", () =>
{
    var all = NoiseOf(20).Train;
    var some = all.At([7, 3]);
    byte[] Pixels(int at) => all.Pixels[(at * all.Size)..((at + 1) * all.Size)];
    some.Pixels.ShouldBe([.. Pixels(7), .. Pixels(3)]);
    some.Labels.ShouldBe([all.Labels[7], all.Labels[3]]);
    some.Moments.ShouldBe(all.Moments);
    some.At([1]).Moments.ShouldBe(all.Moments, "some of some");
});
