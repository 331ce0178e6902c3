#nullable enable

Test("measures: the table of groups counts how trials ended, and measures those that ended well", () =>
{
    Trial[] trials = [Made(seed: 1, accuracy: 0.8), Made(seed: 2, accuracy: 0.9), Made(seed: 3, accuracy: 0.1),
        Made(seed: 4, excess: 5), Made(lr: 3, accuracy: 0.7, norm: Norm.Batch)];
    var table = trials.Summarize(["norm", "lr"], ValidationAccuracy,
        new("sometimes", trial => trial.Seed == 1 ? 7 : double.NaN));
    table["norm"].Cast<string>().ShouldBe(["none", "batch"]);
    table["lr"].Cast<double>().ShouldBe([0.1, 3]);
    foreach (var (name, counts) in new (string, int[])[] { ("n", [4, 1]), ("ok", [2, 1]), ("stuck", [1, 0]),
        ("diverged", [1, 0]), ("failed", [0, 0]), ("sometimes_n", [1, 1]) })
        table[name].Cast<int>().ShouldBe(counts, name);
    double[] Numbers(string name) => [.. table[name].Cast<double>()];
    Numbers("validation_accuracy").ShouldBe([0.85, 0.7], 1e-12);
    Numbers("validation_accuracy_low").ShouldBe([0.8, 0.7]);
    Numbers("validation_accuracy_high").ShouldBe([0.9, 0.7]);
    Numbers("validation_accuracy_sd")[0].ShouldBe(0.1 / Math.Sqrt(2), 1e-12);
    Numbers("sometimes").ShouldBe([7, 7]);
});

Test("measures: a lost trial is worse than any, and has no numbers at its end", () =>
{
    var point = new CurvePoint("", 1, 0, 0, 0, 0);
    point.Own["way"] = 0.5;
    var (ok, lost) = (Made() with { Curve = [point] }, Made(excess: 5) with { Curve = [point] });
    (ok.AtEnd("way"), lost.AtEnd("way")).ShouldBe((0.5, double.NaN));
    (ValidationAccuracy.OrLost(ok), ValidationAccuracy.OrLost(lost)).ShouldBe((0.9, double.NegativeInfinity));
    // An error of the program says nothing of an arm.
    ValidationAccuracy.OrLost(ok with { Status = Status.Failed }).ShouldBe(double.NaN);
});
