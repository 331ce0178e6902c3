#nullable enable

foreach (var measured in new (string, double)[][] { [("gap", 1), ("gapp", 2)], [("gap", 1), ("gap", 2)] })
    Test($"probes: measuring {string.Join(" and ", measured.Select(one => one.Item1))} for the column gap ends the run",
        () =>
    {
        // Nothing is measured in tuning trials, which come first and take long.
        var tune = Watchable with { Role = Role.Tune };
        var (probe, finished) = (new Probe(["gap"], _ => [5], _ => measured), 0);
        void ShouldEnd(Action run) =>
            Should.Throw<ProbeFault>(run).Message.ShouldContain(measured[1].Item1 == "gap" ? "gap twice" : "gapp");
        var cores = new Cores(2);
        ShouldEnd(() => cores.Using(() => Runner.Run([tune, tune with { Seed = 2 }], NoiseOf(600), probe, cores,
            () => { }, _ => finished++, default)));
        finished.ShouldBe(0);
        ShouldEnd(() => Training.Run(Watchable, NoiseOf(600), probe));
    });

Test("runner: as many trials run at a time as there are cores", () =>
{
    var (running, most, gate) = (0, 0, new Lock());
    var cores = new Cores(2);
    void Count(int change)
    {
        lock (gate) most = Math.Max(most, running += change);
    }
    cores.Using(() => Runner.Run(Enumerable.Range(1, 6).Select(seed => Watchable with { Seed = seed }), NoiseOf(600),
        null, cores, () =>
        {
            Count(1);
            // On a machine that is busy one trial may end before another begins.
            SpinWait.SpinUntil(() => Volatile.Read(ref most) > 1, TimeSpan.FromSeconds(20));
        }, _ => Count(-1), default));
    (running, most).ShouldBe((0, 2));
});
