#nullable enable

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
    // One seed of each rate at first; of both at most.
    Rates(0).Count().ShouldBe(2 * 3);
    plan.Stages[0].AtMost.Count().ShouldBe(2 * 3 * 2);
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
