#nullable enable
// Images that a camera or a place would spoil: corruptions that shift the data after training.

/// <summary>A way to spoil images, by the name that Hendrycks and Dietterich 2019 give it, or Mu and Gilmer 2019.
/// </summary>
public sealed record Corruption(string Name, Func<ImageSet, ImageSet> Of)
{
    const double Contrasted = 0.2, Noise = 0.3, Radius = 2, Angle = 30, Brighter = 0.3;

    /// <summary>Each at one severity: contrast and brightness as at their third of five for ImageNet, noise between
    /// third and fifth; blur of radius 2 pixels and rotation by 30 degrees are for images of about 30 x 30.</summary>
    public static IReadOnlyList<Corruption> All { get; } =
    [
        new("contrast", set => Contrast(set, Contrasted)), new("brightness", set => Brightness(set, Brighter)),
        new("gaussian_noise", set => GaussianNoise(set, Noise)), new("defocus_blur", set => DefocusBlur(set, Radius)),
        new("rotation", set => Rotation(set, Angle)),
    ];

    /// <summary>Each pixel's distance from the mean of its image's channel times a factor.</summary>
    public static ImageSet Contrast(ImageSet set, double factor) => EachPlane(set, (from, to, _) =>
    {
        var mean = 0.0;
        foreach (var value in from) mean += value / from.Length;
        for (var i = 0; i < to.Length; i++) to[i] = mean + factor * (from[i] - mean);
    });

    /// <summary>A constant added to each pixel / 255.</summary>
    public static ImageSet Brightness(ImageSet set, double shift) => EachPlane(set, (from, to, _) =>
    {
        for (var i = 0; i < to.Length; i++) to[i] = from[i] + shift;
    });

    /// <summary>Normal noise added to each pixel / 255, the same in every call for a set of one size.</summary>
    public static ImageSet GaussianNoise(ImageSet set, double deviation)
    {
        var random = new RandomStream(1, "gaussian_noise");
        return EachPlane(set, (from, to, _) =>
        {
            for (var i = 0; i < to.Length; i++) to[i] = from[i] + deviation * random.Normal();
        });
    }

    /// <summary>Each pixel becomes the mean over a disk; a pixel at its edge counts by the share of its area within it.
    /// What lies outside the image is as its nearest pixel.</summary>
    /// <param name="radius">In pixels.</param>
    public static ImageSet DefocusBlur(ImageSet set, double radius)
    {
        var disk = Disk(radius);
        return EachPlane(set, (from, to, size) =>
        {
            for (var y = 0; y < size.Height; y++)
                for (var x = 0; x < size.Width; x++)
                {
                    var sum = 0.0;
                    foreach (var (down, right, share) in disk)
                        sum += share * from[Math.Clamp(y + down, 0, size.Height - 1) * size.Width
                            + Math.Clamp(x + right, 0, size.Width - 1)];
                    to[y * size.Width + x] = sum;
                }
        });
    }

    // The places of a disk about 0, and the share of the disk in each; by 10 x 10 points in a pixel.
    static IReadOnlyList<(int Down, int Right, double Share)> Disk(double radius)
    {
        const int Points = 10;
        var reach = (int)Math.Ceiling(radius);
        double At(int point) => (point + 0.5) / Points - 0.5;
        int Within(int down, int right) => Enumerable.Range(0, Points * Points).Count(point =>
            Math.Pow(down + At(point / Points), 2) + Math.Pow(right + At(point % Points), 2) <= radius * radius);
        var all = (from down in Enumerable.Range(-reach, 2 * reach + 1)
                   from right in Enumerable.Range(-reach, 2 * reach + 1)
                   let count = Within(down, right)
                   where count > 0
                   select (down, right, count)).ToList();
        return [.. all.Select(one => (one.down, one.right, (double)one.count / all.Sum(other => other.count)))];
    }

    /// <summary>Turned about the middle, counter-clockwise, linear between pixels; what comes from outside is 0.
    /// </summary>
    public static ImageSet Rotation(ImageSet set, double degrees)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        return EachPlane(set, (from, to, size) =>
        {
            var (middleY, middleX) = ((size.Height - 1) / 2.0, (size.Width - 1) / 2.0);
            for (var y = 0; y < size.Height; y++)
                for (var x = 0; x < size.Width; x++)
                {
                    var (right, down) = (x - middleX, y - middleY);
                    to[y * size.Width + x] = Between(from, size, middleY + sine * right + cosine * down,
                        middleX + cosine * right - sine * down);
                }
        });
    }

    static double Between(ReadOnlySpan<double> from, (int Height, int Width) size, double y, double x)
    {
        var (top, left, sum) = ((int)Math.Floor(y), (int)Math.Floor(x), 0.0);
        for (var row = top; row <= top + 1; row++)
            for (var column = left; column <= left + 1; column++)
                if (row >= 0 && row < size.Height && column >= 0 && column < size.Width)
                    sum += (1 - Math.Abs(y - row)) * (1 - Math.Abs(x - column)) * from[row * size.Width + column];
        return sum;
    }

    delegate void Plane(ReadOnlySpan<double> from, Span<double> to, (int Height, int Width) size);

    // Each channel of each image as pixels / 255, and back as bytes: rounded, below 0 and above 1 cut off. The result
    // is standardized as the set is.
    static ImageSet EachPlane(ImageSet set, Plane spoil)
    {
        var (pixels, plane) = (new byte[set.Pixels.Length], set.Height * set.Width);
        var (from, to) = (new double[plane], new double[plane]);
        for (var start = 0; start < pixels.Length; start += plane)
        {
            for (var i = 0; i < plane; i++) from[i] = set.Pixels[start + i] / 255.0;
            spoil(from, to, (set.Height, set.Width));
            for (var i = 0; i < plane; i++) pixels[start + i] = (byte)Math.Round(255 * Math.Clamp(to[i], 0, 1));
        }
        return new(pixels, set.Labels, set.Height, set.Width, set.Channels) { Training = set.Training ?? set };
    }
}
