#nullable enable

Test("probes: own is a column like others", () =>
{
    var probe = new Probe(["own"], _ => [5], _ => [("own", 3)]);
    var trial = Training.Run(Watchable, NoiseOf(600), probe);
    var columns = new Columns<CurvePoint>([.. CurvePoint.CommonColumns, .. probe.Columns]);
    columns.Texts(trial.Curve[0])[^1].ShouldBe("3");
});
