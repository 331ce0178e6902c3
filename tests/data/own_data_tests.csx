#nullable enable
// Data of one's own: a folder of four IDX files, and MNIST as other programs keep it.

static class Own
{
    /// <summary>Puts noisy images into a folder; their class is told by which pixels are bright.</summary>
    public static void Put(DataFolder folder, string under, int classes, int[] size, int train = 600, int test = 100,
        string format = "{0}-idx{1}-ubyte", bool zipped = false, Func<Idx[], Idx[]>? spoil = null)
    {
        Idx[] Part(int count, string purpose)
        {
            var (random, pixels) = (new RandomStream(1, purpose), size.Aggregate(1, (product, side) => product * side));
            byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % classes))];
            byte[] values = [.. labels.SelectMany(label => Enumerable.Range(0, pixels)
                .Select(at => (byte)(random.Below(60) + (at % classes == label ? 180 : 0))))];
            return [new("images", [count, .. size], values), new("labels", [count], labels)];
        }
        Idx[] parts = [.. Part(train, "train"), .. Part(test, "test")];
        foreach (var (i, part) in (spoil?.Invoke(parts) ?? parts).Index())
            folder.Put(Path.Combine(under, FileName(i, part.Shape.Length, format) + (zipped ? ".gz" : "")),
                zipped ? SmallData.Zip(part.ToBytes()) : part.ToBytes());
    }

    public static string FileName(int part, int rank, string format) =>
        string.Format(format, IdxFiles.Names[part][..IdxFiles.Names[part].IndexOf("-idx")], rank);

    public static Dataset Load(string folder) => LoadDatasetFrom(folder, SmallData.Places("/no"));

    public static string Refused(string folder) => Should.Throw<BadInput>(() => Load(folder)).Message;
}

foreach (var (name, classes, size, format, zipped) in new (string, int, int[], string, bool)[]
{
    ("62 classes of 28 x 28", 62, [28, 28], "{0}-idx{1}-ubyte", false),
    ("62 classes of 28 x 28, gzipped", 62, [28, 28], "{0}-idx{1}-ubyte", true),
    ("3 classes of 40 x 24 in colour", 3, [3, 40, 24], "{0}-idx{1}-ubyte", false),
    ("3 classes of 40 x 24 in colour, named with a dot", 3, [3, 40, 24], "{0}.idx{1}-ubyte", false),
    ("2 classes of 8 x 8, named with a dot and gzipped", 2, [1, 8, 8], "{0}.idx{1}-ubyte", true),
})
    Test($"own data: {name} are read, and a perceptron learns them", () =>
    {
        using var folder = new DataFolder();
        Own.Put(folder, "mine", classes, size, format: format, zipped: zipped);
        var data = Own.Load(Path.Combine(folder.Path, "mine"));
        (data.Name, data.Classes, data.Train.Count, data.Test.Count).ShouldBe(("mine", classes, 600, 100));
        (data.ValidationImages, data.Train.Channels, data.Train.Height, data.Train.Width)
            .ShouldBe((100, size.Length == 2 ? 1 : size[0], size[^2], size[^1]));
        data.Notice.ShouldBeNull();
        Own.Load(Path.Combine(folder.Path, "mine/")).Fingerprint.ShouldBe(data.Fingerprint);
        var config = new Config
        {
            TrainSize = 500, BatchSize = 10, Epochs = 4, Norm = Norm.Batch, Lr = 0.1,
            Activation = Activation.Relu, Width = 50, Depth = 1,
        };
        ConfigRules.Check(config, data);
        var trial = Training.Run(config, data);
        trial.Reason.ShouldBe("");
        trial.ValidationAccuracy.ShouldBeGreaterThan(0.8);
        Should.Throw<BadInput>(() => ConfigRules.Check(config with { TrainSize = 501 }, data)).Message
            .ShouldContain("1 to 500");
    });

Test("own data: stuck and diverged follow the number of classes", () =>
{
    Divergence.StuckBelow(0.1).ShouldBe(0.2);
    Divergence.StuckBelow(1 / 62.0).ShouldBe(2 / 62.0);
    Divergence.StuckBelow(0.5).ShouldBe(0.6);
    Divergence.StuckBelow(0.9).ShouldBe(0.95, 1e-12);
    Trial Of(DatasetFacts facts) => new(new()) { ValidationAccuracy = 0.15, Data = facts };
    Of(DatasetFacts.Mnist).IsStuck.ShouldBeTrue();
    Of(DatasetFacts.Mnist with { Classes = 62, Chance = 1 / 62.0 }).IsStuck.ShouldBeFalse();
    // 5 ln(62) is 20.6, and 5 ln(2) is 3.5.
    foreach (var (classes, lost) in new[] { (62, false), (10, true), (2, true) })
    {
        var watch = new LossWatch(1, classes);
        for (var i = 0; i < 400 && watch.Reason is null; i++) watch.See(15);
        (watch.Excess >= Divergence.Default).ShouldBe(lost, $"{classes} classes");
    }
});

