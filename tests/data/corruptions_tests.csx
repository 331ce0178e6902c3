#nullable enable

static ImageSet OneImage(int height, int width, params byte[] pixels) => new(pixels, [3], height, width);

Test("corruptions: contrast and brightness are affine, and cut off at black and white", () =>
{
    Corruption.Contrast(OneImage(1, 4, 0, 100, 200, 100), 0.2).Pixels.ShouldBe(new byte[] { 80, 100, 120, 100 });
    Corruption.Contrast(OneImage(1, 2, 0, 250), 1.2).Pixels.ShouldBe(new byte[] { 0, 255 });
    Corruption.Brightness(OneImage(1, 2, 10, 250), 0.2).Pixels.ShouldBe(new byte[] { 61, 255 });
    // Each channel of each image has a mean of its own.
    Corruption.Contrast(new([0, 100, 50, 150, 20, 40, 60, 60], [1, 2], 1, 2, 2), 0).Pixels
        .ShouldBe(new byte[] { 50, 50, 100, 100, 30, 30, 60, 60 });
});

Test("corruptions: noise has its deviation, and is the same each time", () =>
{
    var grey = new ImageSet([.. Enumerable.Repeat((byte)127, 40_000)], new byte[100], 20, 20);
    var noisy = Corruption.GaussianNoise(grey, 0.1).Pixels;
    noisy.ShouldBe(Corruption.GaussianNoise(grey, 0.1).Pixels);
    noisy.Average(pixel => (double)pixel).ShouldBe(127, 0.5);
    Math.Sqrt(noisy.Average(pixel => Math.Pow(pixel - 127, 2))).ShouldBe(25.5, 0.3);
});

Test("corruptions: blur spreads a point over a disk, and keeps what is even", () =>
{
    Corruption.DefocusBlur(new([.. Enumerable.Repeat((byte)90, 30)], [1], 5, 6), 2).Pixels
        .ShouldAllBe(pixel => pixel == 90);
    var point = new byte[81];
    point[40] = 255;
    var disk = Corruption.DefocusBlur(OneImage(9, 9, point), 2).Pixels;
    // A pixel that lies in the disk wholly has 1 / (4 pi) of it.
    ((double)disk[40]).ShouldBe(255 / (4 * Math.PI), 0.7);
    disk[39].ShouldBe(disk[40]);
    disk[40 - 9].ShouldBe(disk[40]);
    disk[40 + 4].ShouldBe((byte)0);
    disk[40 + 2 * 9 + 2].ShouldBe((byte)0);
    disk.Sum(pixel => pixel).ShouldBeInRange(245, 265);
});

Test("corruptions: rotation turns counter-clockwise about the middle", () =>
{
    byte[] square = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    Corruption.Rotation(OneImage(3, 3, square), 90).Pixels.ShouldBe(new byte[] { 3, 6, 9, 2, 5, 8, 1, 4, 7 });
    Corruption.Rotation(OneImage(3, 3, square), 0).Pixels.ShouldBe(square);
    // By 45 degrees a corner of 2 x 2 comes from outside.
    Corruption.Rotation(OneImage(2, 2, 200, 200, 200, 200), 45).Pixels[0].ShouldBeInRange((byte)100, (byte)180);
});

Test("corruptions: each changes the images alone, and keeps the moments by which they are standardized", () =>
{
    var set = NoiseOf(20, validation: 0).Train;
    foreach (var corruption in Corruption.All)
    {
        var spoilt = corruption.Of(set);
        spoilt.Pixels.ShouldNotBe(set.Pixels, corruption.Name);
        spoilt.Labels.ShouldBe(set.Labels);
        spoilt.Moments.ShouldBe(set.Moments);
    }
    Corruption.All.Select(one => one.Name).ShouldBeUnique();
});
