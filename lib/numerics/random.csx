#nullable enable
// Random streams: one per seed and purpose, so that drawing more in one place moves nothing in another.

/// <summary>Deterministic random numbers for one seed and one purpose (for a parameter: its name, "linear2.weight").
/// xoshiro256** (Blackman and Vigna 2018), its state filled by SplitMix64 from the seed and the purpose's FNV-1a hash.
/// The same integers and uniforms on every machine; Normal() goes through the machine's logarithm.</summary>
public sealed class RandomStream
{
    ulong a, b, c, d;

    public RandomStream(long seed, string purpose)
    {
        var state = Mix((ulong)seed + 0x9E3779B97F4A7C15) ^ Fnv1a(purpose);
        (a, b, c, d) = (Next(ref state), Next(ref state), Next(ref state), Next(ref state));
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits()
    {
        var result = BitOperations.RotateLeft(b * 5, 7) * 9;
        var t = b << 17;
        c ^= a; d ^= b; b ^= c; a ^= d; c ^= t;
        d = BitOperations.RotateLeft(d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double Uniform() => (Bits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [low, high).</summary>
    public double Uniform(double low, double high) => low + (high - low) * Uniform();

    /// <summary>A whole number from 0 to count - 1, each equally likely (Lemire 2019).</summary>
    public int Below(int count)
    {
        if (count <= 0) throw new ArgumentOutOfRangeException(nameof(count), count, "must be positive");
        var threshold = (0UL - (ulong)count) % (ulong)count;
        while (true)
        {
            var high = Math.BigMul(Bits(), (ulong)count, out var low);
            if (low >= threshold) return (int)high;
        }
    }

    /// <summary>Standard normal (Marsaglia's polar method; the second of each pair is dropped: no hidden state).
    /// </summary>
    public double Normal()
    {
        while (true)
        {
            var (u, v) = (Uniform(-1, 1), Uniform(-1, 1));
            var s = u * u + v * v;
            if (s is > 0 and < 1) return u * Math.Sqrt(-2 * Math.Log(s) / s);
        }
    }

    /// <summary>Puts the items in an order drawn from all orders equally (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    static ulong Next(ref ulong state) => Mix(state += 0x9E3779B97F4A7C15);

    static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    static ulong Fnv1a(string text) => Encoding.UTF8.GetBytes(text)
        .Aggregate(0xCBF29CE484222325, (hash, octet) => (hash ^ octet) * 0x100000001B3);
}
