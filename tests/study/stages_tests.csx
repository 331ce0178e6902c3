#nullable enable

Test("plan: rates are open until the first stage has run, and chosen after it", () =>
{
    Net net = new("net", new Config(), [0.1, 1, 10]);
    var plan = from tuning in Tune([net], seeds: 2)
               let compared = tuning.Compare().Single()
               from best in Evaluate(tuning.BestCells(ValidationAccuracy), [1, 2])
               from chosen in Evaluate(compared.Chosen, [1])
               select best.Concat(chosen).ToList();
    IEnumerable<(Norm, double)> Rates(int stage) =>
        plan.Stages[stage].Configs().Select(config => (config.Norm, config.Lr));
    plan.Stages[0].Configs().ShouldAllBe(config => config.Role == Role.Tune && config.Seed >= Tuning.FirstSeed);
    // One seed of each rate at first; of both at most.
    Rates(0).Count().ShouldBe(2 * 3);
    plan.Stages[0].AtMost.Count().ShouldBe(2 * 3 * 2);
    Rates(1).Count().ShouldBe(2 * 2);
    // A rate for accuracy and one for speed may come to be two.
    Rates(2).Count().ShouldBe(2 * 2);
    Rates(1).Concat(Rates(2)).ShouldAllBe(rate => double.IsNaN(rate.Item2));

    Fill(plan.Stages[0], config => config.Lr == (config.Norm == Norm.Batch ? 10 : 1) ? 0.9 : 0.5);
    Rates(1).ShouldBe([(Norm.None, 1), (Norm.None, 1), (Norm.Batch, 10), (Norm.Batch, 10)]);
    Rates(2).ShouldBe([(Norm.None, 1), (Norm.Batch, 10)]);
    foreach (var stage in plan.Stages.Skip(1)) Fill(stage, _ => 0.5);
    plan.Value.Count.ShouldBe(6);
});

Test("plan: rates next to the tuned ones are run where these decide, with more seeds if they may be best", () =>
{
    Config none = new(), batch = none with { Norm = Norm.Batch }, layer = none with { Norm = Norm.Layer };
    Net net = new("net", [none, batch, layer], [0.1, 1, 10]);
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.1));
    // At 1, their best rate, seeds agree that batch helps, and not whether layer does.
    double Accuracy(Config config) => config.Norm switch
    {
        _ when config.Lr != 1 => 0.3,
        Norm.Batch => 0.8 + 0.001 * config.Seed,
        Norm.Layer => 0.5 + 0.1 * (config.Seed % 2),
        _ => 0.4,
    };
    (List<Trial> Trials, JudgedRuns Judged) Run(double none, Looks looks)
    {
        double At(Config config) => config is { Norm: Norm.None, Lr: 10 } && config.Seed < Tuning.FirstSeed ? none
            : Accuracy(config);
        var plan = from tuning in Tune([net], seeds: 1)
                   from judged in Evaluate(tuning.BestCells(ValidationAccuracy), looks, trials =>
                       [claim.Judge(tuning.At(ValidationAccuracy, trials), all =>
                           [.. new[] { batch, layer }.Select(arm => Effect.From(ArmOf(arm), all.Paired(arm,
                               net.Cells[0], (a, b) => a.ValidationAccuracy - b.ValidationAccuracy)))])],
                       neighbours: [tuning])
                   select judged;
        Fill(plan.Stages[0], At);
        var stage = plan.Stages[1];
        stage.AtMost.Count().ShouldBe(3 * 3 * looks.Counts[^1]);
        List<Config> grid = [.. stage.Configs()];
        grid.ShouldAllBe(config => config.Lr == 1);
        List<Trial> Trials() => [.. grid.Select(config => Made(accuracy: At(config), with: _ => config))];
        while (stage.More(Trials()).Except(grid).ToList() is { Count: > 0 } next) grid.AddRange(next);
        stage.Runs.Fill(Trials());
        return (Trials(), plan.Value);
    }
    int Count((List<Trial> Trials, JudgedRuns) run, Norm norm, double rate) =>
        run.Trials.Count(trial => trial.Norm == norm && trial.Lr == rate);

    // Layer stays open at its own rate: it has all seeds there, and none beside. None has part in both, and is worse
    // beside its rate on the seeds of the first look.
    var open = Run(none: 0.3, new(3, 6));
    foreach (var (norm, own, beside) in new[] { (Norm.Batch, 3, 3), (Norm.Layer, 6, 0), (Norm.None, 6, 3) })
        (Count(open, norm, 1), Count(open, norm, 0.1), Count(open, norm, 10)).ShouldBe((own, beside, beside));
    var claims = open.Judged.Claims.Single().Effects;
    claims.Select(claim.Judge).ShouldBe([Verdict.Supported, Verdict.Open]);
    claims.Select(effect => effect.AtNeighbours is null).ShouldBe([false, true]);

    // Where none does better beside its rate, the condition is open after all, and gets more seeds at all rates that
    // may be best, of which the last look takes the best.
    var closed = Run(none: 0.8, new(3, 6));
    (Count(closed, Norm.Batch, 1), Count(closed, Norm.Batch, 10), Count(closed, Norm.None, 10)).ShouldBe((6, 3, 6));
    closed.Judged.Claims.Single().Effects.Select(claim.Judge).ShouldBe([Verdict.NotSupported, Verdict.Open]);
    // Those that are worse on tuning seeds and a few others have no more.
    Count(Run(none: 0.3, new(4)), Norm.Batch, 10).ShouldBe(Tuning.NeighbourSeeds);
});

