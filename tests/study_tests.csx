#nullable enable
// The rules of the studies: divergence, tuning, ranges, and the verdicts that claims get.

static Trial Made(double lr = 0.1, int seed = 1, double accuracy = 0.9, double excess = 0, Norm norm = Norm.None,
    Func<Config, Config>? with = null) =>
    new Trial((with ?? (config => config))(new Config { Lr = lr, Seed = seed, Norm = norm }))
    {
        Id = $"{lr} {seed} {norm}", ValidationAccuracy = accuracy, TestAccuracy = accuracy, LossExcess = excess,
    }.JudgedAt(Divergence.Default);

// 600 training and 100 test images of 8 x 8 pixels that mean nothing.
static Dataset NoiseData()
{
    var random = new RandomStream(1, "noise");
    ImageSet Noise(int count) => new([.. Enumerable.Range(0, count * 64).Select(_ => (byte)random.Below(256))],
        [.. Enumerable.Range(0, count).Select(_ => (byte)random.Below(10))], 8, 8);
    return new("noise", Noise(600), Noise(100), "", null);
}

// The first stage of tuning, as it is once these trials have run.
static Tuning Tuned(IReadOnlyList<Net> nets, IReadOnlyList<Trial> trials)
{
    var runs = new Runs();
    runs.Fill(trials);
    return new(nets, runs);
}

static Interval Between(double low, double high, double level = 0.95) => new((low + high) / 2, low, high, level, 6);

Test("study: what varies must be declared", () =>
{
    var design = new Design(["norm"], ["lr"], "why", ["epochs"]);
    design.Check([new(), new() { Norm = Norm.Batch, Lr = 1, Epochs = 3, Seed = 2, Role = Role.Tune }]);
    Should.Throw<ArgumentException>(() => design.Check([new(), new() { InitScale = 2 }])).Message
        .ShouldContain("init_scale");
});

Test("study: the best rate is the tuning seeds' mean, lost seeds worst, ends flagged", () =>
{
    double[] rates = [0.1, 1, 10];
    Config none = new(), batch = new() { Norm = Norm.Batch };
    Tuning Of(params double[] accuracies) => Tuned([new("net", [none, batch], rates)],
        [.. from norm in new[] { Norm.None, Norm.Batch }
            from at in Enumerable.Range(0, 6)
            let accuracy = norm == Norm.Batch ? 0.5 : accuracies[at]
            select Made(rates[at / 2], Tuning.FirstSeed + at % 2, accuracy, norm: norm)]);
    double ByAccuracy(Trial trial) => trial.ValidationAccuracy;

    var tuning = Of(0.8, 0.8, 0.9, 0.7, 0.99, 0.05);
    var best = tuning.Best(none, ByAccuracy);
    (best.Cell.Lr, best.Score, best.AtLowEnd, best.AtHighEnd).ShouldBe((0.1, 0.8, true, false));
    best.Flag.ShouldContain("low end");
    tuning.BestBySeed(none, ByAccuracy).Select(rate => rate!.Cell.Lr).ShouldBe([10, 0.1]);
    tuning.TrialsOf(batch).ShouldAllBe(trial => trial.Norm == Norm.Batch);
    tuning.Best(batch, ByAccuracy).Cell.ShouldBe(batch with { Lr = 0.1 });
    Of(0.1, 0.1, 0.1, 0.1, 0.1, 0.1).Best(none, ByAccuracy).Flag.ShouldBe("lost at every rate");
    Of(0.1, 0.1, 0.1, 0.1, 0.1, 0.1).Best(none, ByAccuracy).Cell.Lr.ShouldBe(1);
    tuning.Neighbours(none with { Lr = 1 }).ShouldBe(rates);
    tuning.Neighbours(batch with { Lr = 10 }).ShouldBe([1, 10]);
});

Test("study: speed ranks what reached the target before what did not", () =>
{
    Trial Reaching(params (int Step, double Accuracy)[] curve) => Made(accuracy: curve[^1].Accuracy) with
    {
        Curve = [.. curve.Select(point => new CurvePoint("", point.Step, 0, 0, 0, point.Accuracy))],
    };
    var (soon, late, near, far) = (Reaching((10, 0.95)), Reaching((10, 0.5), (1000, 0.95)), Reaching((1000, 0.89)),
        Reaching((1000, 0.3)));
    Trial[] ranked = [far, near, late, soon];
    ranked.OrderBy(trial => Tuning.Speed(trial, 0.9)).ShouldBe(ranked);
    StepsToTarget(late, 0.5 + 0.45 / 2).ShouldBe(100, 1e-9);
    StepsToTarget(near, 0.9).ShouldBe(double.NaN);
    StepsToTarget(soon with { Status = Status.Diverged }, 0.9).ShouldBe(double.NaN);
});

