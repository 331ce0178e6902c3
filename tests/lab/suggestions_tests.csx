#nullable enable

Test("console: a misspelt name is told from one that means nothing", () =>
{
    Suggestions.Distance("kitten", "sitting").ShouldBe(3);
    Suggestions.Distance("", "abc").ShouldBe(3);
    Suggestions.Distance("same", "same").ShouldBe(0);
    string[] names = ["depth", "lr_sweep"];
    Suggestions.Nearest("lr_swep", names).ShouldBe("lr_sweep");
    Suggestions.Nearest("dep", names).ShouldBe("depth");
    Suggestions.Nearest("quite_another", names).ShouldBeNull();
    ExperimentFiles.Check(["lr_sweep", "experiments/depth.csx"]);
    Should.Throw<BadInput>(() => ExperimentFiles.Check(["depth", "lr_swep"])).Message
        .ShouldBe("there is no experiment 'lr_swep': did you mean lr_sweep?");
});
