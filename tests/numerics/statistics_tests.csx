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
        (interval.Level == 0).ShouldBe(n == 1);
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

Test("statistics: a censored median needs only the order", () =>
{
    const double beyond = double.PositiveInfinity;
    var six = CensoredMedianInterval([5, beyond, 1, 2, beyond, 3]);
    (six.Estimate, six.Low, six.High, six.Count).ShouldBe((4, 1, beyond, 6));
    six.Level.ShouldBe(0.96875, 1e-12);
    CensoredMedianInterval([1, beyond]).Estimate.ShouldBe(1);
    CensoredMedianInterval([1, beyond, beyond]).Estimate.ShouldBe(beyond);
    CensoredMedianInterval([-beyond, beyond]).Estimate.ShouldBe(0);
    CensoredMedianInterval([2, 9, 4]).ShouldBe(MedianInterval([2, 9, 4]));
    Should.Throw<ArgumentException>(() => CensoredMedianInterval([1, double.NaN]));
});

// By hand: of the eight sums of ±1 ±2 ±3 six are at least 2 from 0. Holm's are R's p.adjust.
Test("statistics: sign flips and Holm", () =>
{
    SignFlipP([1, 2, 3, 4, 5]).ShouldBe(2.0 / 32);
    SignFlipP([1, -2, 3]).ShouldBe(0.75);
    SignFlipP([0.1, 0.2, 0.3, -0.6]).ShouldBe(1);
    SignFlipP([1, 1, double.PositiveInfinity]).ShouldBe(0.25);
    SignFlipP(Enumerable.Range(0, 25).Select(i => (double)(i % 5 - 2))).ShouldBeGreaterThan(0.9);
    SignFlipP(Enumerable.Repeat(1.0, 25)).ShouldBeLessThan(1e-4);
    SmallestSignFlipP(6).ShouldBe(2.0 / 64);
    // Seeds beyond all others say so whatever the finite ones are, and above 20 no p is smaller than random signs give.
    double[] beyond = [0, .. Enumerable.Repeat(double.PositiveInfinity, 5)];
    SignFlipP(beyond).ShouldBe(2.0 / 32);
    SignFlipP(Enumerable.Repeat(1.0, 40)).ShouldBe(SmallestSignFlipP(40));
    Holm([0.01, 0.04, 0.03, 0.005]).ShouldBe([0.03, 0.06, 0.06, 0.02], 1e-12);
    Holm([0.9, 0.8]).ShouldBe([1, 1]);
    Holm([]).ShouldBeEmpty();
});

Test("statistics: slope of a line", () =>
{
    Slope([(0, 1), (1, 3), (2, 5)]).ShouldBe(2, 1e-12);
    Slope([(0, 0), (1, 1), (2, 0)]).ShouldBe(0, 1e-12);
    Should.Throw<ArgumentException>(() => Slope([(1, 2), (1, 3)]));
});

// Levels hold for the seeds we can afford, skewed distributions included: 20,000 repetitions put a share's standard
// error at 0.0015. The t interval is exact for normal differences only, and is checked there.
Test("statistics: coverage at N = 3, 6 and 10", () =>
{
    foreach (var n in new[] { 3, 6, 10 })
    {
        var stream = new RandomStream(1, $"coverage {n}");
        double[] Draw(Func<double> value) => [.. Enumerable.Range(0, n).Select(_ => value())];
        double Covered(Func<Interval> interval, double truth) =>
            Enumerable.Range(0, 20_000).Count(_ => interval().Contains(truth)) / 20_000.0;

        var t = Covered(() => MeanInterval(Draw(stream.Normal)), 0);
        var normal = Covered(() => MedianInterval(Draw(stream.Normal)), 0);
        var skewed = Covered(() => MedianInterval(Draw(() => Math.Exp(stream.Normal()))), 1);
        // Beyond a budget that a third of the values exceed, of which only that is known.
        var censored = Covered(() => CensoredMedianInterval(Draw(stream.Normal)
            .Select(value => value > 0.43 ? double.PositiveInfinity : value)), 0);
        var level = MedianInterval(Draw(stream.Uniform)).Level;
        WriteLine(string.Create(CultureInfo.InvariantCulture, $"  coverage, N = {n}: mean by t {t:P1} (95%); "
            + $"median {normal:P1}, skewed {skewed:P1}, censored {censored:P1} ({level:P1})"));
        t.ShouldBe(0.95, 0.006);
        normal.ShouldBe(level, n == 3 ? 0.012 : 0.006);
        skewed.ShouldBe(level, n == 3 ? 0.012 : 0.006);
        censored.ShouldBe(level, n == 3 ? 0.012 : 0.006);
    }
});
