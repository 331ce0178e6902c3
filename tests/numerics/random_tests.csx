#nullable enable

static ulong[] BitsOf(long seed, string purpose)
{
    var random = new RandomStream(seed, purpose);
    return [.. Enumerable.Range(0, 8).Select(_ => random.Bits())];
}

Test("random: seed and purpose determine a stream, and each changes it", () =>
{
    BitsOf(1, "a").ShouldBe(BitsOf(1, "a"));
    new[] { BitsOf(1, "a"), BitsOf(2, "a"), BitsOf(-1, "a"), BitsOf(1, "b") }.SelectMany(bits => bits).ShouldBeUnique();
});

Test("random: numbers have their range, mean and variance", () =>
{
    const int Count = 40_000;
    var random = new RandomStream(1, "moments");
    void ShouldHave(Func<double> draw, double mean, double variance, double low, double high)
    {
        double[] values = [.. Enumerable.Range(0, Count).Select(_ => draw())];
        values.ShouldAllBe(value => value >= low && value < high);
        // Five standard errors; that of the variance is at most a normal number's.
        values.Average().ShouldBe(mean, 5 * Math.Sqrt(variance / Count));
        values.Average(value => (value - mean) * (value - mean))
            .ShouldBe(variance, 5 * variance * Math.Sqrt(2.0 / Count));
    }
    ShouldHave(() => random.Uniform(), 0.5, 1 / 12.0, 0, 1);
    ShouldHave(() => random.Uniform(-1, 3), 1, 16 / 12.0, -1, 3);
    ShouldHave(() => random.Normal(), 0, 1, -9, 9);
    ShouldHave(() => random.Below(7), 3, 4, 0, 7);
    Should.Throw<ArgumentOutOfRangeException>(() => random.Below(0));
});

Test("random: a shuffle keeps all items, and each comes first equally often", () =>
{
    const int Shuffles = 5_000, Items = 5;
    var random = new RandomStream(1, "shuffle");
    var firsts = new int[Items];
    for (var i = 0; i < Shuffles; i++)
    {
        int[] items = [.. Enumerable.Range(0, Items)];
        random.Shuffle(items);
        items.Order().ShouldBe(Enumerable.Range(0, Items));
        firsts[items[0]]++;
    }
    // Five standard errors of a share of 1/5.
    firsts.ShouldAllBe(count => Math.Abs(count - 1_000) < 142);
});
