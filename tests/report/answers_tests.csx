#nullable enable

Test("answers: each dataset has its own, and only claims that several decide can differ", () =>
{
    string Of(string dataset, params ClaimRow[] rows) => WithReport(Reported(dataset, dataset, 1, rows));
    var mnist = Of("mnist", Row("own", "", 1, 0.2, "supported"), Row("init", "", 1, 0.2, "open"),
        Row("better", "", 1, 0.2, "supported"), Row("faster", "", 1, 0.2, "supported"));
    var colour = Of("cifar-10", Row("faster", "", 1, 0.2, "not supported"), Row("init", "", 1, 0.2, "supported"),
        Row("better", "", 1, 0.2, "supported"), Row("smooth", "", 1, 0.2, "mixed"));
    var digits = Of("digits", Row("faster", "", 1, 0.2, "supported"));
    var answers = Answers.Read(mnist, [colour, digits]);
    answers.Datasets.ShouldBe(["mnist", "cifar-10", "digits"]);
    // By theme; claims that the lab does not list last, and an older version's verdict is open.
    answers.Claims.Select(claim => $"{claim.Id}: {string.Join(", ", claim.Answers.Select(one => one.Verdict))}")
        .ShouldBe(["faster: supported, not supported, supported", "better: supported, supported",
            "init: open, supported", "smooth: open", "own: supported"]);
    answers.Differing.Select(claim => claim.Id).ShouldBe(["faster"]);
    answers.Difference.ShouldBe(
        "Of 2 claims that are decided on more than one dataset, 1 has different answers.");
    answers.Apart.ShouldBe("Decided on one dataset alone: 1 on mnist, 1 on cifar-10. Not measured: 1 on mnist, "
        + "1 on cifar-10, 4 on digits.");
    answers.Whole("cifar-10").ShouldBe(
        "On cifar-10, of 4 claims 2 hold, 0 depend on the case, 1 fails, 1 is open.");
    answers.Unanswered.Select(claim => claim.Id).Intersect(answers.Claims.Select(claim => claim.Id)).ShouldBeEmpty();
    (answers.Unanswered.Count + 4).ShouldBe(Literature.Themes.Sum(theme => theme.Claims.Count));
    answers.Claims[0].On("cifar-10")!.Report.ShouldBe(
        $"../../{Path.GetFileName(Path.GetDirectoryName(colour))}/cifar-10/e/report.html");

    var alone = Answers.Read(digits, []);
    alone.Whole("digits").ShouldBe("Of 1 claim 1 holds, 0 depend on the case, 0 fail, 0 are open.");
    alone.Difference.ShouldBe("No claim is decided on more than one dataset yet.");
});

Test("answers: a folder that is none of results, or of a dataset that is there already, is refused", () =>
{
    var (mnist, again) = (WithReport(Reported("one", "mnist", 1)), Reported("two", "mnist", 1));
    var digits = Reported("three", "digits", 1);
    string Refused(params string[] with) => Should.Throw<BadInput>(() => Answers.Read(mnist, with)).Message;
    Refused(again).ShouldBe($"--with {again} has results on mnist, which are there without it: it takes a folder of "
        + "another dataset (--compare sets two of the same side by side)");
    Refused(digits, digits).ShouldContain("has results on digits");
    Refused(Path.Combine(mnist, "none")).ShouldContain("there is no folder");
    Refused(Path.GetDirectoryName(digits)!).ShouldContain("holds no results: --with takes");
    Answers.Read(mnist, [digits]).Datasets.ShouldBe(["mnist", "digits"]);
    // Without results of one's own there is still an index.
    Answers.Read(Path.Combine(mnist, "none"), []).Claims.ShouldBeEmpty();
});