Test("study: usable range and largest stable rate", () =>
{
    Trial[] trials = [Made(0.01, accuracy: 0.5), Made(0.1, accuracy: 0.94), Made(1, accuracy: 0.95),
        Made(10, accuracy: 0.91), Made(100, accuracy: 0.1), Made(1000, accuracy: 0.9)];
    var (low, high, best) = trials.UsableRange(trial => trial.Lr, ValidationAccuracy);
    best.ShouldBe(1);
    low.ShouldBe(0.1 * Math.Pow(10, -0.01 / 0.44), 1e-9);
    high.ShouldBe(Math.Pow(10, 0.02 / 0.04), 1e-9);
    LargestStableRate(trials).ShouldBe(10);
    new[] { Made(accuracy: 0.1) }.UsableRange(trial => trial.Lr, ValidationAccuracy).Decades().ShouldBe(0);
    LargestStableRate([Made(accuracy: 0.1)]).ShouldBe(double.NaN);
});

Test("claims: regions and verdicts", () =>
{
    var (above, within, slight) = (Region.Above(1), Region.Within(1), Region.Slight(1));
    (Region Region, double Low, double High, Verdict Verdict)[] table =
    [
        (above, 1.1, 9, Verdict.Supported), (above, 0.9, 9, Verdict.TooFewData),
        (above, -0.5, 0.9, Verdict.NotSupported), (above, -9, -1.1, Verdict.Contradicted),
        (above, -9, 0.9, Verdict.NotSupported),
        (above, 1.1, double.PositiveInfinity, Verdict.Supported), (above, -2, 2, Verdict.TooFewData),
        (within, -0.9, 0.9, Verdict.Supported), (within, 1.1, 2, Verdict.Contradicted),
        (within, -3, -1.1, Verdict.Contradicted), (within, 0, 1.1, Verdict.TooFewData),
        (slight, 0.1, 0.9, Verdict.Supported), (slight, -0.9, -0.1, Verdict.Contradicted),
        (slight, 1.1, 2, Verdict.NotSupported), (slight, -0.1, 0.9, Verdict.TooFewData),
    ];
    foreach (var (region, low, high, verdict) in table)
        region.Judge(Between(low, high)).ShouldBe(verdict, $"{low} to {high}");
    above.Judge(Between(2, 3, level: 0.94)).ShouldBe(Verdict.TooFewData);
});

Test("claims: mixed where conditions differ, or where the divergence rule's multiple decides", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(1));
    Effect Of(string condition, double mean) => Effect.From(condition, [mean - 0.1, mean, mean + 0.1]);
    claim.Judge([], _ => [Of("a", 5), Of("b", 6)]).Verdict.ShouldBe(Verdict.Supported);
    claim.Judge([], _ => [Of("a", 5), Of("b", 0)]).Verdict.ShouldBe(Verdict.Mixed);
    claim.Judge([], _ => []).Verdict.ShouldBe(Verdict.TooFewData);
    // Trials that only the strictest rule calls diverged.
    Trial[] trials = [Made(excess: 3)];
    var judged = claim.Judge(trials, all => [Of("", all.All(IsOk) ? 5 : 0)]);
    judged.ByMultiple.Values.ShouldBe([Verdict.NotSupported, Verdict.Supported, Verdict.Supported]);
    judged.Verdict.ShouldBe(Verdict.Mixed);
});

Test("claims: steps beyond the budget are beyond all others, and need six pairs", () =>
{
    double[] Ratios(int reached, int missed) => [.. Enumerable.Repeat(Effect.Ratio(100, 10), reached),
        .. Enumerable.Repeat(Effect.Ratio(double.NaN, 10), missed)];
    Effect.Ratio(double.NaN, double.NaN).ShouldBe(0);
    Effect.Ratio(10, double.NaN).ShouldBe(double.NegativeInfinity);
    var six = Effect.From("", Ratios(3, 3)).Interval;
    (six.Low, six.High, six.Estimate).ShouldBe((1, double.PositiveInfinity, 1));
    six.Level.ShouldBe(0.96875, 1e-12);
    var faster = Region.Above(Math.Log10(1.5));
    faster.Judge(six).ShouldBe(Verdict.Supported);
    faster.Judge(Effect.From("", Ratios(2, 3)).Interval).ShouldBe(Verdict.TooFewData);
    Effect.From("", [0.5, 0.5, 0.5], resolution: 0.3).Interval.Low.ShouldBe(0.2, 1e-12);
    Effect.From("", [double.NaN]).Interval.Level.ShouldBe(0);
    double.IsNaN(Effect.From("", Enumerable.Repeat(1.0, 9)).P).ShouldBeTrue();
    Effect.From("", Enumerable.Repeat(1.0, 10)).P.ShouldBe(2.0 / 1024);
});

