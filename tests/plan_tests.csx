#load "testing.csx"
#nullable enable
// Plans: stages in their order, what they compute and when, and descriptions that are refused before anything runs.

static Config Seeded(int seed) => new() { Seed = seed };

static IEnumerable<int> SeedsOf(Stage stage) => stage.Configs().Select(config => config.Seed);

// Runs of a stage as they are once it has run; what a trial measured depends on its configuration.
static void Fill(Stage stage, Func<Config, double> accuracy) => stage.Runs.Fill([.. stage.Configs().Select(config =>
    new Trial(config)
    {
        Id = $"{config}", ValidationAccuracy = accuracy(config), Curve = [new("", 10, 600, 0, 0, accuracy(config))],
    })]);

Test("plan: query syntax keeps stages in their order, and computes what follows once all have run", () =>
{
    var computed = 0;
    int Sum(IEnumerable<Trial> trials)
    {
        var sum = trials.Sum(trial => trial.Seed);
        computed++;
        return sum;
    }
    Plan<Runs> Two() => from second in Sweep([Seeded(2)])
                        from third in Sweep([Seeded(3), Seeded(4)])
                        select third;
    var plan = from first in Sweep([Seeded(1)])
               from third in Two()
               from last in Sweep([Seeded(5)])
               let sum = Sum(first) + Sum(third)
               select $"{sum} {last[0].Seed}";
    plan.Stages.SelectMany(SeedsOf).ShouldBe([1, 2, 3, 4, 5]);
    Should.Throw<InvalidOperationException>(() => plan.Value).Message.ShouldContain("before they have run");
    computed.ShouldBe(0);
    foreach (var stage in plan.Stages) Fill(stage, _ => 0.5);
    (plan.Value, plan.Value, computed).ShouldBe(("8 5", "8 5", 2));

    var methods = Sweep([Seeded(1)]).SelectMany(_ => Sweep([Seeded(2)]), (one, two) => (one, two))
        .Select(both => both.one.Count + both.two.Count);
    methods.Stages.SelectMany(SeedsOf).ShouldBe([1, 2]);
    foreach (var stage in methods.Stages) Fill(stage, _ => 0.5);
    methods.Value.ShouldBe(2);
});

Test("plan: a `let` between two stages that reads trials too early says so", () =>
    Should.Throw<InvalidOperationException>(() => from runs in Sweep([Seeded(1)])
                                                  let best = runs.Max(trial => trial.ValidationAccuracy)
                                                  from more in Sweep([Seeded(2)])
                                                  select best + more.Count).Message
        .ShouldBe("trials are read before they have run: the grid of a later stage can depend on them through Tuning "
            + "alone"));

Test("plan: rates are open until the first stage has run, and chosen after it", () =>
{
    Net net = new("net", new Config(), [0.1, 1, 10]);
    var plan = from tuning in Tune([net], seeds: 2)
               let compared = tuning.Compare().Single()
               from best in Evaluate(tuning.BestCells(ValidationAccuracy), [1, 2])
               from chosen in Evaluate(compared.Chosen(neighbours: true), [1])
               select best.Concat(chosen).ToList();
    IEnumerable<(Norm, double)> Rates(int stage) =>
        plan.Stages[stage].Configs().Select(config => (config.Norm, config.Lr));
    plan.Stages[0].Configs().ShouldAllBe(config => config.Role == Role.Tune && config.Seed >= Tuning.FirstSeed);
    Rates(0).Count().ShouldBe(2 * 3 * 2);
    Rates(1).Count().ShouldBe(2 * 2);
    // A rate for accuracy, one for speed and its neighbours: each may come to be another.
    Rates(2).Count().ShouldBe(2 * 4);
    Rates(1).Concat(Rates(2)).ShouldAllBe(rate => double.IsNaN(rate.Item2));

    Fill(plan.Stages[0], config => config.Lr == (config.Norm == Norm.Batch ? 10 : 1) ? 0.9 : 0.5);
    Rates(1).ShouldBe([(Norm.None, 1), (Norm.None, 1), (Norm.Batch, 10), (Norm.Batch, 10)]);
    Rates(2).ShouldBe([(Norm.None, 0.1), (Norm.None, 1), (Norm.None, 10), (Norm.Batch, 1), (Norm.Batch, 10)]);
    foreach (var stage in plan.Stages.Skip(1)) Fill(stage, _ => 0.5);
    plan.Value.Count.ShouldBe(9);
});

Test("plan: a stage without a trial, with one twice or with a rate that is none is refused", () =>
{
    string Refused(params Config[] grid) =>
        Should.Throw<ArgumentException>(() => Sweep(grid).Stages.Single().Configs()).Message;
    Refused().ShouldBe("a stage has an empty grid");
    Refused(Seeded(1), Seeded(2), Seeded(1)).ShouldBe("a grid has learning rate 0.1, norm none, seed 1 twice");
    foreach (var (rate, text) in new[] { (0, "0"), (-0.5, "-0.5"), (double.PositiveInfinity, "Infinity"),
        (double.NegativeInfinity, "-Infinity") })
        Refused(Seeded(1), new() { Lr = rate, Norm = Norm.Batch, Seed = 3 })
            .ShouldBe($"a grid has learning rate {text}, norm batch, seed 3: a learning rate is a positive number");
    // Two rates that are open may come to differ.
    Config open = new() { Lr = double.NaN };
    Sweep([open, open]).Stages.Single().Configs().Count.ShouldBe(2);
});

static Report SampleReport(IReadOnlyList<Trial> runs) => new("Noise", runs.Summarize(["norm", "lr"], TrainAccuracy))
{
    Figures = [Band("rates", "Rates", runs, new("Rate", Log: true), trial => trial.Lr, new("Accuracy"), TrainAccuracy)],
};

static Protocol ProtocolOf(Plan<Report> plan, params string[] declared) =>
    new("sample", "Does it run?", new(declared, [], "why"), plan);

Test("protocol: what is wrong in a description is found before the first trial", () =>
{
    string Refused(Plan<Report> plan) =>
        Should.Throw<ArgumentException>(() => ProtocolOf(plan, "norm").Checked()).Message;
    Plan<Report> Stages(Probe? first, Probe? second, Config cell) => from one in Sweep([Seeded(1), cell], first)
                                                                     from two in Sweep([Seeded(2)], second)
                                                                     select SampleReport(two);
    Probe probe = Probe.Curves(5), other = Probe.Curves(5);
    ProtocolOf(Stages(probe, probe, new() { Norm = Norm.Batch }), "norm").Checked().Probe.ShouldBe(probe);
    ProtocolOf(Stages(null, null, new() { Norm = Norm.Batch }), "norm").Checked().Probe.ShouldBeNull();
    foreach (var (first, second) in new[] { (probe, other), (probe, null), (null, probe) })
        Refused(Stages(first, second, new() { Norm = Norm.Batch })).ShouldStartWith(
            "the stages of sample measure different things: give all of them one probe");
    Refused(Stages(null, null, new() { Width = 30 })).ShouldBe(
        "the experiment varies width, which its design does not declare");
    Refused(new([], () => SampleReport([]))).ShouldBe("sample runs nothing: its plan has no stage");
    Refused(Sweep([]).Select(SampleReport)).ShouldBe("a stage has an empty grid");

    // Between stages too, and what only some experiments set.
    Refused(from one in Sweep([Seeded(1)])
            from two in Sweep([Seeded(2) with { Dropout = 0.5 }])
            select SampleReport(two)).ShouldContain("dropout");
});
