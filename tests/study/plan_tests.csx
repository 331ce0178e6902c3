#nullable enable

static IEnumerable<int> SeedsOf(Stage stage) => stage.Configs().Select(config => config.Seed);

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
