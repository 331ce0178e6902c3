#nullable enable

Test("robustness: effects by corruption, of sorted batches and by attack", () =>
{
    var cell = new Config { Norm = Norm.Batch };
    var point = new CurvePoint("", 1, 0, 0, 0, 0.9);
    foreach (var one in Corruption.All)
        (point.Own[$"{one.Name}_running"], point.Own[$"{one.Name}_batch_100"]) =
            (0.5, one.Name == "contrast" ? 0.9 : 0.4);
    (point.Own["fgsm"], point.Own["pgd"]) = (0.3, 0.2);
    Trial trial = Made(norm: Norm.Batch) with { Curve = [point] };
    var repaired = RepairEffects([trial], cell, 100);
    repaired.Select(effect => effect.Differences.Single()).ShouldBe([0.4, -0.1, -0.1, -0.1, -0.1], 1e-12);
    point.Own["clean_batch_100"] = 0.95;
    RepairedContrast([trial], cell, 100).Differences.Single().ShouldBe(-0.05, 1e-12);
    repaired[2].Condition.ShouldBe("gaussian noise");
    repaired[0].Cells.Single().ShouldBe(cell.AtItsRate());

    Trial Sorted(int seed, double accuracy, int classes) => Made(seed: seed, accuracy: accuracy, norm: Norm.Batch,
        with: config => config with { BatchClasses = classes });
    SortingCost([Sorted(1, 0.9, 0), Sorted(1, 0.5, 2), Sorted(2, 0.9, 0), Sorted(2, 0.1, 2)], cell, 2).Differences
        .Select(cost => Math.Round(cost, 12)).ShouldBe([0.4, double.PositiveInfinity]);
    AttackEffects([trial], cell, cell).Select(effect => effect.Condition).ShouldBe(["FGSM", "PGD"]);
});
