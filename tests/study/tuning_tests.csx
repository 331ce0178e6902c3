#nullable enable

static double ByAccuracy(Trial trial) => trial.ValidationAccuracy;

Test("study: the best rate is the tuning seeds' mean, lost seeds worst, ends flagged", () =>
{
    double[] rates = [0.1, 1, 10];
    Config none = new(), batch = new() { Norm = Norm.Batch };
    Tuning Of(params double[] accuracies) => Tuned([new("net", [none, batch], rates)],
        [.. from norm in new[] { Norm.None, Norm.Batch }
            from at in Enumerable.Range(0, 6)
            let accuracy = norm == Norm.Batch ? 0.5 : accuracies[at]
            select Made(rates[at / 2], Tuning.FirstSeed + at % 2, accuracy, norm: norm)]);

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
    tuning.BestCells(ValidationAccuracy).ShouldBe([none with { Lr = 0.1 }, batch with { Lr = 0.1 }]);
    (tuning.Has(batch with { Lr = 3 }), tuning.Has(batch with { Width = 3 })).ShouldBe((true, false));
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

Test("study: evaluated trials at the tuned rates, and at the best of these and their neighbours", () =>
{
    double[] rates = [0.1, 1, 10, 100];
    Config none = new(), batch = new() { Norm = Norm.Batch };
    // On the tuning seeds 1 is best.
    var tuning = Tuned([new("net", [none, batch], rates)], [.. from cell in new[] { none, batch } from rate in rates
        select Made(rate, Tuning.FirstSeed, rate == 1 ? 0.9 : 0.8, norm: cell.Norm)]);
    IReadOnlyList<Trial> Evaluated(Norm norm, params (double Rate, double Accuracy)[] all) => [.. from one in all
        from seed in new[] { 1, 2 } select Made(one.Rate, seed, one.Accuracy, norm: norm)];
    IEnumerable<(Norm, double)> Rates(IEnumerable<Trial> trials) =>
        trials.Select(trial => (trial.Norm, trial.Lr)).Distinct();

    var alone = tuning.At(ValidationAccuracy, [.. Evaluated(Norm.None, (1, 0.9)), .. Evaluated(Norm.Batch, (1, 0.9))]);
    Rates(alone.Chosen).ShouldBe([(Norm.None, 1), (Norm.Batch, 1)]);
    alone.Neighbouring.ShouldBeNull();

    // On the evaluation seeds a neighbour is better for none; a lost one and one farther off are not looked at.
    var both = tuning.At(ValidationAccuracy, [.. Evaluated(Norm.None, (0.1, 0.05), (1, 0.9), (10, 0.95), (100, 0.99)),
        .. Evaluated(Norm.Batch, (1, 0.9), (10, 0.85))]);
    Rates(both.Chosen).ShouldBe([(Norm.None, 1), (Norm.Batch, 1)]);
    Rates(both.Neighbouring!).ShouldBe([(Norm.None, 10), (Norm.Batch, 1)]);
    both.Chosen.Count.ShouldBe(4);

    // A neighbour with fewer seeds is not chosen; it was looked at if it is worse on all of these.
    TunedRuns WithOne(double accuracy) => tuning.At(ValidationAccuracy, [.. Evaluated(Norm.None, (1, 0.9)),
        Made(10, 1, accuracy, norm: Norm.None)]);
    Rates(WithOne(0.85).Neighbouring!).ShouldBe([(Norm.None, 1)]);
    WithOne(0.95).Neighbouring.ShouldBeNull();
    Rates(WithOne(0.05).Neighbouring!).ShouldBe([(Norm.None, 1)]);
    // So it was if it is worse in the mean, though better on one seed; not if it is better on half of them.
    TunedRuns WithBetter(int seeds) => tuning.At(ValidationAccuracy,
    [
        .. Enumerable.Range(1, 9).Select(seed => Made(1, seed, 0.9, norm: Norm.None)),
        .. Enumerable.Range(1, 8).Select(seed => Made(10, seed, seed <= seeds ? 0.91 : 0.8, norm: Norm.None)),
    ]);
    Rates(WithBetter(1).Neighbouring!).ShouldBe([(Norm.None, 1)]);
    WithBetter(5).Neighbouring.ShouldBeNull();

    // Where the best rate was not evaluated, the best of those that were.
    Rates(tuning.At(ValidationAccuracy, Evaluated(Norm.None, (10, 0.9))).Chosen).ShouldBe([(Norm.None, 10)]);

    // What was not tuned stays.
    Rates(tuning.At(ValidationAccuracy, Evaluated(Norm.Layer, (1, 0.9), (10, 0.9))).Chosen).Count().ShouldBe(2);
});

// The trials of a first stage that goes in rounds, of one cell, and what each round asked for.
static (IReadOnlyList<Trial> Trials, IReadOnlyList<int> Rounds) InRounds(Func<double, int, double> accuracy,
    int seeds = 5, int early = Tuning.EarlySeeds, IReadOnlyList<Measure>? by = null)
{
    var stage = Tune([new("net", [new()], [0.01, 0.1, 1, 10, 100])], seeds, null,
        by is null ? null : _ => by, early).Stages.Single();
    stage.AtMost.Count().ShouldBe(5 * seeds);
    List<Config> grid = [.. stage.Configs()];
    List<int> rounds = [];
    while (true)
    {
        List<Trial> trials = [.. grid.Select(config =>
            Made(config.Lr, config.Seed, accuracy(config.Lr, config.Seed - Tuning.FirstSeed), with: _ => config))];
        var next = stage.More(trials).Except(grid).ToList();
        next.Except(stage.AtMost).ShouldBeEmpty();
        rounds.Add(next.Count == 0 ? grid.Count : next.Count);
        if (next.Count == 0) return (trials, rounds);
        grid.AddRange(next);
    }
}

static IEnumerable<int> SeedsByRate(IReadOnlyList<Trial> trials) =>
    trials.GroupBy(trial => trial.Lr).OrderBy(rate => rate.Key).Select(rate => rate.Count());

Test("study: tuning goes in rounds, more seeds for rates that may be best", () =>
{
    const double Lost = 0.05;
    Tuning Of(IReadOnlyList<Trial> trials) => Tuned([new("net", [new()], [0.01, 0.1, 1, 10, 100])], trials);
    // 1 is best, 10 better on one early seed of two: these have all seeds.
    var (some, rounds) = InRounds((rate, seed) => rate switch { 1 => 0.9, 10 => seed == 1 ? 0.91 : 0.8, _ => 0.5 });
    SeedsByRate(some).ShouldBe([1, 2, 5, 5, 1]);
    rounds.ShouldBe([3, 6, 14]);
    Of(some).Best(new(), ByAccuracy).Cell.Lr.ShouldBe(1);
    Of(some).BestBySeed(new(), ByAccuracy).Select(best => best?.Cell.Lr).ShouldBe([1, 10, 1, 1, 1]);
    // A rate that is best on the first seed by chance has not the seeds of those that are looked at longer.
    Of(InRounds((rate, seed) => (rate, seed) switch { (0.01, 0) => 0.95, (1, _) => 0.9, (0.1, _) => 0.6, _ => 0.5 })
        .Trials).Best(new(), ByAccuracy).Cell.Lr.ShouldBe(1);
    // From the first seed's best uphill, until the best has both its neighbours.
    SeedsByRate(InRounds((rate, seed) => seed > 0 ? 0.5 + 0.1 * Math.Log10(rate) : rate == 0.01 ? 0.55 : 0.5).Trials)
        .ShouldBe([2, 2, 2, 5, 5]);
    // All seeds of all that is next to the best, where each seed's own is asked for.
    SeedsByRate(InRounds((rate, _) => rate == 1 ? 0.9 : 0.5, early: 5).Trials).ShouldBe([1, 5, 5, 5, 1]);
    // By two measures, also what lies between their best rates.
    Measure low = new("low", trial => -Math.Abs(Math.Log10(trial.Lr) + 1));
    SeedsByRate(InRounds((rate, _) => rate == 10 ? 0.9 : 0.5, by: [ValidationAccuracy, low]).Trials)
        .ShouldBe([2, 5, 5, 5, 2]);
    // One seed is the whole grid.
    SeedsByRate(InRounds((rate, _) => rate == 1 ? 0.9 : 0.5, seeds: 1).Trials).ShouldBe([1, 1, 1, 1, 1]);

    // Where the first seed is lost at every rate, so is the cell; no other seed is run.
    var none = InRounds((_, _) => Lost).Trials;
    SeedsByRate(none).ShouldBe([1, 1, 1, 1, 1]);
    Of(none).Best(new(), ByAccuracy).Flag.ShouldBe("lost at every rate");
    Of(none).BestBySeed(new(), ByAccuracy).ShouldBe([null]);
    // A rate that loses its first seed has no other; one that loses a later one gives way to the next best.
    var late = InRounds((rate, seed) => rate == 100 || rate == 10 && seed == 3 ? Lost : 0.5 + 0.1 * Math.Log10(rate));
    SeedsByRate(late.Trials).ShouldBe([1, 2, 5, 5, 1]);
    Of(late.Trials).Best(new(), ByAccuracy).Cell.Lr.ShouldBe(1);
    // All but one rate lose their second seed, and that one is far from the first seed's best.
    var far = InRounds((rate, seed) => seed == 1 && rate < 100 ? Lost : 0.6 - 0.1 * Math.Log10(rate));
    Of(far.Trials).Best(new(), ByAccuracy).Cell.Lr.ShouldBe(100);
    SeedsByRate(far.Trials).Last().ShouldBe(5);
});
