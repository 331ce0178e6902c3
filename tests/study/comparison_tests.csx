#nullable enable

static Trial Trained(Config cell, int seed, params (int Step, double Accuracy)[] curve) => new Trial(cell with
    { Seed = seed })
{
    Id = $"{cell.Norm} {cell.Lr} {seed}", ValidationAccuracy = curve[^1].Accuracy, TestAccuracy = curve[^1].Accuracy,
    Curve = [.. curve.Select(point => new CurvePoint("", point.Step, 0, 0, 0, point.Accuracy))],
}.JudgedAt(Divergence.Default);

Test("comparison: arms are compared at their own rates, at the steps to where the first arm surely ends", () =>
{
    Config none = new(), batch = new() { Norm = Norm.Batch };
    double[] rates = [0.1, 1];
    int[] seeds = [Tuning.FirstSeed, Tuning.FirstSeed + 1];
    // none ends at 0.8 and 0.9 at its best rate; batch is there at once at 0.1, and gets further at 1.
    Trial Tried(Config cell, double lr, int seed) => Trained(cell with { Lr = lr, Role = Role.Tune }, seed,
        (cell.Norm, lr) switch
        {
            (Norm.None, 0.1) => [(10, 0.2), (1000, 0.5)],
            (Norm.None, _) => [(10, 0.2), (1000, seed == Tuning.FirstSeed ? 0.8 : 0.9)],
            (_, 0.1) => [(10, 0.9), (1000, 0.9)],
            _ => [(10, 0.2), (1000, 0.95)],
        });
    var net = new Net("Net, made up", [none, batch], rates);
    var tuning = Tuned([net], [.. from cell in net.Cells
                                  from lr in rates
                                  from seed in seeds
                                  select Tried(cell, lr, seed)]);
    var compared = tuning.Compare().Single();
    compared.Target.ShouldBe(0.8);
    compared["batch"].ForSpeed.Cell.Lr.ShouldBe(0.1);
    compared["batch"].ForAccuracy.Cell.Lr.ShouldBe(1);
    Evaluate(compared.Chosen, [1]).Stages.Single().Configs().Select(cell => (cell.Norm, cell.Lr))
        .ShouldBe([(Norm.None, 1), (Norm.Batch, 0.1), (Norm.Batch, 1)]);
    compared.Net.Id.ShouldBe("net_made_up");

    // At 0.1 batch is worse by its accuracy and its speed to 93 and 99%, and better by that to the end.
    bool MayBeBest(Func<Tuning, IReadOnlyList<Measure>> by) => new Tuning([net], Runs.Of(tuning.Trials), by)
        .MayBeBest([Tried(batch, 0.1, seed: 1)], [Tried(batch, 1, seed: 1)]);
    MayBeBest(_ => [SpeedTo(0.93), SpeedTo(0.99), ValidationAccuracy]).ShouldBeFalse();
    MayBeBest(SpeedAndAccuracy(new(0.3, 0.5, 0.93, 0.99))).ShouldBeTrue();

    // The first seed of none needs ten times the steps; its second does not get there.
    Trial[] evaluated =
    [
        Trained(none with { Lr = 1 }, 1, (100, 0.86), (1000, 0.9)), Trained(none with { Lr = 1 }, 2, (1000, 0.7)),
        Trained(batch with { Lr = 0.1 }, 1, (10, 0.86)), Trained(batch with { Lr = 0.1 }, 2, (10, 0.86)),
        Trained(batch with { Lr = 1 }, 1, (10, 0.93)), Trained(batch with { Lr = 1 }, 2, (10, 0.94)),
    ];
    IReadOnlyList<Comparison> all = [compared];
    compared.Steps(all.BySpeed(evaluated).Chosen, "none", over: "batch").Differences
        .ShouldBe([1, double.PositiveInfinity]);
    compared.Accuracy(all.ByAccuracy(evaluated).Chosen, "batch", less: "none").Differences
        .Select(value => Math.Round(value, 12)).ShouldBe([0.03, 0.24]);
    // What is drawn beside what is claimed: each arm but BN, at its look.
    var every = all.EveryArmOverBatch(evaluated, new Looks(1, 2)).Effects.Single();
    (every.Condition, every.Look).ShouldBe(("none, Net, made up", (2, 2)));
    every.Differences.ShouldBe([1, double.PositiveInfinity]);
    AccuracyAndSteps(new(0.3, 0.5, 0.93, 0.99)).Select(measure => measure.Name)
        .ShouldBe(["test_accuracy", "validation_accuracy", "train_loss", "steps_to_93", "steps_to_99"]);
    var table = tuning.Compare().TargetsTable(evaluated, Levels.Of(DatasetFacts.Mnist)).Frame;
    table["arm"][0].ShouldBe("none");
    table["none's end"][1].ShouldBe("10 (10 to 10)");

    // To other accuracies at rates of their own; none comes to 0.9 in one of its two seeds, nobody to 0.99.
    var races = all.To(0.4, 0.9, 0.99).ToList();
    races.Select(race => race.Race).ShouldBe(["Net, made up to 40%", "Net, made up to 90%", "Net, made up to the end"]);
    races.Select(race => race["none"].ForSpeed.Cell.Lr).ShouldBe([1, 1, 1]);
    // Before the first stage has run, all targets are there.
    new Tuning([net], new Runs()).Compare().To(0.9, 0.99).Count().ShouldBe(3);
    races[0].Steps(new[] { races[0] }.BySpeed(evaluated).Chosen, "none", over: "batch").Differences
        .ShouldBe([1, 2], 1e-9);
    compared.MostAccurate.Select(cell => cell.Lr).ShouldBe([1, 1]);
    compared.Fastest.Select(cell => cell.Lr).ShouldBe([1, 0.1]);

    // All lost: the target is beyond reach, and nothing throws.
    Trial Gone(Trial trial) => new Trial(trial) { LossExcess = double.PositiveInfinity, Status = Status.Diverged };
    var lost = Tuned([net], [.. tuning.Trials.Select(Gone)]).Compare().Single();
    lost.Target.ShouldBe(1);
    lost.Steps(new[] { lost }.BySpeed([.. evaluated.Select(Gone)]).Chosen, "none", over: "batch").Differences
        .ShouldBeEmpty();
});