Test("plan: seeds after the scouts are run at those rates alone that these leave", () =>
{
    Config none = new(), batch = none with { Norm = Norm.Batch };
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.1));
    var cells = from cell in new[] { none, batch } from rate in new[] { 0.1, 1, 10 } select cell with { Lr = rate };
    Effect Uneven(IReadOnlyList<Trial> all) => Effect.From("all", all.At(batch).BySeed(all.At(none),
        (one, _) => 0.2 * (one[0].Seed % 2)));
    // The third seed leaves one rate more.
    var stage = Evaluate(cells, new(3, 4), trials => [claim.Judge(trials, all => [Uneven(all)])],
        later: trials => config => config.Lr > (trials.Any(trial => trial.Seed == 3) ? 0.1 : 1), scouts: 2)
        .Stages.Single();
    List<Config> grid = [.. stage.Configs()];
    while (stage.More([.. grid.Select(config => Made(with: _ => config))]).Except(grid).ToList() is { Count: > 0 } next)
        grid.AddRange(next);
    grid.GroupBy(config => config.Lr).Select(rate => (rate.Key, rate.Count())).ShouldBe([(0.1, 4), (1, 8), (10, 8)]);
    stage.Configs().Select(config => config.Seed).Distinct().ShouldBe([1, 2]);
    stage.AtMost.Count().ShouldBe(2 * 3 * 4);
});

Test("plan: a trial that failed is judged as if it had not been run", () =>
{
    var claim = new Claim("c", "t", "s", "o", Unit.Points, Region.Above(0.1));
    var cells = from rate in new[] { 0.1, 1, 10 } select new Config { Lr = rate };
    var plan = Evaluate(cells, new(3), trials => [claim.Judge(trials, all => [Effect.From("limit",
        all.BySeed(all, (seed, _) => LargestStableRate(seed)))])]);
    var stage = plan.Stages.Single();
    stage.Runs.Fill([.. stage.Configs().Select(config => Made(with: _ => config) with
    {
        Status = config is { Lr: 1, Seed: 2 } ? Status.Failed : Status.Ok,
    })]);
    // A failure at 1 is no sign that training does not work there.
    plan.Value.Claims.Single().Effects.Single().Differences.ShouldBe([10, 10, 10]);
});
