#nullable enable

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
