#nullable enable

Test("results: tables are read back with their numbers, and hashes stay words", () =>
{
    var folder = Reported("read", "mnist", 3);
    var trials = Results.Trials("e", folder);
    trials.Rows.Count.ShouldBe(3);
    trials["seed"].Cast<double>().ShouldBe([1, 2, 3]);
    trials["code"].Cast<string>().ShouldAllBe(code => code == "12e345678901");
    trials["reason"].Cast<string>().ShouldAllBe(reason => reason == "");
    Should.Throw<BadInput>(() => Results.Groups("e", folder)).Message.ShouldContain("summary.csv is not there");
});