Test("own data: chance is the share of the most frequent class", () =>
{
    using var folder = new DataFolder();
    Own.Put(folder, "mine", 3, [8, 8], spoil: parts =>
        [parts[0], new("labels", [600], [.. parts[1].Values.Select((label, i) => i % 2 == 0 ? (byte)0 : label)]),
            .. parts[2..]]);
    var data = Own.Load(Path.Combine(folder.Path, "mine"));
    data.Chance.ShouldBe(2 / 3.0, 1e-12);
    data.Facts.Chance.ShouldBe(data.Chance);
});

foreach (var (fault, says, spoil) in new (string, string, Func<Idx[], Idx[]>)[]
{
    ("more labels than images", "train-labels-idx1-ubyte holds 601 labels for 600 images: mend the file",
        p => [p[0], new("labels", [601], [.. p[1].Values, 0]), p[2], p[3]]),
    ("fewer test labels than images", "t10k-labels-idx1-ubyte holds 99 labels for 100 images: mend the file",
        p => [p[0], p[1], p[2], new("labels", [99], p[3].Values[..99])]),
    ("images too small", "train-images-idx3-ubyte has images of 7 x 8 pixels, and 8 x 8 are the smallest: mend",
        p => [new("images", [600, 7, 8], new byte[600 * 56]), p[1], new("images", [100, 7, 8], new byte[5600]), p[3]]),
    ("test images of another size", "t10k-images-idx3-ubyte has images of 8 x 9, and those to train on are of 8 x 8",
        p => [p[0], p[1], new("images", [100, 8, 9], new byte[7200]), p[3]]),
    ("one class", "train-labels-idx1-ubyte has one class alone, and 2 to 256 are possible",
        p => [p[0], new("labels", [600], new byte[600]), p[2], new("labels", [100], new byte[100])]),
    ("a class without images", "train-labels-idx1-ubyte has no label 3, and the largest label is 4",
        p => [p[0], p[1], p[2], new("labels", [100], [.. p[3].Values[..99], 4])]),
    ("five images", "train-images-idx3-ubyte has 5 images, and 6 are the fewest",
        p => [new("images", [5, 8, 8], new byte[320]), new("labels", [5], [0, 1, 2, 0, 1]), p[2], p[3]]),
})
    Test($"own data: {fault} are refused in a line that names the file", () =>
    {
        using var folder = new DataFolder();
        Own.Put(folder, "mine", 3, [8, 8], spoil: spoil);
        var message = Own.Refused(Path.Combine(folder.Path, "mine"));
        message.ShouldContain(says);
        message.ShouldStartWith(Path.Combine(folder.Path, "mine"));
        message.ShouldNotContain('\n');
    });

Test("own data: a folder that lacks a file, is none, or has one twice", () =>
{
    using var folder = new DataFolder();
    Own.Put(folder, "mine", 3, [8, 8]);
    var mine = Path.Combine(folder.Path, "mine");
    Own.Refused(Path.Combine(folder.Path, "nosuch")).ShouldEndWith("nosuch: there is no such folder");
    folder.Put("mine/train-images-idx4-ubyte", [1]);
    Own.Refused(mine).ShouldContain("holds both train-images-idx3-ubyte and train-images-idx4-ubyte: delete one");
    File.Delete(Path.Combine(mine, "train-images-idx4-ubyte"));
    folder.Put("mine/t10k-labels-idx1-ubyte.gz", [1]);
    Own.Load(mine).Test.Count.ShouldBe(100);
    File.Delete(Path.Combine(mine, "t10k-labels-idx1-ubyte.gz"));
    File.Delete(Path.Combine(mine, "train-labels-idx1-ubyte"));
    Own.Refused(mine).ShouldBe($"--data {mine} lacks train-labels-idx1-ubyte, with a dash or a dot before idx, gzipped "
        + "or not; it holds t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, train-images-idx3-ubyte");
});

Test("own data: images sorted by class are noticed", () =>
{
    using var folder = new DataFolder();
    Own.Put(folder, "mine", 10, [8, 8], spoil: p =>
        [p[0], new("labels", [600], [.. p[1].Values.Order()]), p[2], p[3]]);
    Own.Load(Path.Combine(folder.Path, "mine")).Notice.ShouldBe("mine: the last 100 training images, which are for "
        + "validation, have fewer than half of the 10 classes: shuffle images and labels");
});

Test("own data: a folder is named by its last name, and never goes by the name of a known data set", () =>
{
    OwnData.NameOf("a/b/letters/").ShouldBe("letters");
    OwnData.NameOf("../data/mnist").ShouldBe("mnist (own)");
    OwnData.NameOf("mnist").ShouldBe("mnist");
    foreach (var (data, isFolder) in new[] { ("./x", true), ("mnist", false), ("nosuch", false), ("/", true) })
        OwnData.IsFolder(data).ShouldBe(isFolder, data);
    using var folder = new DataFolder();
    Own.Put(folder, "digits", 3, [8, 8]);
    Own.Load(Path.Combine(folder.Path, "digits")).Name.ShouldBe("digits (own)");
});

