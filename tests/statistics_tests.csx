#load "../lib/numerics/random.csx"
#load "../lib/study/statistics.csx"
#nullable enable
// Known answers are R's: quantile(type = 7), t.test, and the binomial table.

Test("statistics: median of odd and even counts", () =>
{
    Median([3, 1, 2]).ShouldBe(2);
    Median([4, 1, 3, 2]).ShouldBe(2.5);
    Median([7]).ShouldBe(7);
});

Test("statistics: quantiles are type 7", () =>
{
    double[] tens = [10, 20, 30, 40];
    Quantile(tens, 0.25).ShouldBe(17.5, 1e-12);
    Quantile(tens, 0.9).ShouldBe(37, 1e-12);
    (Quantile(tens, 0), Quantile(tens, 1)).ShouldBe((10, 40));
    Should.Throw<ArgumentException>(() => Quantile(tens, 1.1));
});

// Student's sleep data, the paired differences: t.test gives 0.7001142 to 2.4598858 around 1.58.
Test("statistics: t interval of paired differences", () =>
{
    var sleep = MeanInterval([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]);
    sleep.Estimate.ShouldBe(1.58, 1e-12);
    sleep.Low.ShouldBe(0.7001142, 1e-7);
    sleep.High.ShouldBe(2.4598858, 1e-7);
    (sleep.Level, sleep.Count).ShouldBe((0.95, 10));
});

Test("statistics: one value has no interval of the mean", () =>
{
    var one = MeanInterval([5.0]);
    (one.Estimate, one.Low, one.High).ShouldBe((5, double.NegativeInfinity, double.PositiveInfinity));
});

Test("statistics: median interval tells its true level", () =>
{
    (int N, int Low, int High, double Level)[] table =
        [(1, 1, 1, 0), (2, 1, 2, 0.5), (3, 1, 3, 0.75), (5, 1, 5, 0.9375), (6, 1, 6, 0.96875), (8, 1, 8, 0.9921875),
         (9, 2, 8, 0.9609375), (10, 2, 9, 0.978515625), (20, 6, 15, 0.9586105)];
    foreach (var (n, low, high, level) in table)
    {
        var interval = MedianInterval(Enumerable.Range(1, n).Reverse().Select(i => (double)i));
        (interval.Low, interval.High, interval.Count).ShouldBe((low, high, n));
        interval.Level.ShouldBe(level, 1e-7);
    }
});

Test("statistics: what is not finite is refused, by name", () =>
{
    foreach (var odd in new[] { double.NaN, double.PositiveInfinity, double.NegativeInfinity })
        Should.Throw<ArgumentException>(() => Median([1, odd, 2])).Message
            .ShouldContain(odd.ToString(CultureInfo.InvariantCulture));
    Should.Throw<ArgumentException>(() => MeanInterval([])).Message.ShouldContain("no values");
    Should.Throw<ArgumentException>(() => MedianInterval([1, 2], 95));
});

// Levels hold for the seeds we can afford, skewed distributions included: 20,000 repetitions put a share's standard
// error at 0.0015. The t interval is exact for normal differences only, and is checked there.
Test("statistics: coverage at N = 6 and 10", () =>
{
    foreach (var n in new[] { 6, 10 })
    {
        var stream = new RandomStream(1, $"coverage {n}");
        double[] Draw(Func<double> value) => [.. Enumerable.Range(0, n).Select(_ => value())];
        double Covered(Func<Interval> interval, double truth) =>
            Enumerable.Range(0, 20_000).Count(_ => interval().Contains(truth)) / 20_000.0;

        var t = Covered(() => MeanInterval(Draw(stream.Normal)), 0);
        var normal = Covered(() => MedianInterval(Draw(stream.Normal)), 0);
        var skewed = Covered(() => MedianInterval(Draw(() => Math.Exp(stream.Normal()))), 1);
        var level = MedianInterval(Draw(stream.Uniform)).Level;
        WriteLine(FormattableString.Invariant(
            $"  coverage, N = {n}: mean by t {t:P1} (95%); median {normal:P1}, skewed {skewed:P1} ({level:P1})"));
        t.ShouldBe(0.95, 0.006);
        normal.ShouldBe(level, 0.006);
        skewed.ShouldBe(level, 0.006);
    }
});
