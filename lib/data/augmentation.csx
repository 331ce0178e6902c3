#nullable enable
// Random crops and flips of training images.

/// <summary>What is done to training images at random: nothing; a horizontal flip; or a crop after padding by 4, then a
/// horizontal flip (He et al. 2016, section 4.2).</summary>
public enum Augmentation { None, Flip, CropFlip }

/// <summary>How one image is shown: the pixel at (y, x) is the one at (y + Down, x + Right), 0 outside the image; then
/// flipped from left to right or not.</summary>
public readonly record struct Crop(sbyte Down, sbyte Right, bool Flip)
{
    /// <summary>Pixels of padding on each side.</summary>
    public const int Padding = 4;

    /// <summary>How the images of an epoch are shown, in the order of the epoch; empty for no augmentation. It depends
    /// on seed and epoch only, so that all arms see the same crops, and `flip` the flips of `crop_flip`.</summary>
    public static Crop[] Draw(Augmentation augmentation, int count, long seed, int epoch)
    {
        if (augmentation == Augmentation.None) return [];
        var (places, flips) = (new RandomStream(seed, $"crops/{epoch}"), new RandomStream(seed, $"flips/{epoch}"));
        sbyte Move() => augmentation == Augmentation.CropFlip ? (sbyte)(places.Below(2 * Padding + 1) - Padding)
            : (sbyte)0;
        var crops = new Crop[count];
        for (var i = 0; i < count; i++) crops[i] = new(Move(), Move(), flips.Below(2) == 1);
        return crops;
    }
}
