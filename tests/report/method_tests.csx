#nullable enable

Test("report: a smoke run, other code and other vectors are said", () =>
{
    var run = RunRecord.Begin(null, jobs: 1) with { VectorBits = 256 };
    Provenance Of(string preset, params RunRecord[] runs) => new("e", "", preset, "mnist", "c0ffee00", null, runs);
    Trial[] trials = [Made() with { Code = "a" }, Made() with { Code = "b" }];
    Method.Caveats(trials[..1], Of("standard", run, run)).ShouldBeEmpty();
    Method.Caveats(trials[..1], Of("smoke", run)).ShouldHaveSingleItem().ShouldContain("smoke run");
    Method.Caveats(trials, Of("standard", run)).ShouldHaveSingleItem().ShouldContain("different versions of the code");
    Method.Caveats(trials[..1], Of("standard", run, run with { VectorBits = 512 })).ShouldHaveSingleItem()
        .ShouldContain("different widths");
    Method.ProducedBy(Of("standard")).ShouldContain("not known");
});

Test("report: the method tells what varied by its role, what was fixed, and how trials ended", () =>
{
    Trial[] trials = [Made(0.1), Made(3, accuracy: 0.1), Made(0.1, norm: Norm.Batch), Made(3, norm: Norm.Batch)];
    var said = Method.Describe([.. trials.Select(trial => trial with { Role = Role.Evaluate })],
        new("e", "", "standard", "mnist", "c0ffee00", null, []), new(["norm"], ["lr"], "Two\nlines.")).Items
        .ToDictionary(item => item.Term, item => item.Text);
    said["Scientific"].ShouldBe("norm: none, batch");
    said["Nuisance, tuned"].ShouldBe("lr: 0.1, 3");
    said["The grid, and why"].ShouldBe("Two lines.");
    said["Fixed"].ShouldContain("depth 3");
    said["Fixed"].ShouldNotContain("norm");
    said["Trials"].ShouldStartWith("4: 3 ended well, 0 diverged, 1 stuck");
});
