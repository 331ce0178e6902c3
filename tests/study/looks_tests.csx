#nullable enable

// How often the interval that is printed at the end covers, over worlds in which conditions are run until they are
// decided. The worst is an effect at the very margin, where a look ends the study only by missing it.
Test("looks: the printed interval covers in 95% of studies, by t and by order statistics", () =>
{
    const int Worlds = 8_000;
    // The mean of 0.95 of so many worlds differs from it by less.
    const double Noise = 0.008;
    double Covered(IReadOnlyList<int> counts, double level, double effect, Region region, bool censored)
    {
        var stream = new RandomStream(1, $"{counts[0]} {effect} {region.IsEquivalence} {censored}");
        var covered = 0;
        for (var world = 0; world < Worlds; world++)
        {
            // Medians and means are the same; what lies more than one deviation above them is beyond all others.
            double[] seeds = [.. Enumerable.Range(0, counts[^1]).Select(_ => effect + stream.Normal())
                .Select(value => censored && value > effect + 1 ? double.PositiveInfinity : value)];
            var at = counts.Select(count => Effect.From("", seeds.Take(count)).AtLevel(level).Interval)
                .First(interval => interval.Count == counts[^1] || region.Judge(interval) != Verdict.Open);
            if (at.Contains(effect)) covered++;
        }
        return covered / (double)Worlds;
    }
    WriteLine("  share of studies whose printed interval covers: looks, region, by t, by order statistics");
    foreach (var counts in new int[][] { [6, 12, 24, 72], [6, 12, 24, 48], [10, 20, 40], [6, 12, 24] })
        foreach (var (name, region, effect) in new[]
        {
            ("no effect", Region.Above(0.5), 0.0), ("at the margin", Region.Above(0.5), 0.5),
            ("small", Region.Above(0.5), 1), ("large", Region.Above(0.5), 3),
            ("none, of an equivalence", Region.Within(0.5), 0), ("at its edge", Region.Within(0.5), 0.5),
            // Margins as wide as intervals become: these stop a study, too.
            ("at a margin of 1", Region.Above(1), 1), ("at a margin of 1.5", Region.Above(1.5), 1.5),
            ("at a margin of 2", Region.Above(2), 2), ("at an edge of 1.5", Region.Within(1.5), 1.5),
        })
        {
            double Share(bool censored) => Covered(counts, new Looks(counts).Level, effect, region, censored);
            var (byT, byOrder) = (Share(false), Share(true));
            WriteLine($"  {string.Join(' ', counts),-10} {name,-24} {byT:F3} {byOrder:F3}");
            byT.ShouldBeGreaterThan(0.95 - Noise, name);
            byOrder.ShouldBeGreaterThan(0.95 - Noise, name);
        }
    Covered([6, 12, 24], 0.95, 0.5, Region.Above(0.5), censored: false).ShouldBeLessThan(0.91);
});