// Where BN helps by three margins, does nothing, harms by half a margin or by three, and seeds differ by a margin:
// the rules must hardly ever say what is not so, and mostly say what is where there are seeds enough.
Test("claims: on made-up data the verdicts are right at N = 3, 6 and 10", () =>
{
    const int Worlds = 2_000;
    var region = Region.Above(1);
    WriteLine("  share of verdicts: supported / not supported / contradicted / too few data");
    foreach (var n in new[] { 3, 6, 10 })
        foreach (var (world, effect) in
            new[] { ("helps", 3.0), ("nothing", 0), ("harms a little", -0.5), ("harms", -3) })
        {
            var stream = new RandomStream(1, $"claims {n} {world}");
            var verdicts = Enumerable.Range(0, Worlds).Select(_ => region.Judge(Effect.From("",
                Enumerable.Range(0, n).Select(_ => effect + stream.Normal())).Interval)).ToList();
            double Share(Verdict verdict) => verdicts.Count(v => v == verdict) / (double)Worlds;
            var (yes, no, against) =
                (Share(Verdict.Supported), Share(Verdict.NotSupported), Share(Verdict.Contradicted));
            WriteLine(FormattableString.Invariant($"  N = {n,2}, BN {world,-14} {yes:P1} / {no:P1} / {against:P1} / {
                Share(Verdict.TooFewData):P1}"));
            // The chance of a false verdict is that of an interval's end, 2.5%; four standard errors of 2,000 worlds.
            if (effect < 1) yes.ShouldBeLessThan(0.025 + 0.014);
            if (effect > -1) against.ShouldBeLessThan(0.025 + 0.014);
            if (effect > 1) no.ShouldBeLessThan(0.025 + 0.014);
            if (n >= 6 && effect > 1) yes.ShouldBeGreaterThan(0.9);
            if (n >= 6 && effect < -1) against.ShouldBeGreaterThan(0.9);
            if (n == 10 && effect is (0 or -0.5)) no.ShouldBeGreaterThan(0.75);
        }
});

Test("claims: rows carry p from ten pairs on, adjusted over all of them", () =>
{
    var claim = new Claim("c", "BN <helps>", "s", "o", Unit.Ratio, Region.Above(0.5), ("very strong", 1));
    ClaimRow Row(int n) => claim.Judge([], _ => [Effect.From("SGD", Enumerable.Range(1, n).Select(i => 1.0 + i % 3))])
        .Rows("e", "mnist", "standard").Single();
    var rows = ClaimRow.Adjusted([Row(3), Row(10), Row(12)]);
    rows.Select(row => row.HolmP).ShouldBe([double.NaN, 2.0 / 1024, 2 * 2.0 / 4096]);
    rows[0].SmallestP.ShouldBe(0.25);
    (rows[1].Verdict, rows[1].Unit, rows[1].N).ShouldBe(("supported", Unit.Ratio.Name, 10));
    var number = claim.Judge([], _ => [Effect.From("SGD", [1, 1.1, 0.9]), Effect.From("Adam", [0, 0.1, 0.1])])
        .ToNumber("mnist");
    (number.Value, number.Verdict).ShouldBe(("×10", "mixed"));
    number.Detail.ShouldStartWith("95% interval ×");
    number.Detail.ShouldContain("N = 3, mnist. O, SGD.");
    number.Conditions[1].ShouldBe(("Adam", "×1.17", "not supported"));
    number.Detail.ShouldContain("\"very strong\" (beyond ×10): too few data");
});

Test("study: what only some experiments set is declared, is a column, and makes another trial", () =>
{
    var cell = new Config { Dropout = 0.5, Learned = Learned.Affine, KeepBias = true };
    Hyperparameters.ExtrasSet(cell).ShouldBe([("dropout", "0.5"), ("learned", "affine"), ("keep_bias", "true")]);
    Hyperparameters.ExtrasSet(new()).ShouldBeEmpty();
    $"{cell}".ShouldContain("Dropout = 0.5");
    Fingerprint.OfTrial(cell, "data").ShouldNotBe(Fingerprint.OfTrial(new(), "data"));
    Should.Throw<ArgumentException>(() => new Design([], [], "").Check([cell])).Message
        .ShouldContain("dropout");
    var design = new Design(["dropout", "norm"], [], "", ["learned", "keep_bias"]);
    design.Check([cell]);
    design.Extras.ShouldBe(["dropout", "learned", "keep_bias"]);

    var folder = Directory.CreateTempSubdirectory("study_tests").FullName;
    var trial = Made(with: _ => cell) with { Code = "c", Seconds = 1 };
    new Store(folder, design.Extras).Write([trial]);
    File.ReadLines(Path.Combine(folder, "trials.csv")).First().ShouldEndWith(",dropout,learned,keep_bias");
    new Store(folder, design.Extras).Read().Single().ToCell().ShouldBe(cell.ToCell());
    Directory.Delete(folder, recursive: true);
});
