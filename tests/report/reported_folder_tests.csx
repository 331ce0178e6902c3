#nullable enable

Test("reports: what cannot be read is noted where it may be missing, and refused where it was asked for", () =>
{
    var folder = WithReport(Reported("one", "mnist", 1, Row("a", "", 1, 0.2, "supported")));
    ReportedFolder.Any(folder).Claims.Select(row => row.Claim).ShouldBe(["a"]);
    ReportedFolder.Any(Path.Combine(folder, "none")).Found.ShouldBeEmpty();
    string Refused(string dir, params string[] experiments) =>
        Should.Throw<BadInput>(() => ReportedFolder.Read(dir, dir, experiments, "--with")).Message;
    Refused(Path.Combine(folder, "none")).ShouldBe($"there is no folder {folder}/none");
    Refused(Path.Combine(folder, "e")).ShouldEndWith(
        "is the folder of one experiment: --with takes the one above it");
    Refused(folder, "f").ShouldEndWith(
        "holds no results of f: --with takes a folder with a folder for each experiment in it");
    File.WriteAllText(new Store(Path.Combine(folder, "e")).ProvenanceFile, "{");
    Refused(folder).ShouldContain("cannot be read");
    ReportedFolder.Any(folder).Found.ShouldBeEmpty();
});

Test("reports: a report's address goes from one folder of results to another, whatever their names", () =>
{
    var folder = Reported("a #1", "mnist", 1);
    ReportedFolder.Any(folder).ReportFrom(folder, "e").ShouldBe("e/report.html");
    ReportedFolder.Any(folder).ReportFrom(Path.Combine(Path.GetDirectoryName(folder)!, "b"), "e")
        .ShouldBe("../a%20%231/e/report.html");
});