// Where the estimate of a narrow interval decides, a truth half a margin from the bound is judged wrongly as rarely as
// intervals miss; at the bound itself either answer is right.
Test("looks: half a margin from the bound, a narrow interval's estimate hardly ever decides wrongly", () =>
{
    const int Worlds = 8_000;
    int[] counts = [6, 12, 24, 48];
    var level = new Looks(counts).Level;
    WriteLine("  margin, truth: share of supported / not supported / open, of all decided by the estimate");
    foreach (var margin in new[] { 0.5, 1, 1.5, 2, 3 })
        foreach (var times in new[] { 0.5, 1, 1.5 })
        {
            var (region, stream) = (Region.Above(margin), new RandomStream(1, $"narrow {margin} {times}"));
            var ends = Enumerable.Range(0, Worlds).Select(_ =>
            {
                double[] seeds = [.. Enumerable.Range(0, counts[^1]).Select(_ => times * margin + stream.Normal())];
                return counts.Select(count => Effect.From("", seeds.Take(count)).AtLevel(level).Interval)
                    .First(interval => interval.Count == counts[^1] || region.Judge(interval) != Verdict.Open);
            }).ToList();
            double Share(Func<Interval, bool> of) => ends.Count(of) / (double)Worlds;
            var (yes, no) = (Share(end => region.Judge(end) == Verdict.Supported),
                Share(end => region.Judge(end) == Verdict.NotSupported));
            WriteLine(FormattableString.Invariant($"  {margin,-3} {times * margin,-4}: {yes,6:P1} / {no,6:P1} / {
                1 - yes - no,6:P1}, {Share(region.IsByEstimate):P1}"));
            // One end's chance is 2.5%; four standard errors of 8,000 worlds.
            if (times < 1) yes.ShouldBeLessThan(0.025 + 0.007);
            if (times > 1) no.ShouldBeLessThan(0.025 + 0.007);
        }
});

Test("looks: conditions that are open get the seeds of the next look, and they alone", () =>
{
    var looks = new Looks(2, 4, 8);
    Config[] cells = [.. from width in new[] { 10, 20 }
                         from norm in new[] { Norm.None, Norm.Batch }
                         select new Config { Width = width, Norm = norm, Lr = width }];
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.1));
    // At width 10 seeds agree that it helps by 0.5; at width 20 they differ.
    List<Trial> Trials(int seeds) =>
    [
        .. from cell in cells
           from seed in Enumerable.Range(1, seeds)
           select Made(seed: seed, norm: cell.Norm, accuracy: cell.Norm == Norm.None ? 0.2
               : cell.Width == 10 ? 0.7 + 0.001 * seed : 0.35 + 0.1 * (seed % 2), with: config => config with
               {
                   Width = cell.Width, Lr = cell.Width,
               }),
    ];
    Judgement Judged(int seeds) => looks.At(claim.Judge(Trials(seeds), all =>
        [.. new[] { 10, 20 }.Select(width => Effect.From($"width {width}", all.Paired(
            cells.First(cell => cell.Width == width && cell.Norm == Norm.Batch),
            cells.First(cell => cell.Width == width && cell.Norm == Norm.None),
            (batch, none) => batch.ValidationAccuracy - none.ValidationAccuracy)))]), Trials(seeds));
    List<Config> Next(int seeds) => [.. looks.Next([Judged(seeds)], cells)];
    Judged(2).Effects.Select(effect => effect.Look!.Value).ShouldBe([(1, 3), (1, 3)]);
    Judged(2).Effects[0].Interval.Level.ShouldBe(looks.Level);
    var next = Next(2);
    next.ShouldAllBe(config => config.Width == 20 && config.Lr == 20);
    next.Select(config => (config.Norm, config.Seed)).ShouldBe(
        from norm in new[] { Norm.None, Norm.Batch } from seed in Enumerable.Range(1, 4) select (norm, seed));
    Next(4).Max(config => config.Seed).ShouldBe(8);
    Next(8).ShouldBeEmpty();
    // Seeds of which no number came count as run all the same.
    looks.At(claim.Judge(Trials(4), all => [Effect.From("", all.Paired(cells[0], cells[1],
        (one, _) => one.Seed == 1 ? double.NaN : 0.1))]), Trials(4)).Effects[0].Look.ShouldBe((2, 3));

    // A fixed number of seeds is judged once, at 95%.
    var once = new Looks(2).At(Judged(2), Trials(2));
    once.Effects[0].Look.ShouldBe(Judged(2).Effects[0].Look);
    new Looks(2).Next([claim.Judge([], _ => [Effect.From("", [0.1, 0.2])])], cells).ShouldBeEmpty();
    new Looks(2).Level.ShouldBe(0.95);
    // An effect of numbers that do not know their cells cannot have more.
    var lone = looks.At(claim.Judge([], _ => [Effect.From("lone", [0.1, 0.2])]), []);
    Should.Throw<ArgumentException>(() => looks.Next([lone], cells)).Message
        .ShouldContain("the condition 'lone' of the claim c does not say which cells");
});