Test("own data: experiments use as many images as there are", () =>
{
    Lab Of(Preset preset, int train, int validation) => new(preset, null,
        DatasetFacts.Mnist with { TrainingImages = train, ValidationImages = validation });
    new Lab(Preset.Standard).Baseline.ShouldBe(new Config());
    new Lab(Preset.Smoke).Baseline.TrainSize.ShouldBe(12_000);
    Of(Preset.Standard, 30_000, 5_000).Baseline.TrainSize.ShouldBe(25_000);
    Of(Preset.Smoke, 600, 100).Images(6_000, 30_000, 50_000).ShouldBe(500);
});

Test("own data: nearly CIFAR-10, as it lies in a folder", () =>
{
    var path = Path.Combine(Environment.GetEnvironmentVariable("LAB_DATA") ?? "", "cifar10-jpeg");
    if (!Directory.Exists(path)) Skip("LAB_DATA has no cifar10-jpeg/");
    var data = Own.Load(path);
    (data.Train.Count, data.Test.Count, data.Train.Channels, data.Train.Height, data.Classes, data.ValidationImages)
        .ShouldBe((30_000, 5_000, 3, 32, 10, 5_000));
    foreach (var (channel, (mean, deviation)) in new[] { (0.492, 0.245), (0.483, 0.243), (0.447, 0.260) }.Index())
    {
        data.Train.Moments.Mean[channel].ShouldBe(mean, 6e-4);
        data.Train.Moments.Deviation[channel].ShouldBe(deviation, 6e-4);
    }
});

foreach (var (name, under, format) in new[]
{
    ("as torchvision keeps it", "Small/raw", "{0}-idx{1}-ubyte"), ("named with a dot", "small", "{0}.idx{1}-ubyte"),
    ("in the folder itself", "", "{0}-idx{1}-ubyte"), ("in the folder itself, with a dot", "", "{0}.idx{1}-ubyte"),
    ("in raw/ of its own folder", "small/raw", "{0}-idx{1}-ubyte"),
})
    foreach (var zipped in new[] { false, true })
        Test($"data: a known data set is found {name}{(zipped ? ", gzipped" : "")}", () =>
        {
            using var folder = new DataFolder();
            foreach (var (i, bytes) in (zipped ? SmallData.Zipped : SmallData.Plain).Index())
                folder.Put(Path.Combine(under, Own.FileName(i, i % 2 == 0 ? 3 : 1, format) + (zipped ? ".gz" : "")),
                    bytes);
            var places = SmallData.Places("/no") with { Given = folder.Path };
            (SmallData.Archive with { Torchvision = "Small" }).Find(places).ShouldNotBeNull().Train.Pixels
                .ShouldBe(SmallData.Parts[0].Values);
        });

Test("data: where MNIST lies under another name, the notice and the refusal say so", () =>
{
    using var folder = new DataFolder();
    SmallData.Digits.Value.Notice.ShouldBeNull();
    folder.Put("old/numbers/train-images.idx3-ubyte", [1]);
    folder.Put("notes.txt", [1]);
    var places = SmallData.DigitsPlaces with { Given = folder.Path };
    var says = $"; LAB_DATA={folder.Path} holds notes.txt, old/, but not mnist/, MNIST/raw/ or the four files "
        + "themselves (train-images-idx3-ubyte and so on); there is old/numbers/train-images.idx3-ubyte: if this is "
        + "what you mean, rename its folder, or give --data its path";
    LoadDatasetFrom(null, places).Notice.ShouldNotBeNull().ShouldEndWith(says);
    Should.Throw<BadInput>(() => LoadDatasetFrom("mnist", places)).Message.ShouldEndWith(says);
});

Test("data: plain files of which only the gzipped ones' checksums are known are called unchecked, and are checked as "
    + "far as possible", () =>
{
    var archive = Archive.FashionMnist with { Sizes = [(20, 8), (10, 8)] };
    string? NoticeOf(Func<Idx[], Idx[]>? spoil = null, bool zipped = false)
    {
        using var folder = new DataFolder();
        Own.Put(folder, "fashion-mnist", 10, [8, 8], 20, 10, zipped: zipped, spoil: spoil);
        return archive.Find(SmallData.Places("/no") with { Given = folder.Path }).ShouldNotBeNull().Notice;
    }
    NoticeOf().ShouldNotBeNull().ShouldStartWith("fashion-mnist is unchecked: its files are not gzipped");
    Should.Throw<BadInput>(() => NoticeOf(zipped: true)).Message.ShouldContain("its checksum differs");
    Should.Throw<BadInput>(() => NoticeOf(p => [new("images", [19, 8, 8], new byte[19 * 64]), .. p[1..]])).Message
        .ShouldContain("is not the file of fashion-mnist (it holds 19 x 8 x 8 values, not 20 x 8 x 8)");
    Should.Throw<BadInput>(() => NoticeOf(p => [p[0], new("labels", [20], [.. p[1].Values[..19], 0]), .. p[2..]]))
        .Message.ShouldContain("each of ten labels should stand there 2 times");
});
