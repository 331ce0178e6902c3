#nullable enable

Test("study: what varies must be declared", () =>
{
    var design = new Design(["norm"], ["lr"], "why", ["epochs"]);
    design.Check([new(), new() { Norm = Norm.Batch, Lr = 1, Epochs = 3, Seed = 2, Role = Role.Tune }]);
    Should.Throw<ArgumentException>(() => design.Check([new(), new() { InitScale = 2 }])).Message
        .ShouldContain("init_scale");
});

Test("study: what only some experiments set is declared, is a column, and makes another trial", () =>
{
    var cell = new Config { Dropout = 0.5, Learned = Learned.Affine, KeepBias = true };
    Hyperparameters.ExtrasSet(cell).ShouldBe([("dropout", "0.5"), ("learned", "affine"), ("keep_bias", "true")]);
    Hyperparameters.ExtrasSet(new()).ShouldBeEmpty();
    $"{cell}".ShouldContain("Dropout = 0.5");
    Fingerprint.OfTrial(cell, "data").ShouldNotBe(Fingerprint.OfTrial(new(), "data"));
    Should.Throw<ArgumentException>(() => new Design([], [], "").Check([cell])).Message
        .ShouldContain("dropout");
    var design = new Design(["dropout", "norm"], [], "", ["learned", "keep_bias"]);
    design.Check([cell]);
    design.Extras.ShouldBe(["dropout", "learned", "keep_bias"]);

    var folder = Directory.CreateTempSubdirectory("study_tests").FullName;
    var trial = Made(with: _ => cell) with { Code = "c", Seconds = 1 };
    new Store(folder, design.Extras).Write([trial]);
    File.ReadLines(Path.Combine(folder, "trials.csv")).First().ShouldEndWith(",dropout,learned,keep_bias");
    new Store(folder, design.Extras).Read().Single().ToCell().ShouldBe(cell.ToCell());
    Directory.Delete(folder, recursive: true);
});
