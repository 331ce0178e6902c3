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

Test("study: each multiple of the divergence rule judges by itself", () =>
{
    Status[] At(Trial trial) => [.. Divergence.Multiples.Select(multiple => trial.JudgedAt(multiple).Status)];
    At(Made(excess: 0)).ShouldBe([Status.Ok, Status.Ok, Status.Ok]);
    At(Made(excess: 3)).ShouldBe([Status.Diverged, Status.Ok, Status.Ok]);
    At(Made(excess: 5)).ShouldBe([Status.Diverged, Status.Diverged, Status.Ok]);
    At(Made(excess: 5, accuracy: 0.19)).ShouldBe([Status.Diverged, Status.Diverged, Status.Stuck]);
    At(Made(excess: double.PositiveInfinity)).ShouldAllBe(status => status == Status.Diverged);
    Made().JudgedAt(3).ShouldBe(Made());
    (Made() with { Status = Status.Failed }).JudgedAt(3).Status.ShouldBe(Status.Failed);
});

Test("study: divergence is a median of losses that stays above a limit, not a spike", () =>
{
    (double Excess, string? Reason, int Seen) Of(params IEnumerable<double> lossesInGuesses)
    {
        var (watch, seen) = (new LossWatch(1), 0);
        foreach (var loss in lossesInGuesses.TakeWhile(_ => watch.Reason is null))
        {
            watch.See(loss * Math.Log(10));
            seen++;
        }
        return (watch.Excess, watch.Reason, seen);
    }
    IEnumerable<double> Losses(double loss, int count) => Enumerable.Repeat(loss, count);
    Of(Losses(1, 400)).ShouldBe((0, null, 400));
    Of(Losses(50, 150).Concat(Losses(1, 250))).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(50, 50), .. Losses(1, 100)]).ShouldBe((0, null, 400));
    Of([.. Losses(1, 250), .. Losses(4, 51), .. Losses(1, 99)]).ShouldBe((3, null, 400));
    Of(Losses(6, 400)).ShouldBe((5, null, 400));
    Of(Losses(11, 400)).ShouldBe((10, "the median of 100 losses exceeded 10 ln(classes)", 201));
    Of([1, double.NaN, 1]).ShouldBe((double.PositiveInfinity, "the loss is not finite", 2));

    // Losses 1, 2, 1, 2, ... have successive differences of 1: deviation sqrt(1/2) by them, mean 1.5. What came before
    // the 100 first does not count.
    var watch = new LossWatch(100);
    for (var i = 0; i < 300; i++) watch.See(i < 99 ? 1000 : 1 + i % 2);
    watch.Volatility.ShouldBe(Math.Sqrt(0.5) / 1.5, 1e-9);
});

// Losses of a net whose rate rises: quiet first, then beyond any limit.
Test("study: training watches its loss, and a range test finds the rate that loses it", () =>
{
    var data = NoiseData();
    var cell = new Config { Width = 10, TrainSize = 600, BatchSize = 6, Epochs = 4, Activation = Activation.Relu };
    var quiet = Training.Run(cell with { Lr = 1e-3 }, data);
    (quiet.LossExcess, quiet.EndedAt, quiet.Status == Status.Diverged).ShouldBe((0, 400, false));
    quiet.LossVolatility.ShouldBeInRange(0.01, 0.5);
    var lost = Training.Run(cell with { Lr = 1e9 }, data);
    (lost.Status, lost.LossExcess, double.IsNaN(lost.TrainLoss))
        .ShouldBe((Status.Diverged, double.PositiveInfinity, true));

    var test = RangeTest.Configure(new Config(), 1e-2, 1e3);
    (test.Steps, test.Role).ShouldBe((200, Role.Tune));
    (test.RateAt(0), test.RateAt(199)).ShouldBe((1e-2, 1e3));
    CurvePoint At(int step, double loss) => new("", step, 60 * step, loss, double.NaN, double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3), At(100, 11), At(105, 12), At(110, 4)] })
        .ShouldBe(test.RateAt(104), 1e-9);
    RangeTest.LostAt(new Trial(test) { Curve = [At(5, 2.3)] }).ShouldBe(double.NaN);
    RangeTest.LostAt(new Trial(test) { Curve = [], LossExcess = double.PositiveInfinity, EndedAt = 7 })
        .ShouldBe(test.RateAt(6), 1e-9);
});

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

Test("study: extras do what they say", () =>
{
    string[] Names(Config config) => [.. Coverage.ModelOf(config).Parameters.Select(parameter => parameter.Name!)];
    var net = Coverage.Small with { Norm = Norm.Batch };
    Names(net).ShouldNotContain("linear1.bias");
    Names(net with { KeepBias = true }).ShouldContain("linear1.bias");
    Names(net with { NormOutput = true }).ShouldContain("norm3.gamma");
    Names(net with { NormOutput = true }).ShouldNotContain("linear3.bias");
    Coverage.ModelOf(net with { NormInput = true, Norm = Norm.None }).Buffers.Select(buffer => buffer.Name)
        .ShouldBe(["norm1.running_mean", "norm1.running_var", "norm1.batches"]);
    foreach (var config in new[] { net with { KeepBias = true }, net with { NormOutput = true },
        net with { NormInput = true }, net with { Dropout = 0.1 } })
        Coverage.ShouldLearn(config);
});

// The arm with noise of its own, dropout's noise, running statistics: all of it must be as without the probe.
Test("study: a probe on a copy disturbs nothing, and only gamma and beta are learned where so asked", () =>
{
    var data = NoiseData();
    var config = new Config { Width = 10, TrainSize = 600, Norm = Norm.Noisy, Dropout = 0.2, Lr = 0.5 };
    List<int> units = [];
    var probe = new Probe(["loss"], _ => [1, 5, 20], snapshot =>
    {
        var (copy, batch) = (snapshot.Copy(), snapshot.FixedBatch(60));
        var (loss, gradients) = snapshot.LossAndGradients(copy, batch);
        gradients.Keys.ShouldBe(copy.Parameters.Select(parameter => parameter.Name!), ignoreOrder: true);
        foreach (var parameter in copy.Parameters) parameter.Assign(new float[parameter.Shape.Count]);
        units.AddRange(snapshot.ActivationInputs(batch, Mode.Evaluation).Select(input => input.Units));
        return [("loss", loss)];
    });
    var (with, without) = (Training.Run(config, data, probe), Training.Run(config, data));
    (with.TrainLoss, with.TestAccuracy).ShouldBe((without.TrainLoss, without.TestAccuracy));
    with.Curve.Select(point => point.Own["loss"]).ShouldAllBe(loss => loss > 1);
    units.ShouldBe(Enumerable.Repeat(10, 9));

    List<float[]> weights = [], gammas = [];
    var watch = new Probe([], _ => [1, 20], snapshot =>
    {
        weights.Add(snapshot.Model.Parameters.First(parameter => parameter.Name == "linear1.weight").ToArray());
        gammas.Add(snapshot.Model.Parameters.First(parameter => parameter.Name == "norm1.gamma").ToArray());
        return [];
    });
    Training.Run(config with { Learned = Learned.Affine }, data, watch);
    weights[1].ShouldBe(weights[0]);
    gammas[1].ShouldNotBe(gammas[0]);
    // Steps of a clipped gradient are no longer than rate times limit.
    weights.Clear();
    Training.Run(config with { ClipNorm = 1e-3, Lr = 1 }, data, watch);
    ((double)TensorPrimitives.Distance<float>(weights[0], weights[1])).ShouldBeInRange(1e-6, 19.01e-3);
});
